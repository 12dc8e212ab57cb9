/** PUT with `?dry_run=true` (CONTRACT 4): what it would do. */

import * as v from 'valibot';
import { about } from './about.ts';
import { DefinitionAnswer } from './resource.ts';
import { SourceAnswer } from './source.ts';
import { ResourceTitle, Whole } from './values.ts';

/** How a definition differs from the stored one. */
const Difference = {
  created: about(v.boolean(), 'Whether the PUT would create it.'),
  changed: about(
    v.array(v.string()),
    'Names of the members that differ from the stored definition; empty: none differs.',
  ),
};

/** `PUT /resources/<title>/?dry_run=true`; the members in this order. */
export const ResourcePreview = v.strictObject({
  definition: DefinitionAnswer,
  ...Difference,
  would: about(v.nullable(Whole), 'How many caches would count as expired; null: they cannot be counted right now.'),
});

/** Most resources of a source that are listed by name. */
export const MAX_NAMED_RESOURCES = 10;

/** `PUT /sources/<name>/?dry_run=true`; the members in this order. */
export const SourcePreview = v.strictObject({
  definition: SourceAnswer,
  ...Difference,
  would: about(Whole, 'The number of resources whose caches would all count as expired.'),
  resources: about(
    v.pipe(v.array(ResourceTitle), v.maxLength(MAX_NAMED_RESOURCES)),
    'The first of these resources, in order of title.',
  ),
});
export type SourcePreview = v.InferOutput<typeof SourcePreview>;
