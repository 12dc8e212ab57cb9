/**
 * Requests pages one after the other, and repeats the request for a page that fails before any of its rows was read.
 */

import { HELD_PAGE_BYTES, LOAD_RETRIES, PAGE_RETRIES } from '../../contract/pages.ts';
import { LoadFailure } from '../../contract/problem.ts';
import type { OriginRequest } from '../build-request.ts';
import type { NewAnswer } from '../fetch-origin.ts';

/** Longest wait before a page is requested again; a longer wait is left to the next attempt. */
const MOST_WAIT_MS = 60_000;
const FIRST_WAIT_MS = 1000;

/** How pages are requested. */
export interface PageAsking {
  /** Sends one unconditional request. `usedBytes`: bytes of the earlier pages. */
  ask(request: OriginRequest, usedBytes: number): Promise<NewAnswer>;
  /** Resolves after this many ms. @throws LoadFailure when the load's time is over */
  wait(ms: number): Promise<void>;
  /** The load's remaining time, ms. */
  leftMs(): number;
  /** A random number from 0 to below 1. */
  random(): number;
  /** Whether a failed page is requested again. */
  retries: boolean;
}

export class PageAsker {
  readonly #asking: PageAsking;
  #retriesLeft = LOAD_RETRIES;
  #bytes = 0;

  constructor(asking: PageAsking) {
    this.#asking = asking;
  }

  /**
   * A page, held until it is whole unless it is too large. @throws LoadFailure; so does the body of one that is too
   * large
   */
  async page(request: OriginRequest): Promise<NewAnswer> {
    for (let tried = 0; ; tried += 1) {
      try {
        return await this.#held(request);
      } catch (error) {
        const waitMs = this.#waitMs(error, tried);
        if (waitMs === null) throw error;
        this.#retriesLeft -= 1;
        await this.#asking.wait(waitMs);
      }
    }
  }

  async #held(request: OriginRequest): Promise<NewAnswer> {
    const answer = await this.#asking.ask(request, this.#bytes);
    try {
      return { ...answer, body: this.#counted(await heldPage(answer.body)) };
    } catch (error) {
      answer.release();
      throw error;
    }
  }

  /** Counts bytes as they go to a reader, so those of a page that broke off do not count. */
  async *#counted(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    for await (const piece of body) {
      this.#bytes += piece.byteLength;
      yield piece;
    }
  }

  /** How long to wait before the page is requested again; null: it is not. */
  #waitMs(error: unknown, tried: number): number | null {
    if (!(error instanceof LoadFailure && error.retryable && this.#asking.retries)) return null;
    if (tried === PAGE_RETRIES || this.#retriesLeft === 0) return null;
    const pauseMs = FIRST_WAIT_MS * 2 ** tried;
    const waitMs = error.retryAfterMs ?? pauseMs / 2 + (pauseMs / 2) * this.#asking.random();
    return waitMs <= MOST_WAIT_MS && waitMs < this.#asking.leftMs() / 2 ? waitMs : null;
  }
}

/**
 * The same body, once it is complete or HELD_PAGE_BYTES have arrived. Until then no reader has seen any of it, so the
 * page can be requested again. @throws what the body throws until then
 */
async function heldPage(body: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const iterator = body[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for (let next = await iterator.next(); ; next = await iterator.next()) {
    if (next.done === true) return flowing(pieces, null);
    pieces.push(next.value);
    bytes += next.value.byteLength;
    if (bytes > HELD_PAGE_BYTES) return flowing(pieces, iterator);
  }
}

/** Releases each piece as it is read. */
async function* flowing(
  pieces: Uint8Array[],
  rest: AsyncIterator<Uint8Array> | null,
): AsyncGenerator<Uint8Array, void> {
  pieces.reverse();
  for (let piece = pieces.pop(); piece !== undefined; piece = pieces.pop()) yield piece;
  if (rest === null) return;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
