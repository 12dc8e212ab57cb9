/** JSON (RFC 8259) as a stream of events, checked: what comes out of a reader that ended without an error was valid JSON. */

import { type ParsedTokenInfo, Tokenizer, TokenType } from '@streamparser/json';
import { LoadFailure } from '../contract/problem.ts';

/** Is told of a document's parts in order. */
export interface JsonHandler {
  begin(isObject: boolean): void;
  end(isObject: boolean): void;
  /** Name of the member whose value follows. */
  name(name: string): void;
  /** A string value. */
  string(value: string): void;
  /** A number with the digits as they came, or `true`, `false`, `null`. */
  literal(text: string): void;
}

const STRING_BUFFER_BYTES = 65_536;
const NUMBER_BUFFER_BYTES = 64;

type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or end' | 'nothing';

/** Takes a document piece by piece and tells the handler; a byte order mark at the start is let pass. */
export class JsonEvents {
  readonly #tokens: Tokens;
  readonly #handler: JsonHandler;
  readonly #maxNesting: number;
  /** For each open container, whether it is an object. */
  readonly #open: boolean[] = [];
  #expected: Expected = 'value';
  #handling = false;

  /**
   * @param maxNesting how deep containers may lie in each other; deeper is malformed
   * @param maxTextLength names, strings and numbers are told up to about so many characters, and no more of them is held
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

  /** The document is over. @throws LoadFailure `origin-malformed` if it is not whole */
  end(): void {
    this.#guard(() => this.#tokens.end());
    if (this.#expected !== 'nothing') throw brokenOff();
  }

  /** One line of several is over: it was empty or a whole document. @throws LoadFailure `origin-malformed` */
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

  /** The tokenizer's own errors (bad characters, bad UTF-8) are the origin's fault; those of the handler are not. */
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
  /** The text of the number that is being told. */
  digits = '';

  constructor(maxTextLength?: number) {
    // With buffers a long number or string costs bytes, not an array slot a character.
    super({ stringBufferSize: STRING_BUFFER_BYTES, numberBufferSize: NUMBER_BUFFER_BYTES });
    if (maxTextLength === undefined) {
      // The library's decoder takes U+FEFF at the start of a string for a byte order mark and drops it.
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

/** Takes the place of the library's buffers: checks all of a text as UTF-8, and keeps no more than its beginning. */
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

  /** Whole characters in UTF-8. */
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

/** UTF-8 as text. Most strings are short and ASCII, and calling the decoder costs more than they do. */
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
