/** Whether a host can be connected to at all: told apart only when a request got no answer (unreachable.ts). */

import type { Accepts } from './unreachable.ts';

/** A host that drops packets keeps us waiting; a load has better things to do. */
const MOST_MS = 2000;

/** Opens one TCP connection, sends nothing and lets it go. Never throws. */
export const acceptsTcp: Accepts = async (hostname, port) => {
  // Node, where the OpenAPI text is made, has no such module.
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
