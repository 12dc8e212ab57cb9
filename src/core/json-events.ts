/**
 * Reads JSON (RFC 8259) as a stream of events and validates it: if the reader ends without an error, the text was valid
 * JSON.
 */

import { type ParsedTokenInfo, Tokenizer, TokenType } from '@streamparser/json';
import { LoadFailure } from '../contract/problem.ts';

/** Receives the parts of a document in order. */
export interface JsonHandler {
  begin(isObject: boolean): void;
  end(isObject: boolean): void;
  /** The name of a member; its value follows. */
  name(name: string): void;
  /** A string value. */
  string(value: string): void;
  /** A number with its original digits, or `true`, `false`, `null`. */
  literal(text: string): void;
}

const STRING_BUFFER_BYTES = 65_536;
const NUMBER_BUFFER_BYTES = 64;

type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or end' | 'nothing';

/** Reads a document piece by piece and calls the handler; skips a byte order mark at the start. */
export class JsonEvents {
  readonly #tokens: Tokens;
  readonly #handler: JsonHandler;
  readonly #maxNesting: number;
  /** For each open container, whether it is an object. */
  readonly #open: boolean[] = [];
  #expected: Expected = 'value';
  #handling = false;

  /**
   * @param maxNesting deepest nesting of containers; deeper is malformed
   * @param maxTextLength names, strings and numbers are cut to about this many characters, and no more of them is held
   * in memory
   */
  constructor(handler: JsonHandler, maxNesting: number, maxTextLength?: number) {
    this.#tokens = new Tokens(maxTextLength);
    this.#handler = handler;
    this.#maxNesting = maxNesting;
    this.#tokens.onToken = (token) => {
      this.#handling = true;
      this.#take(token);
      this.#handling = false;
    };
  }

  /** @throws LoadFailure `origin-malformed`, and whatever the handler throws */
  write(bytes: Uint8Array): void {
    this.#guard(() => this.#tokens.write(bytes));
  }

  /** The document has ended. @throws LoadFailure `origin-malformed` if it is incomplete */
  end(): void {
    this.#guard(() => this.#tokens.end());
    if (this.#expected !== 'nothing') throw brokenOff();
  }

  /** One of several lines has ended: it must be empty or a whole document. @throws LoadFailure `origin-malformed` */
  endLine(): void {
    if (this.#open.length > 0) throw brokenOff();
    this.#expected = 'value';
  }

  #take({ token, value, offset }: ParsedTokenInfo): void {
    switch (token) {
      case TokenType.STRING:
        this.#string(value as string, offset);
        break;
      case TokenType.NUMBER:
        this.#value(offset);
        this.#handler.literal(this.#tokens.digits);
        break;
      case TokenType.TRUE:
      case TokenType.FALSE:
      case TokenType.NULL:
        this.#value(offset);
        this.#handler.literal(String(value));
        break;
      case TokenType.LEFT_BRACE:
      case TokenType.LEFT_BRACKET:
        this.#begin(token === TokenType.LEFT_BRACE, offset);
        break;
      case TokenType.RIGHT_BRACE:
      case TokenType.RIGHT_BRACKET:
        this.#end(token === TokenType.RIGHT_BRACE, offset);
        break;
      case TokenType.COLON:
        if (this.#expected !== ':') throw invalid(offset);
        this.#expected = 'value';
        break;
      case TokenType.COMMA:
        if (this.#expected !== ', or end') throw invalid(offset);
        this.#expected = this.#open[this.#open.length - 1] ? 'name' : 'value';
        break;
      default:
        throw invalid(offset);
    }
  }

  #string(value: string, offset: number): void {
    if (this.#expected === 'name' || this.#expected === 'name or }') {
      this.#expected = ':';
      this.#handler.name(value);
    } else {
      this.#value(offset);
      this.#handler.string(value);
    }
  }

  #value(offset: number): void {
    if (this.#expected !== 'value' && this.#expected !== 'value or ]') throw invalid(offset);
    this.#expected = this.#open.length === 0 ? 'nothing' : ', or end';
  }

  #begin(isObject: boolean, offset: number): void {
    this.#value(offset);
    if (this.#open.length === this.#maxNesting) {
      throw new LoadFailure('origin-malformed', `The origin's JSON is nested deeper than ${this.#maxNesting} levels.`);
    }
    this.#open.push(isObject);
    this.#expected = isObject ? 'name or }' : 'value or ]';
    this.#handler.begin(isObject);
  }

  #end(isObject: boolean, offset: number): void {
    const empty = isObject ? 'name or }' : 'value or ]';
    if (this.#open.at(-1) !== isObject || (this.#expected !== ', or end' && this.#expected !== empty)) {
      throw invalid(offset);
    }
    this.#open.pop();
    this.#expected = this.#open.length === 0 ? 'nothing' : ', or end';
    this.#handler.end(isObject);
  }

  /** The tokenizer's own errors (bad characters, bad UTF-8) are the origin's fault; errors of the handler are not. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (cause) {
      if (this.#handling || cause instanceof LoadFailure) throw cause;
      throw new LoadFailure(
        'origin-malformed',
        "The origin's answer is not valid JSON in UTF-8. If it is in another encoding, name that in charset.",
        { cause },
      );
    }
  }
}

class Tokens extends Tokenizer {
  /** The text of the current number. */
  digits = '';

  constructor(maxTextLength?: number) {
    // With these buffers a long number or string costs bytes, not one array slot for each character.
    super({ stringBufferSize: STRING_BUFFER_BYTES, numberBufferSize: NUMBER_BUFFER_BYTES });
    if (maxTextLength === undefined) {
      // The library's decoder would drop U+FEFF at the start of a string as a byte order mark.
      Reflect.set(Reflect.get(this, 'bufferedString'), 'decoder', { decode });
    } else {
      Reflect.set(this, 'bufferedString', new BoundedText(maxTextLength));
      Reflect.set(this, 'bufferedNumber', new BoundedText(maxTextLength));
    }
  }

  protected override parseNumber(text: string): number {
    this.digits = text;
    return 0;
  }
}

/** Replaces the library's buffers: validates the whole text as UTF-8, and keeps only its beginning. */
class BoundedText {
  byteLength = 0;
  #text = '';
  readonly #maxLength: number;

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /** An ASCII character. */
  appendChar(code: number): void {
    this.byteLength += 1;
    this.appendCharCode(code);
  }

  /** Complete characters in UTF-8. */
  appendBuf(bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.byteLength += end - start;
    this.#append(decode(bytes.subarray(start, end)));
  }

  appendCharCode(code: number): void {
    this.#append(String.fromCharCode(code));
  }

  reset(): void {
    this.byteLength = 0;
    this.#text = '';
  }

  toString(): string {
    return this.#text;
  }

  #append(text: string): void {
    const room = this.#maxLength - this.#text.length;
    if (room > 0) this.#text += text.slice(0, room);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const SHORT_BYTES = 48;

/** Decodes UTF-8. Most strings are short and ASCII: for these a call of TextDecoder costs more than a loop. */
function decode(bytes: Uint8Array): string {
  if (bytes.length > SHORT_BYTES) return utf8.decode(bytes);
  let text = '';
  for (const byte of bytes) {
    if (byte >= 0x80) return utf8.decode(bytes);
    text += String.fromCharCode(byte);
  }
  return text;
}

function brokenOff(): LoadFailure {
  return new LoadFailure(
    'origin-malformed',
    "The origin's JSON breaks off: the answer was cut short, by the origin or on its way.",
  );
}

function invalid(offset: number): LoadFailure {
  return new LoadFailure(
    'origin-malformed',
    `The origin's answer is not valid JSON at byte ${offset}. Compare it with format in the definition: curl -i shows it.`,
  );
}
