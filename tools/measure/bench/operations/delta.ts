/** `GET /rpc/<title>/` with `X-Delta`: the rows that came and went over one and over ten versions. */

import { type Answer, demand } from '../load/call.ts';
import type { Operation } from './operation.ts';
import { stageRead } from './read.ts';
import { authorized, define, load, statusFault } from './stage.ts';

const VERSIONS = 11;
const PATH = '/api/v1/rpc/moving/?year=2026';
const TABLES = [{ name: 'days', rows: '/rows', columns: ['id', 'date', 'temp_max', 'temp_min', 'wind', 'weather'] }];

/** The delta from so many versions ago to the last. */
function deltaOver(versions: number): Operation {
  return {
    name: `delta over ${versions}`,
    target: 0.85,
    consumes: true,
    async prepare(pair) {
      await define(pair, 'moving', { tables: TABLES });
      for (let version = 1; version <= VERSIONS; version += 1) await load(pair.service, 'moving');
      const from = VERSIONS - versions;
      const shot = {
        path: PATH,
        headers: { ...(await authorized(pair.service)), 'X-Delta': `v${from}-v${VERSIONS}` },
      };
      const body = (await demand(200, pair.service.url, shot)).body.toString();
      const named = `"delta v${from}-v${VERSIONS}"`;
      const fault = (answer: Answer) =>
        statusFault(answer, 200) ??
        (answer.headers.get('Content-Version') === named && answer.body.toString() === body ? null : `not ${named}`);
      const service = { shot, fault };
      return { service, floor: await stageRead(pair, service, body) };
    },
  };
}

export const delta1 = deltaOver(1);
export const delta10 = deltaOver(10);
