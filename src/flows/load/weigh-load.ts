/** How heavy a load turns out to be while its answers are read. */

import { HEAVY_BYTES } from '../../ports/memory-shares.ts';
import type { LoadClock } from './load-clock.ts';
import type { LoadSlot } from './load-slots.ts';

/** From when on a load is heavy. */
interface Heaviness {
  heavyRows: number;
  /** Is told once, when it turns out to be. */
  onHeavy: () => void;
}

/** Takes how much of the answers was read: bytes since it was last told, or rows in all. */
export type Weigh = (read: { bytes?: number; rows?: number }) => Promise<void>;

/**
 * A load that turns out to be heavy waits, with what it has read, until it is the only one. Nothing is read meanwhile: an origin
 * that gives up breaks the answer off, and the next attempt is known to be heavy before it asks.
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
