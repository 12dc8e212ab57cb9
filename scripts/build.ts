/**
 * Makes the static assets (wrangler.toml, `[build]`), which do not count to the Worker's size: the OpenAPI text, generated
 * from the routes of the app, and the files of the API reader, from their package. Neither is kept in git.
 */

import { copyFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { generateSpecs } from 'hono-openapi';
import { app } from '../src/app.ts';
import { OPENAPI_ASSET, OPENAPI_HEAD } from '../src/http/openapi-head.ts';

const ASSETS = join(import.meta.dirname, '../assets');
const READER = ['swagger-ui-bundle.js', 'swagger-ui.css'];

const text = await generateSpecs(app, {
  documentation: structuredClone(OPENAPI_HEAD),
  // Whatever is refused is a problem: the text would else tell of the validators' own answers.
  defaultValidationErrorResponse: false,
});
writeFileSync(join(ASSETS, OPENAPI_ASSET), JSON.stringify(text));

const { resolve } = createRequire(import.meta.url);
for (const file of READER) copyFileSync(resolve(`swagger-ui-dist/${file}`), join(ASSETS, 'docs/reader', file));
