/** A live socket (CONTRACT 3 "Sockets"): pings the service, and notices when the service is gone. */

import type { LiveSocket, SocketEars } from './transport.ts';

/** Longest time until the service sends the id of the connection. */
const HELLO_MS = 45_000;
/** Unanswered pings after which the service counts as gone. */
const MAX_UNANSWERED = 2;

/** The messages of a hub that this client knows. */
interface HubMessage {
  live?: unknown;
  check_within_ms?: unknown;
  ping_s?: unknown;
  poke?: unknown;
  spread_ms?: unknown;
}

/**
 * Opens a socket. `closed` is called once, always later than this returns, and not after `close()`.
 *
 * @param url of the service with its version: `https://host/api/v1`
 */
export function openSocket(
  WebSocket: typeof globalThis.WebSocket,
  url: string,
  ticket: string,
  ears: SocketEars,
): LiveSocket {
  let isOver = false;
  let wasOpen = false;
  let unanswered = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let socket: WebSocket | null = null;
  const end = (code: number | null) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    try {
      socket?.close();
    } catch {}
    if (code !== null) ears.closed(code, wasOpen);
  };
  const after = (ms: number, run: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(run, ms);
  };
  const ping = (ms: number) => {
    if (unanswered === MAX_UNANSWERED) return end(1006);
    unanswered += 1;
    socket?.send('ping');
    after(ms, () => ping(ms));
  };
  const hear = (data: unknown) => {
    unanswered = 0;
    const { live, check_within_ms: within, ping_s: pingS, poke, spread_ms: spread } = messageIn(data);
    if (typeof live === 'string') {
      const ms = (Number(pingS) || 55) * 1000;
      after(ms, () => ping(ms));
      ears.opened({ id: live, checkWithinMs: Number(within) || 0 });
    } else if (Array.isArray(poke)) {
      const pokes = poke.flatMap((told: unknown) => {
        const [tag, version, revision] = Array.isArray(told) ? told : [];
        const isPoke = typeof tag === 'string' && typeof version === 'number' && typeof revision === 'number';
        return isPoke ? [{ tag, version, revision }] : [];
      });
      ears.poked(pokes, Number(spread) || 0);
    }
  };
  try {
    const opened = new WebSocket(`${url.replace(/^http/, 'ws')}/live/`, ['freshet.v1', `ticket.${ticket}`]);
    opened.onopen = () => {
      wasOpen = true;
    };
    opened.onmessage = ({ data }) => isOver || hear(data);
    opened.onclose = ({ code }) => end(code || 1006);
    socket = opened;
    after(HELLO_MS, () => end(1006));
  } catch {
    // This platform has no WebSocket, or does not allow one to this address.
    after(0, () => end(1006));
  }
  return { close: () => end(null) };
}

function messageIn(data: unknown): HubMessage {
  try {
    return (JSON.parse(String(data)) as HubMessage | null) ?? {};
  } catch {
    return {};
  }
}
