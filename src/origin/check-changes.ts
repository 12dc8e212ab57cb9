/** What can be said of `origin.changes` before anything is fetched (CONTRACT 4 "Changes of origins"). */

import { type Changes, SINCE_VARIABLE } from '../contract/changes.ts';
import type { InputFault } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import type { Source } from '../contract/source.ts';
import { xmlSteps } from '../core/xml-steps.ts';
import { placeFault } from './check-expect.ts';
import { checkOrigin } from './check-origin.ts';
import { quotingFaults } from './check-quoting.ts';
import { shellFaults } from './check-shell.ts';
import { templateVariables } from './template-pieces.ts';
import { literalOrigin } from './url-template.ts';

/** Members that mean something in one of the two forms alone. */
const OF_URL = ['cursor', 'as', 'write', 'lag_s', 'lag'] as const;

/** What of the service a URL is checked with. */
export interface ChangesChecks {
  /** ORIGIN_HOSTS. */
  hosts: readonly string[];
  /** Names that the schema of the parameters knows; null: it lets any name in. */
  parameterNames: readonly string[] | null;
  /** What the definition names; null: none. */
  source: Source | null;
}

/** All faults of `origin.changes`, with pointers from the definition's root. */
export function changesFaults(definition: Resource, checks: ChangesChecks): InputFault[] {
  const { origin, tables = [], format } = definition;
  const { changes } = origin;
  if (changes === undefined) return [];
  const faults: InputFault[] = [];
  const add = (pointer: string, detail: string) => faults.push({ pointer: `/origin/changes${pointer}`, detail });
  const [table] = tables;
  if (table === undefined || tables.length > 1) add('', 'needs exactly one table');
  else if (table.key === undefined) add('', 'needs tables[].key, by which rows are replaced');
  for (const [pointer, detail] of formFaults(changes)) add(pointer, detail);
  const detail = changes.link === undefined ? null : placeFault(changes.link, format, tables);
  if (detail !== null) add('/link', detail);
  const { key } = changes.removed ?? {};
  if (format === 'xml')
    for (const pointer of noPaths(changes)) add(pointer, 'must be a path of local names within the row');
  if (key !== undefined && key.length !== table?.key?.length)
    add('/removed/key', 'must have as many places as tables[].key');
  return changes.url === undefined ? faults : [...faults, ...urlFaults(definition, changes.url, checks)];
}

/** Places within rows of XML that are no paths. */
function noPaths({ cursor, removed }: Changes): string[] {
  const places = { '/cursor': cursor, '/removed/at': removed?.at };
  const keys = (removed?.key ?? []).map((at, index) => [`/removed/key/${index}`, at] as const);
  return [...Object.entries(places), ...keys].flatMap(([pointer, at]) =>
    at !== undefined && xmlSteps(at) === null ? [pointer] : [],
  );
}

/** What belongs together and what does not. */
function* formFaults(changes: Changes): Generator<[pointer: string, detail: string]> {
  const { url, link, cursor, as = 'time' } = changes;
  if ((url === undefined) === (link === undefined)) {
    yield ['', 'must have exactly one of url and link'];
    return;
  }
  if (url !== undefined && cursor === undefined) yield ['/cursor', 'is required with url'];
  for (const name of OF_URL)
    if (url === undefined && changes[name] !== undefined) yield [`/${name}`, 'goes with url only'];
  if (as === 'number' && changes.write !== undefined) yield ['/write', 'goes with a time only'];
  if (as === 'number' && changes.lag_s !== undefined) yield ['/lag_s', 'goes with a time only: write lag'];
  if (as === 'time' && changes.lag !== undefined) yield ['/lag', 'goes with a number only: write lag_s'];
}

/** The rules of `origin.url`, and that it is the same system. */
function urlFaults({ origin, scope, parameters }: Resource, url: string, checks: ChangesChecks): InputFault[] {
  const { hosts, parameterNames, source } = checks;
  const asked = { ...origin, url, headers: {} };
  const names = parameterNames === null ? null : [...parameterNames, SINCE_VARIABLE];
  const found = [
    ...checkOrigin(asked, scope, hosts, names, source),
    // A watermark is of digits, or of a time.
    ...quotingFaults({ origin: asked, parameters: withNumber(parameters) }),
    ...shellFaults({ origin: asked }),
  ].filter(({ pointer }) => pointer === '/origin/url' || pointer === '/origin/quote');
  const faults = found.map(({ pointer, detail }) => ({
    pointer: pointer.replace('/origin/url', '/origin/changes/url'),
    detail,
  }));
  const pointer = '/origin/changes/url';
  if (!templateVariables(url).includes(SINCE_VARIABLE))
    faults.push({ pointer, detail: `must have {${SINCE_VARIABLE}}` });
  if (origin.source === undefined && literalOrigin(url)?.origin !== literalOrigin(origin.url)?.origin) {
    faults.push({ pointer, detail: 'must have the scheme, host and port of origin.url' });
  }
  return faults;
}

function withNumber(parameters: Resource['parameters']): Resource['parameters'] {
  const properties = (parameters?.properties ?? {}) as Record<string, unknown>;
  return { ...parameters, properties: { ...properties, [SINCE_VARIABLE]: { type: 'number' } } };
}
