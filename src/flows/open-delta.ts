/** The body of a delta (CONTRACT 3): folded once a location, or the whole table as inserts. */

import type { ChosenDelta, StoredStep } from '../core/choose-delta.ts';
import { log } from '../log.ts';
import { readWhole } from '../stores/blob-content.ts';
import { deltaBody } from '../tables/delta-body.ts';
import { decodeDelta, type StoredDelta } from '../tables/delta-format.ts';
import { foldDeltas } from '../tables/fold.ts';
import { insertAll } from '../tables/insert-all.ts';
import type { ServedBody } from './serve-cache.ts';
import type { Services } from './services.ts';
import { sideBySide } from './side-by-side.ts';

type DeltaServices = Pick<Services, 'blobs' | 'foldedDeltas'>;

export interface OpenedDelta {
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  /** Null: it is not known before its end. */
  bytes: number | null;
}

/** Null: it cannot be had, or it is larger than the table: the full table is the answer. */
export async function openDelta(
  services: DeltaServices,
  served: ServedBody,
  { steps, fromChanged, toChanged }: ChosenDelta,
): Promise<OpenedDelta | null> {
  const { key } = served.entry;
  if (steps === 'all') return everyRow(services, served);
  if (steps.length === 0) return served.tables === null ? null : opened(deltaBody(served.tables, []));

  const body = await services.foldedDeltas.get(key, fromChanged, toChanged, () => fold(services, key, steps));
  return body === null || body.byteLength > served.loaded.bytes ? null : opened(body);
}

function opened(body: Uint8Array<ArrayBuffer>): OpenedDelta {
  return { body, bytes: body.byteLength };
}

async function everyRow({ blobs }: DeltaServices, { entry, loaded }: ServedBody): Promise<OpenedDelta | null> {
  const table = await blobs.get(entry.key, loaded.fence, 'body', { offset: 0, length: loaded.bytes });
  if (table === null) return null;
  const stream = table instanceof ReadableStream ? table : new Blob([table]).stream();
  return { body: stream.pipeThrough(insertAll()), bytes: null };
}

async function fold(
  { blobs }: DeltaServices,
  key: string,
  steps: readonly StoredStep[],
): Promise<Uint8Array<ArrayBuffer> | null> {
  const deltas = await sideBySide(steps, (step) => readDelta(blobs, key, step));
  const last = deltas.at(-1) ?? null;
  const whole = deltas.filter((delta) => delta !== null);
  if (last === null || whole.length < deltas.length) return null;
  return deltaBody(last.names, foldDeltas(whole.map(({ delta }) => delta)));
}

/** Null: it is lost, or of a format of another release; to the reader that is a gap. */
async function readDelta(
  blobs: DeltaServices['blobs'],
  key: string,
  { fence, bytes }: StoredStep,
): Promise<StoredDelta | null> {
  const content = await blobs.get(key, fence, 'delta');
  const whole = content === null ? null : await readWhole(content);
  const delta = whole?.byteLength === bytes ? decodeDelta(whole) : null;
  if (delta === null) log('warn', 'cache.delta_unreadable', { key, fence, found: content !== null });
  return delta;
}
