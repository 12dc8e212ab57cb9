/** Room to hold one request that waits for several things at once. */

import type { Hold, HoldRequest, HoldRequests } from './held-requests.ts';

/** Gives all waits of a request the room of one: as long as one of them lasts. */
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
