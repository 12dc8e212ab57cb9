/**
 * One request to an origin whose answer is shown: what came, what a load would make of it, and why a load would fail.
 */

import { PROBE_PAGES, type ProbeAnswer, type ProbeFault, SHOWN_ADDRESS } from '../../contract/probe.ts';
import { errorFor, type LoadFailure, taskError } from '../../contract/problem.ts';
import type { Resource } from '../../contract/resource.ts';
import type { StoredSource } from '../../contract/source.ts';
import { faultPointer } from '../../core/fault-pointer.ts';
import { buildRequest, type OriginRequest, valuesOf } from '../../origin/build-request.ts';
import { paceWarnings, pagesWarnings } from '../../origin/check-pages.ts';
import { checkedAnswers } from '../../origin/checked-answers.ts';
import { ColumnWatch } from '../../origin/column-watch.ts';
import { asNew, fetchOrigin, type NewAnswer } from '../../origin/fetch-origin.ts';
import { Findings } from '../../origin/findings.ts';
import { warningsOf } from '../../origin/later-rules.ts';
import { wayTo } from '../../origin/origin-way.ts';
import { PageAsker } from '../../origin/pages/ask-pages.ts';
import { readPages } from '../../origin/pages/read-pages.ts';
import { readAnswer } from '../../origin/read-answer.ts';
import { type NotedSecrets, notingSecrets, withoutSecrets, withoutValues } from '../../origin/redact.ts';
import { connectionString, readDatabase, SUPERUSER } from '../../origin/sql/read-database.ts';
import { acceptsTcp } from '../../origin/tcp.ts';
import type { CacheIdentity } from '../../ports/entry.ts';
import type { TableAnswer } from '../../ports/rows.ts';
import { FirstRows } from '../../tables/first-rows.ts';
import { checkGuard } from '../../tables/guard.ts';
import { GateHold, noGates } from '../load/gate-hold.ts';
import { LoadClock } from '../load/load-clock.ts';
import { asFailure } from '../load/report-load.ts';
import type { Services } from '../services.ts';
import { isFull, type ProbeRows, probeRows, type Seen, watched } from './probe-reading.ts';

/** What to probe. It was checked, and counted against the limits. */
export interface Probe {
  definition: Resource;
  /** The source that it names; null if it names none or a missing one. */
  source: StoredSource | null;
  cache: CacheIdentity;
  /** Rows of the version that a load would be compared with; 0 if there is none. */
  rowsBefore: number;
}

/** How to ask the origin, and where to put the results. */
interface Asking {
  probe: Probe;
  ask: (request: OriginRequest, usedBytes: number) => Promise<NewAnswer>;
  seen: Seen;
  rows: ProbeRows;
  findings: Findings;
  clock: LoadClock;
  hide: (text: string) => string;
}

/** Additional options for HTTP requests. */
interface HttpAsking {
  secrets: NotedSecrets;
  /** ORIGIN_HOSTS. */
  hosts: readonly string[];
  gate: GateHold;
  /** ms since the epoch, for dates from the origin. */
  now: number;
}

/**
 * Asks the origin once, or for its first pages. Returns the faults that a load would have, instead of throwing them.
 *
 * @param mostMs longest duration, ms
 * @param gate the gate of its source, already entered
 */
export async function probeOrigin(
  { settings, ...services }: Pick<Services, 'settings' | 'secret' | 'via' | 'database'>,
  probe: Probe,
  mostMs: number,
  gate = new GateHold(noGates, 'probe'),
): Promise<ProbeAnswer> {
  const { definition, source, rowsBefore } = probe;
  const { origin, tables } = definition;
  const startedAt = Date.now();
  const secrets = notingSecrets((name) => services.secret(name));
  const { sent } = secrets;
  const { originHosts: hosts } = settings;
  const hide = (text: string) => withoutValues(text, sent);
  const seen: Seen = { status: null, contentType: null, bytes: 0, cut: false, pages: [] };
  const rows = new FirstRows(tables ?? [], hide);
  const faults: LoadFailure[] = [];
  const findings = new Findings(origin.partial, settings.partialAnswers, (fault) => faults.push(fault));
  const loadMs = origin.timeout_s * 1000;
  using clock = new LoadClock(Math.min(loadMs, mostMs), startedAt + mostMs + 1000);
  try {
    const reading = probeRows(definition, rows);
    const shown = { probe, seen, rows: reading, findings, clock };
    await clock.hold(
      source?.definition.database === undefined
        ? askOverHttp(services, { ...shown, secrets, hosts, hide, gate, now: startedAt })
        : askDatabase(services, shown),
    );
    reading.check(findings);
    if (!seen.cut && tables !== undefined) checkGuard(definition.guard, { rows: rows.rows, before: rowsBefore });
  } catch (error) {
    if (clock.signal.aborted && loadMs > mostMs) seen.cut = true;
    // If the probe itself ended an answer that was still being read, that is not a fault.
    if (!seen.cut || seen.status === null) faults.push(asFailure(error));
  }
  return {
    status: seen.status,
    ms: Date.now() - startedAt,
    content_type: seen.contentType === null ? null : hide(seen.contentType),
    bytes: seen.bytes,
    rows: tables === undefined ? null : rows.rows,
    cut: seen.cut,
    ...(origin.pages === undefined ? {} : { pages: seen.pages }),
    tables: rows.tables,
    faults: faults.map((fault) => told(fault, definition, sent)),
    warnings: [
      ...findings.warnings.map(hide),
      ...warningsOf(definition),
      ...pagesWarnings(definition),
      ...paceWarnings(definition, source ?? undefined),
    ],
  };
}

async function askOverHttp(
  { via }: Pick<Services, 'via'>,
  { secrets, hosts, gate, now, ...asking }: Omit<Asking, 'ask'> & HttpAsking,
): Promise<void> {
  const { probe, seen, clock } = asking;
  const { definition, source, cache } = probe;
  const out = { fetch: (url: string, init: RequestInit) => fetch(url, init), accepts: acceptsTcp };
  const { access, ...way } = wayTo(
    { definition, ...(source === null ? {} : { source }) },
    { hosts, secrets, via, tokens: gate.tokens(clock), ...out },
  );
  const ask = async (request: OriginRequest, usedBytes: number) => {
    const answer = await fetchOrigin(request, {
      ...way,
      fetch: watched(seen, gate.paced(way.fetch, clock)),
      signal: clock.signal,
      maxBytes: definition.origin.max_bytes,
      usedBytes,
      validators: null,
      redirects: definition.origin.redirects,
      hosts,
      now,
      secrets: secrets.sent,
    });
    return asNew(answer);
  };
  await read(buildRequest(way.definition, cache, access), { ...asking, ask });
}

/** Reads the results of the queries. A role with too many rights is a warning. */
async function askDatabase(
  services: Pick<Services, 'database'>,
  { probe, seen, rows, findings, clock }: Omit<Asking, 'ask' | 'hide'>,
): Promise<void> {
  const { source, cache } = probe;
  const { tables = [], origin } = rows.definition;
  const { database = '' } = source?.definition ?? {};
  const columns = tables.map((table) => new ColumnWatch(table));
  const answer = await readDatabase({
    connectionString: connectionString(services.database(database), database),
    tables,
    columns,
    values: valuesOf(cache),
    maxBytes: origin.max_bytes,
    signal: clock.signal,
  });
  try {
    if (await answer.isSuperuser()) findings.warn(SUPERUSER);
    const checks = { tables, columns, findings, isCut: () => seen.cut };
    await readRows(checkedAnswers(rows.past([answer]), checks), { seen, rows });
  } finally {
    answer.release();
  }
}

async function read(request: OriginRequest, asking: Asking): Promise<void> {
  const { ask, seen, rows, findings } = asking;
  const { definition } = rows;
  const { tables = [], origin } = definition;
  const columns = tables.map((table) => new ColumnWatch(table));
  const checks = { tables, columns, drift: origin.pages?.drift, findings, isCut: () => seen.cut };
  const judged = (answers: AsyncIterable<TableAnswer> | Iterable<TableAnswer>) =>
    readRows(checkedAnswers(rows.past(answers), checks), asking);
  if (origin.pages !== undefined) return judged(pagesOf(request, asking, columns));
  const answer = await ask(request, 0);
  try {
    const readable = readAnswer(definition, answer, { findings, columns });
    if (definition.tables !== undefined) return await judged([readable]);
    for await (const piece of readable.body) if (isFull(seen, piece)) return;
  } finally {
    answer.release();
  }
}

async function readRows(
  answers: AsyncIterable<TableAnswer>,
  { seen, rows }: Pick<Asking, 'seen' | 'rows'>,
): Promise<void> {
  for await (const { body, reader } of answers) {
    const take = reader(rows.definition.tables ?? [], rows.first);
    for await (const piece of body) {
      take.write(piece);
      if (isFull(seen, piece)) return;
    }
    take.end();
  }
}

/** Yields the first pages, and records each when it is requested and when it was read. Requests no page again. */
function pagesOf(request: OriginRequest, asking: Asking, columns: readonly ColumnWatch[]): AsyncIterable<TableAnswer> {
  const { ask, seen, rows, findings, clock, hide } = asking;
  const { definition } = rows;
  const { pages } = definition.origin;
  if (pages === undefined) throw new Error('an answer that has no pages was read page by page');
  const shown = (text: string) => hide(text).slice(0, SHOWN_ADDRESS).toWellFormed();
  const asker = new PageAsker({
    ask: (asked, usedBytes) => {
      const { method, url, body } = asked;
      const page = { method, url: shown(url.href), body: body === null ? null : shown(body) };
      seen.pages.push({ ...page, status: null, bytes: 0, rows: null, next: null });
      return ask(asked, usedBytes);
    },
    wait: async () => undefined,
    leftMs: () => clock.leftMs(),
    random: Math.random,
    retries: false,
  });
  const onPage = (count: number, next: OriginRequest | null) => {
    const page = seen.pages.at(-1);
    if (page !== undefined) Object.assign(page, { rows: count, next: next === null ? null : shown(next.url.href) });
    seen.cut = next !== null && seen.pages.length === PROBE_PAGES;
    return !seen.cut;
  };
  return readPages({ definition, pages, request, asker, findings, columns, onPage });
}

/** A fault as administrators see it, as with failed loads. */
function told(fault: LoadFailure, definition: Resource, secrets: readonly string[]): ProbeFault {
  const { code, message, adminDetail } = withoutSecrets(fault, secrets) as LoadFailure;
  const pointer = faultPointer(fault, definition);
  return { ...errorFor(taskError(code, message, adminDetail), true), ...(pointer === undefined ? {} : { pointer }) };
}
