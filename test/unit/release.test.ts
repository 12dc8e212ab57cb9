/** What keeps a release from going out, each broken once (`npm run release`), and how one is prepared. */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApiDocument } from '../../scripts/openapi/document.ts';
import { apiSurface, type OpenApiText } from '../../scripts/release/api-surface.ts';
import { readChangelog, release, sectionOf, textOf, writtenChangelog } from '../../scripts/release/changelog.ts';
import { accountDifferences, apiDifferences } from '../../scripts/release/differences.ts';
import { faultsOfNotes, faultsOfRelease, type ReleaseState } from '../../scripts/release/faults.ts';
import { prepareRelease } from '../../scripts/release/prepare.ts';
import {
  compareVersions,
  contractLines,
  readRecord,
  recordedVersions,
  recordOf,
  writtenRecord,
} from '../../scripts/release/record.ts';
import { gitState } from '../../scripts/release/state.ts';
import { versionsIn } from '../../scripts/release/versions.ts';

const PROJECT = join(import.meta.dirname, '../..');
const HEAD = '# Changelog\n\nAll notable changes.\n\n';
const LAST = {
  api: ['GET /cache', 'GET /cache 200', 'GET /cache 200 [].user!'],
  account: ['binding DB'],
  contract: ['1 a'],
};
const NOW = {
  api: [...LAST.api, 'GET /cache ?device', 'GET /devices', 'GET /devices 200'],
  account: ['binding DB', 'queue freshet-sync'],
  contract: ['1 b'],
};
const NOTES = `### Before you upgrade
- Make the queue \`freshet-sync\`.

### Added
- \`GET /devices/\`, and the filter \`device\` of the list.

### Contract
- 1: says what it said, in other words.
`;

/** A release that can go out; `more` breaks it. */
function state(more: Partial<ReleaseState> & { text?: string } = {}): ReleaseState {
  const { text = `${HEAD}## [Unreleased]\n\n## [0.2.0] - 2026-11-29\n\n${NOTES}`, ...rest } = more;
  return {
    version: '0.2.0',
    versions: { 'package.json': ['0.2.0'], 'client/package.json': ['0.2.0'] },
    changelog: readChangelog(text),
    last: { version: '0.1.0', record: LAST },
    kept: writtenRecord(NOW),
    now: NOW,
    changedFiles: [],
    tags: ['v0.1.0', ''],
    outdated: [],
    ...rest,
  };
}
const withNotes = (from: string | RegExp, to: string) => ({
  text: `${HEAD}## [Unreleased]\n\n## [0.2.0] - 2026-11-29\n\n${NOTES.replace(from, to)}`,
});

describe('a release', () => {
  it('goes out when nothing is wrong', () => {
    expect(faultsOfRelease(state())).toEqual([]);
  });

  it('goes out as the first one, which nothing is held against', () => {
    expect(faultsOfRelease(state({ last: null, ...withNotes(NOTES, '### Added\n- All of it.\n') }))).toEqual([]);
  });

  it.each<[string, RegExp, Parameters<typeof state>[0]]>([
    ['changed files', /not clean: src\/app\.ts\. Commit or remove/, { changedFiles: ['src/app.ts'] }],
    [
      'many changed files',
      /not clean: 1, 2, 3, 4, 5 and 2 more/,
      { changedFiles: ['1', '2', '3', '4', '5', '6', '7'] },
    ],
    ['a tag of that version', /v0\.2\.0 is released already/, { tags: ['v0.2.0'] }],
    [
      'a client of another version',
      /client\/package\.json says 0\.1\.0, and package\.json says 0\.2\.0\. Run: npm run release -- --prepare 0\.2\.0/,
      { versions: { 'package.json': ['0.2.0'], 'client/package.json': ['0.1.0'] } },
    ],
    ['a place without a version', /docs\/client\.md names no version/, { versions: { 'docs/client.md': [] } }],
    [
      'a place with two versions',
      /package-lock\.json says 0\.2\.0 and 0\.1\.0/,
      { versions: { 'package-lock.json': ['0.2.0', '0.1.0'] } },
    ],
    ['no section', /no section \[0\.2\.0\]/, { text: `${HEAD}## [Unreleased]\n\n${NOTES}` }],
    ['a section without a date', /has no date/, { text: `${HEAD}## [Unreleased]\n\n## [0.2.0]\n\n${NOTES}` }],
    [
      'lines under Unreleased',
      /lines under Unreleased/,
      { text: `${HEAD}## [Unreleased]\n\n- One.\n\n## [0.2.0] - 2026-11-29\n\n${NOTES}` },
    ],
    [
      'an operation that is not noted',
      /"GET \/devices" is new in the API since 0\.1\.0\. Name \/devices/,
      withNotes('/devices/', '/tablets/'),
    ],
    ['a parameter that is not noted', /"GET \/cache \?device" is new .* Name device/, withNotes('`device`', 'it')],
    [
      'a queue that is not noted',
      /"queue freshet-sync" is new in what the account must have/,
      withNotes('freshet-sync', 'sync'),
    ],
    [
      'a clause of the contract that is not noted',
      /Section 1 of docs\/contract\.md differs from that of 0\.1\.0/,
      withNotes('- 1:', '- 2:'),
    ],
    ['no record', /releases\/0\.2\.0\.txt is missing/, { kept: null }],
    [
      'a record of an earlier state',
      /releases\/0\.2\.0\.txt is not what the project is now/,
      { kept: 'api GET /cache\n' },
    ],
    [
      'types that are out of date',
      /a\.d\.ts is out of date\. Run: npm run types/,
      { outdated: [{ file: 'a.d.ts', command: 'npm run types' }] },
    ],
  ])('does not go out with %s', (_what, told, broken) => {
    const faults = faultsOfRelease(state(broken));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(told);
  });

  it('does not go out with an empty section', () => {
    expect(faultsOfRelease(state(withNotes(NOTES, '')))[0]).toMatch(/is empty\. Say there what changes/);
  });

  it('does not go out while what may break somebody is noted elsewhere than before all else', () => {
    const now = { ...NOW, api: NOW.api.filter((line) => !line.includes('user')) };
    const kept = writtenRecord(now);
    const told = /"GET \/cache 200 \[\]\.user!" differs from 0\.1\.0 .* Name user under "### Before you upgrade"/;
    const added = withNotes('### Added', '### Added\n- The list has no `user` any more.');
    expect(faultsOfRelease(state({ now, kept, ...added }))).toEqual([expect.stringMatching(told)]);
    const first = withNotes('### Added', '- The list has no `user` any more.\n\n### Added');
    expect(faultsOfRelease(state({ now, kept, ...first }))).toEqual([]);
  });

  it('takes a family of settings for each of them', () => {
    const now = { ...NOW, account: [...NOW.account, 'var JWT_SCOPE_PREFIX'] };
    const kept = writtenRecord(now);
    expect(faultsOfRelease(state({ now, kept }))).toHaveLength(1);
    expect(faultsOfRelease(state({ now, kept, ...withNotes('### Added', '- `JWT_…` are new.\n\n### Added') }))).toEqual(
      [],
    );
  });
});

describe('what two releases of the API differ in', () => {
  const lines = (found: { line: string }[]) => found.map(({ line }) => line);
  it.each<[string, { before: string[]; now: string[]; added: string[]; breaking: string[] }]>([
    ['an operation that is gone', { before: ['GET /a'], now: [], added: [], breaking: ['GET /a'] }],
    [
      'an answered member that is gone',
      { before: ['GET /a', 'GET /a 200 b'], now: ['GET /a'], added: [], breaking: ['GET /a 200 b'] },
    ],
    [
      'an answered member that may be missing',
      { before: ['GET /a', 'GET /a 200 b!'], now: ['GET /a', 'GET /a 200 b'], added: [], breaking: ['GET /a 200 b!'] },
    ],
    [
      'a sent member that may be missing',
      { before: ['PUT /a', 'PUT /a < b!'], now: ['PUT /a', 'PUT /a < b'], added: [], breaking: [] },
    ],
    [
      'a sent member that must not be missing',
      { before: ['PUT /a', 'PUT /a < b'], now: ['PUT /a', 'PUT /a < b!'], added: [], breaking: ['PUT /a < b!'] },
    ],
    [
      'a new member that must be sent',
      { before: ['PUT /a'], now: ['PUT /a', 'PUT /a < b!'], added: [], breaking: ['PUT /a < b!'] },
    ],
    [
      'the same within something new',
      { before: ['PUT /a'], now: ['PUT /a', 'PUT /a < b', 'PUT /a < b.c!'], added: ['PUT /a < b'], breaking: [] },
    ],
    [
      'a new operation, and no part of it',
      { before: [], now: ['GET /a', 'GET /a 200', 'GET /a 200 b', 'GET /a ?c'], added: ['GET /a'], breaking: [] },
    ],
    [
      'a value of a list',
      {
        before: ['GET /a', 'GET /a 200 b!'],
        now: ['GET /a', 'GET /a 200 b!', 'GET /a 200 b = new'],
        added: ['GET /a 200 b = new'],
        breaking: [],
      },
    ],
    [
      'a parameter that must be sent',
      { before: ['GET /a'], now: ['GET /a', 'GET /a ?b!'], added: [], breaking: ['GET /a ?b!'] },
    ],
  ])('%s', (_what, { before, now, added, breaking }) => {
    const found = apiDifferences(before, now);
    expect({ added: lines(found.added), breaking: lines(found.breaking) }).toEqual({ added, breaking });
  });

  it('of what the account must have: the last migration stands for all, and what is gone breaks', () => {
    const { added, breaking } = accountDifferences(
      ['binding A', 'migration 0001'],
      ['migration 0001', 'migration 0002', 'migration 0003'],
    );
    expect([lines(added), lines(breaking)]).toEqual([['migration 0003'], ['binding A']]);
  });
});

it('what clients rely on: operations, parameters, statuses, members and their values', () => {
  const text: OpenApiText = {
    paths: {
      '/api/v1/a/{id}/': {
        put: {
          parameters: [
            { in: 'query', name: 'q', required: true },
            { in: 'header', name: 'Prefer' },
          ],
          requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/A' } } } },
          responses: {
            200: {
              content: {
                'application/json; charset=utf-8': {
                  schema: { type: 'array', items: { $ref: '#/components/schemas/A' } },
                },
              },
            },
            404: {},
          },
        },
      },
    },
    components: {
      schemas: {
        A: {
          properties: {
            kind: { enum: ['x', null] },
            // Written within itself, and in one of two ways.
            inner: { anyOf: [{ $ref: '#/components/schemas/A' }, { type: 'null' }] },
            way: { anyOf: [{ type: 'string' }, { properties: { name: {} }, required: ['name'] }] },
            map: { additionalProperties: { properties: { n: {} } } },
          },
          required: ['kind'],
        },
      },
    },
  };
  expect(apiSurface(text)).toEqual(
    [
      'PUT /a/{id}',
      'PUT /a/{id} ?q!',
      'PUT /a/{id} 200',
      ...['[].inner', '[].kind = x', '[].kind!', '[].map', '[].map.*.n', '[].way', '[].way.name!'].map(
        (line) => `PUT /a/{id} 200 ${line}`,
      ),
      ...['inner', 'kind = x', 'kind!', 'map', 'map.*.n', 'way', 'way.name'].map((line) => `PUT /a/{id} < ${line}`),
    ].toSorted(),
  );
});

describe('the changelog', () => {
  const text = `${HEAD}## [Unreleased]\n\n### Added\n- Two.\n  More of it.\n\n## [0.1.0] - 2026-11-23\n\n### Added\n\n#### API\n- One.\n\n#### Console\n- Two.\n`;

  it('is written as it was read', () => {
    expect(writtenChangelog(readChangelog(text))).toBe(text);
    const ours = readFileSync(join(PROJECT, 'CHANGELOG.md'), 'utf8');
    const lines = (one: string) =>
      one
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('### '))
        .toSorted();
    expect(lines(writtenChangelog(readChangelog(ours)))).toEqual(lines(ours));
  });

  it('has what was unreleased under the version, and once more what came after that', () => {
    const once = release(readChangelog(text), '0.2.0', '2026-11-28');
    expect(writtenChangelog(once)).toBe(
      text.replace('\n\n### Added\n- Two', '\n\n## [0.2.0] - 2026-11-28\n\n### Added\n- Two'),
    );
    const later = writtenChangelog(once).replace(
      '## [Unreleased]\n',
      '## [Unreleased]\n\n### Added\n- Three.\n\n### Fixed\n- Four.\n',
    );
    const twice = release(readChangelog(later), '0.2.0', '2026-11-29');
    expect(sectionOf(twice, '0.2.0')?.heading).toBe('## [0.2.0] - 2026-11-29');
    expect(textOf(sectionOf(twice, '0.2.0') ?? twice.unreleased)).toBe('- Two.\n  More of it.\n- Three.\n- Four.');
    expect([textOf(twice.unreleased), twice.released.length]).toEqual(['', 2]);
  });

  it('without Unreleased is refused', () => {
    expect(() => readChangelog(`${HEAD}## [0.1.0] - 2026-11-23\n`)).toThrow(
      'must begin with the section "## [Unreleased]"',
    );
  });
});

describe('a record', () => {
  it('says what it was written from', () => {
    expect(readRecord(writtenRecord(NOW))).toEqual(NOW);
    expect(() => readRecord('api GET /a\nqueue b\n')).toThrow('is invalid: queue b');
  });

  it('is there of each release, and its versions are in order', () => {
    expect(recordedVersions(PROJECT)[0]).toBe('0.1.0');
    expect(['0.10.0', '0.9.1', '1.0.0', '0.9.0'].toSorted(compareVersions)).toEqual([
      '0.9.0',
      '0.9.1',
      '0.10.0',
      '1.0.0',
    ]);
  });

  it('changes with the words of a section of the contract, not with its lines', () => {
    const lines = contractLines('# C\n\n## 1. A\nx y\n\n## 2. B\nz\n');
    expect(contractLines('# C\n\n## 1. A\nx\ny\n## 2. B\nother\n').map((line, at) => line === lines[at])).toEqual([
      true,
      false,
    ]);
  });
});

it('whatever differs from the last release is noted in CHANGELOG.md', async () => {
  const last = recordedVersions(PROJECT).at(-1) ?? '';
  const record = readRecord(readFileSync(join(PROJECT, `releases/${last}.txt`), 'utf8'));
  const now = recordOf(PROJECT, (await openApiDocument()) as OpenApiText);
  const { unreleased } = readChangelog(readFileSync(join(PROJECT, 'CHANGELOG.md'), 'utf8'));
  expect([...faultsOfNotes(unreleased, { version: last, record }, now)]).toEqual([]);
});

it('one version stands in all places', () => {
  const versions = Object.entries(versionsIn(PROJECT));
  const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
  expect(versions.filter(([, found]) => found.length === 0 || found.some((one) => one !== version))).toEqual([]);
});

describe('in a folder of its own', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'freshet-release-'));
    const files = [
      ...Object.keys(versionsIn(PROJECT)),
      'CHANGELOG.md',
      'docs/contract.md',
      'wrangler.toml',
      'migrations',
      'releases',
    ];
    for (const file of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      cpSync(join(PROJECT, file), join(folder, file), { recursive: true });
    }
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('a version is prepared: everywhere, with its section and its record; and again', async () => {
    const before = readFileSync(join(folder, 'CHANGELOG.md'), 'utf8');
    for (const [day, line] of [
      ['2027-01-01', ''],
      ['2027-01-02', '\n### Fixed\n- A late one.\n'],
    ] as const) {
      const file = join(folder, 'CHANGELOG.md');
      writeFileSync(file, readFileSync(file, 'utf8').replace('## [Unreleased]\n', `## [Unreleased]\n${line}`));
      const written = await prepareRelease(folder, '9.9.9', new Date(`${day}T12:00:00Z`));
      expect(written).toContain('releases/9.9.9.txt');
      const changelog = readChangelog(readFileSync(file, 'utf8'));
      expect(sectionOf(changelog, '9.9.9')?.heading).toBe(`## [9.9.9] - ${day}`);
      expect(textOf(changelog.unreleased)).toBe('');
    }
    const after = readFileSync(join(folder, 'CHANGELOG.md'), 'utf8');
    expect(after).toContain('- A late one.\n');
    expect(after.split('\n').filter((line) => line.startsWith('- ')).length).toBe(
      before.split('\n').filter((line) => line.startsWith('- ')).length + 1,
    );
    expect(new Set(Object.values(versionsIn(folder)).flat())).toEqual(new Set(['9.9.9']));
    expect(versionsIn(folder)['package-lock.json']).toHaveLength(2);
  });

  it.each([
    ['0.2', /three numbers, such as 0\.2\.0, and not "0\.2"/],
    ['0.0.1', /0\.\d+\.0 was released already/],
  ])('version %s is refused, and nothing is written', async (version, told) => {
    const before = readFileSync(join(folder, 'CHANGELOG.md'), 'utf8');
    await expect(prepareRelease(folder, version, new Date())).rejects.toThrow(told);
    expect(readFileSync(join(folder, 'CHANGELOG.md'), 'utf8')).toBe(before);
    expect(new Set(Object.values(versionsIn(folder)).flat())).not.toContain(version);
  });

  it('git tells what has changed, and which tags there are', () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: folder });
    expect(() => gitState(folder)).toThrow('a release is made in a clone');
    git('init', '-q');
    git('add', '.');
    git('commit', '-q', '-m', 'all');
    git('tag', 'v0.1.0');
    expect(gitState(folder)).toEqual({ changedFiles: [], tags: ['v0.1.0', ''] });
    writeFileSync(join(folder, 'package.json'), '{}');
    writeFileSync(join(folder, 'new file'), '');
    expect(gitState(folder).changedFiles.toSorted()).toEqual(['new file', 'package.json']);
  });
});
