/**
 * Checks the health of a service that was just deployed: the deploy knows only the names of secrets, the service knows
 * their values.
 */

import { setTimeout as sleep } from 'node:timers/promises';

/**
 * How long and how often to ask the service, ms. A new address takes a while to work, and an older version a while to
 * be replaced.
 */
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

/**
 * Returns the address in the output of `wrangler deploy`: a custom host if there is one, otherwise the one under
 * workers.dev; null if there is none.
 */
export function addressIn(output: string): string | null {
  const own = /^\s+([a-z0-9-]+(?:\.[a-z0-9-]+)+) \(custom domain/m.exec(output)?.[1];
  return own === undefined ? (/https:\/\/[a-z0-9.-]+\.workers\.dev/.exec(output)?.[0] ?? null) : `https://${own}`;
}

/**
 * Asks `/healthz` until the service is healthy. Returns null then; otherwise a sentence with the fault and what to do.
 */
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
    if (status === 'misconfigured') return `It accepts no token: ${settings.join(' ')} Fix that and deploy again.`;
    return `${url} says ${status}: ${JSON.stringify(stores)}. See docs/operations.md.`;
  } catch (error) {
    return `${url} does not answer as expected: ${text.slice(0, 200) || (error as Error).message}`;
  }
}
