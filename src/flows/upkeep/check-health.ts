/** Checks whether each store answers (CONTRACT 5). A check leaves no data behind. */

import { log } from '../../log.ts';
import { withTimeout } from '../../waiting.ts';

/** Whether a store answers in time. */
export type StoreHealth = 'ok' | 'failing';
/** `keeps nothing`: stored values are not found again, as on workers.dev. The service is then slower, but correct. */
export type EdgeHealth = 'ok' | 'keeps nothing';

/** How to check health. */
export interface Probes {
  /** Name of a store -> a call that throws if the store fails. */
  stores: Readonly<Record<string, () => Promise<unknown>>>;
  /** Whether the edge cache of the request's host returns what was stored; never throws. */
  edgeKeeps(): Promise<boolean>;
  /** Reasons why no token can be verified: a sentence for each setting. */
  misconfigured(): Promise<string[]>;
}

export interface Health {
  stores: Record<string, StoreHealth>;
  edge: EdgeHealth;
  /** Faults of settings without which no token can be verified, a sentence each; empty if there are none. */
  settings: string[];
}

const PROBE_TIMEOUT_MS = 3000;

/** Checks all stores and the edge cache in parallel. A store that does not answer in time is failing. */
export async function checkHealth({ stores, edgeKeeps, misconfigured }: Probes): Promise<Health> {
  const [answers, keeps, settings] = await Promise.all([checkStores(stores), edgeKeeps(), misconfigured()]);
  if (settings.length > 0) log('error', 'health.misconfigured', { settings });
  return { stores: answers, edge: keeps ? 'ok' : 'keeps nothing', settings };
}

async function checkStores(probes: Probes['stores']): Promise<Health['stores']> {
  const answers = await Promise.all(
    Object.entries(probes).map(async ([store, probe]): Promise<[string, StoreHealth]> => {
      try {
        await withTimeout(probe(), PROBE_TIMEOUT_MS);
        return [store, 'ok'];
      } catch (error) {
        log('error', 'health.failing', { store, error });
        return [store, 'failing'];
      }
    }),
  );
  return Object.fromEntries(answers);
}
