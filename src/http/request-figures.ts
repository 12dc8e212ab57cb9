/**
 * Counts requests by route, method and status. Each data point costs money, so an isolate writes its counts at most
 * once in 5 s. Later counts wait for the isolate's next request, and may be lost with the isolate.
 */

import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Metrics } from '../metrics.ts';
import type { AppEnv } from './factory.ts';

/** How often an isolate writes its counts. */
export const WRITE_EVERY_MS = 5_000;

interface Sum {
  route: string;
  method: string;
  status: string;
  count: number;
  totalMs: number;
  longestMs: number;
  bytes: number;
}

const sums = new Map<string, Sum>();
let writtenAt = 0;

/** Counts a request that has its answer; `startedAt` in ms since the epoch. */
export function countRequest(c: Context<AppEnv>, startedAt: number, metricsOf: (env: Env) => Metrics): void {
  const now = Date.now();
  // The pattern of the path, because path parameters may be personal and have unlimited values.
  const route = matchedRoutes(c).findLast(({ path }) => !path.includes('*'))?.path ?? '(none)';
  add(route, c.req.method, c.res, now - startedAt);
  if (now - writtenAt >= WRITE_EVERY_MS) {
    writtenAt = now;
    writeAll(metricsOf(c.env));
  }
}

function add(route: string, method: string, response: Response, ms: number): void {
  const status = String(response.status);
  const id = `${method} ${status} ${route}`;
  const sum = sums.get(id) ?? { route, method, status, count: 0, totalMs: 0, longestMs: 0, bytes: 0 };
  sum.count += 1;
  sum.totalMs += ms;
  sum.longestMs = Math.max(sum.longestMs, ms);
  sum.bytes += Number(response.headers.get('Content-Length') ?? 0);
  sums.set(id, sum);
}

function writeAll(metrics: Metrics): void {
  for (const { route, method, status, count, totalMs, longestMs, bytes } of sums.values()) {
    metrics.write('request', { route, method, status }, { count, total_ms: totalMs, longest_ms: longestMs, bytes });
  }
  sums.clear();
}
