/**
 * XML 1.0 with namespaces as a stream of events. The parser itself has no limits and would hold a name, a comment or a
 * document type of any length, so the bytes are counted before the parser gets them.
 */

import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from 'saxes';
import { MAX_ORIGIN_NESTING } from '../../contract/constants.ts';
import { LoadFailure } from '../../contract/problem.ts';

/** An element that begins; its attributes do not include namespace declarations. */
export interface XmlElement {
  uri: string;
  local: string;
  attributes: readonly XmlAttribute[];
}
export type XmlAttribute = Pick<SaxesAttributeNS, 'uri' | 'local' | 'value'>;

/** Receives the parts of a document in order. */
export interface XmlHandler {
  open(element: XmlElement): void;
  close(): void;
  /**
   * A piece of text with references resolved; CDATA is text. Comments and instructions split text but are not reported.
   */
  text(piece: string): void;
}

/** Most bytes between two events: the longest text, attribute, name or comment. */
const MAX_HELD_BYTES = 1_048_576;
const MAX_ATTRIBUTES = 256;
/** Bytes per call of the parser; this many bytes more than the limit may be held. */
const SLICE_BYTES = 16_384;
const XMLNS = 'http://www.w3.org/2000/xmlns/';
const MOST_TOLD = 200;

/** Takes a UTF-8 document in pieces of any size. */
export class XmlEvents {
  readonly #parser = new SaxesParser({ xmlns: true });
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  readonly #handler: XmlHandler;
  #depth = 0;
  #attributes = 0;
  /** Bytes since the last event. */
  #held = 0;

  constructor(handler: XmlHandler) {
    this.#handler = handler;
    const parser = this.#parser;
    parser.on('error', (cause) => {
      throw this.#invalid(cause);
    });
    parser.on('xmldecl', () => this.#event());
    parser.on('comment', () => this.#event());
    parser.on('processinginstruction', () => this.#event());
    parser.on('doctype', () => {
      throw malformed('has a document type (DOCTYPE), which is refused for safety: have the origin leave it out');
    });
    parser.on('opentagstart', () => this.#begin());
    parser.on('attribute', () => this.#attribute());
    parser.on('opentag', (tag) => this.#open(tag));
    parser.on('closetag', () => this.#close());
    parser.on('text', (text) => this.#text(text));
    parser.on('cdata', (text) => this.#text(text));
  }

  /** @throws LoadFailure `origin-malformed`, `origin-too-large`, and anything that the handler throws */
  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
      const slice = bytes.subarray(at, at + SLICE_BYTES);
      if (this.#held > MAX_HELD_BYTES) throw tooLong();
      this.#held += slice.length;
      this.#parser.write(this.#decode(slice, true));
    }
  }

  /** The document has ended. @throws LoadFailure `origin-malformed` if it is incomplete */
  end(): void {
    this.#parser.write(this.#decode(new Uint8Array(), false));
    this.#parser.close();
  }

  #event(): void {
    this.#held = 0;
  }

  #begin(): void {
    this.#event();
    this.#attributes = 0;
    this.#depth += 1;
    if (this.#depth > MAX_ORIGIN_NESTING) throw malformed(`is nested deeper than ${MAX_ORIGIN_NESTING} levels`);
  }

  #attribute(): void {
    this.#event();
    this.#attributes += 1;
    if (this.#attributes > MAX_ATTRIBUTES)
      throw malformed(`has an element with more than ${MAX_ATTRIBUTES} attributes`);
  }

  #open({ uri, local, attributes }: SaxesTagNS): void {
    this.#event();
    const own: XmlAttribute[] = [];
    // `for in` is safe: the parser's map has no prototype. Most elements have no attribute.
    for (const name in attributes) {
      const attribute = attributes[name];
      if (attribute !== undefined && attribute.uri !== XMLNS) own.push(attribute);
    }
    this.#handler.open({ uri, local, attributes: own });
  }

  #close(): void {
    this.#event();
    this.#depth -= 1;
    this.#handler.close();
  }

  #text(text: string): void {
    this.#event();
    // Ignores white space outside of the root.
    if (this.#depth > 0) this.#handler.text(text);
  }

  #decode(bytes: Uint8Array, stream: boolean): string {
    try {
      return this.#decoder.decode(bytes, { stream });
    } catch (cause) {
      throw new LoadFailure(
        'origin-malformed',
        "The origin's answer is not valid UTF-8. If it is in another encoding, name that in charset.",
        { cause },
      );
    }
  }

  /** The parser's message may contain names of the document, so only administrators see it. */
  #invalid(cause: Error): LoadFailure {
    const { line, column } = this.#parser;
    const what = `is not well-formed at line ${line}, column ${column}`;
    const words = cause.message
      .replace(/^[\d:]*\s*/, '')
      .slice(0, MOST_TOLD)
      .toWellFormed();
    return malformed(what, `The origin's XML ${what}: ${words}`);
  }
}

function malformed(what: string, adminDetail?: string): LoadFailure {
  return new LoadFailure('origin-malformed', `The origin's XML ${what}.`, { adminDetail });
}

function tooLong(): LoadFailure {
  const detail = `The origin's XML has a text, attribute, name or comment of more than ${MAX_HELD_BYTES} bytes.`;
  return new LoadFailure('origin-too-large', detail);
}
