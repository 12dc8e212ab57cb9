/**
 * The open sockets of a hub by connection id. While the hub sleeps, the platform holds them, and each carries what the
 * hub knows of it: at most 16,384 bytes, of which the platform uses a few. A tag has 8 bytes, so a socket may be told
 * of 1,000 caches.
 */

import { Buffer } from 'node:buffer';
import { CLOSE, type CloseReason } from '../contract/live.ts';
import { TAG_DIGITS } from '../core/etag.ts';
import type { NewSocket, Socket } from '../core/live-hub/hub.ts';

type Platform = Pick<DurableObjectState, 'acceptWebSocket' | 'getWebSockets' | 'getWebSocketAutoResponseTimestamp'>;

export class HubSockets {
  readonly #platform: Platform;
  readonly #open = new Map<string, WebSocket>();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** Yields the sockets that were open when the hub fell asleep. */
  *restore(): Generator<NewSocket, void, void> {
    for (const webSocket of this.#platform.getWebSockets()) {
      const socket = attached(webSocket);
      if (socket === null || webSocket.readyState !== WebSocket.OPEN) continue;
      this.#open.set(socket.id, webSocket);
      yield socket;
    }
  }

  accept(id: string, webSocket: WebSocket): void {
    this.#platform.acceptWebSocket(webSocket);
    this.#open.set(id, webSocket);
  }

  /** The id of any open socket; undefined: no socket is open. */
  get someId(): string | undefined {
    return this.#open.keys().next().value;
  }

  /** The id of a socket; null: the hub never knew it, or has ended it. */
  idOf(webSocket: WebSocket): string | null {
    const id = attached(webSocket)?.id;
    return id !== undefined && this.#open.get(id) === webSocket ? id : null;
  }

  /** Stores what the hub knows of a socket in its attachment. */
  keep(socket: Socket): void {
    const webSocket = this.#open.get(socket.id);
    if (webSocket !== undefined) attach(webSocket, socket);
  }

  /** When the platform last answered a ping of the socket, ms; null: not yet. */
  pingedAt(id: string): number | null {
    const webSocket = this.#open.get(id);
    return (webSocket && this.#platform.getWebSocketAutoResponseTimestamp(webSocket)?.getTime()) ?? null;
  }

  /** Sends the text; false: the socket is closing or gone, and takes nothing more. */
  say(id: string, text: string): boolean {
    try {
      this.#open.get(id)?.send(text);
      return true;
    } catch {
      this.#open.delete(id);
      return false;
    }
  }

  /** Forgets a socket that its device has ended. */
  forget(id: string): void {
    this.#open.delete(id);
  }

  /**
   * Ends a socket. If the device does not answer, the platform still lists the socket, so it is marked: the hub must
   * not restore it when it wakes.
   */
  end(id: string, reason: CloseReason): void {
    const webSocket = this.#open.get(id);
    this.#open.delete(id);
    if (webSocket === undefined) return;
    webSocket.serializeAttachment(null);
    endQuietly(webSocket, CLOSE[reason], reason);
  }
}

/** Closes a socket that may be closed already. */
export function endQuietly(webSocket: WebSocket, code: number, reason: string): void {
  try {
    webSocket.close(code, reason);
  } catch {
    // It is already closed.
  }
}

/**
 * The stored form of a socket. Only this file writes it; a deploy ends all sockets, so no release reads that of another.
 * It is compact because a hub that wakes reads thousands of them at once. `tags`: a character for each byte, because a
 * text takes half as long to read as an array of bytes.
 */
type Attachment = Omit<Socket, 'tags'> & { tags: string };

/** Stores what the hub knows of a socket in its attachment. */
function attach(webSocket: WebSocket, socket: Socket): void {
  const tags = Buffer.from([...socket.tags].join(''), 'hex').toString('latin1');
  webSocket.serializeAttachment({ ...socket, tags } satisfies Attachment);
}

/** Reads the attachment; null: the hub never knew the socket, or has ended it. */
function attached(webSocket: WebSocket): NewSocket | null {
  const kept = webSocket.deserializeAttachment() as Attachment | null;
  if (kept === null) return null;
  const digits = Buffer.from(kept.tags, 'latin1').toString('hex');
  const tags: string[] = [];
  for (let at = 0; at < digits.length; at += TAG_DIGITS) tags.push(digits.slice(at, at + TAG_DIGITS));
  return { ...kept, tags };
}
