/** `GET /resources/<title>/stats/`: the state of its caches, as last counted (CONTRACT 4). */

import { describe, NOT_MODIFIED, RESOURCE_TITLE } from '#describe';
import { ResourceStats } from '../../contract/resource-counts.ts';
import { resourceStats as statsOf } from '../../flows/admin/resource-stats.ts';
import { findResource } from '../../flows/read/find-resource.ts';
import { factory } from '../factory.ts';
import { protectAdministration } from '../identity.ts';
import { noQuery } from '../input.ts';
import { methods } from '../methods.ts';
import { replyJson } from '../reply.ts';

export const resourceStats = factory.createApp();

resourceStats.use('/resources/:title/stats', methods('GET', 'HEAD', 'OPTIONS'), protectAdministration());
resourceStats.get(
  '/resources/:title/stats',
  describe({
    id: 'getResourceStats',
    tag: 'Administration',
    summary: 'How many caches of a resource are in each state, as last counted',
    scope: 'cache:inspect',
    answers: { 200: { description: 'The counts.', schema: ResourceStats, headers: ['ETag'] }, 304: NOT_MODIFIED },
    parameters: [RESOURCE_TITLE],
    problems: ['not-found'],
  }),
  noQuery,
  async (c) => {
    const title = c.req.param('title');
    const { resources, resourceCounts } = c.get('services');
    const { definition } = await findResource(resources, title, null);
    return replyJson(c, statsOf(definition, await resourceCounts.read(title), Date.now()));
  },
);
