/** The text of elements while they are read: all its pieces, without the text of child elements. */

import { LoadFailure } from '../../contract/problem.ts';
import type { XmlElement } from './xml-events.ts';

const SCHEMA_INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';
/** Longest text of one element, characters. */
const MAX_TEXT_LENGTH = 1_048_576;

/** The text of one element. */
export class ElementText {
  /** Whether the element has child elements. */
  hasElements = false;
  readonly isNil: boolean;
  #text = '';

  constructor(element: XmlElement) {
    this.isNil = element.attributes.some(
      ({ uri, local, value }) => local === 'nil' && uri === SCHEMA_INSTANCE && /^\s*(?:true|1)\s*$/.test(value),
    );
  }

  /** @throws LoadFailure `origin-too-large` */
  add(piece: string): void {
    this.#text += piece;
    if (this.#text.length > MAX_TEXT_LENGTH) {
      const detail = `The origin's XML has an element with a text of more than ${MAX_TEXT_LENGTH} characters.`;
      throw new LoadFailure('origin-too-large', detail);
    }
  }

  /** Null: the element is nil (XML Schema, `xsi:nil`). Undefined: it has child elements instead of a text. */
  get value(): string | null | undefined {
    if (this.isNil) return null;
    return this.hasElements && this.#text.trim() === '' ? undefined : this.#text;
  }
}
