/** `GET /rpc/<title>/` with `X-Delta`: the rows inserted and deleted over one and over ten versions. */

import type { Answer } from '../../harness/api.ts';
import { statusFault } from '../load/shot.ts';
import type { Operation } from './operation.ts';
import { stageRead } from './read.ts';
import { define } from './stage.ts';

const VERSIONS = 11;
const PATH = '/api/v1/rpc/moving/?year=2026';
const TABLES = [{ name: 'days', rows: '/rows', columns: ['id', 'date', 'temp_max', 'temp_min', 'wind', 'weather'] }];

/** The delta over this many versions to the last one. */
export function deltaOver(versions: number): Operation {
  return {
    name: `delta over ${versions}`,
    target: 0.85,
    consumes: true,
    async prepare(pair) {
      const { api } = pair.service;
      await define(pair, 'moving', { tables: TABLES });
      for (let version = 1; version <= VERSIONS; version += 1) await api.load('moving', { year: 2026 });
      const range = `v${VERSIONS - versions}-v${VERSIONS}`;
      const headers = { ...(await api.authorized()), 'X-Delta': range };
      const { body } = await api.ask(PATH, { headers });
      const fault = (answer: Answer) =>
        statusFault(answer, 200) ??
        (answer.headers['content-version'] === `"delta ${range}"` && answer.body.equals(body) ? null : `not ${range}`);
      return stageRead(pair, { shot: { path: PATH, headers }, fault }, body.toString());
    },
  };
}
