/** The log of the local service: JSON lines in a file of limited size that is kept across starts. */

import { appendFileSync, existsSync, renameSync, statSync } from 'node:fs';
import { entryOf, type LogEntry, readable } from './log-lines.ts';

/**
 * At this size the file is renamed to `<path>.1`, which replaces the previous one. So both together have at most twice
 * this size, bytes.
 */
const MAX_BYTES = 8 * 1024 * 1024;
/** How many entries of this start are shown if it fails. */
const SHOWN = 30;

/** Writes entries. */
export class LogFile {
  readonly path: string;
  readonly #maxBytes: number;
  readonly #onEntry: ((line: string) => void) | undefined;
  readonly #last: LogEntry[] = [];
  #bytes: number;

  /** @param onEntry called with each entry as a line for people */
  constructor(path: string, onEntry?: (line: string) => void, maxBytes = MAX_BYTES) {
    this.path = path;
    this.#onEntry = onEntry;
    this.#maxBytes = maxBytes;
    this.#bytes = existsSync(path) ? statSync(path).size : 0;
  }

  /** Writes one line of a child's output. */
  take(line: string, speaker: string): void {
    const entry = entryOf(line, speaker, new Date().toISOString());
    if (entry !== null) this.#write(entry);
  }

  /** Returns the last entries of this start, for people. */
  tail(): string {
    return this.#last.map(readable).join('\n');
  }

  #write(entry: LogEntry): void {
    const line = `${JSON.stringify(entry)}\n`;
    if (this.#bytes > 0 && this.#bytes + line.length > this.#maxBytes) {
      if (existsSync(this.path)) renameSync(this.path, `${this.path}.1`);
      this.#bytes = 0;
    }
    appendFileSync(this.path, line);
    this.#bytes += Buffer.byteLength(line);
    this.#last.push(entry);
    if (this.#last.length > SHOWN) this.#last.shift();
    this.#onEntry?.(readable(entry));
  }
}
