/** Bodies and deltas as flows see them: as loads wrote them (R2), and folded. Factories in `stores/` make both. */

import type { BlobName } from './object.ts';

/** The wanted part of a blob, bytes. */
export interface BlobRange {
  offset: number;
  length: number;
  /**
   * Size of the unit that contains the part, from the beginning of the blob: a delta, or a body without the id map
   * behind it. Without this size nothing is kept in memory or at the edge.
   */
  whole?: number;
}

/** The content of a blob: bytes if it is in memory, shared by all its readers and not to be changed; otherwise a stream. */
export type BlobContent = Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

/** Bodies and deltas (R2, immutable: `<key>/<fence>/<name>`). */
export interface Blobs {
  /** The whole blob or a range of it; null if it does not exist (any more). */
  get(key: string, fence: number, name: BlobName, range?: BlobRange): Promise<BlobContent | null>;
  /** Writes a blob of known content in one call. */
  put(key: string, fence: number, name: BlobName, content: Uint8Array): Promise<void>;
  /** Begins a blob of unknown length. Parts are uploaded as they come; each but the last has PART_BYTES. */
  begin(key: string, fence: number, name: BlobName): Promise<BlobUpload>;
  /** Removes blobs; a blob that does not exist is not an error. Only the object calls it. */
  remove(names: readonly { key: string; fence: number; name: BlobName }[]): Promise<void>;
}
/** A blob that is written in parts. */
export interface BlobUpload {
  part(content: Uint8Array): Promise<void>;
  complete(): Promise<void>;
  abort(): Promise<void>;
}

/** The body of a folded delta and its size in bytes. */
export interface FoldedDelta {
  body: BlobContent;
  bytes: number;
}

/** How to fold a delta that no cache has. */
export interface Fold {
  /** Bytes of all stored deltas that it is folded from. */
  storedBytes: number;
  /** The body, in pieces; null: it cannot be made. */
  make(): Promise<Uint8Array<ArrayBuffer>[] | null>;
}

/** Bodies of folded deltas, in isolate memory and at the location's edge; both may drop any of them at any time. */
export interface FoldedDeltas {
  /**
   * The delta between two kept versions that changed the body: the kept one, or one that is folded now and kept. Null:
   * it cannot be made, or not now, because too many bytes are being folded in this isolate.
   */
  get(key: string, from: number, to: number, fold: Fold): Promise<FoldedDelta | null>;
}
