/**
 * Puts the API reader's files beside ours in assets/, from where they are served (wrangler.toml, `[build]`): they come
 * from a package, so they are not kept in git, and they are static assets, so they do not count to the Worker's size.
 * JavaScript, since wrangler runs it with whatever `node` there is.
 */

import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FILES = ['swagger-ui-bundle.js', 'swagger-ui.css'];
const TARGET = fileURLToPath(new URL('../assets/docs/reader/', import.meta.url));

const { resolve } = createRequire(import.meta.url);
for (const file of FILES) copyFileSync(resolve(`swagger-ui-dist/${file}`), join(TARGET, file));
