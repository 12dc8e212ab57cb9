/** The beginning of a cache's body. A table may have a million rows: reading stops where enough were seen. */

import { API, answerOf, headersOf } from './call.ts';
import { ApiProblem, type ProblemBody } from './problem.ts';
import { session } from './session.ts';

/** A cell as the origin wrote it: a number keeps its digits. */
type Cell = unknown;
/** A table, as far as it was read. */
export interface FirstTable {
  name: string;
  columns: string[];
  /** Row ids first. */
  data: Cell[][];
}
/** What was read; `tables` is null for a body that is no table, which begins with `text`. */
export type FirstRows = { kind: 'tables'; tables: FirstTable[] } | { kind: 'text'; text: string } | { kind: 'loading' };

const MOST_ROWS = 200;
const MOST_CHARACTERS = 1_000_000;
const TEXT_SHOWN = 2000;

/** Reads a cache by its resource and parameters, as a device would but as none. @throws ApiProblem */
export async function readFirstRows(title: string, parameters: object): Promise<FirstRows> {
  const response = await answerOf(`${API}/rpc/${encodeURIComponent(title)}/`, {
    method: 'POST',
    headers: headersOf(session.value?.token, parameters, {}),
    body: JSON.stringify(parameters),
    cache: 'no-store',
  });
  if (response.status === 202) return { kind: 'loading' };
  if (!response.ok) {
    const body = (await response.json().catch(() => null)) as ProblemBody | null;
    throw new ApiProblem(response.status, body, response.headers.get('X-Request-Id'));
  }
  const cutter = new RowCutter(MOST_ROWS);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  try {
    while (reader && !cutter.isDone && cutter.text.length < MOST_CHARACTERS) {
      const { done, value } = await reader.read();
      if (done) break;
      cutter.take(value);
    }
  } finally {
    await reader?.cancel().catch(() => undefined);
  }
  return parsed(cutter);
}

function parsed(cutter: RowCutter): FirstRows {
  try {
    const tables: unknown = JSON.parse(cutter.closed(), exactNumbers);
    if (Array.isArray(tables) && tables.length > 0 && tables.every(isTable)) return { kind: 'tables', tables };
  } catch {
    // It is no JSON.
  }
  return { kind: 'text', text: cutter.text.slice(0, TEXT_SHOWN) };
}

function isTable(value: unknown): value is FirstTable {
  const table = value as Partial<FirstTable> | null;
  return typeof table?.name === 'string' && Array.isArray(table.columns) && Array.isArray(table.data);
}

/** Digits that a double cannot hold are shown as they came, where the browser tells them (ECMAScript 2026). */
function exactNumbers(_: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
    ? context.source
    : value;
}

/** Depth of brackets at which a row stands: the list of tables, a table, its `data`, the row. */
const ROW_DEPTH = 4;

/** Follows the brackets of a body that comes in pieces, and knows where its last whole row ended. */
export class RowCutter {
  text = '';
  readonly #most: number;
  readonly #open: string[] = [];
  #rows = 0;
  #inString = false;
  #isEscaped = false;
  /** Behind the last row, with what was open there. */
  #cut = { at: 0, closing: '' };

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether as many rows were seen as are wanted. */
  get isDone(): boolean {
    return this.#rows >= this.#most;
  }

  take(piece: string): void {
    const before = this.text.length;
    this.text += piece;
    for (let at = 0; at < piece.length && !this.isDone; at++) this.#step(piece[at] as string, before + at);
  }

  /** The text up to the last whole row with its brackets closed; all of it where all was read. */
  closed(): string {
    return this.isDone || this.#open.length > 0 ? this.text.slice(0, this.#cut.at) + this.#cut.closing : this.text;
  }

  #step(character: string, at: number): void {
    if (this.#inString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (character === '\\') this.#isEscaped = true;
      else if (character === '"') this.#inString = false;
      return;
    }
    if (character === '"') this.#inString = true;
    else if (character === '[') this.#open.push(']');
    else if (character === '{') this.#open.push('}');
    else if (character === ']' || character === '}') {
      const isRow = character === ']' && this.#open.length === ROW_DEPTH;
      this.#open.pop();
      if (!isRow) return;
      this.#rows++;
      this.#cut = { at: at + 1, closing: this.#open.toReversed().join('') };
    }
  }
}
