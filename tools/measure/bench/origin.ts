/**
 * The origin of the benchmarks, in its own process, so that its work is not measured. It has public tables of npm
 * packages: `/small` (20 rows), `/weather` (135 kB), `/slow` (the same after 100 ms), and two in which one row in a
 * hundred changes with each request: `/moving` (135 kB) and `/flights` (100,000 rows). Over the channel it sends first
 * its port, then the time of each answer. It ends with its parent.
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

/** As many days as fill this many bytes: the table's days repeated, each with its own number. */
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
