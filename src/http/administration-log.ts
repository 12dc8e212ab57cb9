/**
 * What administrators change: who, what, how many, as a line of the log and, of all but what changes no data, as a row of the log of
 * actions. The line has neither values of parameters nor names of leavers; the row has no names of leavers.
 */

import { hash } from 'node:crypto';
import type { Context } from 'hono';
import type { ActionName } from '../contract/action.ts';
import { type DoneAction, recordAction } from '../flows/admin/record-action.ts';
import { log } from '../log.ts';
import type { AppEnv } from './factory.ts';
import { reasonOf } from './reason.ts';

/** What was done, and what else is told of it. */
interface Deeds {
  'resource.put': {
    resource: string;
    outcome: 'created' | 'changed' | 'same';
    /** Members of the definition that differ. */
    changed: readonly string[];
    /** How many caches count as expired by that; null: D1 did not say. */
    expired: number | null;
  };
  'resource.deleted': { resource: string; caches: number | null };
  /** `by_parameters`: names of the parameters that chose them; `complete`: no further page. */
  'caches.purged':
    | { key: string; purged: number }
    | { resource: string; soft: boolean; by_parameters: readonly string[]; purged: number; complete: boolean };
  'caches.refreshed':
    | { key: string; force: boolean; task_id: string; tasks: number }
    | { resource: string; force: boolean; tasks: number; complete: boolean };
  'resource.probed': { resource: string; status: number | null; rows: number | null; faults: readonly string[] };
  'task.revoked': { task_id: string };
  'webhook.put': { webhook: string; outcome: 'created' | 'changed' | 'same' | 'enabled' };
  'webhook.deleted': { webhook: string };
  /** `expired`: the caches of how many resources count as expired by that. */
  'source.put': { source: string; outcome: 'created' | 'changed' | 'same'; expired: number };
  'source.deleted': { source: string };
  'webhook.tested': { webhook: string; delivered: boolean };
  'syncs.forgotten': { of: 'user' | 'device'; user_sha256: string; forgotten: number; complete: boolean };
}

/** The row that a change gets. */
interface Asked {
  action: ActionName;
  target: string;
}

/** What a change came to: what its line tells beside who did it, and the count of its row. */
interface Done<Event extends keyof Deeds> extends DoneAction {
  what: Deeds[Event];
}

/**
 * Does what an administrator asks for, and tells of it. `asked` null: a line will do, since nothing is changed.
 *
 * @throws Problem `invalid-header` for the reason, `overloaded` where it cannot be noted, both before anything is done; what the work throws
 */
export async function carryOut<Event extends keyof Deeds, Result>(
  c: Context<AppEnv>,
  event: Event,
  asked: Asked | null,
  work: () => Promise<Result>,
  doneOf: (result: Result) => Done<Event>,
): Promise<Result> {
  const { user } = c.get('identity');
  const reason = reasonOf(c);
  const act = async () => {
    const result = await work();
    return { result, done: doneOf(result) };
  };
  const begun = asked && { ...asked, user, reason, requestId: c.get('requestId') };
  const { result, done } =
    begun === null ? await act() : await recordAction(c.get('services'), begun, Date.now(), act, ({ done }) => done);
  log('notice', event, { by: user, ...done.what });
  return result;
}

/** A name that is to be forgotten, so that only who knows it finds it in the log. */
export function hiddenName(name: string): string {
  return hash('sha256', name, 'hex');
}

/** What a purge by parameters is about, as a target: `cars?year=1982`. */
export function selectedTarget(title: string, parameters: Readonly<Record<string, unknown>>): string {
  const members = Object.entries(parameters).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return members.length === 0 ? title : `${title}?${members.join('&')}`;
}
