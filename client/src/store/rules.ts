/** Rules that all stores share, wherever they keep rows. */

import type { Chunk, DeviceRow, Meta, Stored, StoredChange } from './store.ts';

/** The initial row of a device: generation 1, no user. */
export function newDevice(): DeviceRow {
  const numbers = new Uint32Array(4);
  // React Native has no `crypto`. The id distinguishes devices; it is not a secret.
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

/** The meta if this release knows its format; null: the stored copy counts as none. */
export function known(meta: unknown): Meta | null {
  return (meta as Meta | null | undefined)?.format === 1 ? (meta as Meta) : null;
}

/** Whether a change may be committed. A note or a delta must belong to the stored body. */
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

/** The first entry that a reader lacks; null: it also needs the chunks. */
export function firstLacking(meta: Meta, reader: { gen: number; entries: number } | undefined): number | null {
  return reader && reader.gen === meta.gen && reader.entries <= meta.entries ? reader.entries : null;
}

/** The pieces that were read; null: some are missing, so the copy is useless. */
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
