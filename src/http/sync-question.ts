/** What a request to `/sync/` asks, and what both forms of its answer have in common. */

import type { Context } from 'hono';
import * as v from 'valibot';
import { type LiveMember, SyncEnvelope, SyncItem } from '../contract/sync.ts';
import { invalidParameters } from '../core/input-faults.ts';
import { demandInterchangeable } from '../core/json.ts';
import { isObject } from '../core/json-value.ts';
import { pointerTo } from '../core/pointer.ts';
import { parsePrefer, prefersMinimal } from '../core/prefer.ts';
import { LiveCheck } from '../flows/live/live-check.ts';
import type { SyncedItem, SyncItemRead, SyncRead } from '../flows/read/sync-caches.ts';
import type { Json, Parameters } from '../ports/entry.ts';
import type { AppEnv } from './factory.ts';
import { checked, readJsonText } from './input.ts';
import { isServed } from './sync-item.ts';
import { acceptedUntil } from './token-claims.ts';

/** A request, and how to answer it. */
export interface AskedSync {
  read: SyncRead;
  inlineBytes: number;
  /** Leave out items that have not changed. */
  minimal: boolean;
}

/** The answer has no ETag: a device that kept the answer but lost its items would get 304 forever. */
export const SYNC_HEADERS = {
  'Cache-Control': 'no-store',
  Vary: 'Authorization, Accept, Accept-Encoding, Origin',
} as const;

/**
 * Reads the request. A fault of a single item becomes that item's answer.
 *
 * @throws Problem `invalid-json`, `invalid-parameters`, `unsupported-media-type` for a fault of the whole request
 */
export async function readSync(c: Context<AppEnv>): Promise<AskedSync> {
  const { caches, inline_bytes: inlineBytes, live } = checked(SyncEnvelope, await readJsonText(c));
  const items = caches.map((value) => readItem(value as Json));
  demandDistinct(items.map(({ id }) => id));
  const prefer = c.req.header('Prefer');
  const preferences = parsePrefer(prefer);
  const identity = c.get('identity');
  const latest = acceptedUntil(identity.expiresAt);
  const read = { identity, items, preferences, latest, live: live === undefined ? null : liveCheckOf(c, live, latest) };
  return { read, inlineBytes, minimal: prefersMinimal(prefer) };
}

/** Returns the first title in a request that is refused anyway; undefined if there is none. Never throws. */
export async function firstTitle(c: Context<AppEnv>): Promise<string | undefined> {
  const body = await readJsonText(c).catch(() => null);
  const caches = isObject(body) && Array.isArray(body.caches) ? body.caches : [];
  const item = caches.find((value) => isObject(value) && typeof value.resource_title === 'string');
  return (item as { resource_title: string } | undefined)?.resource_title;
}

function liveCheckOf(
  c: Context<AppEnv>,
  { id, seq, add }: v.InferOutput<typeof LiveMember>,
  expiresAt: number,
): LiveCheck {
  const { user } = c.get('identity');
  return new LiveCheck(c.get('services'), { id, seq, add, user, device: c.get('device') ?? '', expiresAt });
}

/** Whether the answer leaves an item out. An item that is behind stays, because the device must ask for it again. */
export function isLeftOut(item: SyncedItem, minimal: boolean): boolean {
  return minimal && isServed(item) && item.answer.chosen.kind === 'not-modified' && !item.isBehind;
}

function demandDistinct(ids: readonly (string | null)[]): void {
  const named = ids.filter((id) => id !== null);
  if (new Set(named).size === named.length) return;
  const at = ids.findIndex((id, place) => id !== null && ids.indexOf(id) < place);
  throw invalidParameters([{ pointer: pointerTo(pointerTo('/caches', at), 'id'), detail: 'must not be repeated' }]);
}

function readItem(value: Json): SyncRead['items'][number] {
  try {
    if (!isObject(value)) throw invalidParameters([{ pointer: '', detail: 'must be an object' }], 'The item');
    demandInterchangeable(value, -1);
    const read = itemOf(checked(SyncItem, value));
    return { id: read.id, item: { value: read } };
  } catch (error) {
    return { id: idOf(value), item: { error } };
  }
}

function itemOf({ id, resource_title: title, parameters, etag, min_revision: minRevision }: SyncItem): SyncItemRead {
  return { id, title, parameters: parameters as Parameters, etag, minRevision };
}

/** Returns the id of an invalid item; null if it has no usable id. */
function idOf(value: unknown): string | null {
  const id = isObject(value) ? (value as { id?: unknown }).id : null;
  return v.is(SyncItem.entries.id, id) && id.isWellFormed() ? id : null;
}
