/** The part of the OpenAPI text about the API as a whole. */

import { VERSION } from '../../src/contract/constants.ts';

/** `openapi`, `info`, `tags` and the security scheme. */
export const HEAD = {
  openapi: '3.1.0' as const,
  info: {
    title: 'Freshet',
    version: VERSION,
    description: `Keeps the data of slow enterprise systems fresh in versioned caches at the edge, and tells each device which data it has and which it lacks.

Every path works with and without a trailing slash, HEAD works wherever GET does, and every error is a [problem](/docs/problems) (RFC 9457).
Unknown query parameters are refused; \`_\` and \`_dc\` with digits, which bypass caches, are ignored.`,
    contact: { name: 'The operator of this service' },
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/', description: 'The service that serves this document' }],
  tags: [
    {
      name: 'FMP',
      description:
        'The cache method of the Foresight Mobile Platform server, whose clients work unchanged; and revoking a refresh.',
    },
    { name: 'Data', description: 'The data itself: whole, only what changed, or live.' },
    {
      name: 'Administration',
      description:
        'Resources, caches and records of devices. GET needs the scope `cache:inspect`, all other methods `cache:admin`.',
    },
    { name: 'Service', description: 'The service about itself, and about your token.' },
  ],
  components: {
    securitySchemes: {
      bearer: {
        type: 'http' as const,
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description:
          'A JWT of the identity provider; locally `npm run -s token -- alice` prints one. Each operation names the scope that it needs.',
      },
    },
  },
};
