/** Refreshes the large tables in turn, and reads each version at once: slow readers must get the same in the end. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from '../../harness/site.ts';
import type { SoakTable } from './tables.ts';
import type { Tally } from './tally.ts';

const EVERY_MS = 15_000;
/** Loads of each table before the clients start, so that there are deltas. */
const FIRST_LOADS = 4;

export class Verifier {
  /** Loads that succeeded. */
  loads = 0;
  readonly #site: Site;
  readonly #tables: readonly SoakTable[];
  readonly #tally: Tally;

  constructor(site: Site, tables: readonly SoakTable[], tally: Tally) {
    this.#site = site;
    this.#tables = tables;
    this.#tally = tally;
  }

  /** Makes the first loads; false: one failed, which is a fault. */
  async loadAll(): Promise<boolean> {
    for (const table of this.#tables) {
      for (let load = 0; load < FIRST_LOADS; load += 1) if (!(await this.#loaded(table))) return false;
    }
    return true;
  }

  /** Continues until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    for (let turn = 0; !signal.aborted; turn += 1) {
      await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
      const table = this.#tables[turn % this.#tables.length];
      if (table !== undefined && !signal.aborted) await this.#loaded(table);
    }
  }

  async #loaded(table: SoakTable): Promise<boolean> {
    try {
      await this.#load(table);
      return true;
    } catch (error) {
      this.#tally.fault('a load', String((error as Error).cause ?? error));
      return false;
    }
  }

  async #load(table: SoakTable): Promise<void> {
    const { title } = table.shape;
    table.change();
    await this.#site.api.load(title);
    this.loads += 1;
    const { headers, body } = await this.#site.api.ask(`rpc/${title}/`, { expected: 200 });
    table.note(body, {
      version: Number(String(headers['content-version']).slice(1)),
      etag: headers.etag ?? '',
      idsHash: String(headers['cache-hash-value']),
    });
  }
}
