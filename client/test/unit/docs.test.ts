/** docs/client.md and client/README.md: their code compiles against the package, what they say to paste works, and their tables are whole. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT } from '../../../scripts/lib/wrangler.ts';
import { run } from '../../../test/e2e/support/run.ts';
import { cleanEnv, Service } from '../../../test/e2e/support/service.ts';
import { type CodeBlock, codeBlocks } from '../support/code-blocks.ts';
import { type PackedClient, packedClient } from '../support/packed-client.ts';

const DOCUMENTS = ['docs/client.md', 'client/README.md'];
const PATIENCE_MS = 180_000;
const text = readFileSync(join(PROJECT, 'docs/client.md'), 'utf8');
const guide = codeBlocks('docs/client.md');
const scripts = DOCUMENTS.flatMap(codeBlocks).filter(({ language }) => ['ts', 'tsx', 'js'].includes(language));

let client: PackedClient;
beforeAll(async () => {
  client = await packedClient();
}, PATIENCE_MS);
afterAll(() => client?.remove());

/** A command in a folder, with the Node.js of the project. */
const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
const npmOffline = { npm_config_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' };

describe('the code of the documents', () => {
  it.each([
    ['of pages and apps', ['esnext', 'dom', 'dom.iterable', 'dom.asynciterable'], ['node'], false],
    ['of service workers', ['esnext', 'webworker', 'webworker.iterable', 'webworker.asynciterable'], [], true],
  ])(
    'compiles against the package, %s',
    async (name, lib, types, isOfWorkers) => {
      const blocks = scripts.filter(({ code }) => code.includes('ServiceWorkerGlobalScope') === isOfWorkers);
      expect(blocks.length).toBeGreaterThan(0);
      const { code, stdout } = await compiled(name, blocks, { lib, types });
      expect({ stdout, code }).toEqual({ stdout: '', code: 0 });
    },
    PATIENCE_MS,
  );

  it(
    'would not compile if it were wrong',
    async () => {
      const wrong = scripts.map((block) => ({ ...block, code: block.code.replace("'cars', { year", '82, { year') }));
      const { stdout } = await compiled('wrong', wrong, { lib: ['esnext', 'dom', 'dom.iterable'], types: ['node'] });
      expect(stdout).toContain("Argument of type 'number' is not assignable to parameter of type 'string'");
    },
    PATIENCE_MS,
  );

  it(
    'of an app that is tested runs as it stands',
    async () => {
      const [block] = guide.filter(({ section, language }) => section === 'Tests of your app' && language === 'ts');
      writeFileSync(join(client.project, 'app.test.ts'), block?.code ?? '');
      const { code, stdout } = await run(process.execPath, ['--test', 'app.test.ts'], {}, client.project);
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('pass 1') });
    },
    PATIENCE_MS,
  );
});

describe('getting started', () => {
  let service: Service;
  const running: ChildProcess[] = [];
  beforeAll(async () => {
    service = await Service.start();
  }, PATIENCE_MS);
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    await service?.stop();
  }, 60_000);

  it(
    'leads from an empty folder to rows that change, by what it says to paste',
    async () => {
      const blocks = guide.filter(({ section }) => section === 'Getting started');
      const [build, install, start, change] = blocks.filter(({ language }) => language === 'sh').map(here);
      const [app] = blocks.filter(({ language }) => language === 'js').map(here);
      expect(build?.trim()).toBe('npm run build:client');
      const env = { ...service.env, ...npmOffline, PATH };
      const installed = await run('sh', ['-e', '-c', install ?? 'false'], env, client.project);
      expect({ code: installed.code, stderr: installed.stderr }).toEqual({ code: 0, stderr: '' });

      const folder = join(client.project, 'my-app');
      writeFileSync(join(folder, 'app.mjs'), app ?? '');
      const child = spawn('sh', ['-e', '-c', (start ?? '').replace('node app', 'exec node app')], {
        cwd: folder,
        env: { ...cleanEnv(), ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      running.push(child);
      const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
      const seen: string[] = [];
      lines.on('line', (line) => seen.push(line));
      const line = async (what: string) => {
        while (!seen.some((one) => one.trim() === what)) await once(lines, 'line');
      };
      await Promise.all([line('live'), line("name: 'plymouth reliant',")]);

      const { code, stdout } = await run('sh', ['-e', '-c', change ?? 'false'], env);
      expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('"task_state"') });
      await line('2 inserted, 2 deleted');
    },
    PATIENCE_MS,
  );

  /** With the ports of this service, and the folders of this machine. */
  function here({ code }: CodeBlock): string {
    const { path } = client.packed;
    return code
      .replaceAll(`../freshet/dist/${basename(path)}`, path)
      .replaceAll('../freshet', PROJECT)
      .replaceAll('127.0.0.1:8787', `127.0.0.1:${service.port}`)
      .replaceAll('127.0.0.1:8788', `127.0.0.1:${service.originPort}`);
  }
});

describe('the tables', () => {
  const source = (file: string) => readFileSync(join(PROJECT, 'client/src', file), 'utf8');
  /** The first cells of the table under a heading. */
  const firstCells = (heading: string) => {
    const [, section = ''] = text.split(`\n## ${heading}\n`);
    const rows = section.split('\n## ')[0]?.matchAll(/^\| (.*?) \|/gm) ?? [];
    return Array.from(rows, ([, cell = '']) => Array.from(cell.matchAll(/`([\w.-]+)`/g), ([, name]) => name)).flat();
  };
  const names = (union: string) => Array.from(union.matchAll(/'([\w.-]+)'/g), ([, name]) => name);

  it('tell what to do about each code of an error, once', () => {
    const [, own = '', problems = ''] =
      /type ErrorCode = (.*?);.*?type ProblemCode =(.*?);/s.exec(source('error.ts')) ?? [];
    const codes = [...names(own), ...names(problems)];
    expect(codes.length).toBeGreaterThan(30);
    expect(firstCells('By error code').sort()).toEqual(codes.sort());
  });

  it('report each event', () => {
    const [, union = ''] = /interface ClientEvent \{\s*name:(.*?);/s.exec(source('api.ts')) ?? [];
    expect(names(union).length).toBeGreaterThan(10);
    expect(firstCells('Monitoring').sort()).toEqual(names(union).sort());
  });

  it('report each state', () => {
    const [, union = ''] = /type SyncState =(.*?);/s.exec(source('api.ts')) ?? [];
    expect(firstCells('States')).toEqual(expect.arrayContaining(names(union)));
  });

  it('lead only to sections that are there', () => {
    const slug = (heading: string) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-');
    const headings = Array.from(text.matchAll(/^#{2,3} (.*)$/gm), ([, heading = '']) => slug(heading));
    const targets = Array.from(text.matchAll(/\]\(#([\w-]+)\)/g), ([, target]) => target);
    expect(targets.length).toBeGreaterThan(10);
    expect(targets.filter((target) => !headings.includes(target ?? ''))).toEqual([]);
  });
});

/** Each block a module of its own, beside the drivers that it may import. */
function compiled(name: string, blocks: readonly CodeBlock[], { lib, types }: { lib: string[]; types: string[] }) {
  const folder = join(client.project, name.replaceAll(' ', '-'));
  mkdirSync(folder);
  link(['react', 'react-dom', '@types/react', '@types/react-dom', '@types/node', '@tanstack/db']);
  cpSync(join(PROJECT, 'client/examples/drivers'), folder, { recursive: true });
  cpSync(join(PROJECT, 'client/test/support/docs'), folder, { recursive: true });
  const files = blocks.map(({ language, code }, at) => {
    const file = `block-${at}.${language}`;
    writeFileSync(join(folder, file), `${code}\nexport {};\n`);
    return file;
  });
  const compilerOptions = {
    lib,
    types,
    target: 'esnext',
    module: 'esnext',
    moduleResolution: 'bundler',
    jsx: 'react-jsx',
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    checkJs: true,
    noEmit: true,
    skipLibCheck: true,
  };
  const declared = ['prelude.d.ts', 'packages.d.ts'];
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [...files, ...declared] }));
  return run(join(PROJECT, 'node_modules/.bin/tsc'), ['-p', folder], { PATH });
}

/** Packages of the project, as somebody who uses them has them. */
function link(packages: readonly string[]): void {
  for (const name of packages) {
    const to = join(client.project, 'node_modules', name);
    if (existsSync(to)) continue;
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(join(PROJECT, 'node_modules', name), to);
  }
}
