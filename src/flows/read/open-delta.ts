/** The body of a delta (CONTRACT 3): folded once per location, or the whole table as inserts. */

import type { ChosenDelta, StoredStep } from '../../core/choose-delta.ts';
import { log } from '../../log.ts';
import type { BlobContent } from '../../ports/blobs.ts';
import { sideBySide } from '../../side-by-side.ts';
import { readWhole, streamOf } from '../../stores/blob-content.ts';
import { deltaBody } from '../../tables/delta-body.ts';
import { decodeDelta, type StoredDelta } from '../../tables/delta-format.ts';
import { foldDeltas } from '../../tables/fold.ts';
import { insertAll } from '../../tables/insert-all.ts';
import type { Services } from '../services.ts';
import type { ServedBody } from './serve-cache.ts';

/**
 * How long R2 may take for a stored delta, ms: less than the time for which a fold counts as running
 * (stores/folded-deltas.ts).
 */
const READ_MS = 10_000;

type DeltaServices = Pick<Services, 'blobs' | 'foldedDeltas' | 'waitUntil'>;

export interface OpenedDelta {
  body: BlobContent;
  /** Null: not known before the end. */
  bytes: number | null;
}

/** Null if the delta is not available (now), or larger than the table: then the answer is the full table. */
export async function openDelta(
  services: DeltaServices,
  served: ServedBody,
  { steps, fromChanged, toChanged }: ChosenDelta,
): Promise<OpenedDelta | null> {
  const { key } = served.entry;
  if (steps === 'all') return everyRow(services, served);
  if (steps.length === 0) return served.tables === null ? null : nothingDiffers(served.tables);

  const storedBytes = steps.reduce((sum, { bytes }) => sum + bytes, 0);
  const fold = { storedBytes, make: () => folded(services, key, steps) };
  const opened = await services.foldedDeltas.get(key, fromChanged, toChanged, fold);
  if (opened === null || opened.bytes <= served.loaded.bytes) return opened;
  if (opened.body instanceof ReadableStream) await opened.body.cancel();
  return null;
}

function nothingDiffers(tables: readonly string[]): OpenedDelta | null {
  const [body] = deltaBody(tables, []);
  return body === undefined ? null : { body, bytes: body.byteLength };
}

async function everyRow(
  { blobs, waitUntil }: DeltaServices,
  { entry, loaded }: ServedBody,
): Promise<OpenedDelta | null> {
  const range = { offset: 0, length: loaded.bytes, whole: loaded.bytes };
  const table = await blobs.get(entry.key, loaded.fence, 'body', range);
  if (table === null) return null;
  const pieces = table instanceof Uint8Array ? [table] : table;
  return { body: streamOf(insertAll(pieces), null, waitUntil), bytes: null };
}

async function folded(
  { blobs }: DeltaServices,
  key: string,
  steps: readonly StoredStep[],
): Promise<Uint8Array<ArrayBuffer>[] | null> {
  const deltas = await sideBySide(steps, (step) => readDelta(blobs, key, step));
  const last = deltas.at(-1) ?? null;
  const whole = deltas.filter((delta) => delta !== null);
  if (last === null || whole.length < deltas.length) return null;
  return deltaBody(last.names, foldDeltas(whole.map(({ delta }) => delta)));
}

/** Null if the delta is lost, is late, or has a format of another release: the reader then sees a gap. */
async function readDelta(
  blobs: DeltaServices['blobs'],
  key: string,
  { fence, bytes }: StoredStep,
): Promise<StoredDelta | null> {
  const content = await blobs.get(key, fence, 'delta', { offset: 0, length: bytes, whole: bytes });
  const stored = content === null ? null : await readWhole(content, bytes, READ_MS);
  const delta = stored === null ? null : decodeDelta(stored);
  if (delta === null) log('warn', 'cache.delta_unreadable', { key, fence, found: content !== null });
  return delta;
}
