/** One question to an origin whose answer is shown: what came, what a load would make of it, and what it would fail with. */

import { PROBE_BYTES, type ProbeAnswer } from '../contract/probe.ts';
import { errorFor, type LoadFailure, type TaskError, taskError } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import { buildRequest } from '../origin/build-request.ts';
import { type Fetch, fetchOrigin, type NewAnswer } from '../origin/fetch-origin.ts';
import { Findings } from '../origin/findings.ts';
import { warningsOf } from '../origin/later-rules.ts';
import { wayTo } from '../origin/origin-way.ts';
import { readAnswer } from '../origin/read-answer.ts';
import { notingSecrets, withoutSecrets, withoutValues } from '../origin/redact.ts';
import { acceptsTcp } from '../origin/tcp.ts';
import { FirstRows } from '../tables/first-rows.ts';
import { checkGuard } from '../tables/guard.ts';
import { LoadClock } from './load-clock.ts';
import type { Probe } from './probe-resource.ts';
import { asFailure } from './report-load.ts';
import type { Services } from './services.ts';

/** What was seen so far. */
interface Seen {
  status: number | null;
  contentType: string | null;
  bytes: number;
  cut: boolean;
  warnings: readonly string[];
}

/**
 * Asks the origin once. What a load would fail with is told, not thrown.
 *
 * @param mostMs how long it may take
 */
export async function probeOrigin(
  services: Pick<Services, 'settings' | 'secret' | 'via'>,
  { definition, source, cache, rowsBefore }: Probe,
  mostMs: number,
): Promise<ProbeAnswer> {
  const startedAt = Date.now();
  const secrets = notingSecrets((name) => services.secret(name));
  const { sent } = secrets;
  const { originHosts: hosts } = services.settings;
  const seen: Seen = { status: null, contentType: null, bytes: 0, cut: false, warnings: [] };
  const rows = new FirstRows(definition.tables ?? [], (text) => withoutValues(text, sent));
  const faults: LoadFailure[] = [];
  const loadMs = definition.origin.timeout_s * 1000;
  using clock = new LoadClock(Math.min(loadMs, mostMs), startedAt + mostMs + 1000);
  try {
    const out = { fetch: (url: string, init: RequestInit) => fetch(url, init), accepts: acceptsTcp };
    const { access, ...way } = wayTo(
      { definition, ...(source === null ? {} : { source }) },
      { hosts, secrets, via: services.via, ...out },
    );
    const request = buildRequest(way.definition, cache, access);
    const answer = await clock.hold(
      fetchOrigin(request, {
        ...way,
        fetch: watched(seen, way.fetch),
        signal: clock.signal,
        maxBytes: definition.origin.max_bytes,
        validators: null,
        redirects: definition.origin.redirects,
        hosts,
        now: startedAt,
        secrets: sent,
      }),
    );
    // Asked without conditions, none says that nothing has changed.
    if (answer.outcome === 'new') await clock.hold(read(services, definition, answer, { seen, rows, faults }));
    if (!seen.cut && definition.tables !== undefined)
      checkGuard(definition.guard, { rows: rows.rows, before: rowsBefore });
  } catch (error) {
    if (clock.signal.aborted && loadMs > mostMs) seen.cut = true;
    // Of an answer that was being read the probe's own end is no fault.
    if (!seen.cut || seen.status === null) faults.push(asFailure(error));
  }
  return {
    status: seen.status,
    ms: Date.now() - startedAt,
    content_type: seen.contentType === null ? null : withoutValues(seen.contentType, sent),
    bytes: seen.bytes,
    rows: definition.tables === undefined ? null : rows.rows,
    cut: seen.cut,
    tables: rows.tables,
    faults: faults.map((fault) => told(fault, sent)),
    warnings: [...seen.warnings.map((text) => withoutValues(text, sent)), ...warningsOf(definition)],
  };
}

/** `fetch`, which notes the last answer's status and type. */
function watched(seen: Seen, fetch: Fetch): Fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    seen.status = response.status;
    seen.contentType = response.headers.get('Content-Type');
    return response;
  };
}

async function read(
  { settings }: Pick<Services, 'settings'>,
  definition: Resource,
  answer: NewAnswer,
  { seen, rows, faults }: { seen: Seen; rows: FirstRows; faults: LoadFailure[] },
): Promise<void> {
  const findings = new Findings(definition.origin.partial, settings.partialAnswers, (fault) => faults.push(fault));
  try {
    const { body, reader } = readAnswer(definition, answer, findings);
    const take = definition.tables === undefined ? null : reader(definition.tables, rows);
    for await (const piece of body) {
      seen.bytes += piece.byteLength;
      take?.write(piece);
      if (seen.bytes < PROBE_BYTES) continue;
      seen.cut = true;
      return;
    }
    take?.end();
  } finally {
    seen.warnings = findings.warnings;
    answer.release();
  }
}

/** For administrators, as failed loads are. */
function told(fault: LoadFailure, secrets: readonly string[]): TaskError {
  const { code, message, adminDetail } = withoutSecrets(fault, secrets) as LoadFailure;
  return errorFor(taskError(code, message, adminDetail), true);
}
