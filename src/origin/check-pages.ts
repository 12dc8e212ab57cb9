/** Checks of `origin.pages` that need no request (CONTRACT 4 "Pages"). */

import type { Pages } from '../contract/pages.ts';
import type { InputFault } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import type { StoredSource } from '../contract/source.ts';
import { counted } from '../core/counted.ts';
import { limitsOf } from '../core/source-limits.ts';
import { MOST_LOAD_MS } from '../core/task-policy.ts';
import { placeFault } from './check-expect.ts';
import { isOfBody } from './pages/page-values.ts';

const KINDS = ['next', 'cursor', 'offset', 'page'] as const;
const PLACES = ['next', 'cursor', 'total', 'more'] as const;
const PARAMETERS = ['param', 'offset', 'page', 'limit'] as const;
const POINTER = /^(\/([^~/]|~[01])*)+$/;

/** All faults of `origin.pages`, with pointers from the definition's root. */
export function pagesFaults({
  origin,
  format,
  tables = [],
}: Pick<Resource, 'origin' | 'format' | 'tables'>): InputFault[] {
  const { pages, method, body } = origin;
  if (pages === undefined) return [];
  const faults: InputFault[] = [];
  const add = (pointer: string, detail: string) => faults.push({ pointer: `/origin/pages${pointer}`, detail });
  if (tables.length !== 1) add('', 'needs exactly one table: rows of several would come mixed');
  for (const [member, detail] of kindFaults(pages)) add(member, detail);
  for (const name of PLACES) {
    const place = pages[name];
    const detail = place === undefined ? null : placeFault(place, format, tables);
    if (detail !== null) add(`/${name}`, detail);
  }
  const names = PARAMETERS.filter((name) => pages[name] !== undefined);
  for (const [at, name] of names.entries()) {
    const parameter = pages[name] ?? '';
    if (isOfBody(parameter) && method !== 'POST')
      add(`/${name}`, 'must be a parameter of the query: only a POST has a body');
    else if (isOfBody(parameter) && typeof body === 'string')
      add(`/${name}`, 'must be a parameter of the query: origin.body is a text');
    else if (isOfBody(parameter) && !POINTER.test(parameter))
      add(`/${name}`, 'must be a JSON pointer (RFC 6901), such as /value');
    if (names.slice(0, at).some((other) => pages[other] === parameter)) add(`/${name}`, 'must differ from the others');
  }
  return faults;
}

/** Members that require or exclude each other. */
function* kindFaults(pages: Pages): Generator<[pointer: string, detail: string]> {
  if (KINDS.filter((kind) => pages[kind] !== undefined).length !== 1) {
    yield ['', 'must have exactly one of next, cursor, offset and page'];
    return;
  }
  const isCounted = pages.offset !== undefined || pages.page !== undefined;
  if (pages.cursor !== undefined && pages.param === undefined) yield ['/param', 'is required with cursor'];
  if (pages.cursor === undefined && pages.param !== undefined) yield ['/param', 'goes with cursor only'];
  if (pages.page === undefined && pages.first !== undefined) yield ['/first', 'goes with page only'];
  if (!isCounted && pages.limit !== undefined) yield ['/limit', 'goes with offset or page only'];
  if (!isCounted && pages.size !== undefined) yield ['/size', 'goes with offset or page only'];
  if (!isCounted && pages.end === 'short') yield ['/end', 'goes with offset or page only'];
  if (isCounted && pages.size === undefined && (pages.limit !== undefined || pages.end === 'short')) {
    yield ['/size', 'is required with limit, and with "end": "short"'];
  }
  if (pages.next === undefined && pages.rehost) yield ['/rehost', 'goes with next only'];
}

/** Warnings for an operator about problems that a definition would not notice; PUT accepts it all the same. */
export function pagesWarnings({ origin, tables = [] }: Pick<Resource, 'origin' | 'tables'>): string[] {
  const { pages } = origin;
  if (pages === undefined) return [];
  const warnings: string[] = [];
  if (pages.total === undefined && tables[0]?.key === undefined) {
    const detail = 'rows that are missing or come twice while pages are read cannot be detected';
    warnings.push(`Without tables[].key and origin.pages.total ${detail}; name one of them.`);
  }
  if (pages.end === 'short') {
    const detail = 'an origin that sends fewer rows per page than requested, as many do, ends the table too early';
    warnings.push(`With origin.pages.end: "short" ${detail}; "empty" asks once more.`);
  }
  return warnings;
}

/** The same for `pages.max`, at the pace of the source. */
export function paceWarnings(
  { origin: { pages } }: Pick<Resource, 'origin'>,
  source: StoredSource | undefined,
): string[] {
  const rate = limitsOf(source)?.limits.rate ?? null;
  if (pages === undefined || rate === null) return [];
  const neededMs = (pages.max / rate.requests) * rate.perMs;
  if (neededMs <= MOST_LOAD_MS) return [];
  const [needed, most] = [neededMs, MOST_LOAD_MS].map((ms) => Math.ceil(ms / 60_000));
  return [
    `At the rate of its source a load of ${counted(pages.max, 'page')} (origin.pages.max) takes ${needed} minutes, and a load ends after ${most}; ask for fewer, larger pages.`,
  ];
}
