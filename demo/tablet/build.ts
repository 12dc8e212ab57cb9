/** Builds Tablet's files, which the demo origin serves under `/tablet/`. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rebuilding } from '../../scripts/lib/build-files.ts';
import { contentTypeOf } from '../../scripts/lib/content-types.ts';

/** A file to serve. */
export interface ServedFile {
  contentType: string;
  body: Uint8Array;
  /** Strong, with quotes. */
  etag: string;
  /** Whether its name contains a hash of its content. */
  isNamedByContent: boolean;
}
/** Path below `/tablet/` -> file; the page itself has the path ''. */
export type ServedFiles = ReadonlyMap<string, ServedFile>;

const HERE = import.meta.dirname;
const PUBLIC = join(HERE, 'public');
/** These two are made from the others. */
const PAGE = 'index.html';
const WORKER = 'worker.js';

const OPTIONS = {
  absWorkingDir: HERE,
  tsconfig: join(HERE, 'tsconfig.json'),
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  jsx: 'automatic',
  minify: true,
  sourcemap: true,
  define: { 'process.env.NODE_ENV': '"production"' },
} as const;

/** Builds Tablet, each time from the present sources. */
export class TabletBuild {
  readonly #service: string;
  readonly #app = rebuilding({
    ...OPTIONS,
    entryPoints: ['app/main.tsx', 'app/style.css'],
    entryNames: '[name]-[hash]',
  });
  readonly #worker = rebuilding({ ...OPTIONS, entryPoints: ['app/worker.ts'], format: 'iife', sourcemap: false });

  /** @param service address of the service: `http://127.0.0.1:8787` */
  constructor(service: string) {
    this.#service = service;
  }

  /** All current files. @throws Error with esbuild's message if a source has a fault */
  async files(): Promise<ServedFiles> {
    const [app, worker] = await Promise.all([this.#app(), this.#worker()]);
    const files = new Map<string, ServedFile>();
    for (const [name, body] of app) files.set(name, served(name, body, true));
    for (const name of readdirSync(PUBLIC).filter((name) => name !== PAGE)) {
      files.set(name, served(name, readFileSync(join(PUBLIC, name))));
    }
    files.set('', served(PAGE, this.#page([...app.keys()])));
    // Source maps are for developer tools; they are not needed offline.
    const shell = [...files].filter(([name]) => !name.endsWith('.map'));
    const version = createHash('sha256')
      .update(shell.map(([, { etag }]) => etag).join())
      .digest('hex')
      .slice(0, 12);
    const head = `const SHELL = ${JSON.stringify({ version, files: shell.map(([name]) => name) })};\n`;
    files.set(WORKER, served(WORKER, head + Buffer.from(worker.get(WORKER) ?? '').toString()));
    return files;
  }

  #page(names: readonly string[]): string {
    const named = (ending: string) => names.find((name) => name.endsWith(ending)) ?? '';
    const words = {
      service: this.#service,
      socket: this.#service.replace(/^http/, 'ws'),
      script: named('.js'),
      style: named('.css'),
    };
    return Object.entries(words).reduce(
      (text, [word, value]) => text.replaceAll(`{{${word}}}`, value),
      readFileSync(join(PUBLIC, PAGE), 'utf8'),
    );
  }
}

function served(name: string, content: string | Uint8Array, isNamedByContent = false): ServedFile {
  const body = typeof content === 'string' ? Buffer.from(content) : content;
  return {
    contentType: contentTypeOf(name),
    body,
    etag: `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`,
    isNamedByContent,
  };
}
