/** The answer to `X-Delta` (CONTRACT 3 "Tables and deltas"). */

import type { Context } from 'hono';
import { HEADER, JSON_TYPE } from '../contract/constants.ts';
import { type ChosenDelta, chooseDelta } from '../core/choose-delta.ts';
import { deltaRange } from '../core/named-version.ts';
import type { DeltaRequest } from '../core/x-delta.ts';
import { openDelta } from '../flows/open-delta.ts';
import type { ServedBody } from '../flows/serve-cache.ts';
import type { AppEnv } from './factory.ts';
import { cacheHeaders, defined, type GivenVersion, type MoreHeaders, noteRead, verdictOn } from './rpc-headers.ts';

/**
 * 200 with the delta, or 304; null: the full body is the answer, since no delta is asked for, this is no table or the delta
 * cannot be had. What the device is given is noted after the answer.
 *
 * @throws Problem `precondition-failed`
 */
export async function replyDelta(
  c: Context<AppEnv>,
  served: ServedBody,
  delta: DeltaRequest | null,
  more: MoreHeaders,
): Promise<Response | null> {
  const chosen = chosenFor(c, served, delta);
  if (chosen === null) return null;
  const now = Date.now();
  const given = givenBy(chosen, served);
  const headers = { ...cacheHeaders(served, given, now), ...defined(more) };
  const isHead = c.req.method === 'HEAD';
  if (verdictOn(c, served, given) === 'not-modified') {
    noteRead(c, served, isHead ? null : given, now);
    return c.body(null, 304, headers);
  }
  const opened = await openDelta(c.get('services'), served, chosen);
  if (opened === null) return null;
  noteRead(c, served, isHead ? null : given, now);
  if (isHead && opened.body instanceof ReadableStream) await opened.body.cancel();
  return c.body(isHead ? new Blob([]).stream() : opened.body, 200, {
    ...headers,
    'Content-Type': JSON_TYPE,
    ...(opened.bytes === null ? {} : { 'Content-Length': String(opened.bytes) }),
    [HEADER.contentVersion]: `"delta v${chosen.from}-v${chosen.to}"`,
  });
}

/** Null: the full body is the answer, since no delta is asked for, this is no table or a delta cannot be had. */
export function chosenFor(
  c: Context<AppEnv>,
  { entry, loaded }: ServedBody,
  delta: DeltaRequest | null,
): ChosenDelta | null {
  if (loaded.hash === null) return null;
  const names = { delta, ifNoneMatch: c.req.header('If-None-Match'), ifMatch: c.req.header('If-Match') };
  const range = deltaRange(names, entry.key, loaded.version);
  return range === null ? null : chooseDelta(entry, loaded, range);
}

function givenBy({ to, toChanged, hash }: ChosenDelta, { loaded }: ServedBody): GivenVersion {
  return { version: to, changed: toChanged, hash, changedAt: toChanged === loaded.changed ? loaded.changedAt : null };
}
