/**
 * Writes a blob whose length is not known in advance. Up to PART_BYTES it is held in memory and written with one put; a
 * larger one is uploaded in parts. An unfinished blob leaves nothing behind.
 */

import type { Blobs, BlobUpload } from '../ports/blobs.ts';
import type { BlobName } from '../ports/object.ts';
import { PART_BYTES } from '../stores/blobs.ts';

const FIRST_BYTES = 65_536;

/**
 * Takes bytes synchronously. `drain` uploads complete parts, so a caller that writes much must call it from time to
 * time.
 */
export class BlobWriter {
  /** Bytes taken so far. */
  bytes = 0;
  readonly #blobs: Blobs;
  readonly #place: readonly [key: string, fence: number, name: BlobName];
  readonly #full: Uint8Array<ArrayBuffer>[] = [];
  #part = new Uint8Array(FIRST_BYTES);
  #used = 0;
  #upload: BlobUpload | null = null;
  /** The buffer of an uploaded part, to be reused. */
  #spare: Uint8Array<ArrayBuffer> | null = null;

  constructor(blobs: Blobs, key: string, fence: number, name: BlobName) {
    this.#blobs = blobs;
    this.#place = [key, fence, name];
  }

  write(bytes: Uint8Array): void {
    this.bytes += bytes.byteLength;
    for (let at = 0; at < bytes.byteLength; ) {
      if (this.#used === PART_BYTES) this.#turnOver();
      const piece = bytes.subarray(at, at + PART_BYTES - this.#used);
      this.#makeRoom(this.#used + piece.byteLength);
      this.#part.set(piece, this.#used);
      this.#used += piece.byteLength;
      at += piece.byteLength;
    }
  }

  /** Whether `drain` has something to do. */
  get isFull(): boolean {
    return this.#full.length > 0;
  }

  async drain(): Promise<void> {
    for (let part = this.#full.shift(); part !== undefined; part = this.#full.shift()) {
      this.#upload ??= await this.#blobs.begin(...this.#place);
      await this.#upload.part(part);
      // R2 has the part, so the next part may overwrite its buffer.
      this.#spare = part;
    }
  }

  /** Writes the blob, with `tail` after the bytes taken so far. Uses one put if all of it is at most PART_BYTES. */
  async finish(tail: readonly Uint8Array[]): Promise<void> {
    for (const piece of tail) {
      this.write(piece);
      if (this.isFull) await this.drain();
    }
    await this.drain();
    const rest = this.#part.subarray(0, this.#used);
    if (this.#upload === null) {
      await this.#blobs.put(...this.#place, rest);
      return;
    }
    await this.#upload.part(rest);
    await this.#upload.complete();
    this.#upload = null;
  }

  /** Discards an unfinished blob; after `finish` it does nothing. */
  async abort(): Promise<void> {
    const upload = this.#upload;
    this.#upload = null;
    await upload?.abort();
  }

  /**
   * Starts a small new part: callers drain regularly, so few bytes follow before `drain`; a full-size buffer is made
   * after that.
   */
  #turnOver(): void {
    this.#full.push(this.#part);
    this.#part = new Uint8Array(FIRST_BYTES);
    this.#used = 0;
  }

  #makeRoom(bytes: number): void {
    if (bytes <= this.#part.byteLength) return;
    const part = this.#spare ?? new Uint8Array(this.#roomFor(bytes));
    this.#spare = null;
    part.set(this.#part.subarray(0, this.#used));
    this.#part = part;
  }

  /** After a first part, the next one is likely to be filled as well. */
  #roomFor(bytes: number): number {
    if (this.#upload !== null) return PART_BYTES;
    return Math.min(Math.max(bytes, this.#part.byteLength * 2), PART_BYTES);
  }
}
