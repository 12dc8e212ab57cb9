/** The whole OpenAPI text: the descriptions of the routes, and additional texts for people. */

import { generateSpecs, loadVendor } from 'hono-openapi';
import type * as v from 'valibot';
import { app } from '../../src/app.ts';
import { API_BASE } from '../../src/contract/constants.ts';
import { HEAD } from './head.ts';
import { HEADERS, PARAMETERS } from './headers.ts';
import { finished, type Operation } from './operation.ts';
import { PROBLEM_EXAMPLES, SHARED_PROBLEMS } from './problems.ts';
import { jsonSchemaOf, namedSchemas } from './schemas.ts';

/** Builds the text from the routes of the app (OpenAPI 3.1). */
export async function openApiDocument() {
  loadVendor('valibot', { toOpenAPISchema: (schema) => jsonSchemaOf(schema as v.GenericSchema) as never });
  const text = await generateSpecs(app, {
    documentation: structuredClone(HEAD),
    // A described path with a dot is part of the API as well.
    excludeStaticFile: false,
    // Each refusal is a problem; otherwise the text would describe the validators' own answers.
    defaultValidationErrorResponse: false,
  });
  return {
    ...text,
    paths: Object.fromEntries(
      Object.entries(text.paths).map(([path, operations]) => [
        written(path),
        Object.fromEntries(
          Object.entries(operations).map(([method, operation]) => [method, finished(operation as Operation)]),
        ),
      ]),
    ),
    components: {
      ...text.components,
      schemas: namedSchemas(),
      parameters: PARAMETERS,
      headers: HEADERS,
      responses: SHARED_PROBLEMS,
      examples: PROBLEM_EXAMPLES,
    },
  };
}

/** A path as in the README and the published clients: with a trailing slash, unless it is a file's path. */
function written(path: string): string {
  return path.startsWith(API_BASE) && !path.endsWith('/') && !/\.\w+$/.test(path) ? `${path}/` : path;
}
