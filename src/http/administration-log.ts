/** What administrators change, for the log: who, what, how many. Neither values of parameters nor names of leavers stand there. */

import { hash } from 'node:crypto';
import type { Context } from 'hono';
import { log } from '../log.ts';
import type { AppEnv } from './factory.ts';

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
  'webhook.put': { webhook: string; outcome: 'created' | 'changed' | 'same' | 'enabled' };
  'webhook.deleted': { webhook: string };
  'webhook.tested': { webhook: string; delivered: boolean };
  'syncs.forgotten': { of: 'user' | 'device'; user_sha256: string; forgotten: number; complete: boolean };
}

/** Writes the line of something that was done. */
export function tellDone<Event extends keyof Deeds>(c: Context<AppEnv>, event: Event, what: Deeds[Event]): void {
  log('notice', event, { by: c.get('identity').user, ...what });
}

/** A name that is to be forgotten, so that only who knows it finds it in the log. */
export function hiddenName(name: string): string {
  return hash('sha256', name, 'hex');
}
