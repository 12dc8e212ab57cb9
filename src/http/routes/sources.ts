/** `/sources/`: the systems that resources load from (CONTRACT 4 "Sources"). */

import * as v from 'valibot';
import { describe, NOT_MODIFIED, oneOf, pageOf, pathParameter } from '#describe';
import { about } from '../../contract/about.ts';
import { SourcePreview } from '../../contract/dry-run.ts';
import { SourceAnswer, SourceDefinition } from '../../contract/source.ts';
import { listCursor } from '../../core/cursor.ts';
import {
  answerOfSource,
  deleteSource,
  getSource,
  parseSource,
  previewSource,
  putSource,
  sourceEtag,
} from '../../flows/admin/manage-sources.ts';
import { stateOfSource } from '../../flows/admin/view-gate.ts';
import { openCredentials } from '../../origin/definition-advice.ts';
import { unsetSecrets } from '../../origin/unset-secrets.ts';
import { carryOut } from '../administration-log.ts';
import { factory } from '../factory.ts';
import { protectAdministration } from '../identity.ts';
import { Flag, noQuery, PageQuery, query, readJson } from '../input.ts';
import { methods } from '../methods.ts';
import { conditionsOf, nextLink, replyJson, warned } from '../reply.ts';

const NAME = pathParameter('name', 'Name of the source.');
const names = listCursor('sources');

export const sources = factory.createApp();

sources.use('/sources', methods('GET', 'HEAD', 'OPTIONS'), protectAdministration());
sources.get(
  '/sources',
  describe({
    id: 'listSources',
    tag: 'Administration',
    summary: 'All sources, in order of name',
    scope: 'cache:inspect',
    answers: pageOf(SourceAnswer),
    problems: ['invalid-cursor'],
  }),
  query(v.strictObject(PageQuery)),
  async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const page = await c.get('services').sources.list(names.placeOf(cursor), limit);
    return replyJson(
      c,
      page.sources.map((source) => answerOfSource(source)),
      { headers: { Link: nextLink(c, names.after(page.next)) } },
    );
  },
);

sources.use('/sources/:name', methods('GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'), protectAdministration());
sources.get(
  '/sources/:name',
  describe({
    id: 'getSource',
    tag: 'Administration',
    summary: 'One source, with its defaults and the state of its limits',
    scope: 'cache:inspect',
    answers: {
      200: { description: 'The source.', schema: SourceAnswer, headers: ['ETag'] },
      304: NOT_MODIFIED,
    },
    parameters: [NAME],
    problems: ['not-found'],
  }),
  query(
    v.strictObject({ expand: about(v.optional(v.picklist(['state'])), '`state`: include the state of its limits.') }),
  ),
  async (c) => {
    const services = c.get('services');
    const source = await getSource(services.sources, c.req.param('name'));
    if (c.req.valid('query').expand === undefined) {
      return replyJson(c, answerOfSource(source), { etag: sourceEtag(source) });
    }
    return replyJson(c, answerOfSource(source, await stateOfSource(services, source.name)));
  },
);

sources.put(
  '/sources/:name',
  describe({
    id: 'putSource',
    tag: 'Administration',
    summary: 'Defines a source; a new address, way or credentials make the caches of its resources expire',
    scope: 'cache:admin',
    body: SourceDefinition,
    answers: {
      200: {
        description: 'The stored source; with `dry_run=true` what the PUT would do.',
        schema: oneOf(SourceAnswer, SourcePreview),
        headers: ['ETag'],
      },
      201: { description: 'The new source.', schema: SourceAnswer, headers: ['ETag'] },
    },
    parameters: [NAME],
    headers: ['If-Match', 'If-None-Match', 'X-Reason'],
    problems: ['precondition-failed', 'conflict'],
  }),
  query(
    v.strictObject({
      dry_run: about(Flag, 'Change nothing, and return what this call would change and whose caches would expire.'),
    }),
  ),
  async (c) => {
    const name = c.req.param('name');
    const services = c.get('services');
    const definition = parseSource(name, await readJson(c), services.settings.originHosts);
    const advice = [...unsetSecrets(definition, services.secret), ...openCredentials(definition.headers, '/headers')];
    const withWarnings = (answer: SourceAnswer) => warned(answer, advice);
    if (c.req.valid('query').dry_run) {
      const preview = await previewSource(services.sources, name, definition, conditionsOf(c));
      return replyJson(c, { ...preview, definition: withWarnings(preview.definition) });
    }
    const { source, outcome } = await carryOut(
      c,
      'source.put',
      { action: 'put_source', target: name },
      () => putSource(services.sources, name, definition, conditionsOf(c), Date.now()),
      (put) => {
        const expired = put.expired.length;
        return {
          count: expired,
          isSame: put.outcome === 'same',
          what: { source: name, outcome: put.outcome, expired },
        };
      },
    );
    const status = outcome === 'created' ? 201 : 200;
    return replyJson(c, withWarnings(answerOfSource(source)), { status, etag: sourceEtag(source) });
  },
);

sources.delete(
  '/sources/:name',
  describe({
    id: 'deleteSource',
    tag: 'Administration',
    summary: 'Deletes a source that no resource names',
    scope: 'cache:admin',
    answers: { 204: { description: 'It was deleted.' } },
    parameters: [NAME],
    headers: ['If-Match', 'X-Reason'],
    problems: ['not-found', 'precondition-failed', 'conflict'],
  }),
  noQuery,
  async (c) => {
    const name = c.req.param('name');
    await carryOut(
      c,
      'source.deleted',
      { action: 'delete_source', target: name },
      () => deleteSource(c.get('services'), name, conditionsOf(c)),
      () => ({ count: 1, what: { source: name } }),
    );
    return c.body(null, 204);
  },
);
