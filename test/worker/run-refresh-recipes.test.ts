/** Recipes of docs/origins.md, as they stand there, against imitations of their systems (support/imitations/), which misbehave. */
import { describe, expect, it } from 'vitest';
import type { Json, Parameters } from '../../src/ports/entry.ts';
import { guid, type Item } from '../support/imitations/imitation.ts';
import type { SystemName } from '../support/imitations/index.ts';
import type { Mischief } from '../support/imitations/misbehave.ts';
import { HEADINGS } from '../support/recipe-page.ts';
import { ITEMS, Recipe } from '../support/recipes.ts';

interface System {
  system: SystemName;
  parameters?: Parameters;
  /** How its ids come. */
  id: (id: number) => Json;
  /** The cells of an item; left out: id, name, price and time. */
  cells?: (item: Item) => Json[];
  /** Its recipe says what an answer without errors looks like. */
  isExpected?: boolean;
  /** Its times have thousandths. */
  hasMillis?: boolean;
  /** Whom it takes for its client. */
  login: 'token' | 'fixed';
  /** Its pages go on behind a row and not at a position, so that none is seen twice. */
  isByKey?: boolean;
  /** Links to other hosts mean the same path on its own. */
  isRehosted?: boolean;
}

/** Systems whose answers come in pages, by the headings of their recipes. */
const PAGED: Record<string, System> = {
  'SAP Gateway (OData v2)': {
    system: 'sapGateway',
    parameters: { plant: '1000' },
    id: (id) => String(id).padStart(10, '0'),
    login: 'fixed',
    hasMillis: true,
    isExpected: true,
  },
  'SAP S/4HANA, Dynamics 365, any OData v4': { system: 'odataV4', id: (id) => `P${id}`, login: 'fixed' },
  'Microsoft Dataverse': { system: 'dataverse', id: guid, login: 'token', isByKey: true },
  'Microsoft Business Central': {
    system: 'businessCentral',
    id: guid,
    login: 'token',
    isByKey: true,
  },
  'Microsoft Graph': {
    system: 'graph',
    id: guid,
    cells: ({ id, name, price, changed }) => [guid(id), name, price, changed],
    login: 'token',
    isByKey: true,
  },
  Salesforce: {
    system: 'salesforce',
    id: (id) => `01tRO000000000${id}YAA`,
    login: 'token',
    hasMillis: true,
    isByKey: true,
  },
  ServiceNow: { system: 'serviceNow', id: (id) => String(id).padStart(32, '0'), login: 'fixed', isExpected: true },
  GitHub: {
    system: 'github',
    id: (id) => id,
    cells: ({ id, name, price, changed }) => [id, name, `price-${price}`, changed],
    login: 'fixed',
  },
  NetSuite: { system: 'netsuite', id: (id) => id, login: 'token' },
  '1C:Enterprise': { system: 'oneC', id: guid, login: 'fixed', isExpected: true },
  'SQL Server, Oracle, MySQL': {
    system: 'dataApiBuilder',
    id: (id) => id,
    login: 'fixed',
    isByKey: true,
    isRehosted: true,
  },
};

/** Those that answer everything at once. */
const WHOLE: Record<string, System> = {
  SOAP: {
    system: 'soap',
    parameters: { plant: 'R&D' },
    id: (id) => id,
    login: 'fixed',
  },
  'CSV exports of BI systems': { system: 'biExport', id: (id) => id, login: 'fixed' },
};

const rowsOf = ({ id, cells, hasMillis }: System, items = ITEMS): Json[][] =>
  items.map((item) => {
    const changed = hasMillis ? item.changed.replace('Z', '.000Z') : item.changed;
    return cells?.(item) ?? [id(item.id), item.name, Number(item.price), changed];
  });
const failed = (code: string) => expect.objectContaining({ type: expect.stringMatching(`#${code}$`) });

/** Loads what a system has that does so at this page. */
async function loadWith(heading: string, { system, parameters }: System, how: Mischief, at: number) {
  const recipe = await Recipe.install(heading, parameters);
  await recipe.tell({ system, items: ITEMS, mischief: { at, how } });
  return recipe.load();
}

it('has a recipe for each of these systems, and PostgreSQL', () => {
  expect([...Object.keys(PAGED), ...Object.keys(WHOLE), 'Databases: PostgreSQL'].toSorted()).toEqual(
    HEADINGS.toSorted(),
  );
});

/** Of three pages, another one for each system: so each mischief is tried at each page. */
const PAGED_BY_TURNS = Object.entries(PAGED).map(([heading, system], index) => [heading, system, index % 3] as const);

describe.each(PAGED_BY_TURNS)('the recipe for %s', (heading, system, turn) => {
  it('loads all pages', async () => {
    const recipe = await Recipe.install(heading, system.parameters);
    await recipe.tell({ system: system.system, items: ITEMS });
    const { task, rows } = await recipe.load();
    expect([task.state, task.error, task.warnings]).toEqual(['SUCCESS', null, undefined]);
    expect(rows).toEqual(rowsOf(system));
  });

  it.each<[Mischief, number]>([
    ['429', turn],
    ['503', (turn + 1) % 3],
    ['500', (turn + 2) % 3],
    ['cut', turn],
    ['slow', turn],
    ...(system.isByKey ? ([['moved', 1 + (turn % 2)]] as [Mischief, number][]) : []),
    ...(system.isRehosted ? ([['elsewhere', turn % 2]] as [Mischief, number][]) : []),
  ])('heals in place: %s at page %i', async (how, at) => {
    const { task, rows } = await loadWith(heading, system, how, at);
    expect([task.state, task.attempt, task.error]).toEqual(['SUCCESS', 1, null]);
    expect(rows).toEqual(rowsOf(system));
  });

  it.each<[Mischief, number, string]>([
    ['repeated', 1 + (turn % 2), 'origin-pages'],
    ['error', turn, system.isExpected ? 'origin-refused' : 'origin-malformed'],
    ...(system.isByKey ? [] : ([['moved', 1 + (turn % 2), 'origin-pages']] as [Mischief, number, string][])),
    ...(system.isRehosted ? [] : ([['elsewhere', turn % 2, 'origin-redirect']] as [Mischief, number, string][])),
    ...(system.login === 'fixed' ? ([['expired', turn, 'origin-auth']] as [Mischief, number, string][]) : []),
  ])('commits nothing: %s at page %i is %s', async (how, at, code) => {
    const { task, entry, objects } = await loadWith(heading, system, how, at);
    expect([task.state, task.error]).toEqual([expect.stringMatching(/^(FAILURE|RETRY)$/), failed(code)]);
    expect([entry?.loaded ?? null, objects]).toEqual([null, 0]);
  });
});

const WITH_TOKENS = PAGED_BY_TURNS.filter(([, { login }]) => login === 'token');

it.each(WITH_TOKENS)(
  'the recipe for %s gets another token where that expires, and continues',
  async (heading, system, at) => {
    const recipe = await Recipe.install(heading, system.parameters);
    await recipe.tell({ system: system.system, items: ITEMS });
    expect((await recipe.load()).task.state).toBe('SUCCESS');
    await recipe.ageToken();
    await recipe.anew();
    await recipe.tell({ system: system.system, items: ITEMS, mischief: { at, how: 'expired' } });
    const { task, rows } = await recipe.load();
    expect([task.state, task.attempt, rows]).toEqual(['SUCCESS', 1, rowsOf(system)]);
    expect((await recipe.origin.requests()).filter(({ path }) => path.endsWith('/token'))).toHaveLength(2);
  },
);

const CHANGED: readonly Item[] = [
  ...ITEMS.slice(1, 4),
  { id: 5, name: 'Шуруп', price: '0.05', changed: '2026-01-06T10:00:00Z' },
  { id: 6, name: 'Гвоздь', price: '0.01', changed: '2026-01-07T10:00:00Z' },
];

describe.each(['Microsoft Dataverse', 'Microsoft Business Central', 'Microsoft Graph'])('changes of %s', (heading) => {
  const system = PAGED[heading] as System;

  it('are asked for by its delta link: what is new, other and gone', async () => {
    const recipe = await Recipe.install(heading, system.parameters);
    await recipe.tell({ system: system.system, items: ITEMS });
    await recipe.load();
    await recipe.tell({ system: system.system, items: CHANGED });
    const { task, rows } = await recipe.load();
    expect([task.state, rows]).toEqual(['SUCCESS', rowsOf(system, CHANGED)]);
    const asked = (await recipe.origin.requests()).filter(({ method }) => method === 'GET');
    expect(asked.slice(3).every(({ path }) => path.includes('deltatoken'))).toBe(true);
  });

  it('that it no longer knows are all rows, in the same attempt', async () => {
    const recipe = await Recipe.install(heading, system.parameters);
    await recipe.tell({ system: system.system, items: ITEMS });
    await recipe.load();
    await recipe.tell({ system: system.system, items: CHANGED, forgets: true });
    const { task, rows } = await recipe.load();
    expect([task.state, task.attempt, rows]).toEqual(['SUCCESS', 1, rowsOf(system, CHANGED)]);
  });
});

describe.each(['SAP Gateway (OData v2)', 'Salesforce'])('changes of %s', (heading) => {
  const system = PAGED[heading] as System;

  it('are asked for by when rows changed; what is gone goes with all rows', async () => {
    const recipe = await Recipe.install(heading, system.parameters);
    await recipe.tell({ system: system.system, items: ITEMS });
    await recipe.load();
    await recipe.tell({ system: system.system, items: CHANGED });
    expect((await recipe.load()).rows).toEqual([...rowsOf(system, ITEMS.slice(0, 1)), ...rowsOf(system, CHANGED)]);
    const [since] = (await recipe.origin.requests())
      .map(({ path }) => decodeURIComponent(path))
      .map((path) => /(?:ChangedAt ge datetime'|SystemModstamp >= )([\dT:-]+)/.exec(path)?.[1] ?? path)
      .filter((text) => /^20/.test(text));
    expect(since).toBe('2026-01-05T09:55:00');
    expect((await recipe.load({ force: true })).rows).toEqual(rowsOf(system, CHANGED));
  });
});

describe.each(Object.entries(WHOLE))('the recipe for %s', (heading, system) => {
  const expected =
    system.system === 'soap'
      ? [
          [1, 'R&D', 1.5],
          [2, 'R&D', 2.5],
        ]
      : rowsOf(system);

  it.each<Mischief | null>([null, 'slow'])('loads the answer: %s', async (how) => {
    const recipe = await Recipe.install(heading, system.parameters);
    await recipe.tell({ system: system.system, items: ITEMS, ...(how !== null && { mischief: { at: 0, how } }) });
    const { task, rows } = await recipe.load();
    expect([task.state, task.error, rows]).toEqual(['SUCCESS', null, expected]);
  });

  it.each<[Mischief, string, string]>([
    ['429', 'RETRY', 'origin-(status|refused)'],
    ['503', 'RETRY', 'origin-(status|refused)'],
    ['cut', 'RETRY', 'origin-unreachable'],
    ['elsewhere', 'FAILURE', 'origin-redirect'],
    ['error', system.system === 'soap' ? 'RETRY' : 'FAILURE', 'origin-(refused|malformed)'],
    ...(system.system === 'soap' ? [] : ([['expired', 'FAILURE', 'origin-auth']] as [Mischief, string, string][])),
  ])('commits nothing: %s is %s, %s', async (how, state, code) => {
    const { task, entry, objects } = await loadWith(heading, system, how, 0);
    expect([task.state, task.error]).toEqual([state, failed(code)]);
    expect([entry?.loaded ?? null, objects]).toEqual([null, 0]);
  });
});
