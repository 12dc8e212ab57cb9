/** The log of actions (CONTRACT 4): what administrators changed, and the store of it. */

import * as v from 'valibot';
import { about } from './about.ts';
import { Timestamp, Whole } from './values.ts';

/** The logged actions. */
export const ACTIONS = [
  'put_resource',
  'delete_resource',
  'purge',
  'soft_purge',
  'refresh',
  'forced_refresh',
  'revoke',
  'forget',
  'put_webhook',
  'delete_webhook',
  'probe',
  'put_source',
  'delete_source',
] as const;
export type ActionName = (typeof ACTIONS)[number];

/** Longest reason, and longest target that is not cut, characters. */
export const MAX_REASON = 500;
export const MAX_TARGET = 500;

/** One action in an answer; the members in this order. */
export const ActionRecord = v.strictObject({
  at: about(Timestamp, 'When the action began.'),
  user: about(v.string(), 'The user who did it.'),
  action: about(
    v.picklist(ACTIONS),
    'The action. `refresh`: of all caches of a resource. `forced_refresh`: of one cache, without its guard.',
  ),
  target: about(
    v.string(),
    'The target: a title, with parameters as in `cars?year=1982`; the key of a cache; a task id; the name of a webhook or a source. For `forget`: the SHA-256 of the user, and after `/` that of the device.',
  ),
  count: about(
    v.nullable(Whole),
    'How many caches, tasks or records were affected. For `put_resource`: how many caches count as expired. For `put_source`: of how many resources the caches count as expired. For `probe`: how many rows were read. Null: not known, because the call was cut short.',
  ),
  reason: about(v.nullable(v.string()), '`X-Reason` of the request; null: none was given.'),
  request_id: about(v.string(), '`X-Request-Id` of the answer; the log can be searched for it.'),
});
export type ActionRecord = v.InferOutput<typeof ActionRecord>;

/** The position of an action: by time, ms since the epoch, then by id. */
export interface ActionPlace {
  at: number;
  id: string;
}

/** An action as it is stored. */
export interface Action extends ActionPlace {
  user: string;
  action: ActionName;
  target: string;
  /** Null: the action is in progress, or was cut short. */
  count: number | null;
  reason: string | null;
  requestId: string;
}

/** Table `actions`. Every call throws D1's errors. */
export interface Actions {
  /** Records an action before it is done. */
  begin(action: Omit<Action, 'count'>): Promise<void>;
  /** Records how many caches, tasks or records the action affected. */
  end(place: ActionPlace, count: number | null): Promise<void>;
  /** Removes the record of an action that was refused. */
  drop(place: ActionPlace): Promise<void>;
  /** Newest first, from before a position; none from before `since`, ms. */
  list(
    filter: { user?: string | undefined; action?: ActionName | undefined; since: number },
    before: ActionPlace | null,
    limit: number,
  ): Promise<{ actions: Action[]; next: ActionPlace | null }>;
  /** Removes the oldest actions from before a time, at most `limit`. */
  dropOld(before: number, limit: number): Promise<void>;
}
