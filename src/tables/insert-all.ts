/** The delta from `v0`: the body of a table as a stream, rewritten so that each of its rows is an insert (CONTRACT 3). */

/** Nesting depth of the lists in a table: inside the body, the table and its member. */
const IN_LIST = 3;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** The only bit in which `[` and `{`, and `]` and `}`, differ. */
const BRACE_BIT = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Rewrites a body that TableBody made; rows pass unchanged. @throws Error for a body that is cut off */
export async function* insertAll(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const rewriter = new Rewriter();
  const encoder = new TextEncoder();
  for await (const piece of body) {
    for (const part of rewriter.take(piece)) {
      const bytes = typeof part === 'string' ? encoder.encode(part) : part;
      if (bytes.byteLength > 0) yield bytes;
    }
  }
  if (!rewriter.isWhole) throw new Error('the body of a table breaks off');
  yield encoder.encode(rewriter.head);
}

class Rewriter {
  /** Text since the end of a table's rows; it is emitted once the next rows begin. */
  head = '';
  readonly #decoder = new TextDecoder();
  #depth = 0;
  #inRows = false;
  #inString = false;
  #isEscaped = false;

  /** Whether everything that was opened is closed. */
  get isWhole(): boolean {
    return this.#depth === 0 && this.head.endsWith(']');
  }

  /** The output for a piece of input. */
  *take(piece: Uint8Array): Generator<Uint8Array | string> {
    let from = 0;
    for (let at = 0; at < piece.byteLength; at += 1) {
      if (!this.#changesDepth(piece[at] ?? 0)) continue;
      if (this.#inRows && this.#depth < IN_LIST) {
        yield piece.subarray(from, at);
        yield '],"delete_ids":[]';
        this.#inRows = false;
        from = at + 1;
      } else if (!this.#inRows && this.#depth === IN_LIST) {
        this.head += this.#decoder.decode(piece.subarray(from, at + 1), { stream: true });
        from = at + 1;
        if (!this.head.endsWith('"data":[')) continue;
        yield insertHead(this.head);
        this.head = '';
        this.#inRows = true;
      }
    }
    const rest = piece.subarray(from);
    if (this.#inRows) yield rest;
    else this.head += this.#decoder.decode(rest, { stream: true });
  }

  /** Whether the next byte opens or closes a container; if so, updates the depth. */
  #changesDepth(byte: number): boolean {
    if (this.#inString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) this.#inString = false;
      return false;
    }
    if (byte === QUOTE) {
      this.#inString = true;
      return false;
    }
    const brace = byte | BRACE_BIT;
    if (brace === OPEN) this.#depth += 1;
    else if (brace === CLOSE) this.#depth -= 1;
    else return false;
    return true;
  }
}

/** The beginning of a table. Quotes within its name are escaped, so the first unescaped quote ends the name. */
function insertHead(head: string): string {
  return `${head.slice(0, head.indexOf('","columns":['))}","insert_rows":[`;
}
