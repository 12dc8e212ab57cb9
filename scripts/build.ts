/**
 * Makes the static assets (wrangler.toml, `[build]`), which do not count to the Worker's size: the OpenAPI text, generated
 * from the routes of the app, the pages for people, and the files of the API reader, from their package. None is kept in git.
 */

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { generateSpecs } from 'hono-openapi';
import { app } from '../src/app.ts';
import { OPENAPI_ASSET, OPENAPI_HEAD } from '../src/http/openapi-head.ts';
import { problemsPage, readerPage } from './pages/pages.ts';

const ASSETS = join(import.meta.dirname, '../assets');
const READER = ['swagger-ui-bundle.js', 'swagger-ui.css'];

const text = await generateSpecs(app, {
  documentation: structuredClone(OPENAPI_HEAD),
  // Whatever is refused is a problem: the text would else tell of the validators' own answers.
  defaultValidationErrorResponse: false,
});
writeFileSync(join(ASSETS, OPENAPI_ASSET), JSON.stringify(text));

mkdirSync(join(ASSETS, 'pages'), { recursive: true });
writeFileSync(join(ASSETS, 'pages/reader.html'), String(await readerPage()));
writeFileSync(join(ASSETS, 'pages/problems.html'), String(await problemsPage()));

const { resolve } = createRequire(import.meta.url);
for (const file of READER) copyFileSync(resolve(`swagger-ui-dist/${file}`), join(ASSETS, 'docs/reader', file));
