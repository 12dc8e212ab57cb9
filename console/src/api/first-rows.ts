/** The beginning of a cache's body. A table may have a million rows, so reading stops after the first few. */

import { API, answerOf, headersOf } from './call.ts';
import { ApiProblem, type ProblemBody } from './problem.ts';
import { session } from './session.ts';

/** A cell as the origin wrote it: numbers keep their digits. */
type Cell = unknown;
/** A table, as far as it was read. */
export interface FirstTable {
  name: string;
  columns: string[];
  /** Row ids first. */
  data: Cell[][];
}
/** What was read. A body that is not a table is read as `text`. */
export type FirstRows = { kind: 'tables'; tables: FirstTable[] } | { kind: 'text'; text: string } | { kind: 'loading' };

const MOST_ROWS = 200;
const MOST_CHARACTERS = 1_000_000;
const TEXT_SHOWN = 2000;

/** Reads a cache by resource and parameters, as a device would, but without a device id. @throws ApiProblem */
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
    // The body is not JSON.
  }
  return { kind: 'text', text: cutter.text.slice(0, TEXT_SHOWN) };
}

function isTable(value: unknown): value is FirstTable {
  const table = value as Partial<FirstTable> | null;
  return typeof table?.name === 'string' && Array.isArray(table.columns) && Array.isArray(table.data);
}

/** Shows digits that a double cannot hold as they came, if the browser provides the source text (ECMAScript 2026). */
function exactNumbers(_: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
    ? context.source
    : value;
}

/** Depth of brackets around a row: the list of tables, a table, its `data`, the row. */
const ROW_DEPTH = 4;

/** Counts the brackets of a body that arrives in pieces, and notes where its last complete row ended. */
export class RowCutter {
  text = '';
  readonly #most: number;
  readonly #open: string[] = [];
  #rows = 0;
  #inString = false;
  #isEscaped = false;
  /** The position after the last complete row, and the brackets that are open there. */
  #cut = { at: 0, closing: '' };

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether enough rows were seen. */
  get isDone(): boolean {
    return this.#rows >= this.#most;
  }

  take(piece: string): void {
    const before = this.text.length;
    this.text += piece;
    for (let at = 0; at < piece.length && !this.isDone; at++) this.#step(piece[at] as string, before + at);
  }

  /** The text up to the last complete row, with its brackets closed; the whole text if all of it was read. */
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
