/** Where the variables of a URL template stand from the view of the origin, after percent-decoding. */

import { type Expression, templatePieces } from './template-pieces.ts';

/** A piece of a template and its place. */
export interface PlacedPiece {
  /** The piece as it is in the template. */
  text: string;
  /** Null: literal text. */
  expression: Expression | null;
  /** Whether an expression stands between single quotes. */
  inQuotes: boolean;
  /** Whether it stands between parentheses of the path, as a key of OData does. */
  inKey: boolean;
  /** Whether it stands after the question mark, or begins the query. */
  inQuery: boolean;
  /**
   * Decoded name of the query member whose value it belongs to; null in the path, and for an expression that names its
   * members.
   */
  member: string | null;
}

/** All pieces in order. `escapesByBackslash`: a quote after a backslash does not end a literal. */
export function placedPieces(template: string, escapesByBackslash = false): PlacedPiece[] {
  const reader = new PlaceReader(escapesByBackslash);
  return templatePieces(template).map(({ text, expression }) =>
    expression === null ? reader.literal(text) : reader.expression(text, expression),
  );
}

class PlaceReader {
  readonly #escapesByBackslash: boolean;
  #part: 'path' | 'query' | 'fragment' = 'path';
  #inQuotes = false;
  #isEscaped = false;
  #parentheses = 0;
  #name = '';
  #hasName = false;

  constructor(escapesByBackslash: boolean) {
    this.#escapesByBackslash = escapesByBackslash;
  }

  literal(text: string): PlacedPiece {
    for (const character of text.match(/%[0-9a-f]{2}|.|\n/gi) ?? []) this.#read(character);
    return this.#placed(text, null);
  }

  expression(text: string, expression: Expression): PlacedPiece {
    const { operator } = expression;
    if (operator === '?') this.#begin('query');
    if (operator === '&') this.#begin('query');
    if (operator === '#') this.#begin(this.#part === 'path' ? 'fragment' : this.#part);
    const placed = this.#placed(text, expression);
    if (operator === '?' || operator === '&') this.#hasName = true;
    return placed;
  }

  #placed(text: string, expression: Expression | null): PlacedPiece {
    const inQuery = this.#part === 'query';
    return {
      text,
      expression,
      inQuotes: this.#inQuotes,
      inKey: this.#part === 'path' && this.#parentheses > 0,
      inQuery,
      member: inQuery && this.#hasName ? this.#name : null,
    };
  }

  /**
   * Percent-encoded characters are not separators, except quotes and parentheses, which belong to the origin's own
   * language.
   */
  #read(character: string): void {
    const begins = (character === '?' && this.#part === 'path') || (character === '&' && this.#part === 'query');
    if (begins) {
      this.#begin('query');
    } else if (character === '#') {
      this.#begin('fragment');
    } else if (character === '=' && this.#part === 'query' && !this.#hasName) {
      this.#hasName = true;
    } else {
      this.#readDecoded(decodedCharacter(character));
    }
  }

  #readDecoded(character: string): void {
    if (this.#part === 'query' && !this.#hasName) this.#name += character;
    const isEscaped = this.#isEscaped;
    this.#isEscaped = this.#escapesByBackslash && this.#inQuotes && character === '\\' && !isEscaped;
    if (character === "'" && !isEscaped) this.#inQuotes = !this.#inQuotes;
    if (this.#inQuotes) return;
    if (character === '(') this.#parentheses += 1;
    if (character === ')') this.#parentheses = Math.max(this.#parentheses - 1, 0);
  }

  #begin(part: 'query' | 'fragment' | 'path'): void {
    this.#part = part;
    this.#inQuotes = false;
    this.#isEscaped = false;
    this.#parentheses = 0;
    this.#name = '';
    this.#hasName = false;
  }
}

/** The quote for `%27`; non-ASCII characters do not matter here. */
function decodedCharacter(character: string): string {
  return character.length === 3 ? String.fromCharCode(Number.parseInt(character.slice(1), 16)) : character;
}
