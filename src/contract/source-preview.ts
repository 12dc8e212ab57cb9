/** `PUT /sources/<name>/?dry_run=true` (CONTRACT 4 "Sources"): what the PUT would do. */

import * as v from 'valibot';
import { about } from './about.ts';
import { ResourceTitle } from './resource.ts';
import { SourceAnswer } from './source.ts';
import { Whole } from './values.ts';

/** Most resources of a source that are listed by name. */
export const MAX_NAMED_RESOURCES = 10;

/** The answer; the members in this order. */
export const SourcePreview = v.strictObject({
  definition: SourceAnswer,
  created: about(v.boolean(), 'Whether the PUT would create it.'),
  changed: about(
    v.array(v.string()),
    'Names of the members that differ from the stored definition; empty: none differs.',
  ),
  would: about(Whole, 'The number of resources whose caches would all count as expired.'),
  resources: about(
    v.pipe(v.array(ResourceTitle), v.maxLength(MAX_NAMED_RESOURCES)),
    'The first of these resources, in order of title.',
  ),
});
export type SourcePreview = v.InferOutput<typeof SourcePreview>;
