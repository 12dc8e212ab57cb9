/** `GET /resources/?expand=stats` (CONTRACT 4): definitions, each with how its caches stand. */

import * as v from 'valibot';
import { about } from './about.ts';
import { Definition, ResourceTitle } from './resource.ts';
import { ResourceStats } from './resource-counts.ts';

/** One of the list. */
export const ExpandedResource = v.strictObject({
  ...Definition.entries,
  title: about(ResourceTitle, 'Title of the resource.'),
  stats: ResourceStats,
});
