/** `/caches/`: lists caches; purges and refreshes them by key or many at once (CONTRACT 4). */

import type { Context } from 'hono';
import * as v from 'valibot';
import { CACHE_KEY, describe, NOT_MODIFIED, PREFER_TASK, pageOf } from '#describe';
import { about } from '../../contract/about.ts';
import { CACHE_STATES, CacheRecord, PurgeAnswer } from '../../contract/administration.ts';
import { HEADER, MAX_USER_LENGTH } from '../../contract/constants.ts';
import { Problem } from '../../contract/problem.ts';
import { AnyTaskAnswer, ExpandTask } from '../../contract/task.ts';
import { demandConditions } from '../../core/conditions.ts';
import { listCursor } from '../../core/cursor.ts';
import { digestTag } from '../../core/etag.ts';
import { invalidParameters } from '../../core/input-faults.ts';
import { parseJson } from '../../core/json.ts';
import { isObject } from '../../core/json-value.ts';
import { holdMs, parsePrefer, preferenceApplied } from '../../core/prefer.ts';
import { listCaches, readCache } from '../../flows/admin/list-caches.ts';
import {
  countResource,
  countSelected,
  purgeCache,
  purgeResource,
  purgeSelected,
} from '../../flows/admin/purge-caches.ts';
import { refreshByKey } from '../../flows/admin/refresh-caches.ts';
import type { Parameters } from '../../ports/entry.ts';
import { carryOut, selectedTarget } from '../administration-log.ts';
import { type AppEnv, factory } from '../factory.ts';
import { protectAdministration } from '../identity.ts';
import { Flag, noQuery, PageQuery, query } from '../input.ts';
import { methods } from '../methods.ts';
import { conditionsOf, nextLink, replyJson } from '../reply.ts';
import { taskAnswer } from '../task-answer.ts';

const Title = v.pipe(v.string(), v.minLength(1));
const SELECTED = 'A JSON object: only caches whose parameters have these members with these values.';
const keys = listCursor('caches');
const purges = listCursor('purges');

export const caches = factory.createApp();

caches.use('/caches', methods('GET', 'HEAD', 'DELETE', 'OPTIONS'), protectAdministration());
caches.get(
  '/caches',
  describe({
    id: 'listCaches',
    tag: 'Administration',
    summary: 'The caches, in order of key',
    scope: 'cache:inspect',
    answers: pageOf(CacheRecord),
    problems: ['invalid-cursor'],
  }),
  query(
    v.strictObject({
      ...PageQuery,
      resource_title: about(v.optional(Title), 'Only caches of this resource.'),
      state: about(
        v.optional(v.picklist(CACHE_STATES)),
        'Only caches that are fresh, that have expired, or whose last load failed.',
      ),
      parameters: about(v.optional(v.string()), SELECTED),
      owner: about(
        v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_USER_LENGTH))),
        'Only private caches of this user.',
      ),
    }),
  ),
  async (c) => {
    const { limit, cursor, resource_title: resource, state, owner, parameters } = c.req.valid('query');
    const filter = {
      resource,
      state,
      owner,
      parameters: parameters === undefined ? undefined : readParameters(parameters),
    };
    const page = await listCaches(c.get('services'), filter, keys.placeOf(cursor), limit, Date.now());
    return replyJson(c, page.caches, { headers: { Link: nextLink(c, keys.after(page.next)) } });
  },
);

caches.delete(
  '/caches',
  describe({
    id: 'purgeCaches',
    tag: 'Administration',
    summary: 'Purges the caches of a resource, or those with certain parameters',
    scope: 'cache:admin',
    answers: { 200: { description: 'How many caches were purged.', schema: PurgeAnswer, headers: ['ETag'] } },
    headers: ['X-Reason'],
    problems: ['invalid-cursor', 'not-found'],
  }),
  query(
    v.strictObject({
      resource_title: about(Title, 'Title of the resource.'),
      parameters: about(v.optional(v.string()), SELECTED),
      soft: about(Flag, 'Only mark them as expired: they are served as stale while they are loaded again.'),
      dry_run: about(Flag, 'Purge nothing, and return how many caches with data this call would have purged.'),
      cursor: PageQuery.cursor,
    }),
  ),
  async (c) => {
    const { resource_title: title, parameters, soft, dry_run: isDry, cursor } = c.req.valid('query');
    const action = soft ? 'soft_purge' : 'purge';
    if (parameters === undefined) {
      if (cursor !== undefined)
        throw invalidParameters([{ pointer: '/cursor', detail: 'is only allowed with "parameters"' }]);
      if (isDry) return replyJson(c, await countResource(c.get('services'), title));
      const done = await carryOut(
        c,
        'caches.purged',
        { action, target: title },
        () => purgeResource(c.get('services'), title, soft, Date.now()),
        ({ purged }) => ({ count: purged, what: { resource: title, soft, by_parameters: [], purged, complete: true } }),
      );
      return replyJson(c, done);
    }
    const selection = { title, parameters: readParameters(parameters), soft };
    const after = purges.placeOf(cursor);
    if (isDry) {
      const counted = await countSelected(c.get('services'), selection, after, Date.now());
      return replyJson(c, { ...counted, next: purges.after(counted.next) });
    }
    const { purged, next } = await carryOut(
      c,
      'caches.purged',
      { action, target: selectedTarget(title, selection.parameters) },
      () => purgeSelected(c.get('services'), selection, after, Date.now()),
      (done) => ({
        count: done.purged,
        what: {
          resource: title,
          soft,
          by_parameters: Object.keys(selection.parameters),
          purged: done.purged,
          complete: done.next === null,
        },
      }),
    );
    return replyJson(c, { purged, next: purges.after(next) });
  },
);

caches.use('/caches/:key', methods('GET', 'HEAD', 'DELETE', 'OPTIONS'), protectAdministration());
caches.get(
  '/caches/:key',
  describe({
    id: 'getCache',
    tag: 'Administration',
    summary: 'One cache',
    scope: 'cache:inspect',
    answers: { 200: { description: 'The cache.', schema: CacheRecord, headers: ['ETag'] }, 304: NOT_MODIFIED },
    parameters: [CACHE_KEY],
    problems: ['not-found'],
  }),
  noQuery,
  async (c) => replyJson(c, await readCache(c.get('services'), c.req.param('key'), Date.now())),
);

caches.delete(
  '/caches/:key',
  describe({
    id: 'purgeCache',
    tag: 'Administration',
    summary: 'Purges one cache',
    scope: 'cache:admin',
    answers: { 204: { description: 'It was purged.' } },
    parameters: [CACHE_KEY],
    headers: ['If-Match', 'X-Reason'],
    problems: ['not-found', 'precondition-failed'],
  }),
  noQuery,
  async (c) => {
    await demandUnchanged(c, c.req.param('key'));
    const key = c.req.param('key');
    await carryOut(
      c,
      'caches.purged',
      { action: 'purge', target: key },
      () => purgeCache(c.get('services'), key, Date.now()),
      () => ({ count: 1, what: { key, purged: 1 } }),
    );
    return c.body(null, 204);
  },
);

caches.use('/caches/:key/refresh', methods('POST', 'OPTIONS'), protectAdministration());
caches.post(
  '/caches/:key/refresh',
  describe({
    id: 'refreshCacheByKey',
    tag: 'Administration',
    summary: 'Asks for new data of one cache',
    scope: 'cache:admin',
    answers: { 200: { description: 'The task.', schema: AnyTaskAnswer, headers: ['ETag', 'Preference-Applied'] } },
    parameters: [CACHE_KEY, PREFER_TASK],
    headers: ['X-Reason'],
    problems: ['not-found', 'conflict'],
  }),
  query(
    v.strictObject({
      force: about(Flag, 'Load at once, without conditions, and accept what the guard would refuse.'),
      expand: ExpandTask,
    }),
  ),
  async (c) => {
    const { force, expand } = c.req.valid('query');
    const services = c.get('services');
    const identity = c.get('identity');
    const preferences = parsePrefer(c.req.header('Prefer'));
    const request = {
      key: c.req.param('key'),
      asker: identity.user,
      force,
      waitMs: holdMs(preferences, services.settings.refreshWaitMs),
    };
    const task = await carryOut(
      c,
      'caches.refreshed',
      // A refresh that the guard may still refuse changes no more than a read would.
      force ? { action: 'forced_refresh', target: request.key } : null,
      () => refreshByKey(services, request, Date.now()),
      ({ taskId }) => ({ count: 1, what: { key: request.key, force, task_id: taskId, tasks: 1 } }),
    );
    return replyJson(c, taskAnswer(task, expand === 'task', identity), {
      headers: { [HEADER.preferenceApplied]: preferenceApplied(preferences) },
    });
  },
);

/** Checks a condition against the answer to GET. Without a condition, looks nothing up. */
async function demandUnchanged(c: Context<AppEnv>, key: string): Promise<void> {
  const conditions = conditionsOf(c);
  if (conditions.ifMatch === undefined && conditions.ifNoneMatch === undefined) return;
  demandConditions(conditions, digestTag(JSON.stringify(await readCache(c.get('services'), key, Date.now()))));
}

/** Reads `parameters` of the query: a JSON object. */
function readParameters(text: string): Parameters {
  try {
    const value = parseJson(text);
    if (isObject(value)) return value as Parameters;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const faults = error.errors.map(({ pointer, detail }) => ({ pointer: `/parameters${pointer}`, detail }));
    if (faults.length > 0) throw invalidParameters(faults);
  }
  throw invalidParameters([{ pointer: '/parameters', detail: 'must be a JSON object' }]);
}
