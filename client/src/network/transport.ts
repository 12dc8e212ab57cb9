/** What the client asks of the service, as functions: one class makes them over `fetch` and `WebSocket`. */

import type { Parameters } from '../api.ts';
import type { FreshetError } from '../error.ts';

/** A cache in a question to `/sync/` (docs/contract.md 3 "Many caches at once"). */
export interface AskedCache {
  id: string;
  title: string;
  parameters: Parameters;
  etag: string | null;
  minRevision: number;
}

/** What the service tells of one cache. Times are ms since the epoch by the *service's* clock. */
export interface Item {
  id: string;
  /** 200, 202, 304, 4xx, 5xx. */
  status: number;
  tag: string | null;
  etag: string | null;
  version: number | null;
  revision: number | null;
  /** `delta`: the body is the difference between these versions. */
  delta: { from: number; to: number } | null;
  hash: string | null;
  loadedAt: number | null;
  expiresAt: number | null;
  /** Whether the body has come along; if not, it is read alone. */
  hasBody: boolean;
  contentType: string | null;
  taskId: string | null;
  /** Why it was refused; null: below 400. */
  error: FreshetError | null;
  retryAfterS: number | null;
}

/** One check. */
export interface SyncQuestion {
  caches: readonly AskedCache[];
  live: { id: string; seq: number; add: boolean } | null;
}

/** How it ended. `live`: whether the socket is told of these caches. */
export interface SyncEnd {
  user: string;
  /** ms since the epoch by the service's clock. */
  now: number;
  live: 'ok' | 'gone' | 'full' | null;
}

/** What each call takes besides. */
export interface CallOptions {
  token: string;
  signal: AbortSignal;
}

/** A read of one body by `/rpc/`. */
export interface ReadQuestion {
  title: string;
  parameters: Parameters;
  /** The version that is held: a difference may come, or 304. */
  etag: string | null;
  /** The version that a poke named: a location that knows less asks the object. */
  afterVersion: number | null;
  /** Nothing that was loaded longer ago, s. */
  maxAgeS: number | null;
}

/** The answer with its whole body; null: 202, 304 or a problem. `text` of tables, `blob` of all else. */
export interface ReadAnswer {
  item: Item;
  body: { text: string } | { blob: Blob } | null;
}

/** A live socket. */
export interface LiveSocket {
  close(): void;
}

/** What a live socket tells. */
export interface SocketEars {
  opened(hello: { id: string; checkWithinMs: number }): void;
  poked(pokes: readonly { tag: string; version: number; revision: number }[], spreadMs: number): void;
  /** Once, and nothing after it. `code` 1006: without a close frame. `wasOpen`: it had been upgraded. */
  closed(code: number, wasOpen: boolean): void;
}

/** The service. Each call rejects with FreshetError: `network`, `timeout`, or a problem of the whole request. */
export interface Transport {
  /** Calls `onItem` for each item as it comes, with its body if it came along; ends with the last line, else rejects with `network` (cut). */
  sync(
    question: SyncQuestion,
    onItem: (item: Item, body: string | null) => void,
    options: CallOptions,
  ): Promise<SyncEnd>;
  /** Reads one body, going on from the last byte where the line is cut. */
  read(
    question: ReadQuestion,
    options: CallOptions & { onProgress(progress: { bytes: number; of: number | null }): void },
  ): Promise<ReadAnswer>;
  /** Has a cache loaded from its origin (`POST /cache/refresh/`), and waits for the end of the task. */
  refresh(cache: { title: string; parameters: Parameters }, options: CallOptions): Promise<void>;
  /** A ticket for a socket. */
  ticket(options: CallOptions): Promise<string>;
  /** Opens a socket with a ticket, and pings it. */
  socket(ticket: string, ears: SocketEars): LiveSocket;
}
