/** Whether each store answers (CONTRACT 5). A check leaves nothing behind. */

import { log } from '../log.ts';
import { within } from '../waiting.ts';

/** Whether a store answers in time. */
export type StoreHealth = 'ok' | 'failing';
/** Name of a store -> a call that throws when it fails. */
export type Probes = Readonly<Record<string, () => Promise<unknown>>>;

const PROBE_TIMEOUT_MS = 3000;

/** Asks all stores at once; one that does not answer in time is failing. */
export async function checkHealth(probes: Probes): Promise<Record<string, StoreHealth>> {
  const answers = await Promise.all(
    Object.entries(probes).map(async ([store, probe]): Promise<[string, StoreHealth]> => {
      try {
        await within(probe(), PROBE_TIMEOUT_MS);
        return [store, 'ok'];
      } catch (error) {
        log('error', 'health.failing', { store, error });
        return [store, 'failing'];
      }
    }),
  );
  return Object.fromEntries(answers);
}
