/** Ending a socket from our side. */

import type { CloseReason } from '../../contract/live.ts';
import type { HubEffects } from './events.ts';
import type { Hub } from './hub.ts';

/** The platform may tell of its end later, or never. */
export function end(hub: Hub, id: string, reason: CloseReason, effects: HubEffects): void {
  hub.remove(id);
  effects.close.push({ id, reason });
}
