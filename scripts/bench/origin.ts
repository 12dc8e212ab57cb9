/**
 * The origin of the benchmarks, a process of its own so that its work is no part of what is measured: public tables of
 * npm packages. `/small` (20 rows), `/weather` (135 kB), `/slow` (the same after 100 ms), `/moving` (the same, of which a
 * hundredth differs at each request). It tells its port over the channel, and ends with its parent.
 */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Row, weather } from '../../demo/tables.ts';

const SMALL_ROWS = 20;
const WEATHER_BYTES = 135_000;
const DELAY_MS = 100;
const CHANGING_SHARE = 0.01;

const days = rowsOf(WEATHER_BYTES);
const small = JSON.stringify({ days: days.slice(0, SMALL_ROWS) });
const whole = JSON.stringify({ days });
let turn = 0;

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://origin');
  if (pathname === '/slow') await sleep(DELAY_MS);
  const body = bodyOf(pathname);
  response.writeHead(body === null ? 404 : 200, { 'Content-Type': 'application/json' });
  response.end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', 1024, () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());

function bodyOf(pathname: string): string | null {
  if (pathname === '/small') return small;
  if (pathname === '/weather' || pathname === '/slow') return whole;
  return pathname === '/moving' ? moved() : null;
}

/** Each time the next hundredth of the rows differs. */
function moved(): string {
  turn += 1;
  const count = Math.ceil(days.length * CHANGING_SHARE);
  for (let at = 0; at < count; at += 1) {
    const row = days[(turn * count + at) % days.length];
    if (row !== undefined) row.temp_max = Number(row.temp_max) + 1;
  }
  return JSON.stringify({ days });
}

/** As many days as make about so many bytes: those of the table over and over, each with a number of its own. */
function rowsOf(bytes: number): Row[] {
  const rows: Row[] = [];
  for (let size = 0; size < bytes; ) {
    const row = { id: rows.length + 1, ...weather[rows.length % weather.length] };
    size += JSON.stringify(row).length + 1;
    rows.push(row);
  }
  return rows;
}
