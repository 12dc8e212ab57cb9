/** What is measured of each store. Typed here alone: the packages are there only where tools/peers is installed. */

export interface Row {
  id: number;
  [column: string]: unknown;
}

/** A change: rows that come, and ids of those that go. */
export interface Change {
  inserted: readonly Row[];
  deleted: readonly number[];
  /** The same as the service writes it. */
  text: string;
}

/** A store in a page. Each call ends when its data is stored. */
export interface Contender {
  /** `text`: the body as the service writes it. `rows`: the same, parsed. */
  store(text: string, rows: readonly Row[]): Promise<void>;
  /** Opens it in a fresh page and reads all rows as objects; how many. */
  reopen(): Promise<number>;
  change(change: Change): Promise<void>;
}
