/** docs/scale.md: what fleets of growing size cost, which limits they meet and what is changed then. */

import { type Estimate, estimate } from './estimate.ts';
import { type Fleet, fleetOf, WAY_NAMES } from './fleet.ts';
import { REOPEN_S } from './hubs.ts';
import { inItsPeak, reconnectBusy } from './limits.ts';
import type { Counted } from './operations.ts';
import { aimsTable, changesTable, growthTable, productsTable, shardsTable, waysTable } from './page-ways.ts';
import { PRICES } from './prices.ts';
import { billTable, dollars, fleetTable, limitsTable, operationsTable, percent, pricesTable } from './tables.ts';

/** The fleet whose bill is shown by operation. */
const SHOWN = 1e5;
/** Share of a limit that is left free for what is not foreseen. */
const ROOM = 0.3;
const FEWER = { liveShards: 4, connectsPerDay: 1, changeRate: 0.05, share304: 0.94 };
/** What makes it cost more or less to come to what is new. */
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

/** The page; nothing in its tables is typed. */
export function scalePage(counted: Counted): string {
  const devices = SHOWN.toLocaleString('en-US');
  const fleets = (['batch', 'hub'] as const).map((live) => fleetOf({ devices: SHOWN, live }));
  const [batch, hub] = fleets.map((fleet) => estimate(fleet, counted)) as [Estimate, Estimate];
  const byWay = Object.fromEntries(WAY_NAMES.map((live) => [live, fleetOf({ devices: SHOWN, live })]));
  const comeBack = (fleet: Fleet) => percent(reconnectBusy(fleet, counted) / PRICES.limits.d1Reconnect.limit);
  return `# Scale

What a fleet costs a month, which limit of the platform it meets first, and what is changed then. \`npm run cost -- --write\`
writes this page: it counts what each operation really asks of the platform, on the running service with counted bindings
(${counted.date}), and multiplies that by a **copy** of the platform's price list (${PRICES.date}). No figure here was measured
on Cloudflare. \`npm run cost -- --live hub --devices 20000\` does the same for another fleet.

## Three ways to come to what is new

A device holds ten caches. It asks for each (\`poll\`), for all at once (\`batch\`), or is told which has changed (\`hub\`). For ${devices} devices:

${waysTable(counted, SHOWN)}

Dollars are those of a million hours of a device, nothing included: "for what is new" is the way itself with its records, "in all"
has loads, refreshes, lists and what is stored beside it. Of a change a device learns half a period later on average when it asks, 7.5 minutes here, and
within a second or some when it is told. The same where no two devices share a cache (\`--devices-per-cache 1\`):

${waysTable(counted, SHOWN, { devicesPerCache: 1 })}

Then loads are most of the bill, whatever the way: each cache is loaded for one device alone.

${aimsTable(counted, SHOWN)}

What makes the dollars for what is new more or fewer:

${changesTable(counted, SHOWN, CHANGES)}

Being told costs more than asking each quarter of an hour: each change is asked for alone, where a question brings all that have changed since the last, and each
request writes the row of its device. It buys seconds in place of minutes, and pays where changes are rare. Half of it are rows of records and what
asks for changes; a sixth are watches and pokes, of which there are as many as a cache has hubs: so there are no more hubs than needed.

## The bill

${growthTable(counted)}

Requests a second are those of the busiest second. The plan of $${PRICES.plan.perMonth} is in the sum, and so is what it includes, which counts once for
the whole account. More than 64 hubs are those of several services: one has 64 at most. By product, for ${devices} devices, and then for as many private caches:

${productsTable(counted, SHOWN)}

${productsTable(counted, SHOWN, { devicesPerCache: 1 })}

The fleet is this, but for its devices and its way:

${fleetTable(fleetOf())}

By operation, for ${devices} devices that ask for all at once (\`batch\`); a share of what is included goes to each by its share of the amount:

${billTable(batch)}

And for as many that are told (\`hub\`):

${billTable(hub)}

## The limits

What the busiest second of ${devices} devices needs of each limit, with one database for everything (\`SYNC_SHARDS\` and \`ENTRY_SHARDS\` unset) and as many hubs
as are needed, and how many devices meet it:

${limitsTable(byWay, counted)}

- The time of a database is an assumption: ${fleetOf().d1QueryMs} ms a query and ${fleetOf().d1RowUs} µs a row written. D1 tells of its queries what they took (\`meta.duration\`);
  with those figures of a real fleet the table is made anew by \`--d1-query-ms\` and \`--d1-row-us\`.
- A deploy ends all sockets. Devices open them again over ${REOPEN_S} s, a ticket and an upgrade each, and the hubs spread the full checks so that D1 sees 200 a
  second. With ${devices} devices D1 is then at ${comeBack(hub.fleet)} of its time in a mean hour, and at ${comeBack(inItsPeak(hub.fleet))} in the busiest second of all.
- A full check asks D1 twice: once which of the caches exist, and once more after the hub knows them, because what was known before may be older.

## What is changed at each step

How many databases keep the time and the size of each ${ROOM * 100} % below its limit, of sync records and of entries, once these are apart from each
other. \`SYNC_SHARDS="3,1"\` says that there are three databases of records now and was one before; \`ENTRY_SHARDS\` and \`LIVE_SHARDS\` likewise.

${shardsTable(counted, 1 - ROOM)}

- **A thousand.** Nothing is changed. Any way will do.
- **Ten thousand.** The Worker gets a domain of its own (\`routes\` in wrangler.toml): under workers.dev the edge cache keeps nothing, and
  each body and delta that an isolate does not hold is read from R2. Devices ask for all at once: \`POST /sync/\` in place of their reads. With sockets, \`LIVE_SHARDS = "2"\`.
- **A hundred thousand.** With reads of single caches the one database is full; with \`/sync/\` it is not. Sockets take ten hubs, by what their
  devices ask when they all come back.
- **A million.** Entries get databases of their own (\`ENTRY_SHARDS\`). Where devices read single caches, a larger \`ENTRY_CACHE_MS\` spares most of these;
  questions go by what an isolate remembers, which is little of so many caches. Sockets meet the number of hubs: \`LIVE_SHARDS\` goes up to 64. Resources whose origin changes at known times get a \`schedule\` and a
  long \`ttl_s\`; one run a minute starts some hundred refreshes, so caches without number go by expiry instead. Loads that take long
  meet the number of consumers, which the platform raises on request.
- **Ten million.** Sync records get several databases, too (\`SYNC_SHARDS\`), and the two queues meet what one queue takes a second: then
  regions, each with a Worker and stores of its own, are simpler than one service for all. No object is near its limit at any size.

## What each operation asks

Counted, once each; rows read and written are those that D1 and the object's SQLite told. Dollars are those of a million of
them when nothing is included any more, with a call of another store keeping an object awake for ${fleetOf().remoteMs} ms.

${operationsTable(counted, fleetOf())}

- Records leave the requests of an isolate together: "one message of records" is sent for as many as come within 200 ms, or 800 ms where one comes after the
  other, and the platform hands up to ten messages to one invocation. ${devices} devices put the records of ${batch.month.notesPerMessage.toFixed(1)} questions in a message.
- **Hubs sleep.** Sockets cost nothing while nothing is told: pings are answered by the platform, which bills neither a request nor time for that. The count opens
  sockets, pings for 12 s, is silent for 12 s more, and fails unless the hub was then made again by the next call. What a hub is called for are tickets, upgrades,
  full checks and changes; what it says is free. A device says nothing but pings; anything else would be a twentieth of a request.
- **Watched caches are kept fresh.** A cache is loaded when it expires as long as somebody is told of it ("load of a watched cache that has expired"), where
  otherwise a read would have asked for that. \`"live": "told"\` in a definition leaves these loads out.
- CPU is that of this machine's whole process, by /proc, less what bare calls of the local stores cost there; workerd's HTTP, the work
  of objects and the counting are in it. It is a rough figure and true of this machine only; at $${PRICES.prices.workerCpuMs.price} a million ms it hardly matters.
- Of log lines only those of level \`info\` are sampled (\`LOG_SAMPLE\`); the platform writes none of its own for an invocation.
- Calls of the Cache API and deletes of R2 are free. What leaves the platform costs nothing.
- An object is billed while it is awake: ${dollars(((PRICES.prices.objectGbS.price * 0.128) / 1e6) * 1e6)} dollars for a million seconds. A refresh that is held for its second costs more
  by that than by all its calls; \`Prefer: respond-async\` spares it.

## The price list

${PRICES.note}

${pricesTable()}

Limits: ${[...new Set(Object.values(PRICES.limits).map(({ source }) => source.split('#')[0]))].map((source) => `<${source}>`).join(', ')}.
Messages of sockets: <https://developers.cloudflare.com/durable-objects/platform/pricing/>. Workers Logs gets other prices on 1 December 2026, which this copy does not have
yet. What Analytics Engine costs was announced, and not yet charged, when the copy was made.
`;
}
