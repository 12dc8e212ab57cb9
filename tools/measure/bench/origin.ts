/**
 * The origin of the benchmarks, a process of its own so that its work is no part of what is measured: public tables of
 * npm packages. `/small` (20 rows), `/weather` (135 kB), `/slow` (the same after 100 ms), and two of which a hundredth
 * of the rows differs at each request: `/moving` (135 kB) and `/flights` (100,000 rows). Over the channel it tells its port
 * first, then when it has handed over an answer; it ends with its parent.
 */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Row, weather } from '../../../demo/tables.ts';
import { ChangingTable } from './changing-table.ts';

const FLIGHTS = join(import.meta.dirname, '../../../node_modules/vega-datasets/data/flights-200k.json');
const FLIGHTS_ROWS = 100_000;
const SMALL_ROWS = 20;
const WEATHER_BYTES = 135_000;
const DELAY_MS = 100;

const days = daysOf(WEATHER_BYTES);
const whole = JSON.stringify({ rows: days });
const small = JSON.stringify({ rows: days.slice(0, SMALL_ROWS) });
const moving = new ChangingTable(() => daysOf(WEATHER_BYTES), 'temp_max');
const flights = new ChangingTable(readFlights, 'delay');

const BODIES: Readonly<Record<string, () => string | Promise<string>>> = {
  '/small': () => small,
  '/weather': () => whole,
  '/slow': () => sleep(DELAY_MS, whole),
  '/moving': () => moving.next(),
  '/flights': () => flights.next(),
};

const server = createServer(async (request, response) => {
  const body = await BODIES[new URL(request.url ?? '/', 'http://origin').pathname]?.();
  response.on('finish', () => process.send?.(Date.now()));
  response.writeHead(body === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
  response.end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', 1024, () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());

/** As many days as make about so many bytes: those of the table over and over, each with a number of its own. */
function daysOf(bytes: number): Row[] {
  const rows: Row[] = [];
  for (let size = 0; size < bytes; ) {
    const row = { id: rows.length + 1, ...weather[rows.length % weather.length] };
    size += JSON.stringify(row).length + 1;
    rows.push(row);
  }
  return rows;
}

function readFlights(): Row[] {
  return (JSON.parse(readFileSync(FLIGHTS, 'utf8')) as Row[]).slice(0, FLIGHTS_ROWS);
}
