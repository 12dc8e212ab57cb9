/**
 * Builds the static assets, which do not count towards the Worker's size: the OpenAPI text, generated from the app's
 * routes, the pages for people, the console, and the files of the API reader from its package. None of them is in git.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { OPENAPI_ASSET } from '../../src/http/assets.ts';
import { buildConsole } from '../console/build.ts';
import { openApiDocument } from '../openapi/document.ts';
import { failingPage, problemsPage, readerPage } from '../pages/pages.ts';
import { PROJECT } from './wrangler.ts';

const ASSETS = join(PROJECT, 'assets');
/** On the same disk as the assets, but outside of their folder. */
const UNFINISHED = join(PROJECT, '.wrangler/unfinished-assets');
const CONSOLE = 'console/static';
const READER = ['swagger-ui-bundle.js', 'swagger-ui.css'];

/** Writes them to `assets/`. @throws Error if a module of the console or a route has a fault */
export async function buildAssets(): Promise<void> {
  put(OPENAPI_ASSET, JSON.stringify(await openApiDocument()));

  mkdirSync(join(ASSETS, 'pages'), { recursive: true });
  put('pages/reader.html', String(await readerPage()));
  put('pages/problems.html', String(await problemsPage()));
  put('pages/failing.html', String(await failingPage()));

  const { resolve } = createRequire(import.meta.url);
  for (const file of READER) put(`docs/reader/${file}`, readFileSync(resolve(`swagger-ui-dist/${file}`)));

  const { files } = await buildConsole();
  mkdirSync(join(ASSETS, CONSOLE), { recursive: true });
  for (const [name, content] of files) put(`${CONSOLE}/${name}`, content);
  put('pages/console.html', readFileSync(join(PROJECT, 'console/index.html')));
  // Remove pieces of earlier builds, which have other names.
  for (const name of readdirSync(join(ASSETS, CONSOLE))) {
    if (!files.has(name)) rmSync(join(ASSETS, CONSOLE, name), { force: true });
  }
}

/**
 * Replaces an asset as a whole, and only if it differs. Services that start or run during this build, such as those of
 * the tests, list this folder and read its files. They must find neither half a file nor one that is about to
 * disappear.
 */
function put(path: string, content: string | Uint8Array): void {
  const file = join(ASSETS, path);
  if (existsSync(file) && readFileSync(file).equals(Buffer.from(content))) return;
  mkdirSync(UNFINISHED, { recursive: true });
  const made = join(UNFINISHED, `${path.replaceAll('/', '-')}.${process.pid}`);
  writeFileSync(made, content);
  renameSync(made, file);
}
