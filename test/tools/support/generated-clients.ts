/** Clients that generators make of OpenAPI documents, with a program for each (test/tools/clients/), compiled as one project. */

import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Outcome as Ended, run } from '../../e2e/support/run.ts';
import { PROJECT } from '../../e2e/support/service.ts';

/** Installed by `npm ci --prefix tools/openapi`. */
export const TOOLS = join(PROJECT, 'tools/openapi/node_modules');

/** The generators, and what each is made of: `api` is the whole API, `resource` one resource of the catalog. */
export const GENERATORS = ['openapi-fetch', 'hey-api', 'orval'] as const;
export const DOCUMENTS = ['api', 'resource'] as const;

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    // What the generators write is held to it as well.
    skipLibCheck: false,
    target: 'es2022',
    lib: ['es2023', 'dom', 'dom.iterable'],
    types: [],
    module: 'node16',
    rewriteRelativeImportExtensions: true,
    rootDir: 'src',
    outDir: 'out',
  },
  include: ['src'],
};

/** A folder with programs and generated clients, removed by `remove`. */
export class GeneratedClients {
  readonly #folder = mkdtempSync(join(tmpdir(), 'freshet-clients-'));

  /** @param documents the OpenAPI documents, as they are served */
  constructor(documents: Readonly<Record<(typeof DOCUMENTS)[number], string>>, base: string, token: string) {
    symlinkSync(TOOLS, join(this.#folder, 'node_modules'));
    cpSync(join(import.meta.dirname, '../clients'), join(this.#folder, 'src'), { recursive: true });
    mkdirSync(join(this.#folder, 'src/generated'));
    const settings = { BASE: base, AUTHORIZATION: `Bearer ${token}` };
    const lines = Object.entries(settings).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};\n`);
    writeFileSync(join(this.#folder, 'src/settings.ts'), lines.join(''));
    writeFileSync(join(this.#folder, 'package.json'), JSON.stringify({ type: 'commonjs' }));
    writeFileSync(join(this.#folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    for (const name of DOCUMENTS) {
      writeFileSync(join(this.#folder, `${name}.json`), documents[name]);
      const target = `./src/generated/orval-${name}/client.ts`;
      const output = { mode: 'split', target, client: 'fetch', baseUrl: base };
      const config = { [name]: { input: `./${name}.json`, output } };
      writeFileSync(join(this.#folder, `orval-${name}.config.mjs`), `export default ${JSON.stringify(config)};\n`);
    }
  }

  /** Has each generator make a client of each document. @throws Error with what a generator said when it failed */
  async generate(): Promise<void> {
    for (const name of DOCUMENTS) {
      const document = `${name}.json`;
      const into = (generator: string) => `src/generated/${generator}-${name}`;
      await this.#tool('openapi-typescript/bin/cli.js', document, '--output', `${into('openapi-fetch')}/schema.d.ts`);
      await this.#tool('@hey-api/openapi-ts/bin/run.js', '-i', document, '-o', into('hey-api'));
      await this.#tool('orval/dist/bin/orval.mjs', '--config', `orval-${name}.config.mjs`);
    }
  }

  /** What the compiler of the tools says under `strict`; empty: nothing. */
  async compile(): Promise<string> {
    return (await this.#node(join(TOOLS, 'typescript/bin/tsc'), '-p', '.')).stdout;
  }

  /** Runs the program of a client to its end. */
  async run(generator: string, document: string): Promise<Ended> {
    return this.#node(`out/${generator}-${document}.js`);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  async #tool(program: string, ...args: string[]): Promise<void> {
    const { code, stdout, stderr } = await this.#node(join(TOOLS, program), ...args);
    if (code !== 0) throw new Error(`${program} ended with ${code}:\n${stdout}\n${stderr}`);
  }

  #node(program: string, ...args: string[]): Promise<Ended> {
    return run(process.execPath, [program, ...args], {}, this.#folder);
  }
}
