/** What clients saw. */

import type { SlowAnswer } from '../slow-reader.ts';

/** Answers of one kind of client. */
export interface Count {
  /** Answers that arrived whole and were correct. */
  whole: number;
  /** 503 or 429 with `Retry-After`. */
  refused: number;
  /** Clients that went away before the end. */
  left: number;
  /** Answers that broke off. */
  cut: number;
  megabytes: number;
}

const MOST_FAULTS = 50;

export class Tally {
  readonly counts = new Map<string, Count>();
  readonly faults: string[] = [];
  readonly #startedAt = Date.now();
  #isOver = false;

  /** Faults after this call do not count: the service is gone, or is being stopped. */
  close(): void {
    this.#isOver = true;
  }

  fault(kind: string, words: string): void {
    if (this.#isOver || this.faults.length >= MOST_FAULTS) return;
    this.faults.push(`${Math.round((Date.now() - this.#startedAt) / 1000)} s, ${kind}: ${words}`);
  }

  /** Counts an answer; `wrong` says what is wrong with a complete one. */
  note(kind: string, answer: SlowAnswer | null, wrong: string | null = null): void {
    if (this.#isOver) return;
    const count = this.counts.get(kind) ?? { whole: 0, refused: 0, left: 0, cut: 0, megabytes: 0 };
    this.counts.set(kind, count);
    if (answer === null || answer.end === 'left') {
      count.left += 1;
      return;
    }
    count.megabytes += answer.bytes / 1e6;
    if (answer.end === 'cut') {
      count.cut += 1;
      this.fault(kind, `cut after ${answer.bytes} bytes of ${answer.headers['content-length'] ?? 'a stream'}`);
    } else if (isRefusal(answer)) count.refused += 1;
    else if (wrong !== null) this.fault(kind, wrong);
    else count.whole += 1;
  }
}

/** Whether the service said that it has no room now, and when to come again. */
export function isRefusal({ status, headers }: SlowAnswer): boolean {
  return [429, 503].includes(status) && headers['retry-after'] !== undefined;
}
