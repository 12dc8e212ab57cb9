/** `GET /whoami/`: what the service reads in the caller's token (CONTRACT 1). */

import { describe, NOT_MODIFIED } from '#describe';
import { WhoamiAnswer } from '../../contract/identity.ts';
import { timestamp } from '../../core/timestamp.ts';
import { factory } from '../factory.ts';
import { protect } from '../identity.ts';
import { noQuery } from '../input.ts';
import { methods } from '../methods.ts';
import { replyJson } from '../reply.ts';

export const whoami = factory.createApp();

whoami.use('/whoami', methods('GET', 'HEAD', 'OPTIONS'), protect());
whoami.get(
  '/whoami',
  describe({
    id: 'whoami',
    tag: 'Service',
    summary: 'The user of your token, and what it allows; any valid token is enough',
    scope: null,
    headers: ['X-Device-Id'],
    answers: {
      200: { description: 'What the service reads in the token.', schema: WhoamiAnswer, headers: ['ETag'] },
      304: NOT_MODIFIED,
    },
  }),
  noQuery,
  (c) => {
    const { user, scopes, scopesFrom, otherScopes, groups, expiresAt } = c.get('identity');
    return replyJson(c, {
      user,
      scopes: [...scopes],
      scopes_from: scopesFrom,
      other_scopes: [...otherScopes],
      groups: [...groups],
      device: c.get('device'),
      expires: timestamp(expiresAt),
      now: timestamp(Date.now()),
    } satisfies WhoamiAnswer);
  },
);
