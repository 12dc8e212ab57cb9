/** A webhook in a request and in an answer, and the result of a test. */

export const HOOK_DEFINITION = {
  url: 'https://hooks.erp.example.com/freshet',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition names a secret
  secrets: ['${ORIGIN_HOOK_KEY}'],
  resources: ['cars'],
  events: ['cache.changed', 'cache.failing', 'cache.recovered'],
  min_interval_s: 0,
};

export const HOOK = {
  name: 'erp',
  ...HOOK_DEFINITION,
  state: { status: 'ok', failing_since: null, next_try: null, disabled_since: null, type: null, reason: null },
};

export const TESTED = {
  accepted: {
    delivered: true,
    webhook_id: 'test-5f1c9a04-e2b7-486c-93a0-f94e2d85c16d',
    status: 204,
    ms: 82,
    type: null,
    reason: null,
  },
  refused: {
    delivered: false,
    webhook_id: 'test-5f1c9a04-e2b7-486c-93a0-f94e2d85c16d',
    status: 503,
    ms: 41,
    type: '/docs/problems#origin-status',
    reason: 'The receiver answered with status 503.',
  },
};
