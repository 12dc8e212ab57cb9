/** An origin with the largest allowed tables, generated on request; each answer differs from the one before in one row in a hundred. */

import { once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import { MAX_ORIGIN_BYTES } from '../../../src/contract/constants.ts';

/** A table's shape. */
export interface Shape {
  name: string;
  rows: number;
  /** Size of the whole answer, bytes. */
  bytes: number;
}

const HEAD = '{"items":[';
const TAIL = ']}';
/** `{"id":123456,"of":1,"text":"…"},` without its text. */
const ROW_OVERHEAD = 31;
const CHANGED = 100;
const BATCH = 500;

/** The most bytes, in rows of a kilobyte; and many rows, as long as the size limit allows. */
export const SHAPES: readonly Shape[] = [
  { name: '32 MiB of JSON', rows: 32_768, bytes: MAX_ORIGIN_BYTES },
  { name: '500,000 rows', rows: 500_000, bytes: MAX_ORIGIN_BYTES },
];

/** Answers `/<index of the shape>`. */
export class LargeOrigin {
  #answers = 0;
  #halfway: (() => void)[] = [];
  /** Whether answers break off half-way from now on. */
  breaksOff = false;

  readonly listener: RequestListener = ({ url }, response) => {
    const shape = SHAPES[Number(url?.slice(1))];
    this.#answers += 1;
    if (shape === undefined) response.writeHead(404).end();
    else void this.#give(shape, this.#answers, response);
  };

  /** Resolves when half of an answer has been sent. */
  halfway(): Promise<void> {
    return new Promise((resolve) => this.#halfway.push(resolve));
  }

  async #give(shape: Shape, answer: number, response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    let sent = 0;
    for (const piece of pieces(shape, answer)) {
      sent += piece.length;
      if (response.destroyed) return;
      if (!response.write(piece)) await drained(response);
      if (sent < shape.bytes / 2) continue;
      for (const resolve of this.#halfway.splice(0)) resolve();
      if (this.breaksOff) return void response.destroy();
    }
    response.end();
  }
}

/** Also resolves if the reader has gone. */
async function drained(response: ServerResponse): Promise<void> {
  const ended = new AbortController();
  const { signal } = ended;
  const events = ['drain', 'close'].map((name) => once(response, name, { signal }));
  await Promise.race(events).catch(() => undefined);
  ended.abort();
}

/** The whole answer has exactly the stated bytes: the last row is made to fit. */
function* pieces({ rows, bytes }: Shape, answer: number): Generator<string> {
  yield HEAD;
  let left = bytes - HEAD.length - TAIL.length;
  const length = Math.floor(left / rows) - ROW_OVERHEAD;
  for (let at = 0; at < rows; at += BATCH) {
    const batch: string[] = [];
    for (let row = at; row < Math.min(at + BATCH, rows); row += 1) {
      const of = row % CHANGED === answer % CHANGED ? answer : 0;
      const start = `{"id":${row},"of":${of},"text":"`;
      const isLast = row === rows - 1;
      const text = 'n'.repeat(isLast ? left - start.length - 2 : length);
      batch.push(`${start}${text}"}${isLast ? '' : ','}`);
      left -= start.length + text.length + 3;
    }
    yield batch.join('');
  }
  yield TAIL;
}
