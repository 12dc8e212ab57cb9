/** Log of actions (CONTRACT 4): what administrators changed, and the store that keeps it. */

import * as v from 'valibot';
import { about } from './about.ts';
import { Timestamp } from './timestamp.ts';
import { Whole } from './values.ts';

/** What can be done. */
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

/** Longest reason, and longest target that is kept whole, characters. */
export const MAX_REASON = 500;
export const MAX_TARGET = 500;

/** One action as it is told; the members in this order. */
export const ActionRecord = v.strictObject({
  at: about(Timestamp, 'When it began.'),
  user: about(v.string(), 'Who did it.'),
  action: about(
    v.picklist(ACTIONS),
    'What was done; `refresh` is one of all caches of a resource, `forced_refresh` one of a cache past its guard.',
  ),
  target: about(
    v.string(),
    'What it was done to: a title, with parameters as `cars?year=1982`; the key of a cache, a task id, the name of a webhook or a source. Of `forget` the SHA-256 of the user, and after `/` that of the device.',
  ),
  count: about(
    v.nullable(Whole),
    'How many caches, tasks or records that was; of `put_resource`, how many caches count as expired; of `put_source`, the caches of how many resources; of `probe`, how many rows came. Null: not known, since the call was cut short.',
  ),
  reason: about(v.nullable(v.string()), '`X-Reason` of the request; null: none was given.'),
  request_id: about(v.string(), '`X-Request-Id` of its answer, by which the log is searched.'),
});
export type ActionRecord = v.InferOutput<typeof ActionRecord>;

/** Where an action stands: in order of time, ms since the epoch. */
export interface ActionPlace {
  at: number;
  id: string;
}

/** An action as it is kept. */
export interface Action extends ActionPlace {
  user: string;
  action: ActionName;
  target: string;
  /** Null: it is under way, or was cut short. */
  count: number | null;
  reason: string | null;
  requestId: string;
}

/** Table `actions`. Every call throws what D1 throws. */
export interface Actions {
  /** Notes what is about to be done. */
  begin(action: Omit<Action, 'count'>): Promise<void>;
  /** Notes how many it was done to. */
  end(place: ActionPlace, count: number | null): Promise<void>;
  /** Takes back what was refused. */
  drop(place: ActionPlace): Promise<void>;
  /** Newest first, before a place; none before `since`, ms. */
  list(
    filter: { user?: string | undefined; action?: ActionName | undefined; since: number },
    before: ActionPlace | null,
    limit: number,
  ): Promise<{ actions: Action[]; next: ActionPlace | null }>;
  /** Drops the oldest of those before a time, at most `limit`. */
  dropOld(before: number, limit: number): Promise<void>;
}
