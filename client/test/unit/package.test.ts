/** The package as npm publishes it: its files, what an import does, and that each reader of its `exports` finds its way. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entriesOf, readManifest } from '../../../scripts/client/manifest.ts';
import { PROJECT } from '../../../scripts/lib/wrangler.ts';
import { type PackedClient, packedClient } from '../support/packed-client.ts';

const entries = entriesOf(readManifest());

describe('the package', () => {
  let client: PackedClient;

  beforeAll(async () => {
    client = await packedClient();
  }, 60_000);
  afterAll(() => client?.remove());

  /** Packages that scripts or declarations import and the package does not bring. */
  const externals = () => {
    const imports = Object.values(client.metafile.outputs).flatMap(({ imports }) => imports);
    const byScripts = imports.filter(({ external }) => external).map(({ path }) => path);
    const declarations = client.packed.files.filter((file) => file.endsWith('.d.ts'));
    const byTypes = declarations.flatMap((file) =>
      Array.from(readFileSync(join(client.folder, file), 'utf8').matchAll(/^(?:im|ex)port .*from '([^.'][^']*)'/gm)),
    );
    return new Set([...byScripts, ...byTypes.map(([, path = '']) => path)].map(packageOf));
  };

  it('has a script with its map and types for each entry, what they share, and nothing else', () => {
    const { files } = client.packed;
    const isExpected = (file: string) =>
      ['package.json', 'README.md', 'LICENSE'].includes(file) ||
      entries.some(({ name }) => [`dist/${name}.js`, `dist/${name}.js.map`, `dist/${name}.d.ts`].includes(file)) ||
      /^dist\/chunks\/\w+\.js(\.map)?$/.test(file) ||
      isReached(file);
    // Declarations are not bundled: an entry's import others, each by a script's name.
    const reached = new Set(entries.map(({ name }) => `dist/${name}.d.ts`));
    for (const file of reached)
      for (const other of declarationsIn(join(client.folder, file))) reached.add(join(dirname(file), other));
    const isReached = (file: string) => reached.has(file);
    expect(files.filter((file) => !isExpected(file))).toEqual([]);
    for (const { name } of entries) {
      expect(files).toEqual(expect.arrayContaining([`dist/${name}.js`, `dist/${name}.js.map`, `dist/${name}.d.ts`]));
    }
    expect([...reached].filter((file) => !files.includes(file))).toEqual([]);
  });

  it('keeps what it shares in one place, so that two entries have one class of errors', () => {
    const scripts = client.packed.files.filter((file) => file.endsWith('.js'));
    const defining = scripts.filter((file) =>
      /FreshetError = class /.test(readFileSync(join(client.folder, file), 'utf8')),
    );
    expect(defining).toHaveLength(1);
  });

  it('shows its sources to a debugger: maps have their text', () => {
    for (const file of client.packed.files.filter((file) => file.endsWith('.js.map'))) {
      const map = JSON.parse(readFileSync(join(client.folder, file), 'utf8')) as Record<
        'sources' | 'sourcesContent',
        string[]
      >;
      expect(map.sourcesContent).toHaveLength(map.sources.length);
    }
  });

  it('needs nothing at run time except optional peers', () => {
    const { peerDependencies = {}, peerDependenciesMeta = {} } = client.manifest;
    expect(client.manifest).not.toHaveProperty('dependencies');
    expect(Object.keys(peerDependencies).toSorted()).toEqual([...externals()].toSorted());
    for (const name of Object.keys(peerDependencies)) expect(peerDependenciesMeta[name]).toEqual({ optional: true });
  });

  it('names no folder of the machine that built it', () => {
    for (const file of client.packed.files) {
      expect(readFileSync(join(client.folder, file), 'utf8')).not.toContain(PROJECT);
    }
  });

  it.each(entries)('imports "$subpath" without touching or adding a global', ({ name, subpath }) => {
    linkPeers(client, externals());
    const { stdout, stderr } = importWithGuard(client, join(client.folder, `dist/${name}.js`));
    expect({ subpath, stdout: stdout.trim(), stderr }).toEqual({ subpath, stdout: '[]', stderr: '' });
  });

  it.each([
    ['nodenext', 'nodenext', 'es2024'],
    ['node16', 'node16', 'es2022'],
    ['bundler', 'esnext', 'es2022'],
  ])('gives its types to a compiler that resolves as %s does', (moduleResolution, module, target) => {
    const project = join(client.project, moduleResolution);
    mkdirSync(project);
    linkPeers(client, externals());
    writeFileSync(join(project, 'package.json'), '{"type":"module"}');
    writeFileSync(
      join(project, 'app.ts'),
      entries
        .map(
          ({ subpath }, at) =>
            `import * as entry${at} from '${specifier(subpath)}';\nconsole.log(Object.keys(entry${at}));`,
        )
        .join('\n'),
    );
    const lib = [target, 'dom', 'dom.iterable', 'dom.asynciterable', 'esnext.disposable'];
    const compilerOptions = {
      module,
      moduleResolution,
      target,
      lib,
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      types: [],
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));
    const { stdout } = spawnSync(join(PROJECT, 'node_modules/.bin/tsc'), ['-p', project], { encoding: 'utf8' });
    // Faults of a peer's own declarations are not ours.
    const faults = stdout.split('\n').filter((line) => /^(app\.ts|\S*@freshet\/client\/)/.test(line));
    expect(faults).toEqual([]);
  });

  it('is refused where package.json promises what was not built', async () => {
    const { packClient } = await import('../../../scripts/client/pack.ts');
    const manifest = {
      ...client.manifest,
      exports: { './gone': { types: './dist/gone.d.ts', default: './dist/gone.js' } },
    };
    expect(() => packClient(manifest, join(client.project, 'built'), client.project)).toThrow(
      'dist/gone.d.ts was not built',
    );
  });
});

describe('its package.json', () => {
  it('can be imported only by its entries, types first', () => {
    const manifest = readManifest();
    for (const conditions of Object.values(manifest.exports))
      expect(Object.keys(conditions)).toEqual(['types', 'default']);
    expect(() =>
      entriesOf({ ...manifest, exports: { '.': { types: './dist/a.d.ts', default: './dist/b.js' } } }),
    ).toThrow('exports["."]');
    expect(() =>
      entriesOf({ ...manifest, exports: { './no': { types: './dist/no.d.ts', default: './dist/no.js' } } }),
    ).toThrow('client/src/no.ts');
  });
});

function specifier(subpath: string): string {
  return `@freshet/client${subpath.slice(1)}`;
}

function packageOf(path: string): string {
  return path.split('/', path.startsWith('@') ? 2 : 1).join('/');
}

function declarationsIn(file: string): string[] {
  const found = readFileSync(file, 'utf8').matchAll(/(?:\bfrom |\bimport\()['"](\.[^'"]*)\.js['"]/g);
  return Array.from(found, ([, path]) => `${path}.d.ts`);
}

/** The peers and their types, as somebody who uses them has them. */
function linkPeers({ project }: PackedClient, peers: ReadonlySet<string>): void {
  const types = [...peers].map((name) => `@types/${name.replace('@', '').replace('/', '__')}`);
  for (const name of [...peers, ...types]) {
    const [from, to] = [join(PROJECT, 'node_modules', name), join(project, 'node_modules', name)];
    if (!existsSync(from) || existsSync(to)) continue;
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(from, to);
  }
}

/** Imports a script where each global that is not of the language itself throws when the package looks at it; prints those that it added. */
function importWithGuard({ project, folder }: PackedClient, path: string): { stdout: string; stderr: string } {
  const guard = `
    import { runInNewContext } from 'node:vm';
    const log = console.log.bind(console);
    const own = new Set(runInNewContext('Object.getOwnPropertyNames(globalThis)'));
    const browsers = ['window', 'document', 'indexedDB', 'localStorage', 'sessionStorage', 'location', 'BroadcastChannel', 'caches', 'self', 'WebSocket', 'EventSource'];
    let isArmed = false;
    for (const name of new Set([...Object.getOwnPropertyNames(globalThis), ...browsers])) {
      if (own.has(name) && name !== 'console') continue;
      const value = globalThis[name];
      const get = () => {
        // Peers may look at what they like.
        if (isArmed && new Error().stack.includes(${JSON.stringify(folder)})) throw new Error('it looks at ' + name);
        return value;
      };
      Object.defineProperty(globalThis, name, { get });
    }
    const before = new Set(Object.getOwnPropertyNames(globalThis));
    isArmed = true;
    await import(${JSON.stringify(path)});
    isArmed = false;
    log(JSON.stringify(Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name))));`;
  const file = join(project, 'guard.mjs');
  writeFileSync(file, guard);
  return spawnSync(process.execPath, ['--no-warnings', file], { encoding: 'utf8' });
}
