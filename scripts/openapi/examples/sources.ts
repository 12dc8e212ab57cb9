/** Sources in requests and in answers. */

export const SOURCE_DEFINITION = {
  url: 'https://erp.example.com/sap/opu/odata/sap/ZSALES/',
  headers: { 'sap-language': 'EN' },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition names a secret
  auth: { basic: { user: '${ORIGIN_ERP_USER}', password: '${ORIGIN_ERP_PASSWORD}' } },
  concurrency: 4,
  rate: { requests: 300, per_s: 60 },
};

export const SOURCE = { name: 'erp', ...SOURCE_DEFINITION };

export const CLOSED_SOURCE = {
  ...SOURCE,
  state: {
    permits: 0,
    closed_until: '2026-11-23T19:15:06.000Z',
    closed_by: 429,
    token_until: null,
    next_request: null,
  },
};

export const UNSET_SOURCE = {
  ...SOURCE,
  warnings: [
    'The secret ORIGIN_ERP_PASSWORD is not set, so requests that need it will fail. Set it with npx wrangler secret put ORIGIN_ERP_PASSWORD, or under npm start with a line ORIGIN_ERP_PASSWORD=… in .dev.vars.',
  ],
};

export const SOURCE_PREVIEW = {
  definition: SOURCE,
  created: false,
  changed: ['url'],
  would: 2,
  resources: ['orders', 'prices'],
};

export const TOKEN_SOURCE = {
  url: 'https://crm.example.com/api/',
  auth: {
    oauth2: {
      token_url: 'https://id.example.com/oauth2/token',
      client_id: 'freshet',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition names a secret
      client_secret: '${ORIGIN_CRM_SECRET}',
      params: { scope: 'read' },
    },
  },
};
