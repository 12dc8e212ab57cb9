/** `POST /sync/`: one request for all caches on a device (CONTRACT 3 "Many caches at once"). A safe read. */

import type { Context } from 'hono';
import { describe, headerParameter, TEXT } from '#describe';
import { HEADER, LINES_TYPE } from '../../contract/constants.ts';
import { SyncAnswer, SyncBody } from '../../contract/sync.ts';
import { prefers } from '../../core/accept.ts';
import { type AppEnv, factory } from '../factory.ts';
import { protectData } from '../identity.ts';
import { noQuery } from '../input.ts';
import { methods } from '../methods.ts';
import { replySync } from '../sync-json.ts';
import { replySyncLines } from '../sync-lines.ts';
import { firstTitle, readSync } from '../sync-question.ts';

export const sync = factory.createApp();

sync.use('/sync', methods('POST', 'OPTIONS', 'QUERY'), protectData('cache:read', firstTitle));
sync.post(
  '/sync',
  describe({
    id: 'syncCaches',
    tag: 'Data',
    summary:
      'All caches that a device holds at once, each answered as its own read with If-None-Match and X-Delta: auto',
    scope: 'cache:read',
    body: SyncBody,
    parameters: [
      headerParameter(
        'Prefer',
        '`return=minimal`: items that have not changed are left out. `wait=N`, `respond-async`: how long to wait for loads, at most N seconds (10).',
      ),
    ],
    headers: [HEADER.deviceId],
    answers: {
      200: {
        description: 'Each item with a status of its own.',
        schema: SyncAnswer,
        types: { [LINES_TYPE]: TEXT },
        headers: ['Preference-Applied'],
      },
    },
  }),
  noQuery,
  answer,
);

sync.on('QUERY', '/sync', noQuery, answer);

async function answer(c: Context<AppEnv>): Promise<Response> {
  const asked = await readSync(c);
  const accept = c.req.header('Accept');
  const inLines = accept !== undefined && prefers(accept, LINES_TYPE, 'application/json');
  return inLines ? replySyncLines(c, asked) : replySync(c, asked);
}
