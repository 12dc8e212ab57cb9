/** What readers are told of the resources that they may read (CONTRACT 3 "Catalog"). */

import * as v from 'valibot';
import { about } from './about.ts';
import { ResourceTitle } from './resource.ts';

/** A table as its readers know it. */
export const CatalogTable = v.strictObject({
  name: about(v.string(), 'Name of the table, in bodies and deltas.'),
  columns: about(v.array(v.string()), 'Names of the cells of a row, in order; its row id comes before them.'),
});

/** One resource; the members in this order. Nothing tells where its data come from, nor whom else it is open to. */
export const CatalogEntry = v.strictObject({
  title: about(ResourceTitle, 'Names the resource.'),
  description: about(v.nullable(v.string()), 'For people: what the data is; null where the definition does not say.'),
  parameters: about(
    v.record(v.string(), v.unknown()),
    'JSON Schema (2020-12) that the values of the parameters are checked by, as one object.',
  ),
  tables: about(
    v.nullable(v.array(CatalogTable)),
    'The tables of the body, in its order; null: the body is what the origin sent, as it is.',
  ),
});
export type CatalogEntry = v.InferOutput<typeof CatalogEntry>;

/** An OpenAPI document of one resource. */
export const ResourceDocument = v.looseObject({
  openapi: about(v.string(), 'Version of OpenAPI.'),
  info: about(v.looseObject({}), 'Title and description of the resource.'),
  paths: about(v.looseObject({}), 'The read of the resource, its refresh, and the state of a task.'),
  components: about(v.looseObject({}), 'What those refer to, such as `ResourceParameters`, `Tables` and `Delta`.'),
});
