/** What the client asks of the service, as functions; create-transport.ts makes them of `fetch` and `WebSocket`. */

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

/** What the service says of one cache. Times are ms since the epoch by the *service's* clock. */
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
  /** Whether the body came with the item; if not, it is read alone. */
  hasBody: boolean;
  contentType: string | null;
  taskId: string | null;
  /** Why the service refused; null: the status is below 400. */
  error: FreshetError | null;
  retryAfterS: number | null;
}

/** One check. */
export interface SyncQuestion {
  caches: readonly AskedCache[];
  live: { id: string; seq: number; add: boolean } | null;
}

/** How a check ended. `live`: whether the socket reports these caches now. */
export interface SyncEnd {
  user: string;
  /** ms since the epoch by the service's clock. */
  now: number;
  live: 'ok' | 'gone' | 'full' | null;
}

/** Options of each call. */
export interface CallOptions {
  token: string;
  signal: AbortSignal;
}

/** A read of one body by `/rpc/`. */
export interface ReadQuestion {
  title: string;
  parameters: Parameters;
  /** The held version: the answer may be a delta, or 304. */
  etag: string | null;
  /** The version that a poke named: a location of the service that has an older one asks the cache's object. */
  afterVersion: number | null;
  /** Longest time since the load from the origin, s. */
  maxAgeS: number | null;
}

/** The answer with its whole body; null: 202, 304 or a problem. `text` for tables, `blob` for everything else. */
export interface ReadAnswer {
  item: Item;
  body: { text: string } | { blob: Blob } | null;
}

/** A live socket. */
export interface LiveSocket {
  close(): void;
}

/** Events of a live socket. */
export interface SocketEars {
  opened(hello: { id: string; checkWithinMs: number }): void;
  poked(pokes: readonly { tag: string; version: number; revision: number }[], spreadMs: number): void;
  /** Called once, as the last event. `code` 1006: no close frame. `wasOpen`: the upgrade had succeeded. */
  closed(code: number, wasOpen: boolean): void;
}

/** The service. Each call rejects with FreshetError: `network`, `timeout`, or a problem of the whole request. */
export interface Transport {
  /** Calls `onItem` for each item, with its body if it came along. Rejects with `network` without the last line. */
  sync(
    question: SyncQuestion,
    onItem: (item: Item, body: string | null) => void,
    options: CallOptions,
  ): Promise<SyncEnd>;
  /** Reads one body; after a cut it resumes from the last byte. */
  read(
    question: ReadQuestion,
    options: CallOptions & { onProgress(progress: { bytes: number; of: number | null }): void },
  ): Promise<ReadAnswer>;
  /** Makes the service load a cache from its origin (`POST /cache/refresh/`), and waits for the end of the task. */
  refresh(cache: { title: string; parameters: Parameters }, options: CallOptions): Promise<void>;
  /** A ticket for a socket. */
  ticket(options: CallOptions): Promise<string>;
  /** Opens a socket with a ticket, and pings it. */
  socket(ticket: string, ears: SocketEars): LiveSocket;
}
