/** `/resources/`: definitions, and a refresh of all caches of one resource (CONTRACT 4). */

import * as v from 'valibot';
import { describe, NOT_MODIFIED, oneOf, pageOf, RESOURCE_TITLE } from '#describe';
import { about } from '../../contract/about.ts';
import { RefreshAllAnswer } from '../../contract/administration.ts';
import { ResourcePreview } from '../../contract/dry-run.ts';
import { Definition, DefinitionAnswer, type Resource } from '../../contract/resource.ts';
import { ExpandedResource } from '../../contract/resource-counts.ts';
import { SourceName } from '../../contract/source.ts';
import { listCursor } from '../../core/cursor.ts';
import {
  deleteResource,
  getResource,
  listResources,
  type PutResource,
  previewResource,
  putResource,
  readDefinedResource,
  type TaggedResource,
} from '../../flows/admin/manage-resources.ts';
import { refreshAll } from '../../flows/admin/refresh-caches.ts';
import { resourceStats } from '../../flows/admin/resource-stats.ts';
import { sweepResource } from '../../flows/upkeep/sweep.ts';
import { paceWarnings, pagesWarnings } from '../../origin/check-pages.ts';
import { lostParameters, openCredentials } from '../../origin/definition-advice.ts';
import { warningsOf } from '../../origin/later-rules.ts';
import { unsetSecrets } from '../../origin/unset-secrets.ts';
import { carryOut } from '../administration-log.ts';
import { factory } from '../factory.ts';
import { protectAdministration } from '../identity.ts';
import { Flag, noQuery, PageQuery, query, readJson, SearchText } from '../input.ts';
import { methods } from '../methods.ts';
import { conditionsOf, nextLink, replyJson, warned } from '../reply.ts';

const titles = listCursor('resources');
const refreshes = listCursor('refreshes');

export const resources = factory.createApp();

resources.use('/resources', methods('GET', 'HEAD', 'OPTIONS'), protectAdministration());
resources.get(
  '/resources',
  describe({
    id: 'listResources',
    tag: 'Administration',
    summary: 'All definitions, in order of title',
    scope: 'cache:inspect',
    answers: pageOf(oneOf(DefinitionAnswer, ExpandedResource)),
    problems: ['invalid-cursor'],
  }),
  query(
    v.strictObject({
      ...PageQuery,
      search: SearchText(
        "Only those that have each of these words somewhere in the title, or in the origin's URL or source, in upper or lower case; spaces, hyphens and underscores separate words.",
      ),
      source: about(v.optional(SourceName), 'Only those that name this source.'),
      expand: about(v.optional(v.picklist(['stats'])), '`stats`: include the state of the caches of each.'),
    }),
  ),
  async (c) => {
    const { limit, cursor, search, source, expand } = c.req.valid('query');
    const { resources: store, resourceCounts } = c.get('services');
    const page = await listResources(store, titles.placeOf(cursor), limit, { source, search });
    const headers = { Link: nextLink(c, titles.after(page.next)) };
    if (expand === undefined) return replyJson(c, page.resources.map(answerOf), { headers });
    const counts = await resourceCounts.readAll(page.resources.map(({ title }) => title));
    const now = Date.now();
    const answers = page.resources.map((resource) => ({
      ...answerOf(resource),
      stats: resourceStats(resource.definition, counts.get(resource.title) ?? null, now),
    }));
    return replyJson(c, answers, { headers });
  },
);

resources.use('/resources/:title', methods('GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'), protectAdministration());
resources.get(
  '/resources/:title',
  describe({
    id: 'getResource',
    tag: 'Administration',
    summary: 'One definition, with its defaults',
    scope: 'cache:inspect',
    answers: {
      200: { description: 'The definition.', schema: DefinitionAnswer, headers: ['ETag'] },
      304: NOT_MODIFIED,
    },
    parameters: [RESOURCE_TITLE],
    problems: ['not-found'],
  }),
  noQuery,
  async (c) => {
    const resource = await getResource(c.get('services').resources, c.req.param('title'));
    return replyJson(c, answerOf(resource), { etag: resource.etag });
  },
);

resources.put(
  '/resources/:title',
  describe({
    id: 'putResource',
    tag: 'Administration',
    summary: 'Defines a resource; repeating the same definition changes nothing',
    scope: 'cache:admin',
    body: Definition,
    answers: {
      200: {
        description: 'The stored definition; with `dry_run=true` what the PUT would do.',
        schema: oneOf(DefinitionAnswer, ResourcePreview),
        headers: ['ETag'],
      },
      201: { description: 'The new definition.', schema: DefinitionAnswer, headers: ['ETag'] },
    },
    parameters: [RESOURCE_TITLE],
    headers: ['If-Match', 'If-None-Match', 'X-Reason'],
    problems: ['precondition-failed', 'conflict'],
  }),
  query(
    v.strictObject({
      dry_run: about(Flag, 'Change nothing, and return what this call would change and how many caches would expire.'),
    }),
  ),
  async (c) => {
    const title = c.req.param('title');
    const services = c.get('services');
    const { definition } = await readDefinedResource(services, title, await readJson(c));
    const conditions = conditionsOf(c);
    const advice = [
      ...unsetSecrets(partsWithSecrets(definition), services.secret),
      ...openCredentials(definition.origin.headers, '/origin/headers'),
      ...lostParameters(definition.parameters),
    ];
    const withAdvice = (resource: TaggedResource) => warned(answerOf(resource), advice);
    const countOf = async ({ expires }: PutResource) =>
      expires ? await services.entries.count(title).catch(() => null) : 0;
    if (c.req.valid('query').dry_run) {
      const preview = await previewResource(services.resources, title, definition, conditions);
      const { created, changed } = preview;
      return replyJson(c, { definition: withAdvice(preview), created, changed, would: await countOf(preview) });
    }
    const { put } = await carryOut(
      c,
      'resource.put',
      { action: 'put_resource', target: title },
      async () => {
        const put = await putResource(services, title, definition, conditions, Date.now());
        return { put, expired: await countOf(put) };
      },
      ({ put: { created, changed }, expired }) => {
        const outcome = created ? 'created' : changed.length > 0 ? 'changed' : 'same';
        return { count: expired, isSame: outcome === 'same', what: { resource: title, outcome, changed, expired } };
      },
    );
    return replyJson(c, withAdvice(put), { status: put.created ? 201 : 200, etag: put.etag });
  },
);

resources.delete(
  '/resources/:title',
  describe({
    id: 'deleteResource',
    tag: 'Administration',
    summary: 'Deletes a definition; its caches are purged soon after',
    scope: 'cache:admin',
    answers: { 204: { description: 'It was deleted.' } },
    parameters: [RESOURCE_TITLE],
    headers: ['If-Match', 'X-Reason'],
    problems: ['not-found', 'precondition-failed'],
  }),
  noQuery,
  async (c) => {
    const title = c.req.param('title');
    const services = c.get('services');
    const now = Date.now();
    await carryOut(
      c,
      'resource.deleted',
      { action: 'delete_resource', target: title },
      async () => {
        await deleteResource(services.resources, title, conditionsOf(c), now);
        return services.entries.count(title).catch(() => null);
      },
      (caches) => ({ count: caches, what: { resource: title, caches } }),
    );
    services.waitUntil(sweepResource(services, title, now));
    return c.body(null, 204);
  },
);

resources.use('/resources/:title/refresh', methods('POST', 'OPTIONS'), protectAdministration());
resources.post(
  '/resources/:title/refresh',
  describe({
    id: 'refreshResource',
    tag: 'Administration',
    summary: 'Starts a refresh of each cache of a resource',
    scope: 'cache:admin',
    answers: { 202: { description: 'How many tasks were started.', schema: RefreshAllAnswer, headers: ['ETag'] } },
    parameters: [RESOURCE_TITLE],
    headers: ['X-Reason'],
    problems: ['invalid-cursor', 'not-found'],
  }),
  query(v.strictObject({ cursor: PageQuery.cursor })),
  async (c) => {
    const after = refreshes.placeOf(c.req.valid('query').cursor);
    const title = c.req.param('title');
    const { tasks, next } = await carryOut(
      c,
      'caches.refreshed',
      { action: 'refresh', target: title },
      () => refreshAll(c.get('services'), title, after, Date.now()),
      (done) => ({
        count: done.tasks,
        what: { resource: title, force: false, tasks: done.tasks, complete: done.next === null },
      }),
    );
    return replyJson(c, { tasks, next: refreshes.after(next) }, { status: 202 });
  },
);

function answerOf({ title, definition, source }: TaggedResource): v.InferOutput<typeof DefinitionAnswer> {
  const warnings = [...warningsOf(definition), ...pagesWarnings(definition), ...paceWarnings(definition, source)];
  return warned<v.InferOutput<typeof DefinitionAnswer>>({ title, ...definition }, warnings);
}

/** The parts of a definition in which `${ORIGIN_…}` is a secret. */
function partsWithSecrets({ origin: { headers, body, changes } }: Resource) {
  return [headers, body, changes?.body];
}
