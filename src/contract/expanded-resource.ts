/** `GET /resources/?expand=stats` (CONTRACT 4): definitions with the counts of their caches. */

import * as v from 'valibot';
import { about } from './about.ts';
import { Definition, ResourceTitle } from './resource.ts';
import { ResourceStats } from './resource-counts.ts';

/** One item of the list. */
export const ExpandedResource = v.strictObject({
  ...Definition.entries,
  title: about(ResourceTitle, 'Title of the resource.'),
  stats: ResourceStats,
});
