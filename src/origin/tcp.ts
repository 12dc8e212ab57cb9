/** Whether a host accepts a TCP connection: asked only after a request got no answer (unreachable.ts). */

import type { Accepts } from '../ports/network.ts';

/** Time-out: a host that drops packets never answers. */
const MOST_MS = 2000;

/** Opens one TCP connection, sends nothing and closes it. Never throws. */
export const acceptsTcp: Accepts = async (hostname, port) => {
  // Node.js, where the OpenAPI text is generated, does not have this module.
  const { connect } = await import('cloudflare:sockets');
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), MOST_MS);
  });
  try {
    const socket = connect({ hostname, port });
    socket.closed.catch(() => undefined);
    const opened = socket.opened.then(
      () => true,
      () => false,
    );
    const isOpen = await Promise.race([opened, tooLong]);
    socket.close().catch(() => undefined);
    return isOpen;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
};
