/** Compares the keys of rows with those of earlier rows (CONTRACT 4 "Drift"). */

import { MAX_KEYED_ROWS } from '../../contract/constants.ts';
import type { Pages } from '../../contract/pages.ts';
import { type FaultPlace, LoadFailure } from '../../contract/problem.ts';
import type { TableDefinition } from '../../contract/table-definition.ts';
import type { RowSink } from '../../ports/rows.ts';
import type { Findings } from '../findings.ts';
import { KeySet } from './key-set.ts';

/** What happens to a row whose key already occurred on an earlier page. */
export type Drift = Pages['drift'];

/** Passes on rows with new keys, and all rows of tables without a key. */
export class KeyedRows implements RowSink {
  readonly #tables: readonly TableDefinition[];
  readonly #sink: RowSink;
  readonly #drift: Drift;
  readonly #findings: Findings;
  #table: TableDefinition | undefined;
  #keys: KeySet | null = null;
  #rows = 0;

  constructor(tables: readonly TableDefinition[], sink: RowSink, drift: Drift, findings: Findings) {
    this.#tables = tables;
    this.#sink = sink;
    this.#drift = drift;
    this.#findings = findings;
  }

  /** The next rows are a further page of the same table. */
  beginPage(): void {
    this.#keys?.beginPage();
  }

  beginTable(table: number): void {
    this.#table = this.#tables[table];
    this.#keys = this.#table?.key === undefined ? null : new KeySet();
    this.#sink.beginTable(table);
  }

  /** @throws LoadFailure `origin-pages`, `origin-malformed`, `origin-too-large` */
  row(text: string, key: string, hidden: readonly string[]): void {
    if (this.#keys !== null && !this.#isNew(this.#keys, key)) return;
    this.#sink.row(text, key, hidden);
  }

  /** A row that was already passed on cannot be taken back. @throws LoadFailure `origin-pages` */
  removed(key: string): void {
    if (this.#keys?.has(key) === true) {
      this.#moved(
        `Table "${this.#table?.name}": a row was removed while pages were read, behind the page that had it.`,
      );
    }
  }

  endTable(): void {
    this.#sink.endTable();
  }

  #isNew(keys: KeySet, key: string): boolean {
    this.#rows += 1;
    const seen = keys.add(key);
    if (seen === 'new') {
      if (keys.size <= MAX_KEYED_ROWS) return true;
      const detail = `The origin answered with more than ${MAX_KEYED_ROWS} rows, and tables[].key takes no more: leave it out, or ask for less by parameters.`;
      throw new LoadFailure('origin-too-large', detail, { place: this.#key });
    }
    const row = `Table "${this.#table?.name}", row ${this.#rows - 1}`;
    if (seen === 'here') {
      const detail = `${row}: its key occurred before in the same answer, so tables[].key does not identify a row. Add the column that distinguishes such rows.`;
      throw new LoadFailure('origin-malformed', detail, { place: this.#key });
    }
    const detail = `${row}: its key occurred on an earlier page, so rows moved while pages were read.`;
    this.#moved(detail);
    return false;
  }

  get #key(): FaultPlace {
    return { table: this.#table?.name ?? '', member: 'key' };
  }

  #moved(detail: string): void {
    // Without the number of rows: with it, each load would have a different warning.
    const warning = `Table "${this.#table?.name}": rows moved while pages were read.`;
    if (this.#drift === 'keep') this.#findings.drift('repeated', 1, warning);
    else throw new LoadFailure('origin-pages', `${detail} ${KEEP}`, { retryable: true, place: '/origin/pages/drift' });
  }
}

/** What an operator can do about drift. */
export const KEEP =
  'Have the origin order them by a column that is unique and does not change; origin.pages.drift: "keep" accepts it.';
