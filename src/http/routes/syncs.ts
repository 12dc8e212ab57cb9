/** `DELETE /syncs/`: forgets a lost device, or a user who has left (CONTRACT 4). */

import * as v from 'valibot';
import { describe } from '#describe';
import { about } from '../../contract/about.ts';
import { ForgetAnswer } from '../../contract/administration.ts';
import { MAX_DEVICE_LENGTH, MAX_USER_LENGTH } from '../../contract/constants.ts';
import { listCursor } from '../../core/cursor.ts';
import { forgetSyncs } from '../../flows/admin/forget-syncs.ts';
import { carryOut, hiddenName } from '../administration-log.ts';
import { factory } from '../factory.ts';
import { protectAdministration } from '../identity.ts';
import { PageQuery, query } from '../input.ts';
import { methods } from '../methods.ts';
import { replyJson } from '../reply.ts';

const name = (maxLength: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(maxLength));
const walk = listCursor('syncs');

export const syncs = factory.createApp();

syncs.use('/syncs', methods('DELETE', 'OPTIONS'), protectAdministration());
syncs.delete(
  '/syncs',
  describe({
    id: 'forgetSyncs',
    tag: 'Administration',
    summary: "Forgets what a user's devices, or one of them, were given",
    scope: 'cache:admin',
    answers: { 200: { description: 'How many records were forgotten.', schema: ForgetAnswer, headers: ['ETag'] } },
    headers: ['X-Reason'],
    problems: ['invalid-cursor'],
  }),
  query(
    v.strictObject({
      user: about(name(MAX_USER_LENGTH), 'The user.'),
      device: about(v.optional(name(MAX_DEVICE_LENGTH)), 'Only this device. Default: all devices of the user.'),
      cursor: PageQuery.cursor,
    }),
  ),
  async (c) => {
    const { user, device, cursor } = c.req.valid('query');
    const after = walk.placeOf(cursor);
    const target = [user, ...(device === undefined ? [] : [device])].map(hiddenName).join('/');
    const { forgotten, next } = await carryOut(
      c,
      'syncs.forgotten',
      { action: 'forget', target },
      () => forgetSyncs(c.get('services'), user, device ?? null, after, Date.now()),
      (done) => ({
        count: done.forgotten,
        what: {
          of: device === undefined ? 'user' : 'device',
          user_sha256: hiddenName(user),
          forgotten: done.forgotten,
          complete: done.next === null,
        },
      }),
    );
    return replyJson(c, { forgotten, next: walk.after(next) });
  },
);
