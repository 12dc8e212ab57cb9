/** Whether a service that was just deployed is well: the deploy knows names of secrets, the service knows what is in them. */

import { setTimeout as sleep } from 'node:timers/promises';

/** How long the service is asked, and how often, ms: a new address takes a while to be known, an older version to be replaced. */
export interface HealthPatience {
  patienceMs: number;
  pauseMs: number;
}

const USUAL: HealthPatience = { patienceMs: 60_000, pauseMs: 2000 };
const TIMEOUT_MS = 10_000;

interface Health {
  status?: string;
  settings?: readonly string[];
  stores?: Readonly<Record<string, string>>;
}

/** The address that the output of `wrangler deploy` names: a host of its own first, then one under workers.dev; null: none. */
export function addressIn(output: string): string | null {
  const own = /^\s+([a-z0-9-]+(?:\.[a-z0-9-]+)+) \(custom domain/m.exec(output)?.[1];
  return own === undefined ? (/https:\/\/[a-z0-9.-]+\.workers\.dev/.exec(output)?.[0] ?? null) : `https://${own}`;
}

/** Asks `/healthz` until it is well. Null: so it is; else what is wrong, a sentence with the remedy. */
export async function findIll(address: string, { patienceMs, pauseMs } = USUAL): Promise<string | null> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const ill = await judge(address);
    if (ill === null || Date.now() >= deadline) return ill;
    await sleep(pauseMs);
  }
}

async function judge(address: string): Promise<string | null> {
  const url = `${address}/healthz`;
  let text = '';
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    text = await response.text();
    const { status, settings = [], stores } = JSON.parse(text) as Health;
    if (status === 'ok') return null;
    if (status === 'misconfigured') return `It lets nobody in: ${settings.join(' ')} Mend that and deploy again.`;
    return `${url} says ${status}: ${JSON.stringify(stores)}. See docs/operations.md.`;
  } catch (error) {
    return `${url} does not answer as it should: ${text.slice(0, 200) || (error as Error).message}`;
  }
}
