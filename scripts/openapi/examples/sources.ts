/** A source as it is put and answered. */

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
  state: { permits: 0, closed_until: '2026-11-23T19:15:06.000Z', closed_by: 429, next_request: null },
};
