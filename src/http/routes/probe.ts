/** `POST /resources/<title>/probe/`: one load whose result is shown and not kept (CONTRACT 4). */

import { describe, pathParameter } from '#describe';
import { ProbeAnswer, ProbeBody } from '../../contract/probe.ts';
import { codeOf } from '../../contract/problem.ts';
import { readProbe, runProbe, withRoom } from '../../flows/admin/probe-resource.ts';
import { carryOut } from '../administration-log.ts';
import { factory } from '../factory.ts';
import { protectAdministration } from '../identity.ts';
import { noQuery, readJson } from '../input.ts';
import { methods } from '../methods.ts';
import { replyJson } from '../reply.ts';

const TITLE = pathParameter(
  'title',
  'Title of the resource, which need not exist if the request contains a definition.',
);

export const probe = factory.createApp();

probe.use('/resources/:title/probe', methods('POST', 'OPTIONS'), protectAdministration());
probe.post(
  '/resources/:title/probe',
  describe({
    id: 'probeResource',
    tag: 'Administration',
    summary: 'Asks the origin once, and shows its answer and why a load would fail; nothing is kept',
    scope: 'cache:admin',
    body: ProbeBody,
    answers: { 200: { description: 'What came.', schema: ProbeAnswer, headers: ['ETag'] } },
    parameters: [TITLE],
    headers: ['X-Reason'],
    problems: ['not-found'],
  }),
  noQuery,
  async (c) => {
    const title = c.req.param('title');
    const services = c.get('services');
    const asked = await readProbe(services, title, await readJson(c), c.get('identity'));
    const answer = await withRoom(services, asked, (gate) =>
      carryOut(
        c,
        'resource.probed',
        { action: 'probe', target: title },
        () => runProbe(services, asked, gate),
        ({ status, rows, faults }) => ({
          count: rows ?? 0,
          what: { resource: title, status, rows, faults: faults.map(codeOf) },
        }),
      ),
    );
    return replyJson(c, answer);
  },
);
