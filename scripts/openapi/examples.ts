/** Real requests and answers of the demo (`npm start`) for each operation; a test checks them against their schemas. */

import { VERSION } from '../../src/contract/constants.ts';
import { DOCUMENT, ENTRY } from './examples/catalog.ts';
import { DELTA, LIVE, TABLES } from './examples/data.ts';
import { DEVICE, EXPANDED_DEVICE, RECORD } from './examples/devices.ts';
import { CACHE, DEFINED, DEFINITION, PROBED, PROBED_BADLY, STATS, VERSIONS } from './examples/resources.ts';
import {
  CLOSED_SOURCE,
  SOURCE,
  SOURCE_DEFINITION,
  SOURCE_PREVIEW,
  TOKEN_SOURCE,
  UNSET_SOURCE,
} from './examples/sources.ts';
import { ENDED, EXPANDED, FAILED, RETRIED, REVOKED, STATES, WAITING } from './examples/tasks.ts';
import { HOOK, HOOK_DEFINITION, TESTED } from './examples/webhooks.ts';

/** Media type -> name -> a body. */
export type Examples = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const json = (examples: Readonly<Record<string, unknown>>): Examples => ({ 'application/json': examples });

const DATA = { ...json({ tables: TABLES, delta: DELTA }), 'text/event-stream': { versions: LIVE } };
const LOADING = json({ waiting: WAITING });
const ANY_TASK = { ended: ENDED, waiting: WAITING, failed: FAILED, expanded: EXPANDED };

const SYNCED = {
  id: 'b',
  tag: '2d85c16d29704923',
  status: 304,
  etag: '2d85c16d29704923-v1',
  version: 2,
  revision: 1_795_886_424_925,
  content_version: 'v2',
  hash: 'da563f6b6c93dd7c3547dff8b4a4d72f530687cfaef5e8657acc33bc00b67238',
  last_modified: '2026-11-28T17:20:22.963Z',
  loaded: '2026-11-28T17:20:24.925Z',
  expires: '2026-11-28T17:21:22.045Z',
};
const CHANGED = { ...SYNCED, id: 'a', status: 200, etag: '2d85c16d29704923-v2', content_version: 'delta v1-v2' };
const SYNC_END = { user: 'alice', now: '2026-11-28T17:20:39.270Z' };

/** Operation -> examples of its request body, and of its answers by status. */
export const EXAMPLES: Readonly<Record<string, { body?: Examples; [status: number]: Examples }>> = {
  getHealth: {
    200: json({ ok: { status: 'ok', stores: { d1: 'ok', r2: 'ok', object: 'ok' }, edge: 'ok' } }),
    503: json({
      failing: { status: 'failing', stores: { d1: 'failing', r2: 'ok', object: 'ok' }, edge: 'ok' },
      misconfigured: {
        status: 'misconfigured',
        stores: { d1: 'ok', r2: 'ok', object: 'ok' },
        edge: 'ok',
        settings: ['Exactly one of JWT_JWKS_URL, JWT_PUBLIC_KEY, JWT_SECRET must be set. None is.'],
      },
    }),
  },
  getConsoleConfig: {
    200: json({
      'with a provider': {
        oidc: {
          issuer: 'https://idp.example.com',
          client_id: 'freshet-console',
          scope: 'openid',
          params: { audience: 'https://freshet.example.com' },
        },
        version: VERSION,
        languages: ['en', 'ru'],
        poll_s: 10,
        local: null,
      },
      'with a pasted token': { oidc: null, version: VERSION, languages: ['en', 'ru'], poll_s: 10, local: null },
    }),
  },
  listSyncRecords: {
    200: json({
      records: [
        { ...RECORD, device: 'phone-1', sync_datetime: '2026-11-23T19:14:36.721Z', etag: 'a33c767be2e9de01-v1' },
        RECORD,
      ],
      expanded: [{ ...RECORD, resource_title: 'cars', parameters: { year: 1982 }, current_version: 5, stale: true }],
    }),
  },
  listDevices: { 200: json({ devices: [DEVICE], expanded: [EXPANDED_DEVICE] }) },
  syncCaches: {
    body: json({
      several: {
        caches: [
          { id: 'a', resource_title: 'cars', parameters: { year: 1982 }, etag: '2d85c16d29704923-v1' },
          {
            id: 'b',
            resource_title: 'cars',
            parameters: { year: 1981 },
            etag: '2d85c16d29704923-v1',
            min_revision: 17,
          },
        ],
      },
    }),
    200: {
      ...json({ several: { ...SYNC_END, caches: [{ ...CHANGED, body: DELTA }, SYNCED] } }),
      'application/x-ndjson': {
        lines: [SYNCED, { ...CHANGED, lines: 1 }, DELTA, { end: true, ...SYNC_END }]
          .map((line) => `${JSON.stringify(line)}\n`)
          .join(''),
      },
    },
  },
  refreshCache: {
    body: json({ cars: { resource_title: 'cars', year: 1982 }, 'no parameters': { resource_title: 'boroughs' } }),
    200: json({ ended: ENDED, waiting: WAITING, failed: RETRIED, expanded: EXPANDED }),
  },
  getTaskState: { 200: { ...json(ANY_TASK), 'text/event-stream': { states: STATES } } },
  revokeTask: { body: json({ task: { task_id: REVOKED.task_id } }), 200: json({ revoked: REVOKED }) },
  readCache: { 200: DATA, 202: LOADING },
  readCacheByPost: {
    body: json({ cars: { year: 1982, origin: 'Japan' }, 'only defaults': {} }),
    200: DATA,
    202: LOADING,
  },
  getLiveTicket: { 200: json({ ticket: { live: '0.5f1c9a04e2b7d86c13a0f94e', expires_in: 30 } }) },
  listCatalog: { 200: json({ page: [ENTRY] }) },
  getResourceDocument: { 200: json({ cars: DOCUMENT }) },
  listResources: { 200: json({ page: [DEFINED], expanded: [{ ...DEFINED, stats: STATS }] }) },
  getResource: { 200: json({ cars: DEFINED }) },
  putResource: {
    body: json({ cars: DEFINITION, 'an answer to GET': DEFINED }),
    200: json({
      cars: DEFINED,
      'what it would do': { definition: DEFINED, created: false, changed: ['ttl_s', 'tables'], would: 98 },
    }),
    201: json({ cars: DEFINED }),
  },
  refreshResource: {
    202: json({ all: { tasks: 4, next: null }, 'there are more': { tasks: 500, next: 'WyJyZWZyZXNoZXMiLCIyZDg1Il0' } }),
  },
  getResourceStats: {
    200: json({
      counted: STATS,
      'not yet': { caches: null, bytes: null, loaded: null, counted_at: null, next_refresh: null },
    }),
  },
  probeResource: {
    body: json({
      'the stored definition': { parameters: { year: 1982 } },
      'a draft': { definition: DEFINITION, parameters: { year: 1982 } },
    }),
    200: json({ good: PROBED, bad: PROBED_BADLY }),
  },
  listCaches: { 200: json({ page: [CACHE] }) },
  purgeCaches: {
    200: json({
      all: { purged: 1, next: null },
      'there are more': { purged: 500, next: 'WyJwdXJnZXMiLCIyZDg1Il0' },
      'a dry run': { purged: 0, would: 1234, next: null },
    }),
  },
  listVersions: { 200: json({ cars: VERSIONS }) },
  listTasks: { 200: json({ cars: [EXPANDED] }) },
  getCache: { 200: json({ cars: CACHE }) },
  refreshCacheByKey: { 200: json(ANY_TASK) },
  forgetSyncs: { 200: json({ all: { forgotten: 4, next: null } }) },
  getStats: {
    200: json({
      'loads by outcome': {
        unit: 'count',
        series: [
          {
            label: 'changed',
            points: [
              [1_795_886_400_000, 12],
              [1_795_886_700_000, 9],
            ],
          },
          { label: 'origin-timeout', points: [[1_795_886_700_000, 2]] },
        ],
        cut: false,
      },
    }),
  },
  listActions: {
    200: json({
      page: [
        {
          at: '2026-11-23T19:40:02.118Z',
          user: 'admin',
          action: 'purge',
          target: 'cars?year=1982',
          count: 3,
          reason: 'price list was wrong, ticket 4711',
          request_id: '3b8f2a54-6f0e-4f6a-9a2e-0c9a3c1b7a11',
        },
      ],
    }),
  },
  listSources: { 200: json({ page: [SOURCE] }) },
  getSource: { 200: json({ erp: SOURCE, 'with its state': CLOSED_SOURCE }) },
  putSource: {
    body: json({ erp: SOURCE_DEFINITION, 'with a token': TOKEN_SOURCE, 'an answer to GET': SOURCE }),
    200: json({ erp: SOURCE, 'a dry run': SOURCE_PREVIEW }),
    201: json({ erp: SOURCE, 'without a secret': UNSET_SOURCE }),
  },
  listWebhooks: { 200: json({ all: [{ ...HOOK, state: { ...HOOK.state, waiting: 0 } }] }) },
  getWebhook: { 200: json({ erp: HOOK }) },
  putWebhook: {
    body: json({ erp: HOOK_DEFINITION, 'an answer to GET': HOOK }),
    200: json({ erp: HOOK }),
    201: json({ erp: HOOK }),
  },
  testWebhook: { 200: json({ accepted: TESTED.accepted, refused: TESTED.refused }) },
  whoami: {
    200: json({
      alice: {
        user: 'alice',
        scopes: ['cache:read', 'cache:refresh'],
        scopes_from: 'claims',
        other_scopes: ['openid'],
        groups: [],
        device: 'tablet-1',
        expires: '2026-11-24T19:14:36.000Z',
        now: '2026-11-23T19:14:36.426Z',
      },
    }),
  },
};
