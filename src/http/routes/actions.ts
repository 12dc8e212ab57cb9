/** `GET /actions/`: which administrator changed what, why, and how many items the change affected (CONTRACT 4). */

import * as v from 'valibot';
import { describe, pageOf } from '#describe';
import { about } from '../../contract/about.ts';
import { ACTIONS, type ActionPlace, ActionRecord } from '../../contract/action.ts';
import { MAX_USER_LENGTH } from '../../contract/constants.ts';
import { decodeCursor, encodeCursor } from '../../core/cursor.ts';
import { answerOfAction } from '../../flows/admin/record-action.ts';
import { factory } from '../factory.ts';
import { protectAdministration } from '../identity.ts';
import { Moment, PageQuery, query } from '../input.ts';
import { methods } from '../methods.ts';
import { nextLink, replyJson } from '../reply.ts';

const Place = v.tuple([v.literal('actions'), v.pipe(v.number(), v.safeInteger()), v.string()]);

export const actions = factory.createApp();

actions.use('/actions', methods('GET', 'HEAD', 'OPTIONS'), protectAdministration());
actions.get(
  '/actions',
  describe({
    id: 'listActions',
    tag: 'Administration',
    summary: 'What administrators changed, newest first',
    scope: 'cache:inspect',
    answers: pageOf(ActionRecord),
    problems: ['invalid-cursor'],
  }),
  query(
    v.strictObject({
      ...PageQuery,
      user: about(
        v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_USER_LENGTH))),
        'Only actions of this user.',
      ),
      action: about(v.optional(v.picklist(ACTIONS)), 'Only actions of this kind.'),
      since: about(v.optional(Moment), 'Only actions that began at this time or later; RFC 3339.'),
    }),
  ),
  async (c) => {
    const { limit, cursor, user, action, since } = c.req.valid('query');
    const filter = { user, action, since: since === undefined ? 0 : Date.parse(since) };
    const page = await c.get('services').actions.list(filter, cursor === undefined ? null : placeOf(cursor), limit);
    const next = page.next && encodeCursor(['actions', page.next.at, page.next.id]);
    return replyJson(c, page.actions.map(answerOfAction), { headers: { Link: nextLink(c, next) } });
  },
);

/** @throws Problem `invalid-cursor` */
function placeOf(cursor: string): ActionPlace {
  const [, at, id] = decodeCursor(cursor, Place);
  return { at, id };
}
