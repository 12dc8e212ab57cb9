/**
 * Makes the static assets (wrangler.toml, `[build]`), which do not count to the Worker's size: the OpenAPI text, generated
 * from the routes of the app, the pages for people, and the files of the API reader, from their package. None is kept in git.
 */

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { generateSpecs } from 'hono-openapi';
import { app } from '../src/app.ts';
import { OPENAPI_ASSET, OPENAPI_HEAD } from '../src/http/openapi-head.ts';
import { failingPage, problemsPage, readerPage } from './pages/pages.ts';

const ASSETS = join(import.meta.dirname, '../assets');
const READER = ['swagger-ui-bundle.js', 'swagger-ui.css'];

const text = await generateSpecs(app, {
  documentation: structuredClone(OPENAPI_HEAD),
  // Whatever is refused is a problem: the text would else tell of the validators' own answers.
  defaultValidationErrorResponse: false,
});
put(OPENAPI_ASSET, JSON.stringify(text));

mkdirSync(join(ASSETS, 'pages'), { recursive: true });
put('pages/reader.html', String(await readerPage()));
put('pages/problems.html', String(await problemsPage()));
put('pages/failing.html', String(await failingPage()));

const { resolve } = createRequire(import.meta.url);
for (const file of READER) put(`docs/reader/${file}`, readFileSync(resolve(`swagger-ui-dist/${file}`)));

/** Replaces an asset as a whole: services that run beside this build, as those of the tests do, never read half of one. */
function put(path: string, content: string | Uint8Array): void {
  const made = join(ASSETS, `${path}.${process.pid}.new`);
  writeFileSync(made, content);
  renameSync(made, join(ASSETS, path));
}
