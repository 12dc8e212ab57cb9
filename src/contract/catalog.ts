/** What the catalog says of the resources that a reader may read (CONTRACT 3 "Catalog"). */

import * as v from 'valibot';
import { about } from './about.ts';
import { ResourceTitle } from './values.ts';

/** A table as readers see it. */
export const CatalogTable = v.strictObject({
  name: about(v.string(), 'Name of the table, in bodies and deltas.'),
  columns: about(v.array(v.string()), 'Names of the cells of a row, in order; its row id comes before them.'),
});

/** One resource; the members in this order. It does not reveal the origin, nor who else may read the resource. */
export const CatalogEntry = v.strictObject({
  title: about(ResourceTitle, 'Title of the resource.'),
  description: about(v.nullable(v.string()), 'What the data is, for people; null: the definition does not say.'),
  parameters: about(
    v.record(v.string(), v.unknown()),
    'JSON Schema (2020-12) for an object with the values of the parameters.',
  ),
  tables: about(
    v.nullable(v.array(CatalogTable)),
    'The tables of the body, in order; null: the body is the unchanged answer of the origin.',
  ),
});
export type CatalogEntry = v.InferOutput<typeof CatalogEntry>;

/** An OpenAPI document of one resource. */
export const ResourceDocument = v.looseObject({
  openapi: about(v.string(), 'Version of OpenAPI.'),
  info: about(v.looseObject({}), 'Title and description of the resource.'),
  paths: about(v.looseObject({}), 'How to read the resource, refresh it, and read the state of a task.'),
  components: about(
    v.looseObject({}),
    'Schemas that the paths refer to, such as `ResourceParameters`, `Tables` and `Delta`.',
  ),
});
