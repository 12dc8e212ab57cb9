/** Ending a socket from the hub's side. */

import type { CloseReason } from '../../contract/live.ts';
import type { HubEffects } from './events.ts';
import type { Hub } from './hub.ts';

/** Removes the socket at once: the platform may report its end later, or never. */
export function end(hub: Hub, id: string, reason: CloseReason, effects: HubEffects): void {
  hub.remove(id);
  effects.close.push({ id, reason });
}
