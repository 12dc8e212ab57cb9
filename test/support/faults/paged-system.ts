/**
 * A system whose rows change between loads. It returns them in pages, with a token, as JSON or XML, in pieces cut anywhere, and
 * misbehaves at one page. Also the expected result of each load, derived from how the system was made.
 */

import fc from 'fast-check';

/** Its URL; a request to any other host is a fault. */
export const SYSTEM = 'https://erp.example.com';
export const TOKENS = 'https://id.example.com/token';

export type SystemFormat = 'json' | 'xml';

const MISCHIEFS = [
  // The page comes when it is requested again.
  'none',
  'busy',
  'broken off',
  'expired',
  // The load fails.
  'expired twice',
  'no token',
  'gone',
  'page for people',
  'cut short',
  'refused',
  'elsewhere',
  'loop',
  'repeated row',
] as const;
type Mischief = (typeof MISCHIEFS)[number];
const HARMLESS: readonly Mischief[] = ['none', 'busy', 'broken off', 'expired'];

/** What happens before and during a load. */
export interface LoadRecipe {
  changes: readonly { id: number; a: string | null; gone: boolean }[];
  /** Rows of each page; the last number is repeated. */
  sizes: readonly number[];
  /** Bytes of a piece. */
  piece: number;
  mischief: Mischief;
  /** The page at which it misbehaves, modulo the number of pages. */
  page: number;
  /** The load must read all rows. */
  force: boolean;
}

/** A repeated row matters only if all rows are read. */
export const loadRecipe: fc.Arbitrary<LoadRecipe> = fc
  .record({
    changes: fc.array(
      fc.record({
        id: fc.nat(7),
        a: fc.oneof(
          fc.constantFrom(null, '', ' ', ']]>', '"]', '&amp;', '\u00e9\u{1f69c}'),
          fc.string({ maxLength: 5 }),
        ),
        gone: fc.boolean(),
      }),
      { maxLength: 5 },
    ),
    sizes: fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }).map((sizes) => [...sizes, 1]),
    piece: fc.integer({ min: 1, max: 60 }),
    mischief: fc.oneof(
      { weight: 1, arbitrary: fc.constant<Mischief>('none') },
      { weight: 2, arbitrary: fc.constantFrom(...MISCHIEFS) },
    ),
    page: fc.nat(4),
    force: fc.nat(3).map((n) => n === 0),
  })
  .map((made) => (made.mischief === 'repeated row' ? { ...made, force: true } : made));

interface Item {
  id: number;
  a: string | null;
  at: string;
  gone: boolean;
}

/** A row on a device. */
export type HeldRow = [id: number, a: string | null];

export class PagedSystem {
  readonly #format: SystemFormat;
  readonly #items = new Map<number, Item>();
  #seconds = 0;
  #made: LoadRecipe = { changes: [], sizes: [1], piece: 1, mischief: 'none', page: 0, force: false };
  #tokens = 0;
  #hasStruck = false;
  /** Whether its misbehaviour fails the load. */
  #hasSpoiled = false;
  /** Other hosts that were asked. */
  readonly strangers: string[] = [];
  /** The requested paths of the current load, in order. */
  asked: string[] = [];

  constructor(format: SystemFormat) {
    this.#format = format;
  }

  /** Sets what happens before and during the next load. */
  prepare(made: LoadRecipe): void {
    // The token that was refused is valid again: one that the next load had to fetch at once would be too young to be replaced.
    if (this.#made.mischief === 'no token' && this.#hasStruck) this.#tokens -= 1;
    for (const { id, a, gone } of made.changes) {
      this.#seconds += 1;
      this.#items.set(id, {
        id,
        a: this.#told(a),
        at: new Date(Date.UTC(2026, 0, 2, 0, 0, this.#seconds)).toISOString(),
        gone,
      });
    }
    this.#made = made;
    this.#hasStruck = false;
    this.#hasSpoiled = false;
    this.asked = [];
  }

  /** What devices must have after the load; null: the load fails, and they keep what they had. */
  get expected(): HeldRow[] | null {
    if (this.#hasSpoiled) return null;
    const rows = [...this.#items.values()].filter(({ gone }) => !gone);
    return rows.map(({ id, a }): HeldRow => [id, a]).toSorted(([one], [other]) => one - other);
  }

  /** Answers as `fetch` does. */
  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const { origin, pathname, searchParams, href } = new URL(url);
    if (href === TOKENS) return this.#giveToken();
    if (origin !== SYSTEM) this.strangers.push(url);
    const page = Number(searchParams.get('page') ?? 0);
    this.asked.push(pathname + new URL(url).search);
    const rows = this.#rowsOf(pathname);
    const pages = this.#pagesOf(rows);
    const { mischief } = this.#made;
    const isHere = mischief !== 'none' && page === this.#made.page % pages.length;
    if (isHere && mischief.startsWith('expired') && !this.#hasStruck) {
      this.#hasStruck = true;
      this.#tokens += 1;
      this.#hasSpoiled = mischief === 'expired twice';
    }
    if (isHere && mischief === 'no token' && !this.#hasStruck) {
      this.#hasStruck = true;
      this.#hasSpoiled = true;
      this.#tokens += 1;
    }
    const token = new Headers(init.headers).get('Authorization');
    const isRefused = isHere && mischief === 'expired twice';
    if (isRefused || token !== `Bearer token-${this.#tokens}`) return new Response('no', { status: 401 });
    const answer = { rows: pages[page] ?? [], page, pages };
    return isHere && !mischief.startsWith('expired') && mischief !== 'no token'
      ? this.#misbehave(mischief, answer)
      : this.#give(answer);
  };

  #giveToken(): Response {
    if (this.#made.mischief === 'no token' && this.#hasStruck) {
      return Response.json({ error: 'invalid_client' }, { status: 401 });
    }
    return Response.json({ access_token: `token-${this.#tokens}`, token_type: 'Bearer', expires_in: 86_400 });
  }

  /** All rows, or those since a moment. */
  #rowsOf(pathname: string): Item[] {
    const since = pathname.startsWith('/since/') ? Date.parse(decodeURIComponent(pathname.slice('/since/'.length))) : 0;
    return [...this.#items.values()].filter(({ at }) => Date.parse(at) >= since);
  }

  #pagesOf(rows: readonly Item[]): Item[][] {
    const pages: Item[][] = [];
    for (let at = 0; pages.length === 0 || at < rows.length; ) {
      const { sizes } = this.#made;
      const size = sizes[Math.min(pages.length, sizes.length - 1)] ?? 1;
      pages.push(rows.slice(at, at + size));
      at += size;
    }
    return pages;
  }

  #misbehave(how: Mischief, answer: { rows: readonly Item[]; page: number; pages: readonly Item[][] }): Response {
    const { rows, page, pages } = answer;
    const isFirstTime = !this.#hasStruck;
    this.#hasStruck = true;
    if (how === 'busy' || how === 'broken off') {
      if (!isFirstTime) return this.#give(answer);
      const headers = { 'Retry-After': '0' };
      return how === 'busy' ? new Response('busy', { status: 500, headers }) : this.#give(answer, { breaksOff: true });
    }
    // Not a fault, since it cannot be detected: a repeated link after an empty page ends the pages; of repeated keys
    // the last row is the change.
    const endsPages = rows.length === 0 || pages[0]?.length === 0 || page + 1 === pages.length;
    if (how === 'loop' && endsPages) return this.#give(answer);
    const isFull = this.asked.at(-1)?.startsWith('/all') === true;
    const before = pages
      .slice(0, page)
      .flat()
      .find(({ gone }) => !gone);
    if (how === 'repeated row' && (!isFull || before === undefined)) return this.#give(answer);
    this.#hasSpoiled = true;
    switch (how) {
      case 'gone':
        return new Response('', { status: 404 });
      case 'page for people':
        return new Response('<html>Sign in</html>', { headers: { 'Content-Type': 'text/html' } });
      case 'refused':
        return this.#stream(
          this.#format === 'json'
            ? '{"error":{"code":"9"},"value":[]}'
            : '<Envelope><Body><Fault><faultcode>Client</faultcode></Fault></Body></Envelope>',
        );
      case 'elsewhere':
        return this.#give(answer, { next: 'https://evil.example/all?page=1' });
      case 'loop':
        return this.#give(answer, { next: '?page=0' });
      case 'repeated row':
        return this.#give({ ...answer, rows: [...rows, before as Item] });
      default:
        return this.#give(answer, { isShort: true });
    }
  }

  #give(
    { rows, page, pages }: { rows: readonly Item[]; page: number; pages: readonly Item[][] },
    {
      next = page + 1 < pages.length ? `?page=${page + 1}` : null,
      isShort = false,
      breaksOff = false,
    }: { next?: string | null; isShort?: boolean; breaksOff?: boolean } = {},
  ): Response {
    const text =
      this.#format === 'json'
        ? JSON.stringify({ ...(page % 2 === 0 ? { next } : {}), value: rows, ...(page % 2 === 0 ? {} : { next }) })
        : `<r>${next === null ? '' : `<next>${escaped(next)}</next>`}${rows.map(elementOf).join('')}</r>`;
    return this.#stream(isShort ? text.slice(0, -1) : text, breaksOff);
  }

  /** Sends the text in pieces that may be cut anywhere, even within a character. */
  #stream(text: string, breaksOff = false): Response {
    const bytes = new TextEncoder().encode(text);
    const { piece } = this.#made;
    let at = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (breaksOff && at >= bytes.length / 2) return controller.error(new Error('the connection was cut'));
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(at, at + piece));
        at += piece;
      },
    });
    return new Response(body, { headers: { 'Content-Type': `application/${this.#format}` } });
  }

  /** The text that XML delivers: it cannot hold all characters, and normalises line ends. */
  #told(a: string | null): string | null {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what XML cannot hold
    return this.#format === 'xml' ? (a?.replaceAll(/[\u0000-\u001f\ufffe\uffff]|\p{Cs}/gu, '') ?? null) : a;
  }
}

/** Whether a load of this recipe may succeed at all. */
export function isHarmless({ mischief }: LoadRecipe): boolean {
  return HARMLESS.includes(mischief);
}

function elementOf({ id, a, at, gone }: Item): string {
  const cell =
    a === null ? '' : id % 2 === 0 && !a.includes(']]>') ? `<a><![CDATA[${a}]]></a>` : `<a>${escaped(a)}</a>`;
  return `<i id="${id}" gone="${gone}">${cell}<at>${at}</at></i>`;
}

function escaped(text: string): string {
  return text.replaceAll(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
