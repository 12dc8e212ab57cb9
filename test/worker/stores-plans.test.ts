import { env } from 'cloudflare:workers';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { Source } from '../../src/contract/source.ts';
import type { Webhook } from '../../src/contract/webhook.ts';
import { emptyDocument } from '../../src/core/device-documents.ts';
import type { SyncFilter } from '../../src/ports/sync-store.ts';
import { d1Actions } from '../../src/stores/actions.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { FIXED_COLUMNS, type StoredEntry, valuesOf, WRITTEN_COLUMNS } from '../../src/stores/entry-row.ts';
import { d1ResourceCounts } from '../../src/stores/resource-counts.ts';
import { copyAllMarks, markedResources } from '../../src/stores/resource-marks.ts';
import { d1Resources } from '../../src/stores/resources.ts';
import { d1Sources } from '../../src/stores/sources.ts';
import { d1SyncRecords } from '../../src/stores/sync-records.ts';
import { moveWalk } from '../../src/stores/walks.ts';
import { d1WebhookWaiting } from '../../src/stores/webhook-waiting.ts';
import { d1Webhooks } from '../../src/stores/webhooks.ts';
import { recordingDatabase } from '../support/database.ts';
import { sampleEntry } from '../support/entries.ts';
import { sampleResource } from '../support/resources.ts';
import { changeOf } from '../support/webhooks.ts';

/** Every statement that the calls run, with SQLite's plan for it. */
async function plansOf(call: (db: D1Database) => Promise<unknown>): Promise<{ sql: string; plan: string[] }[]> {
  const { db, statements } = recordingDatabase(env.DB);
  await call(db);
  return Promise.all(
    statements.map(async ({ sql, values }) => {
      const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .bind(...values)
        .all<{ detail: string }>();
      return { sql, plan: results.map(({ detail }) => detail) };
    }),
  );
}

/** Steps that read a whole table or sort: a bound list (`json_each`, `VALUES`), a constant row or a bounded subquery is none. */
function costly({ plan }: { plan: string[] }): string[] {
  return plan.filter(
    (step) =>
      step.includes('TEMP B-TREE') ||
      /^SCAN (?!CONSTANT ROW|json_each|\d+-ROW VALUES CLAUSE|asked|given|marked|came|\(subquery)/.test(step),
  );
}

const record = { user: 'ada', device: 'd', resource: 'r', key: 'k', syncedAt: 1, version: 1, changed: 1 };
const definition = sampleResource();
const resource = { title: 't', definition, number: 1, purged: 1, changedAt: 1 };
const row: StoredEntry = Object.assign(
  { read_at: null } as StoredEntry,
  Object.fromEntries([...FIXED_COLUMNS, ...WRITTEN_COLUMNS].map((name, at) => [name, valuesOf(sampleEntry())[at]])),
);
const system = v.parse(Source, { url: 'https://erp.example.com/' });
const webhook: Webhook = { url: 'https://x', secrets: [], events: ['cache.changed'], min_interval_s: 0 };
const REFUSAL = { problem: 'origin-status', reason: 'The receiver answered with status 503.' } as const;
const action = { at: 1, id: 'a', user: 'ada', action: 'purge', target: 't', reason: null, requestId: 'r' } as const;
const scheduledRun = { resource, dueAt: 1, startedAt: 2, after: 'j' };
const filters: SyncFilter[] = [null, 'ada'].flatMap((user) => [
  { user },
  { user, device: 'd' },
  { user, resource: 'r' },
  { user, device: 'd', resource: 'r' },
]);

/** One step of the walk over one resource: the walk's place, resources, a page of entries, and one batch of writes. */
async function countOnce(db: D1Database): Promise<void> {
  const place = { startedAt: 1, title: 'z', after: '', sums: { total: 0, fresh: 0, failing: 0, bytes: 0 } };
  await d1Resources(env.DB).put('z-counted', definition, true, null, 1);
  await moveWalk(env.DB, 'count-entries', place).run();
  await d1ResourceCounts([db], 1_000_000).walk(Date.now());
}

it.each<[string, number, (db: D1Database) => Promise<unknown>]>([
  ['reading a definition', 1, (db) => d1Resources(db).read('t')],
  ['finding several definitions', 1, (db) => d1Resources(db).findAll(['p', 'q'])],
  ['listing definitions', 1, (db) => d1Resources(db).list('t', 10)],
  [
    'listing definitions that are open to groups',
    1,
    (db) => d1Resources(db).list('t', 10, { groups: new Set(['a', 'b']) }),
  ],
  ['listing definitions of a source', 1, (db) => d1Resources(db).list('t', 10, { source: 's' })],
  [
    'searching definitions',
    2,
    async (db) => {
      await d1Resources(env.DB).put('t-found', definition, true, null, 1);
      await d1Resources(db).list('t', 10, { fits: (title) => title === 't-found' });
    },
  ],
  ['searching definitions of a source', 1, (db) => d1Resources(db).list('t', 10, { source: 's', fits: () => true })],
  ['making a definition', 1, (db) => d1Resources(db).put('t', definition, true, null, 1)],
  ['changing a definition', 1, (db) => d1Resources(db).put('t', definition, true, 1, 2)],
  ['deleting a resource', 1, (db) => d1Resources(db).remove('t', 1, 2)],
  ['expiring all caches', 1, (db) => d1Resources(db).expireAll('t', true, 2)],
  ['purging all caches', 1, (db) => d1Resources(db).expireAll('t', false, 2)],
  ['listing what is swept', 1, (db) => d1Resources(db).listSweeping(10)],
  ['listing what is due', 1, (db) => d1Resources(db).listDue(2, 10)],
  ['going on with a run', 1, (db) => d1Resources(db).moveRun(scheduledRun, { after: 'k' })],
  ['ending a run', 1, (db) => d1Resources(db).moveRun(scheduledRun, { nextRunAt: 3 })],
  ['telling a mark to other databases', 3, (db) => markedResources([db, db]).put('u', definition, true, null, 1)],
  ['copying all marks', 4, (db) => copyAllMarks([db, db])],
  ['ending a sweep', 2, (db) => d1Resources(db).endSweep('t', 2)],
  ['looking up an entry', 1, (db) => d1Entries(db).read('k', 'r')],
  ['looking up many entries', 1, (db) => d1Entries(db).readAll([{ key: 'k', resource: 'r' }], false)],
  ['finding an entry', 1, (db) => d1Entries(db).find('k')],
  [
    'finding entries with large parameters',
    2,
    async (db) => {
      const large = sampleEntry({ parameters: { text: 'x'.repeat(60_000) } });
      await d1Entries(env.DB).put(large);
      await d1Entries(db).findAll([large.key]);
    },
  ],
  ['finding several entries', 1, (db) => d1Entries(db).findAll(['k', 'l'])],
  ['putting an entry', 1, (db) => d1Entries(db).put(sampleEntry())],
  ['putting an entry under another name', 1, (db) => d1Entries(db).put(sampleEntry(), true)],
  ['noting reads', 1, (db) => d1Entries(db).touch([{ key: 'k', hour: 1 }])],
  ['counting entries', 1, (db) => d1Entries(db).count('r')],
  ['removing entries', 1, (db) => d1Entries(db).remove(['k'])],
  ['listing entries', 2, (db) => d1Entries(db).list({}, 'k', 10, 1)],
  ['listing entries of a resource', 2, (db) => d1Entries(db).list({ resource: 'r', state: 'stale' }, 'k', 10, 1)],
  ['listing entries of an owner', 2, (db) => d1Entries(db).list({ owner: 'ada', resource: 'r' }, 'k', 10, 1)],
  [
    'listing failing entries of an owner',
    2,
    (db) => d1Entries(db).list({ owner: 'ada', state: 'failing' }, 'k', 10, 1),
  ],
  ['listing failing entries', 2, (db) => d1Entries(db).list({ state: 'failing' }, null, 10, 1)],
  [
    'listing failing entries of a resource',
    2,
    (db) => d1Entries(db).list({ resource: 'r', state: 'failing' }, 'k', 10, 1),
  ],
  ['listing what a sweep purges', 2, (db) => d1Entries(db).list({ resource: 'r', numberBelow: 9 }, null, 10, 1)],
  ['listing what a schedule refreshes', 2, (db) => d1Entries(db).list({ resource: 'r', readSince: 9 }, null, 10, 1)],
  ['walking unread entries', 3, (db) => d1Entries(db).walkUnread(2, 10)],
  [
    'reading rows that move',
    2,
    (db) => Promise.all([d1Entries(db).rowsOf(['k', 'l']), d1Entries(db).rowsAfter('k', 10)]),
  ],
  ['taking rows over', 2, (db) => d1Entries(db).adopt([{ ...row, read_at: 1 }])],
  ['dropping rows that moved', 1, (db) => d1Entries(db).drop([row])],
  ['reading counts of caches', 1, (db) => d1ResourceCounts([db]).read('t')],
  ['counting caches', 5, (db) => countOnce(db)],
  ['beginning an action', 1, (db) => d1Actions(db).begin(action)],
  ['ending an action', 1, (db) => d1Actions(db).end(action, 3)],
  ['dropping an action', 1, (db) => d1Actions(db).drop(action)],
  ['listing actions', 1, (db) => d1Actions(db).list({ since: 1 }, action, 10)],
  ['listing actions of a user', 1, (db) => d1Actions(db).list({ user: 'ada', since: 1 }, null, 10)],
  ['listing actions of a kind', 1, (db) => d1Actions(db).list({ action: 'purge', since: 1 }, action, 10)],
  [
    'listing actions of a kind and user',
    1,
    (db) => d1Actions(db).list({ user: 'ada', action: 'purge', since: 1 }, null, 10),
  ],
  ['dropping old actions', 1, (db) => d1Actions(db).dropOld(1, 10)],
  ['going on with a walk', 1, (db) => moveWalk(db, 'w', ['k']).run()],
  ['forgetting records of a user', 3, (db) => d1SyncRecords(db).remove('ada', null, 10, 1)],
  ['forgetting records of a device', 3, (db) => d1SyncRecords(db).remove('ada', 'd', 10, 1)],
  ['dropping devices that moved', 1, (db) => d1SyncRecords(db).drop([{ ...emptyDocument(record), rev: 1 }])],
  ['dropping old records', 5, (db) => d1SyncRecords(db).dropOld(2, 10)],
  ['dropping marks', 1, (db) => d1SyncRecords(db).dropMarks(1)],
  ['moving records of the former table', 1, (db) => d1SyncRecords(db).moveFormer()],
  [
    'listing devices',
    2,
    (db) => Promise.all([null, 'ada'].map((user) => d1SyncRecords(db).listDevices({ user }, null, 10))),
  ],
  [
    'searching devices',
    6,
    (db) =>
      Promise.all(
        [{ user: null }, { user: 'ada' }, { user: null, device: 'd' }].map((filter) =>
          d1SyncRecords(db).listDevices({ ...filter, fits: () => true }, null, 10),
        ),
      ),
  ],
  ['reading a source', 1, (db) => d1Sources([db]).read('s')],
  ['listing sources', 1, (db) => d1Sources([db]).list('s', 10)],
  ['counting resources of a source', 1, (db) => d1Sources([db]).countResources('s')],
  ['naming resources of a source', 1, (db) => d1Sources([db]).titlesOf('s', 10)],
  ['making a source', 1, (db) => d1Sources([db]).put('s', system, false, null, 1)],
  ['changing a source and the numbers of its resources', 2, (db) => d1Sources([db]).put('s', system, true, 1, 2)],
  ['deleting a source', 1, (db) => d1Sources([db]).remove('s', 1)],
  ['listing webhooks', 1, (db) => d1Webhooks(db).list()],
  ['keeping webhooks in the isolate', 1, (db) => d1Webhooks(db).active()],
  ['counting what waits for webhooks', 1, (db) => d1WebhookWaiting(db).counts()],
  ['reading webhooks', 1, (db) => d1Webhooks(db).readAll(['h', 'i'])],
  ['making a webhook', 1, (db) => d1Webhooks(db).put('h', webhook, null, 1)],
  ['changing a webhook', 2, (db) => d1Webhooks(db).put('h', webhook, 1, 2)],
  ['deleting a webhook', 2, (db) => d1Webhooks(db).remove('h', 1)],
  ['disabling a webhook', 2, (db) => d1Webhooks(db).disable({ name: 'h', changedAt: 1 }, REFUSAL, 1)],
  ['noting that a webhook fails', 1, (db) => d1Webhooks(db).beginFailing({ name: 'h', changedAt: 1 }, REFUSAL, 1, 2)],
  ['taking the lease of a webhook', 1, (db) => d1Webhooks(db).lease('h', 1, 2)],
  ['giving it back', 1, (db) => d1Webhooks(db).release('h', 2, { outcome: 'nothing' })],
  ['giving it back, taken', 1, (db) => d1Webhooks(db).release('h', 2, { outcome: 'taken' })],
  [
    'giving it back, failed',
    1,
    (db) =>
      d1Webhooks(db).release('h', 2, { outcome: 'failed', refusal: REFUSAL, failingSince: 1, failures: 1, wakeAt: 3 }),
  ],
  ['finding lost wake-ups', 1, (db) => d1Webhooks(db).overdue(1)],
  ['folding events', 3, (db) => d1WebhookWaiting(db).add('h', [changeOf(sampleEntry())], 1)],
  ['reading what is due', 2, (db) => d1WebhookWaiting(db).due('h', 1, 10)],
  [
    'settling what was sent',
    3,
    (db) =>
      d1WebhookWaiting(db).settle('h', 2, [
        { key: 'k', revision: 1, outcome: 'sent', until: null },
        { key: 'k', revision: 1, outcome: 'sent', until: 2 },
        { key: 'k', revision: 1, outcome: 'refused', dueAt: 2 },
      ]),
  ],
  ['hurrying what was not taken', 1, (db) => d1WebhookWaiting(db).hurry('h', 1)],
  ['listing records, by each filter', 8, (db) => Promise.all(filters.map((f) => d1SyncRecords(db).list(f, null, 10)))],
  ['going on in each list', 8, (db) => Promise.all(filters.map((f) => d1SyncRecords(db).list(f, record, 10)))],
])('scans and sorts nothing: %s', async (_name, statements, call) => {
  const plans = await plansOf(call);
  expect(plans).toHaveLength(statements);
  expect(plans.filter((plan) => costly(plan).length > 0)).toEqual([]);
});

it('notes records with sorts of what the documents hold, and of the devices of one user, but no scan', async () => {
  const devices = ['a', 'b', 'c'].map((device) => ({ ...record, user: 'cyd', device }));
  const plans = await plansOf((db) => d1SyncRecords(db, { maxDevices: 1 }).put(devices));
  // Merged; who is missing; how much room there is; who goes; the new one.
  expect(plans).toHaveLength(5);
  expect(plans.flatMap(costly).filter((step) => !step.includes('TEMP B-TREE'))).toEqual([]);
});

it('tells a scan and a sort', async () => {
  const sql = 'SELECT * FROM sync_records ORDER BY synced_at';
  const plans = await plansOf((db) => db.prepare(sql).all());
  expect(plans.flatMap(costly)).toHaveLength(2);
});
