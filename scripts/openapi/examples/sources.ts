/** A source as it is put and answered. */

export const SOURCE_DEFINITION = {
  url: 'https://erp.example.com/sap/opu/odata/sap/ZSALES/',
  headers: { 'sap-language': 'EN' },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition names a secret
  auth: { basic: { user: '${ORIGIN_ERP_USER}', password: '${ORIGIN_ERP_PASSWORD}' } },
};

export const SOURCE = { name: 'erp', ...SOURCE_DEFINITION };
