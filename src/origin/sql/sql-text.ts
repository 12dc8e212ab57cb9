/**
 * SQL of definitions (`tables[].sql`, CONTRACT 4 "Databases"). Placeholders become numbered parameters, which are bound
 * and never inserted as text. A small scanner finds what PostgreSQL does not read as SQL (its manual, section 4.1):
 * literals, quoted identifiers, dollar quotes and comments.
 */

/** A piece of a statement: SQL, or a part that is not read as SQL. */
interface Piece {
  text: string;
  /** The kind of the piece; `sql` is everything else. */
  kind: 'sql' | 'literal' | 'quoted identifier' | 'dollar quote' | 'comment';
  /** Whether the piece is terminated. */
  isWhole: boolean;
}

/** A statement as the database gets it. */
export interface Statement {
  text: string;
  /** Names of the parameters `$1`, `$2`, … */
  names: readonly string[];
}

const PLACEHOLDER = /\{([^{}\s,:;*"'<>()]+)\}/g;
/** Characters of identifiers. After one of them, an `e` before a quote belongs to a longer name. */
const IDENTIFIER = /[A-Za-z0-9_$\u0080-\uFFFF]/;

/** The statement with `$1` and so on in place of `{name}`; a name that occurs twice is one parameter. */
export function statementOf(sql: string): Statement {
  const names: string[] = [];
  const text = piecesOf(sql).map((piece) =>
    piece.kind === 'sql'
      ? piece.text.replace(PLACEHOLDER, (_all, name: string) => {
          const known = names.indexOf(name);
          return `$${known === -1 ? names.push(name) : known + 1}`;
        })
      : // Only white space: a comment may have ended with its line.
        piece.kind === 'comment'
        ? ' '
        : piece.text,
  );
  return { text: text.join('').trim().replace(/;$/, '').trimEnd(), names };
}

/** What is wrong with a statement. `isName`: whether a parameter may have this name. */
export function* statementFaults(sql: string, isName: (name: string) => boolean): Generator<string> {
  if (sql.includes('\0')) yield 'must not hold the character U+0000';
  const pieces = piecesOf(sql);
  const open = pieces.find(({ isWhole }) => !isWhole);
  if (open !== undefined) yield `has a ${open.kind} without an end`;
  for (const { text, kind } of pieces) {
    const named = [...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
    if (kind === 'sql') {
      for (const name of named) if (!isName(name)) yield `uses "${name}", which is not a parameter`;
      const rest = text.replace(PLACEHOLDER, '');
      if (/[{}]/.test(rest)) yield 'has a brace that belongs to no placeholder, such as {region}';
      if (/(?:^|[^A-Za-z0-9_$\u0080-\uFFFF])\$\d/.test(rest))
        yield 'must not number its parameters: write {name} in place of $1';
    } else {
      for (const name of named)
        if (isName(name)) yield `has {${name}} within a ${kind}, where it would not be a parameter`;
    }
  }
  const bare = pieces
    .map(({ kind, text }) => (kind === 'sql' ? text : kind === 'comment' ? ' ' : 'x'))
    .join('')
    .trim();
  if (/;\s*\S/.test(bare)) yield 'must be one statement';
  if (!/^\(*\s*(?:select|with|values|table)\b/i.test(bare))
    yield 'must be a query that begins with SELECT, WITH, VALUES or TABLE';
}

function piecesOf(sql: string): Piece[] {
  const pieces: Piece[] = [];
  let begun = 0;
  let at = 0;
  const take = (end: number | null, kind: Piece['kind']) => {
    if (at > begun) pieces.push({ text: sql.slice(begun, at), kind: 'sql', isWhole: true });
    pieces.push({ text: sql.slice(at, end ?? sql.length), kind, isWhole: end !== null });
    at = end ?? sql.length;
    begun = at;
  };
  while (at < sql.length) {
    const found = notSql(sql, at);
    if (found === null) at += 1;
    else take(found.end, found.kind);
  }
  if (at > begun) pieces.push({ text: sql.slice(begun, at), kind: 'sql', isWhole: true });
  return pieces;
}

/** The piece that begins at this place and is not SQL; `end` null: it is not terminated. */
function notSql(sql: string, at: number): { end: number | null; kind: Exclude<Piece['kind'], 'sql'> } | null {
  switch (sql[at]) {
    case "'":
      return { end: endOfQuoted(sql, at, "'", isEscapeString(sql, at)), kind: 'literal' };
    case '"':
      return { end: endOfQuoted(sql, at, '"', false), kind: 'quoted identifier' };
    case '-':
      return sql[at + 1] === '-' ? { end: endOfLine(sql, at), kind: 'comment' } : null;
    case '/':
      return sql[at + 1] === '*' ? { end: endOfBlock(sql, at), kind: 'comment' } : null;
    case '$': {
      const tag = IDENTIFIER.test(sql[at - 1] ?? '') ? null : dollarTag(sql, at);
      if (tag === null) return null;
      const end = sql.indexOf(tag, at + tag.length);
      return { end: end === -1 ? null : end + tag.length, kind: 'dollar quote' };
    }
    default:
      return null;
  }
}

/** Index after the closing quote. A doubled quote, or with `escapes` one after a backslash, does not close. */
function endOfQuoted(sql: string, begin: number, quote: string, escapes: boolean): number | null {
  for (let at = begin + 1; at < sql.length; at += 1) {
    if (escapes && sql[at] === '\\') at += 1;
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) return at + 1;
      at += 1;
    }
  }
  return null;
}

/** `E'…'`: only here a backslash escapes, since the load sets standard_conforming_strings to on. */
function isEscapeString(sql: string, at: number): boolean {
  return /[eE]/.test(sql[at - 1] ?? '') && !IDENTIFIER.test(sql[at - 2] ?? '');
}

function endOfLine(sql: string, at: number): number {
  const length = sql.slice(at).search(/[\r\n]/);
  return length === -1 ? sql.length : at + length;
}

/** Unlike in most languages, comments nest. */
function endOfBlock(sql: string, begin: number): number | null {
  let depth = 0;
  for (let at = begin; at < sql.length; at += 1) {
    const two = sql.slice(at, at + 2);
    if (two === '/*') depth += 1;
    else if (two === '*/') depth -= 1;
    else continue;
    at += 1;
    if (depth === 0) return at + 1;
  }
  return null;
}

/** `$$` or `$name$`; null: neither begins here. */
function dollarTag(sql: string, at: number): string | null {
  return /^\$(?:[A-Za-z_\u0080-\uFFFF][A-Za-z0-9_\u0080-\uFFFF]*)?\$/.exec(sql.slice(at, at + 66))?.[0] ?? null;
}
