/** `PUT /resources/<title>/?dry_run=true` (CONTRACT 4): what the PUT would do. */

import * as v from 'valibot';
import { about } from './about.ts';
import { DefinitionAnswer } from './resource.ts';
import { Whole } from './values.ts';

/** The answer; the members in this order. */
export const ResourcePreview = v.strictObject({
  definition: DefinitionAnswer,
  created: about(v.boolean(), 'Whether it would be new.'),
  changed: about(
    v.array(v.string()),
    'Names of the members in which it differs from the one that stands; none: it says the same.',
  ),
  would: about(
    v.nullable(Whole),
    'How many caches would count as expired, by all that was loaded before; null: they cannot be counted right now.',
  ),
});
