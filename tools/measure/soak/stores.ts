/** The stores of a stopped local service as they are on disk: what object, D1 and R2 say about the same caches. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { recordsOf } from '../../../src/core/device-documents.ts';
import type { CacheDocument, TaskRecord } from '../../../src/core/task-machine/document.ts';
import { Documents } from '../../../src/object/documents.ts';
import type { DeviceDocument } from '../../../src/ports/sync-store.ts';

/** One cache, as its object holds it. */
export interface StoredCache {
  document: CacheDocument;
  ended: TaskRecord[];
}

export interface Stores {
  caches: StoredCache[];
  /** D1's rows. */
  entries: { key: string; revision: number; version: number | null }[];
  records: { device: string; key: string; version: number; changed: number }[];
  /** R2's blobs by name, with their content. */
  blobs: Map<string, Uint8Array>;
  /** Uploads in parts that were neither completed nor aborted. */
  openUploads: number;
}

/** Reads all stores below a `STATE_DIR`. The service must have stopped. */
export function readStores(stateDir: string): Stores {
  const v3 = join(stateDir, 'v3');
  return {
    caches: databases(join(v3, 'do/freshet-CacheObject')).flatMap((db) => withDatabase(db, cachesIn)),
    ...d1In(join(v3, 'd1/miniflare-D1DatabaseObject')),
    blobs: blobsIn(join(v3, 'r2')),
    openUploads: openUploadsIn(join(v3, 'r2')),
  };
}

function databases(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite')
    .map((name) => join(directory, name));
}

function withDatabase<T>(path: string, read: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(path);
  try {
    return read(db);
  } finally {
    db.close();
  }
}

function cachesIn(db: DatabaseSync): StoredCache[] {
  const tables = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'keys'").all();
  if (tables.length === 0) return [];
  return new Documents(asSqlStorage(db)).all().map((document) => ({
    document,
    ended: db
      .prepare('SELECT document FROM ended_tasks WHERE key = ?')
      .all(document.cache.key)
      .map((row) => JSON.parse(String(row.document)) as TaskRecord),
  }));
}

/** The part of the platform's storage that reading documents needs. */
function asSqlStorage(db: DatabaseSync): SqlStorage {
  const exec = (sql: string) => {
    const rows = db.prepare(sql).all();
    return Object.assign(rows, { toArray: () => rows });
  };
  return { exec } as unknown as SqlStorage;
}

function d1In(directory: string): Pick<Stores, 'entries' | 'records'> {
  const rows = (sql: string) =>
    databases(directory).flatMap((path) => withDatabase(path, (db) => db.prepare(sql).all()));
  return {
    entries: rows('SELECT key, revision, version FROM entries') as unknown as Stores['entries'],
    records: rows('SELECT user, device, caches FROM devices')
      .map((row) => ({ ...row, caches: JSON.parse(String(row.caches)) }) as unknown as DeviceDocument)
      .flatMap(recordsOf),
  };
}

function blobsIn(directory: string): Map<string, Uint8Array> {
  const [path = ''] = databases(join(directory, 'miniflare-R2BucketObject'));
  const content = (id: unknown) => readFileSync(join(directory, 'freshet-blobs/blobs', String(id)));
  return withDatabase(path, (db) => {
    const rows = db.prepare('SELECT key, blob_id FROM _mf_objects').all();
    const parts = db.prepare('SELECT blob_id FROM _mf_multipart_parts WHERE object_key = ? ORDER BY part_number');
    return new Map(
      rows.map(({ key = '', blob_id: whole }) => {
        const ids = whole === null ? parts.all(key).map(({ blob_id: part }) => part) : [whole];
        return [String(key), new Uint8Array(Buffer.concat(ids.map(content)))];
      }),
    );
  });
}

function openUploadsIn(directory: string): number {
  const [path = ''] = databases(join(directory, 'miniflare-R2BucketObject'));
  return withDatabase(path, (db) => db.prepare('SELECT 1 FROM _mf_multipart_uploads WHERE state = 0').all().length);
}
