/** Room to hold one request with several waits. */

import type { Hold, HoldRequest, HoldRequests } from './held-requests.ts';

/** Lets all waits of a request share the room of one, until the last of them ends. */
export function sharedHold(hold: HoldRequests): HoldRequests {
  let room: Hold | null = null;
  let waits = 0;
  return (request: HoldRequest) => {
    room ??= hold(request);
    if (room === null) return null;
    const taken = room;
    waits += 1;
    return {
      keepUntil: (until) => taken.keepUntil(until),
      release() {
        waits -= 1;
        if (waits > 0) return;
        taken.release();
        room = null;
      },
    };
  };
}
