/**
 * Table `keys`: the document of each cache key, and a copy of each in memory, since to parse a long chain costs more than
 * most calls. The table is the truth: only this object writes it, and what a transaction did not bring about is forgotten.
 */

import type { CacheDocument } from '../core/task-machine/document.ts';

type Row = { key: string; document: string };

/** The documents of one object. */
export class Documents {
  readonly #sql: SqlStorage;
  readonly #known = new Map<string, CacheDocument>();
  /** Whether all rows are known, and so that there are no others. */
  #areAllKnown = false;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The document of a key; null: never asked for. */
  read(key: string): CacheDocument | null {
    if (!this.#areAllKnown) this.all();
    return this.#known.get(key) ?? null;
  }

  /** All documents of the object: one, but for keys that share 48 bits. */
  all(): CacheDocument[] {
    if (!this.#areAllKnown) {
      for (const { key, document } of this.#sql.exec<Row>('SELECT key, document FROM keys ORDER BY key')) {
        this.#known.set(key, JSON.parse(document) as CacheDocument);
      }
      this.#areAllKnown = true;
    }
    return [...this.#known.values()];
  }

  /** Inserts or replaces a document: one row written. */
  write(document: CacheDocument): void {
    this.#sql.exec(
      'INSERT INTO keys (key, document) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET document = excluded.document',
      document.cache.key,
      JSON.stringify(document),
    );
    this.#known.set(document.cache.key, document);
  }

  /** Forgets the copies: a transaction was rolled back. */
  forget(): void {
    this.#known.clear();
    this.#areAllKnown = false;
  }
}
