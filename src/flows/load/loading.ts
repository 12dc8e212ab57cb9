/** One load in progress: how to ask its origin, and how to write its rows to R2. */

import type { Changes, ChangesState } from '../../contract/changes.ts';
import { ONE_PAGE } from '../../contract/pages.ts';
import type { LoadFailure } from '../../contract/problem.ts';
import type { DefinedResource, Resource } from '../../contract/resource.ts';
import type { ReadTable } from '../../core/column-places.ts';
import { placeOfDatabase } from '../../core/task-policy.ts';
import { buildRequest, type OriginRequest, valuesOf } from '../../origin/build-request.ts';
import { checkedAnswers } from '../../origin/checked-answers.ts';
import { ColumnWatch } from '../../origin/column-watch.ts';
import { asNew, type FetchOptions, fetchOrigin, type OriginAnswer } from '../../origin/fetch-origin.ts';
import { type Drifted, Findings } from '../../origin/findings.ts';
import { type OriginWay, wayTo } from '../../origin/origin-way.ts';
import { PageAsker } from '../../origin/pages/ask-pages.ts';
import { type PageReading, readPages } from '../../origin/pages/read-pages.ts';
import type { NotedSecrets } from '../../origin/redact.ts';
import { connectionString, readDatabase } from '../../origin/sql/read-database.ts';
import { saysFull } from '../../origin/sql/sql-failure.ts';
import type { Validators } from '../../origin/validators.ts';
import type { ColumnFacts, Parameters } from '../../ports/entry.ts';
import { HEAVY_KEYED_ROWS, HEAVY_ROWS } from '../../ports/memory-shares.ts';
import type { Accepts, Fetch } from '../../ports/network.ts';
import type { Lease } from '../../ports/object.ts';
import type { TableAnswer } from '../../ports/rows.ts';
import type { LoadResult } from '../../tables/load.ts';
import { loadTables } from '../../tables/load-tables.ts';
import { shapeDigest } from '../../tables/row-hash.ts';
import { sleep } from '../../waiting.ts';
import type { Services } from '../services.ts';
import type { GateHold } from './gate-hold.ts';
import type { LoadClock } from './load-clock.ts';
import { type LoadSlot, scales, type Weigh } from './load-slots.ts';

/** The services that a load uses. */
export type LoadServices = Pick<Services, 'blobs' | 'secret' | 'settings' | 'via' | 'database'>;

/** What a load works with in addition to stores. */
export interface LoadOptions {
  fetch: Fetch;
  accepts: Accepts;
  clock: LoadClock;
  slot: LoadSlot;
  /** The gate of its source, which has let the load in. */
  gate: GateHold;
  /** ms since the epoch, for dates from the origin. */
  now: number;
  /** From 0 up to 1. */
  random: () => number;
  /** Called when the origin's answer turns out to be heavy, by its bytes or its rows. */
  onHeavy: () => void;
}

/** The result of a load, and what the origin said about it. */
export interface LoadedCache extends LoadResult {
  validators: Validators;
  /** Things that looked wrong and were accepted; absent if the origin answered "not modified" without a body. */
  warnings?: readonly string[];
  /** Observations about the columns of each table; absent as above, or if the body is not a table. */
  columns?: readonly ColumnFacts[];
  /** Rows that moved while pages were read. */
  drifted?: Drifted;
  /** Where the next load continues; absent if the next load is of all rows. */
  changes?: ChangesState;
}

/** What was found in the answers of one attempt. */
export interface LoadFacts {
  findings: Findings;
  columns: readonly ColumnWatch[];
}

export class Loading {
  /** As if the definition named no source. */
  readonly definition: Resource;
  readonly number: number;
  readonly lease: Lease;
  readonly now: number;
  readonly #services: LoadServices;
  readonly #options: LoadOptions;
  readonly #secrets: NotedSecrets;
  readonly #way: OriginWay;
  readonly #database: string | undefined;
  readonly #weigh: Weigh;
  #status = 0;

  /** @throws LoadFailure `misconfigured` */
  constructor(
    resource: DefinedResource,
    lease: Lease,
    services: LoadServices,
    { options, secrets }: { options: LoadOptions; secrets: NotedSecrets },
  ) {
    const { clock, slot, gate, onHeavy, fetch, accepts } = options;
    const { originHosts: hosts } = services.settings;
    const way = wayTo(resource, { hosts, secrets, via: services.via, tokens: gate.tokens(clock), fetch, accepts });
    this.#way = { ...way, fetch: gate.paced(way.fetch, clock) };
    this.#database = resource.source?.definition.database;
    this.definition = this.#way.definition;
    this.number = resource.number;
    this.lease = lease;
    this.now = options.now;
    this.#services = services;
    this.#options = options;
    this.#secrets = secrets;
    const hasKey = this.definition.tables?.some(({ key }) => key !== undefined) ?? false;
    this.#weigh = scales(slot, clock, { heavyRows: hasKey ? HEAVY_KEYED_ROWS : HEAVY_ROWS, onHeavy });
  }

  /** Common input of all writes. */
  get input() {
    const { cache, previous, fence, nextRowId } = this.lease;
    return { blobs: this.#services.blobs, key: cache.key, fence, previous, nextRowId };
  }

  /** Status of the last answer; 0 if there was none. */
  get status(): number {
    return this.#status;
  }

  /** Whether its source is a database, which gets no HTTP requests. */
  get isOfDatabase(): boolean {
    return this.#database !== undefined;
  }

  /**
   * Yields the results of the queries of these tables; `values` are values in addition to the parameters.
   * @throws LoadFailure
   */
  async *queries(
    { tables, columns }: { tables: readonly ReadTable[]; columns: readonly ColumnWatch[] },
    values: Parameters = {},
  ): AsyncGenerator<TableAnswer, void> {
    const { cache } = this.lease;
    const database = this.#database ?? '';
    this.#options.slot.setOrigin(cache.resource, placeOfDatabase(database));
    const answer = await readDatabase({
      connectionString: connectionString(this.#services.database(database), database),
      tables,
      columns,
      values: { ...valuesOf(cache), ...values },
      maxBytes: this.definition.origin.max_bytes,
      signal: this.#options.clock.signal,
    }).catch(async (failure: LoadFailure) => {
      if (saysFull(failure)) await this.#options.gate.closeFull();
      throw failure;
    });
    try {
      yield { ...answer, body: this.#weighed(answer.body) };
    } finally {
      answer.release();
    }
  }

  /**
   * Builds the definition's request. `asked` replaces its own templates, `values` are values in addition to the
   * parameters.
   * @throws LoadFailure
   */
  request(asked: Pick<Changes, 'url' | 'body'> = {}, values: Parameters = {}): OriginRequest {
    const { cache } = this.lease;
    const { origin } = this.definition;
    const { url = origin.url, body = origin.body } = asked;
    const definition = { ...this.definition, origin: { ...origin, url, body } };
    const wanted = { ...cache, parameters: { ...cache.parameters, ...values } };
    const request = buildRequest(definition, wanted, this.#way.access);
    this.#options.slot.setOrigin(cache.resource, request.url.host);
    return request;
  }

  /** Asks the origin once. @throws LoadFailure */
  async ask(request: OriginRequest, more: Pick<FetchOptions, 'validators' | 'usedBytes'>): Promise<OriginAnswer> {
    const { origin } = this.definition;
    const { access: _, definition: __, fetch, ...way } = this.#way;
    const answer = await fetchOrigin(request, {
      ...way,
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        this.#status = response.status;
        return response;
      },
      signal: this.#options.clock.signal,
      maxBytes: origin.max_bytes,
      redirects: origin.redirects,
      hosts: this.#services.settings.originHosts,
      now: this.now,
      secrets: this.#secrets.sent,
      ...more,
    });
    return answer.outcome === 'same' ? answer : { ...answer, body: this.#weighed(answer.body) };
  }

  /** Collects the findings in the answers of one attempt; `tables` may have hidden cells. */
  newFacts(tables: readonly ReadTable[] = this.definition.tables ?? []): LoadFacts {
    const findings = new Findings(this.definition.origin.partial, this.#services.settings.partialAnswers);
    return { findings, columns: tables.map((table) => new ColumnWatch(table)) };
  }

  /** Yields all pages starting at this request, or the only answer if the definition has no pages. */
  pages(reading: Omit<PageReading, 'asker' | 'pages'>): AsyncIterable<TableAnswer> {
    const { clock, random } = this.#options;
    const asker = new PageAsker({
      ask: async (request, usedBytes) => asNew(await this.ask(request, { validators: null, usedBytes })),
      wait: (ms) => clock.hold(sleep(ms)),
      leftMs: () => clock.leftMs(),
      random,
      retries: true,
    });
    return readPages({ ...reading, pages: this.definition.origin.pages ?? ONE_PAGE, asker });
  }

  /** Loads from answers that contain all rows. @throws LoadFailure */
  loadAll(answers: AsyncIterable<TableAnswer> | Iterable<TableAnswer>, facts: LoadFacts): Promise<LoadResult> {
    const { tables = [], origin } = this.definition;
    const checks = { ...facts, tables, before: this.#columnsBefore(), drift: origin.pages?.drift };
    return this.loadRows(checkedAnswers(answers, checks));
  }

  /** Writes what is new in these rows to R2. @throws LoadFailure */
  loadRows(answers: AsyncIterable<TableAnswer> | Iterable<TableAnswer>): Promise<LoadResult> {
    const { tables = [], guard } = this.definition;
    const onRows = (rows: number) => this.weigh(rows);
    return loadTables({ ...this.input, tables, answers, guard: this.lease.force ? undefined : guard, onRows });
  }

  /** Reports how many rows are held, in whole or in part. The load may continue when this has resolved. */
  weigh(rows: number): Promise<void> {
    return this.#weigh({ rows });
  }

  /**
   * Returns the column facts of the version before, if it had the same columns. A forced load returns none: it accepts
   * that columns have lost values, as it accepts what the guard would refuse.
   */
  #columnsBefore(): readonly ColumnFacts[] | undefined {
    const { previous, force } = this.lease;
    const { tables } = this.definition;
    if (tables === undefined || previous === null || force) return undefined;
    return previous.digest === shapeDigest(tables) ? previous.columns : undefined;
  }

  async *#weighed(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    for await (const piece of body) {
      await this.#weigh({ bytes: piece.byteLength });
      yield piece;
    }
  }
}
