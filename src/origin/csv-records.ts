/** Cuts CSV text after records (RFC 4180), so that a parser of whole records can read a stream. */

import { LoadFailure } from '../contract/problem.ts';

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
/** Longest record, in characters: the parser can need 32 times as many bytes for one. */
const MAX_RECORD_LENGTH = 1_048_576;

/**
 * Takes a UTF-8 text in pieces of any size and emits whole records: each emitted text ends with the line end of a
 * record. A byte order mark at the start is removed. Each character is read once.
 */
export class CsvRecords {
  readonly #onRecords: (text: string) => void;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  /** Character code, -1 for none. */
  readonly #quote: number;
  /** The pieces of the record that has begun, and their length. */
  #begun: string[] = [];
  #length = 0;
  #quoted = false;
  /** The last character was a carriage return outside quotes. */
  #returned = false;

  /** @param quote the quote around cells with line ends; empty: there is none */
  constructor(onRecords: (text: string) => void, quote = '"') {
    this.#onRecords = onRecords;
    this.#quote = quote === '' ? -1 : quote.charCodeAt(0);
  }

  /** @throws LoadFailure `origin-malformed`, and anything that the callback throws */
  write(bytes: Uint8Array): void {
    const text = this.#decode(bytes, true);
    const cut = this.#scan(text);
    if (cut === 0) {
      this.#begun.push(text);
      this.#length += text.length;
    } else {
      this.#begun.push(text.slice(0, cut));
      this.#length = text.length - cut;
      this.#tell([text.slice(cut)]);
    }
    if (this.#length > MAX_RECORD_LENGTH) {
      const detail = `A line of the origin's CSV is longer than ${MAX_RECORD_LENGTH} characters. A quote that is never closed makes one line of all that follows: csv.quote says which character quotes.`;
      throw new LoadFailure('origin-too-large', detail);
    }
  }

  /** The text has ended; its last record needs no line end. @throws LoadFailure `origin-malformed` */
  end(): void {
    const text = this.#decode(new Uint8Array(), false);
    this.#scan(text);
    if (this.#quoted)
      throw malformed(
        "The origin's CSV breaks off within quotes: the answer was cut short, or csv.quote names another character than the origin quotes by.",
      );
    this.#begun.push(text);
    if (this.#begun.some((piece) => piece !== '')) {
      this.#begun.push('\n');
      this.#tell([]);
    }
  }

  #tell(begun: string[]): void {
    const text = this.#begun.join('');
    this.#begun = begun;
    this.#onRecords(text);
  }

  /** Index after the last record that this text completes; 0: it completes none. */
  #scan(text: string): number {
    const quote = this.#quote;
    let cut = 0;
    for (let at = 0; at < text.length; at += 1) {
      const character = text.charCodeAt(at);
      // Otherwise a text whose lines end in CR alone would be one huge record.
      if (this.#returned && character !== LINE_FEED)
        throw malformed(
          "A line of the origin's CSV ends in CR without LF: have the origin end lines in CR LF, or in LF.",
        );
      if (character === quote) this.#quoted = !this.#quoted;
      else if (character === LINE_FEED && !this.#quoted) cut = at + 1;
      this.#returned = character === RETURN && !this.#quoted;
    }
    return cut;
  }

  #decode(bytes: Uint8Array, stream: boolean): string {
    try {
      return this.#decoder.decode(bytes, { stream });
    } catch (cause) {
      throw new LoadFailure(
        'origin-malformed',
        "The origin's answer is not valid UTF-8. If it is in another encoding, such as windows-1251, name that in charset.",
        { cause },
      );
    }
  }
}

function malformed(detail: string): LoadFailure {
  return new LoadFailure('origin-malformed', detail);
}
