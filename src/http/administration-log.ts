/**
 * Changes by administrators: who, what and how many, as a log line and, if data changed, as a row in the log of
 * actions. The line contains neither parameter values nor names of forgotten users; the row contains no names of
 * forgotten users.
 */

import { hash } from 'node:crypto';
import type { Context } from 'hono';
import { type ActionName, MAX_REASON } from '../contract/action.ts';
import { HEADER } from '../contract/constants.ts';
import { Problem } from '../contract/problem.ts';
import { type DoneAction, recordAction } from '../flows/admin/record-action.ts';
import { log } from '../log.ts';
import type { AppEnv } from './factory.ts';

/** Each event, and the details that its log line contains. */
interface LoggedEvents {
  'resource.put': {
    resource: string;
    outcome: 'created' | 'changed' | 'same';
    /** Members of the definition that differ. */
    changed: readonly string[];
    /** How many caches expire because of the change; null if D1 did not say. */
    expired: number | null;
  };
  'resource.deleted': { resource: string; caches: number | null };
  /** `by_parameters`: names of the parameters that selected the caches; `complete`: there is no further page. */
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
  /** `expired`: how many resources have caches that expire because of the change. */
  'source.put': { source: string; outcome: 'created' | 'changed' | 'same'; expired: number };
  'source.deleted': { source: string };
  'webhook.tested': { webhook: string; delivered: boolean };
  'syncs.forgotten': { of: 'user' | 'device'; user_sha256: string; forgotten: number; complete: boolean };
}

/** The row to write for a change. */
interface Asked {
  action: ActionName;
  target: string;
}

/** The result of a change: the details of its log line, and the count for its row. */
interface Done<Event extends keyof LoggedEvents> extends DoneAction {
  what: LoggedEvents[Event];
}

/**
 * Makes a change that an administrator asks for, and records it.
 *
 * @param asked null if no data changes, so that a log line is enough
 * @throws Problem `invalid-header` for the reason, `overloaded` if the row cannot be written, both before anything is
 * done; and whatever the work throws
 */
export async function carryOut<Event extends keyof LoggedEvents, Result>(
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

/** A digest of a name that is to be forgotten. Only a person who knows the name can find it in the log. */
export function hiddenName(name: string): string {
  return hash('sha256', name, 'hex');
}

/** The target of a purge by parameters: `cars?year=1982`. */
export function selectedTarget(title: string, parameters: Readonly<Record<string, unknown>>): string {
  const members = Object.entries(parameters).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return members.length === 0 ? title : `${title}?${members.join('&')}`;
}

/**
 * Returns why an administrator makes a change, from `X-Reason` (CONTRACT 4); null if the header is missing. It is
 * percent-encoded UTF-8, as `encodeURIComponent` writes it, because a header is ASCII; plain English without `%` needs
 * no encoding.
 *
 * @throws Problem `invalid-header`
 */
function reasonOf(c: Context<AppEnv>): string | null {
  const header = c.req.header(HEADER.reason)?.trim() ?? '';
  if (header === '') return null;
  const reason = decoded(header);
  if ([...reason].length > MAX_REASON) throw invalidReason(`must have at most ${MAX_REASON} characters`);
  if (/\p{Cc}|\p{Cs}/u.test(reason)) throw invalidReason('must not have control characters');
  return reason;
}

function decoded(header: string): string {
  if (!/^[ -~]*$/.test(header))
    throw invalidReason('must be ASCII: percent-encode other characters, as encodeURIComponent does');
  try {
    return decodeURIComponent(header);
  } catch {
    throw invalidReason('must be percent-encoded UTF-8: write % as %25');
  }
}

function invalidReason(detail: string): Problem {
  return new Problem('invalid-header', `${HEADER.reason} ${detail}.`, { errors: [{ pointer: HEADER.reason, detail }] });
}
