/** Finds out how heavy a load is while its answers are read. */

import { HEAVY_BYTES } from '../../ports/memory-shares.ts';
import type { LoadClock } from './load-clock.ts';
import type { LoadSlot } from './load-slots.ts';

/** When a load counts as heavy. */
interface Heaviness {
  heavyRows: number;
  /** Called once, when the load becomes heavy. */
  onHeavy: () => void;
}

/** Takes how much of the answers was read: bytes since the last call, or rows in total. */
export type Weigh = (read: { bytes?: number; rows?: number }) => Promise<void>;

/**
 * A load that becomes heavy keeps what it has read, and waits until it is the only heavy one. It reads nothing
 * meanwhile. If the origin gives up and breaks the answer off, the next attempt is known to be heavy before it asks.
 */
export function scales(slot: LoadSlot, clock: LoadClock, { heavyRows, onHeavy }: Heaviness): Weigh {
  let isHeavy = false;
  let allBytes = 0;
  return async ({ bytes = 0, rows = 0 }) => {
    allBytes += bytes;
    if (isHeavy || (allBytes <= HEAVY_BYTES && rows <= heavyRows)) return;
    isHeavy = true;
    onHeavy();
    await slot.becomeHeavy(clock);
  };
}
