/** What all stores agree on, whatever they keep rows in. */

import type { Chunk, DeviceRow, Meta, Stored, StoredChange } from './store.ts';

/** The device's row as it begins: generation 1, nobody's. */
export function newDevice(): DeviceRow {
  const numbers = new Uint32Array(4);
  // React Native has no `crypto`. The id only keeps devices apart, it is no secret.
  if (globalThis.crypto) crypto.getRandomValues(numbers);
  else
    numbers.forEach((_, i) => {
      numbers[i] = Math.random() * 2 ** 32;
    });
  const device = Array.from(numbers, (number) => number.toString(16).padStart(8, '0')).join('');
  return { rev: 1, generation: 1, device, user: null, clockOffsetMs: 0 };
}

/** The row after a wipe. */
export function wiped(row: DeviceRow): DeviceRow {
  return { ...row, rev: row.rev + 1, generation: row.generation + 1, user: null };
}

/** The meta if it is of a format that this release knows, else null: what is kept then counts as none. */
export function known(meta: unknown): Meta | null {
  return (meta as Meta | null | undefined)?.format === 1 ? (meta as Meta) : null;
}

/** Whether a change may be done to what is kept now. A note or a delta must be of the very body that is there. */
export function mayCommit(
  { generation, expected, meta, write }: StoredChange,
  device: DeviceRow | null | undefined,
  held: Meta | null,
) {
  return (
    device?.generation === generation &&
    (held?.rev ?? null) === expected &&
    (write.kind === 'whole' || held?.gen === meta.gen)
  );
}

/** The first entry that a reader lacks; null: it needs the chunks, too. */
export function firstLacking(meta: Meta, reader: { gen: number; entries: number } | undefined): number | null {
  return reader && reader.gen === meta.gen && reader.entries <= meta.entries ? reader.entries : null;
}

/** What was read, as the reader gets it; null: pieces are missing, so that the copy is worth nothing. */
export function whole(
  meta: Meta,
  lacking: number | null,
  chunks: readonly Chunk[],
  entries: readonly string[],
): Stored | null {
  if (entries.length !== meta.entries - (lacking ?? 0)) return null;
  if (lacking !== null) return { meta, chunks: null, entries };
  return chunks.length === meta.chunks ? { meta, chunks, entries } : null;
}
