/** The open sockets of a hub by the ids of their connections, as the platform holds them while the hub sleeps. */

import { CLOSE, type CloseReason } from '../contract/live.ts';
import type { NewSocket, Socket } from '../core/live-hub/hub.ts';
import { attach, attached } from './hub-attachment.ts';

type Platform = Pick<DurableObjectState, 'acceptWebSocket' | 'getWebSockets' | 'getWebSocketAutoResponseTimestamp'>;

export class HubSockets {
  readonly #platform: Platform;
  readonly #open = new Map<string, WebSocket>();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** The sockets that were open when the hub fell asleep. */
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

  /** The id of any open socket; undefined: there is none. */
  get someId(): string | undefined {
    return this.#open.keys().next().value;
  }

  /** The id of a socket; null: the hub never knew it, or has ended it. */
  idOf(webSocket: WebSocket): string | null {
    const id = attached(webSocket)?.id;
    return id !== undefined && this.#open.get(id) === webSocket ? id : null;
  }

  /** Writes down what the hub knows of a socket. */
  keep(socket: Socket): void {
    const webSocket = this.#open.get(socket.id);
    if (webSocket !== undefined) attach(webSocket, socket);
  }

  /** When the platform last answered a ping of it, ms; null: not yet. */
  pingedAt(id: string): number | null {
    const webSocket = this.#open.get(id);
    return (webSocket && this.#platform.getWebSocketAutoResponseTimestamp(webSocket)?.getTime()) ?? null;
  }

  /** Whether it takes the text: one that is closing takes nothing, and counts as gone. */
  say(id: string, text: string): boolean {
    try {
      this.#open.get(id)?.send(text);
      return true;
    } catch {
      this.#open.delete(id);
      return false;
    }
  }

  /** Its device has ended it. */
  forget(id: string): void {
    this.#open.delete(id);
  }

  /** Ends it. A device that gives no answer leaves it listed: the hub must not take it for open when it wakes. */
  end(id: string, reason: CloseReason): void {
    const webSocket = this.#open.get(id);
    this.#open.delete(id);
    if (webSocket === undefined) return;
    webSocket.serializeAttachment(null);
    endQuietly(webSocket, CLOSE[reason], reason);
  }
}

/** Ends a socket that may have ended already. */
export function endQuietly(webSocket: WebSocket, code: number, reason: string): void {
  try {
    webSocket.close(code, reason);
  } catch {
    // It is closed already.
  }
}
