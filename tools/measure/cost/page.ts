/** docs/scale.md: what fleets of growing size cost, which limits they reach and what to change then. */

import { estimate } from './estimate.ts';
import { type Fleet, fleetOf, WAY_NAMES, type Way } from './fleet.ts';
import { REOPEN_S } from './hubs.ts';
import { inItsPeak, reconnectBusy } from './limits.ts';
import type { Counted, OperationName } from './operations.ts';
import {
  aimsTable,
  changesTable,
  costOfPart,
  growthTable,
  partsTable,
  productsTable,
  shardsTable,
  waysTable,
} from './page-ways.ts';
import { PRICES } from './prices.ts';
import { billTable, dollars, fleetTable, limitsTable, operationsTable, percent, pricesTable, short } from './tables.ts';

/** The fleet whose bill is shown by operation. */
const SHOWN = 1e5;
/** Share of a limit that stays free for unforeseen load. */
const ROOM = 0.3;
const FEWER = { liveShards: 4, connectsPerDay: 1, changeRate: 0.05, share304: 0.94 };
/** Differences that make learning of changes cost more or less. */
const CHANGES: readonly (readonly [what: string, change: Partial<Fleet>])[] = [
  ['as above', {}],
  ['asked once an hour', { pollsPerHour: 1, share304: 0.6 }],
  ['one socket a day, not 8', { connectsPerDay: 1 }],
  ['24 sockets a day', { connectsPerDay: 24 }],
  ['one load in twenty changes rows, not two', { changeRate: 0.05, share304: 0.94 }],
  ['one in a hundred', { changeRate: 0.01, share304: 0.98 }],
  ['caches of 500 devices, not 50', { devicesPerCache: 500 }],
  ['four hubs, not ten', { liveShards: 4 }],
  ['four hubs, one socket a day, one load in twenty changes rows', FEWER],
];

/** The page; all its tables are computed. */
export function scalePage(counted: Counted): string {
  const devices = SHOWN.toLocaleString('en-US');
  const shared = (live: Way) => fleetOf({ devices: SHOWN, live });
  const unshared = (live: Way) => fleetOf({ devices: SHOWN, live, devicesPerCache: 1 });
  const [batch, hub] = [estimate(shared('batch'), counted), estimate(shared('hub'), counted)];
  const byWay = Object.fromEntries(WAY_NAMES.map((live) => [live, shared(live)]));
  const perHour = (name: OperationName) => (hub.month.times[name] ?? 0) / (hub.fleet.devices * hub.fleet.hoursPerMonth);
  const floor = hub.aMillionHours.delivery - costOfPart(hub, 'watches') - costOfPart(hub, 'figures');
  const comeBack = (fleet: Fleet) => percent(reconnectBusy(fleet, counted) / PRICES.limits.d1Reconnect.limit);
  return `# Scale

What a fleet costs a month, which limit of the platform it meets first, and what to change then. \`npm run cost -- --write\`
writes this page: it counts the calls of the platform that each operation makes, on the running service with counted bindings
(${counted.date}), and multiplies them by a **copy** of the platform's price list (${PRICES.date}). No figure here was measured
on Cloudflare. \`npm run cost -- --live hub --devices 20000\` does the same for another fleet.

## Three ways to get what is new

A device holds ten caches. It polls each of them (\`poll\`), asks for all of them at once (\`batch\`), or is told which of them have changed (\`hub\`).
For ${devices} devices:

${waysTable(counted, shared)}

Dollars are for a million device hours, without what the plan includes. "For what is new" is the way itself with its records; "in all" adds loads,
refreshes, lists and storage. A device that asks learns of a change half a period later on average, 7.5 minutes here; a device that is told
learns of it within a few seconds. The same table if no two devices share a cache (\`--devices-per-cache 1\`):

${waysTable(counted, unshared)}

Then loads are most of the bill in every way, because each cache is loaded for a single device.

${aimsTable(counted, SHOWN)}

What raises or lowers the dollars for what is new:

${changesTable(counted, SHOWN, CHANGES)}

Being told costs more than asking every quarter of an hour: a device that is told makes one request for each change, while one that asks gets all
changes since its last request together, and each request writes the row of its device. The extra cost buys seconds instead of minutes, and pays where
changes are rare. The dollars of \`hub\` are spent on:

${partsTable(hub)}

Here a device makes ${short(perHour('news'))} requests after pokes and ${short(perHour('subscribe'))} full checks an hour. Each writes the row of its device, because the list shows within
2 s what the device was given, and two requests of a device are seldom that close together. So no saving elsewhere reaches the aim: without
watches, pokes and figures it would still be ${dollars(floor)}. There are as many watches and pokes as a cache has hubs, so have no more hubs than needed.

## The bill

${growthTable(counted)}

Requests a second are those of the busiest second. The sum contains the plan of $${PRICES.plan.perMonth} and takes off what the plan includes, which
counts once for the whole account. A service has at most 64 hubs; more hubs mean several services. By product, for ${devices} devices with shared
caches, and then for as many devices with private caches:

${productsTable(counted, shared)}

${productsTable(counted, unshared)}

The fleet, apart from its number of devices and its way:

${fleetTable(fleetOf())}

By operation, for ${devices} devices that ask for all at once (\`batch\`). What the plan includes is divided among the operations in proportion to their amounts:

${billTable(batch)}

The same for devices that are told (\`hub\`):

${billTable(hub)}

## The limits

The share of each limit that the busiest second of ${devices} devices needs, with one database for everything (\`SYNC_SHARDS\` and \`ENTRY_SHARDS\` unset)
and as many hubs as needed, and the number of devices that reaches the limit:

${limitsTable(byWay, counted)}

- The time of a database is an assumption: ${fleetOf().d1QueryMs} ms a query and ${fleetOf().d1RowUs} µs a row written. D1 reports how long its queries took
  (\`meta.duration\`); pass those figures of a real fleet as \`--d1-query-ms\` and \`--d1-row-us\` to recompute the table.
- A deploy ends all sockets. Devices open them again over ${REOPEN_S} s, with a ticket and an upgrade each, and the hubs spread the full checks so that D1
  sees 200 a second. With ${devices} devices D1 is then at ${comeBack(hub.fleet)} of its time in a mean hour, and at ${comeBack(inItsPeak(hub.fleet))} in the busiest second of all.
- A full check asks D1 twice: first which of the caches exist, and again after the hub knows them, because the first answer may be out of date by then.

## What is changed at each step

How many databases of sync records and how many of entries keep the time and the size of each database ${ROOM * 100} % below its limit, when the two are
separate. \`SYNC_SHARDS="3,1"\` says that there are three databases of records now and was one before; \`ENTRY_SHARDS\` and \`LIVE_SHARDS\` work
the same way.

${shardsTable(counted, 1 - ROOM)}

- **A thousand.** Change nothing. Any way will do.
- **Ten thousand.** Give the Worker a domain of its own (\`routes\` in wrangler.toml): under workers.dev the edge cache keeps nothing, so each body
  and delta that an isolate does not hold is read from R2. Make devices ask for all caches at once: \`POST /sync/\` instead of single reads. With
  sockets, set \`LIVE_SHARDS = "2"\`.
- **A hundred thousand.** Reads of single caches need more time than the one database has; \`/sync/\` does not. Sockets need ten hubs, because of the
  requests that their devices make when they all come back.
- **A million.** Give entries databases of their own (\`ENTRY_SHARDS\`). If devices read single caches, a larger \`ENTRY_CACHE_MS\` saves most of these
  databases; \`/sync/\` depends on what an isolate remembers, which is little of so many caches. Sockets reach the limit on hubs: raise
  \`LIVE_SHARDS\` to at most 64. Give resources whose origin changes at known times a \`schedule\` and a long \`ttl_s\`. The cron starts some hundred
  refreshes a minute, so leave resources with very many caches to expiry. Slow loads reach the limit on consumers, which the platform raises on request.
- **Ten million.** Sync records need several databases, too (\`SYNC_SHARDS\`), and the two queues reach the number of messages that one queue takes a
  second. Regions, each with a Worker and stores of its own, are then simpler than one service for all. No object is near its limit at any size.

## What each operation asks

Each operation was counted once; D1 and the object's SQLite reported the rows read and written. Dollars are for a million operations beyond what the
plan includes, if a call of another store keeps an object awake for ${fleetOf().remoteMs} ms. A row that begins with "more" is what comes on top of an
operation above it.

${operationsTable(counted, fleetOf())}

- The requests of an isolate send their records together: "one message of records" carries those that come within 200 ms, or within 800 ms while
  they follow closely on each other, and the platform hands up to ten messages to one invocation. With ${devices} devices a message carries the
  records of ${batch.month.notesPerMessage.toFixed(1)} requests.
- **Hubs sleep.** Sockets cost nothing while nothing is told: the platform answers pings, and bills neither a request nor time for that. The count opens
  sockets, pings for 12 s, is silent for another 12 s, and fails unless the next call then had to construct the hub again. A hub is called for tickets,
  upgrades, full checks and changes; the messages that it sends are free. A device sends only pings; any other message would count as a twentieth of a request.
- **Watched caches are kept fresh.** As long as a socket is told of a cache, the cache is loaded when it expires ("load of a watched cache that has
  expired"); without sockets a read would have asked for that load. \`"live": "told"\` in a definition turns these loads off.
- **Watches stand from day to day.** When all devices of a cache have left, it rests, and its watches stay. A hub loses a watch only to a change
  that comes while other hubs still have devices of the cache, or have them already (\`--arrival-hours\`).
- CPU is not counted but assumed, ${fleetOf().requestCpuMs} ms an invocation and ${fleetOf().loadCpuMs} ms more a load, from what \`npm run bench\` found with the local stores
  on 2026-11-25 ([performance.md](performance.md#results): 0.1 to 0.9 ms a read, 1.5 to 1.9 ms a refresh that is accepted, 10 to 13 ms a task).
  \`--request-cpu-ms\` and \`--load-cpu-ms\` set others. At $${PRICES.prices.workerCpuMs.price} a million ms it hardly matters.
- Only log lines of level \`info\` are sampled (\`LOG_SAMPLE\`); the platform writes no lines of its own for an invocation.
- Calls of the Cache API and deletes of R2 are free. Outgoing traffic costs nothing.
- An object is billed while it is awake: ${dollars(((PRICES.prices.objectGbS.price * 0.128) / 1e6) * 1e6)} dollars for a million seconds. Holding a refresh
  for its second costs more than all its calls; \`Prefer: respond-async\` avoids that.

## The price list

${PRICES.note}

${pricesTable()}

Limits: ${[...new Set(Object.values(PRICES.limits).map(({ source }) => source.split('#')[0]))].map((source) => `<${source}>`).join(', ')}.
Messages of sockets: <https://developers.cloudflare.com/durable-objects/platform/pricing/>. The prices of Workers Logs change on 1 December 2026; this copy
does not have the new ones. The prices of Analytics Engine were announced, but not yet charged, when the copy was made.
`;
}
