/** The OpenAPI text: its head, and where the build puts it (scripts/build.ts). The rest comes from the routes. */

/** Path of the text among the static assets. */
export const OPENAPI_ASSET = 'openapi.json';

/** What the text says of the API as a whole. */
export const OPENAPI_HEAD = {
  openapi: '3.1.0' as const,
  info: {
    title: 'Freshet',
    version: '1',
    description:
      'Keeps the data of slow enterprise systems fresh in versioned caches at the edge, and tells each device what it holds and what it lacks.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/', description: 'The service that serves this document' }],
  components: {
    securitySchemes: { bearer: { type: 'http' as const, scheme: 'bearer', bearerFormat: 'JWT' } },
  },
};
