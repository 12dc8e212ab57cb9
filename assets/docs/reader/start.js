// Starts the reader on the page that src/http/routes/docs.ts serves.
SwaggerUIBundle({
  dom_id: '#reader',
  url: document.querySelector('#reader').dataset.openapi,
  deepLinking: true,
  displayRequestDuration: true,
  // The usual validator is a web service elsewhere.
  validatorUrl: null,
});
