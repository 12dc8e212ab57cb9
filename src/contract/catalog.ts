/** What readers are told of the resources that they may read (CONTRACT 3 "Catalog"). */

import * as v from 'valibot';
import { ResourceTitle } from './resource.ts';

/** One resource; the members in this order. Nothing tells where its data come from, nor whom else it is open to. */
export const CatalogEntry = v.strictObject({
  title: ResourceTitle,
  /** For people: what the data is; null where the definition does not say. */
  description: v.nullable(v.string()),
  /** JSON Schema (2020-12) that the values of the parameters are checked by, as one object. */
  parameters: v.record(v.string(), v.unknown()),
  /** The tables of the body, in its order; null: the body is what the origin sent, as it is. */
  tables: v.nullable(v.array(v.strictObject({ name: v.string(), columns: v.array(v.string()) }))),
});
export type CatalogEntry = v.InferOutput<typeof CatalogEntry>;
