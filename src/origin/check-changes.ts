/** Checks of `origin.changes` that need no request (CONTRACT 4 "Changes of origins"). */

import { type Changes, SINCE_VARIABLE } from '../contract/changes.ts';
import type { InputFault } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import type { Source } from '../contract/source.ts';
import { pointerTokens } from '../core/pointer.ts';
import { xmlSteps } from '../core/xml-steps.ts';
import { parametersOf } from './body/body-template.ts';
import { faultsOfBody } from './body/check-body.ts';
import { placeFault } from './check-expect.ts';
import { checkOrigin } from './check-origin.ts';
import { quotingFaults } from './check-quoting.ts';
import { shellFaults } from './check-shell.ts';
import { OF_DATABASE, queryFaults } from './sql/check-sql.ts';
import { statementOf } from './sql/sql-text.ts';
import { templateVariables } from './template-pieces.ts';
import { literalOrigin } from './url-template.ts';

/** Members that only apply with a watermark. */
const OF_WATERMARK = ['cursor', 'as', 'write', 'lag_s', 'lag'] as const;
/** Members that apply to HTTP requests, not to a database. */
const OF_REQUESTS = ['url', 'body', 'link'] as const;

/** The parts of the service that the checks need. */
export interface ChangesChecks {
  /** ORIGIN_HOSTS. */
  hosts: readonly string[];
  /** Names that the schema of the parameters has; null: it allows any name. */
  parameterNames: readonly string[] | null;
  /** The source that the definition names; null: none. */
  source: Source | null;
}

/** All faults of `origin.changes`, with pointers from the definition's root. */
export function changesFaults(definition: Resource, checks: ChangesChecks): InputFault[] {
  const { origin, tables = [], format } = definition;
  const { changes } = origin;
  if (changes === undefined) return [];
  const isDatabase = checks.source?.database !== undefined;
  const faults: InputFault[] = [];
  const add = (pointer: string, detail: string) => faults.push({ pointer: `/origin/changes${pointer}`, detail });
  const [table] = tables;
  if (table === undefined || tables.length > 1) add('', 'needs exactly one table');
  else if (table.key === undefined) add('', 'needs tables[].key, by which rows are replaced');
  for (const [pointer, detail] of formFaults(changes, isDatabase)) add(pointer, detail);
  const isLinked = changes.link !== undefined && !isDatabase;
  const detail = isLinked ? placeFault(changes.link ?? '', format, tables) : null;
  if (detail !== null) add('/link', detail);
  const { key } = changes.removed ?? {};
  if (format === 'xml')
    for (const pointer of placesUnlike(changes, (at) => xmlSteps(at) !== null))
      add(pointer, 'must be a path of local names within the row');
  if (isDatabase)
    for (const pointer of placesUnlike(changes, (at) => pointerTokens(at).length === 1))
      add(pointer, 'must lead to a column of the query, as in /name');
  if (key !== undefined && key.length !== table?.key?.length)
    add('/removed/key', 'must have as many places as tables[].key');
  if (isDatabase) return [...faults, ...sqlFaults(definition, changes, checks)];
  return [...faults, ...urlFaults(definition, changes, checks), ...bodyFaults(definition, changes, checks)];
}

/** Places within rows that are not of this kind. */
function placesUnlike({ cursor, removed }: Changes, isOne: (at: string) => boolean): string[] {
  const places = { '/cursor': cursor, '/removed/at': removed?.at };
  const keys = (removed?.key ?? []).map((at, index) => [`/removed/key/${index}`, at] as const);
  return [...Object.entries(places), ...keys].flatMap(([pointer, at]) =>
    at !== undefined && !isOne(at) ? [pointer] : [],
  );
}

/** Members that require or exclude each other. */
function* formFaults(changes: Changes, isDatabase: boolean): Generator<[pointer: string, detail: string]> {
  const { url, body, sql, link, cursor, as = 'time' } = changes;
  if (isDatabase) {
    if (sql === undefined) yield ['/sql', 'is required: the source is a database'];
    for (const name of OF_REQUESTS) if (changes[name] !== undefined) yield [`/${name}`, OF_DATABASE];
  } else if (sql !== undefined) {
    yield ['/sql', 'needs a source that is a database'];
  }
  const hasWatermark = [url, body, sql].some((member) => member !== undefined);
  if (hasWatermark === (link !== undefined) && !isDatabase) {
    yield ['', 'must have either link, or {_since} in url or body'];
    return;
  }
  if (hasWatermark && cursor === undefined) yield ['/cursor', 'is required with {_since}'];
  for (const name of OF_WATERMARK)
    if (!hasWatermark && changes[name] !== undefined) yield [`/${name}`, 'goes with {_since} only'];
  if (as === 'number' && changes.write !== undefined) yield ['/write', 'goes with a time only'];
  if (as === 'number' && changes.lag_s !== undefined) yield ['/lag_s', 'goes with a time only: write lag'];
  if (as === 'time' && changes.lag !== undefined) yield ['/lag', 'goes with a number only: write lag_s'];
}

/** The rules of `origin.url`; the URL must also lead to the same system. */
function urlFaults(
  { origin, scope, parameters }: Resource,
  { url, body }: Changes,
  checks: ChangesChecks,
): InputFault[] {
  if (url === undefined) return [];
  const { hosts, source } = checks;
  const asked = { ...origin, url, headers: {} };
  const found = [
    ...checkOrigin(asked, scope, hosts, namesOf(checks), source),
    // A watermark is a number or a time.
    ...quotingFaults({ origin: asked, parameters: withNumber(parameters) }),
    ...shellFaults({ origin: asked }),
  ].filter(({ pointer }) => pointer === '/origin/url' || pointer === '/origin/quote');
  const faults = found.map(({ pointer, detail }) => ({
    pointer: pointer.replace('/origin/url', '/origin/changes/url'),
    detail,
  }));
  const pointer = '/origin/changes/url';
  if (body === undefined && !templateVariables(url).includes(SINCE_VARIABLE)) faults.push(without(pointer));
  if (origin.source === undefined && literalOrigin(url)?.origin !== literalOrigin(origin.url)?.origin) {
    faults.push({ pointer, detail: 'must have the scheme, host and port of origin.url' });
  }
  return faults;
}

/** The rules of `origin.body`. */
function bodyFaults({ origin, scope }: Resource, { url = '', body }: Changes, checks: ChangesChecks): InputFault[] {
  if (body === undefined) return [];
  const pointer = '/origin/changes/body';
  const rules = { scope, hosts: checks.hosts, parameterNames: namesOf(checks) };
  const faults = faultsOfBody({ ...origin, body }, checks.source, rules).map(({ detail }) => ({ pointer, detail }));
  const named = [...parametersOf(body), ...templateVariables(url)];
  if (!named.includes(SINCE_VARIABLE)) faults.push(without(pointer));
  const { param, offset, page, limit } = origin.pages ?? {};
  if (typeof body === 'string' && [param, offset, page, limit].some((name) => name?.startsWith('/'))) {
    faults.push({ pointer, detail: 'must be an object: origin.pages sets a member of it' });
  }
  return faults;
}

/** The rules of `tables[].sql`. */
function sqlFaults({ scope }: Resource, { sql }: Changes, checks: ChangesChecks): InputFault[] {
  if (sql === undefined) return [];
  const pointer = '/origin/changes/sql';
  const faults = queryFaults(sql, scope, namesOf(checks)).map((detail) => ({ pointer, detail }));
  return statementOf(sql).names.includes(SINCE_VARIABLE) ? faults : [...faults, without(pointer)];
}

function without(pointer: string): InputFault {
  return { pointer, detail: `must have {${SINCE_VARIABLE}}` };
}

/** Names that placeholders may use; null: any. */
function namesOf({ parameterNames }: ChangesChecks): string[] | null {
  return parameterNames === null ? null : [...parameterNames, SINCE_VARIABLE];
}

function withNumber(parameters: Resource['parameters']): Resource['parameters'] {
  const properties = (parameters?.properties ?? {}) as Record<string, unknown>;
  return { ...parameters, properties: { ...properties, [SINCE_VARIABLE]: { type: 'number' } } };
}
