/** `PUT /resources/<title>/?dry_run=true` (CONTRACT 4): what the PUT would do. */

import * as v from 'valibot';
import { about } from './about.ts';
import { DefinitionAnswer } from './resource.ts';
import { Whole } from './values.ts';

/** The answer; the members in this order. */
export const ResourcePreview = v.strictObject({
  definition: DefinitionAnswer,
  created: about(v.boolean(), 'Whether the PUT would create it.'),
  changed: about(
    v.array(v.string()),
    'Names of the members that differ from the stored definition; empty: none differs.',
  ),
  would: about(v.nullable(Whole), 'How many caches would count as expired; null: they cannot be counted right now.'),
});
