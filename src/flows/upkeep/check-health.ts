/** Whether each store answers (CONTRACT 5). A check leaves nothing behind. */

import { log } from '../../log.ts';
import { withTimeout } from '../../waiting.ts';

/** Whether a store answers in time. */
export type StoreHealth = 'ok' | 'failing';
/** `keeps nothing`: what is put is not found again, as on workers.dev; the service is slower, and right. */
export type EdgeHealth = 'ok' | 'keeps nothing';

/** What health is found out by. */
export interface Probes {
  /** Name of a store -> a call that throws when it fails. */
  stores: Readonly<Record<string, () => Promise<unknown>>>;
  /** Whether the edge cache of the request's host gives back what is put there; never throws. */
  edgeKeeps(): Promise<boolean>;
  /** What keeps every token out: a sentence a setting. */
  misconfigured(): Promise<string[]>;
}

export interface Health {
  stores: Record<string, StoreHealth>;
  edge: EdgeHealth;
  /** Settings without which no token can be verified, a sentence each; empty: none is wrong. */
  settings: string[];
}

const PROBE_TIMEOUT_MS = 3000;

/** Asks all stores and the edge cache at once; a store that does not answer in time is failing. */
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
