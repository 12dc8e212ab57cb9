/**
 * `GET /catalog/`: the resources that the caller may read, and a typed OpenAPI document of each (CONTRACT 3 "Catalog").
 */

import * as v from 'valibot';
import { describe, NOT_MODIFIED, pageOf, RESOURCE_TITLE } from '#describe';
import { CatalogEntry, ResourceDocument } from '../../contract/catalog.ts';
import { listCursor } from '../../core/cursor.ts';
import { resourceDocument } from '../../core/resource-document/index.ts';
import { findResource } from '../../flows/read/find-resource.ts';
import { readCatalog } from '../../flows/read/read-catalog.ts';
import { openApiText } from '../assets.ts';
import { factory } from '../factory.ts';
import { protect } from '../identity.ts';
import { noQuery, PageQuery, query } from '../input.ts';
import { methods } from '../methods.ts';
import { nextLink, replyJson } from '../reply.ts';

const titles = listCursor('catalog');

export const catalog = factory.createApp();

catalog.use('/catalog', methods('GET', 'HEAD', 'OPTIONS'), protect('cache:read'));
catalog.get(
  '/catalog',
  describe({
    id: 'listCatalog',
    tag: 'Data',
    summary: 'The resources that you may read, in order of title',
    scope: 'cache:read',
    answers: pageOf(CatalogEntry),
    problems: ['invalid-cursor'],
  }),
  query(v.strictObject(PageQuery)),
  async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const { resources } = c.get('services');
    const page = await readCatalog(resources, c.get('identity'), titles.placeOf(cursor), limit);
    return replyJson(c, page.entries, { headers: { Link: nextLink(c, titles.after(page.next)) } });
  },
);

catalog.use('/catalog/:title/openapi.json', methods('GET', 'HEAD', 'OPTIONS'), protect('cache:read'));
catalog.get(
  '/catalog/:title/openapi.json',
  describe({
    id: 'getResourceDocument',
    tag: 'Data',
    summary: 'An OpenAPI document of one resource alone: its parameters and tables typed, for generators of clients',
    scope: 'cache:read',
    answers: {
      200: { description: 'The document.', schema: ResourceDocument, headers: ['ETag'] },
      304: NOT_MODIFIED,
    },
    parameters: [RESOURCE_TITLE],
    problems: ['not-found'],
  }),
  noQuery,
  async (c) => {
    const { resources } = c.get('services');
    const resource = await findResource(resources, c.req.param('title'), c.get('identity'));
    return replyJson(c, resourceDocument(await openApiText(c.env.ASSETS, c.req.url), resource));
  },
);
