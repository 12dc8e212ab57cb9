/** docs/scale.md: what fleets of growing size cost, which limits they meet and what is changed then. */

import { estimate } from './estimate.ts';
import { type Fleet, fleetOf } from './fleet.ts';
import { shardsFor } from './limits.ts';
import type { Counted } from './operations.ts';
import { PRICES } from './prices.ts';
import {
  billTable,
  dollars,
  fleetTable,
  growthTable,
  limitsTable,
  operationsTable,
  pricesTable,
  table,
} from './tables.ts';

const SIZES = [1e3, 1e4, 1e5, 1e6, 1e7];
/** The fleet whose bill is shown by operation. */
const SHOWN = 1e5;
/** Share of a limit that is left free for what is not foreseen. */
const ROOM = 0.3;

/** What can be changed, one after the other: each row has the changes of those above it. */
const CHANGES: readonly (readonly [what: string, change: Partial<Fleet>])[] = [
  ['as above', {}],
  ['one invocation in a hundred logged', { logShare: 0.01 }],
  ['and each cache read once an hour by a device, not four times', { pollsPerHour: 1, share304: 0.6 }],
  ['and loaded once an hour, not four times', { loadsPerHour: 1, changeRate: 0.4 }],
];
/** In place of what is below the second row, where the service holds reads until there is something newer. */
const LIVE: Partial<Fleet> = { logShare: 0.01, liveShare: 1 };
/** A longer look-up, which spares databases of entries. */
const LONG_LOOK_UP_MS = 60_000;

/** The page; nothing in its tables is typed. */
export function scalePage(counted: Counted): string {
  const fleets = SIZES.map((devices) => fleetOf({ devices }));
  const estimates = fleets.map((fleet) => estimate(fleet, counted));
  const shown = estimate(fleetOf({ devices: SHOWN }), counted);
  return `# Scale

What a fleet costs a month, which limit of the platform it meets first, and what is changed then. \`npm run cost -- --write\`
writes this page: it counts what each operation really asks of the platform, on the running service with counted bindings
(${counted.date}), and multiplies that by a **copy** of the platform's price list (${PRICES.date}). No figure here was measured
on Cloudflare. \`npm run cost -- --devices 20000 --polls-per-hour 2\` does the same for another fleet.

## The bill

${growthTable(estimates)}

Requests a second are those of the busiest second. The plan of $${PRICES.plan.perMonth} is in the sum, and so is what it includes, which counts once for
the whole account. The fleet is this, but for its devices:

${fleetTable(fleetOf())}

For ${SHOWN.toLocaleString('en-US')} devices, by operation; a share of what is included goes to each by its share of the amount:

${billTable(shown)}

## The limits

What the busiest second needs of each limit, with one database for everything (\`SYNC_SHARDS\` and \`ENTRY_SHARDS\` unset), in the
order in which a growing fleet meets them:

${limitsTable(fleets, counted)}

The time of a database is an assumption: ${fleetOf().d1QueryMs} ms a query and ${fleetOf().d1RowUs} µs a row written. D1 tells of its queries what they took (\`meta.duration\`);
with those figures of a real fleet the table is made anew by \`--d1-query-ms\` and \`--d1-row-us\`.

## What is changed at each step

How many databases keep the time and the size of each ${ROOM * 100} % below its limit, once sync records and entries are apart from each
other. \`SYNC_SHARDS="3,1"\` says that there are three databases of records now and was one before; \`ENTRY_SHARDS\` likewise.

${shardsTable(counted)}

Dollars a month when more is changed; each row has the changes of those above it:

${table(['', ...SIZES.map((devices) => devices.toLocaleString('en-US'))], changed(counted))}

- **A thousand.** Nothing is changed.
- **Ten thousand.** The Worker gets a domain of its own (\`routes\` in wrangler.toml): under workers.dev the edge cache keeps nothing, and
  each body and delta that an isolate does not hold is read from R2. \`head_sampling_rate\` goes below 1: the log of each invocation costs
  more than the requests do.
- **A hundred thousand.** The time of the one database is met first, by look-ups: a cache that a location reads less than once in
  \`ENTRY_CACHE_MS\` is looked up by each read. Either that setting is raised, where a device may learn of a new version so much
  later, or entries get databases of their own (\`ENTRY_SHARDS\`).
- **A million.** Devices read less often: by \`Expires\`, by an hour that suits the data, or after a push. Each read costs an invocation and
  the row of its record, and these two are most of the bill. Resources whose origin changes at known times get a \`schedule\` and a
  long \`ttl_s\`; one run a minute starts some hundred refreshes, so caches without number go by expiry instead. Loads that take long
  meet the number of consumers, which the platform raises on request.
- **Ten million.** Sync records get several databases, too (\`SYNC_SHARDS\`), and the two queues meet what one queue takes a second: then
  regions, each with a Worker and stores of its own, are simpler than one service for all. No object is near its limit at any size.

## What each operation asks

Counted, once each; rows read and written are those that D1 and the object's SQLite told. Dollars are those of a million of
them when nothing is included any more, with a call of another store keeping an object awake for ${fleetOf().remoteMs} ms.

${operationsTable(counted, fleetOf())}

- Records leave the requests of an isolate together: "one message of records" is sent for as many as come within 200 ms, and the
  platform hands up to ten messages to one invocation. With the fleet above, ${SHOWN.toLocaleString('en-US')} devices put ${shown.month.recordsPerMessage.toFixed(1)} records in a message.
- CPU is that of this machine's whole process, by /proc, less what bare calls of the local stores cost there; workerd's HTTP, the work
  of objects and the counting are in it. It is a rough figure and true of this machine only; at $${PRICES.prices.workerCpuMs.price} a million ms it hardly matters.
- Calls of the Cache API and deletes of R2 are free. What leaves the platform costs nothing.
- An object is billed while it is awake: ${dollars(((PRICES.prices.objectGbS.price * 0.128) / 1e6) * 1e6)} dollars for a million seconds. A refresh that is held for its second costs more
  by that than by all its calls; \`Prefer: respond-async\` spares it.

## The price list

${PRICES.note}

${pricesTable()}

Limits: ${[...new Set(Object.values(PRICES.limits).map(({ source }) => source.split('#')[0]))].map((source) => `<${source}>`).join(', ')}.
Workers Logs gets other prices on 1 December 2026, which this copy does not have yet. What Analytics Engine costs was announced, and not
yet charged, when the copy was made.
`;
}

function shardsTable(counted: Counted): string {
  const databases = (devices: number, change: Partial<Fleet> = {}) =>
    shardsFor(fleetOf({ devices, ...change }), counted, 1 - ROOM);
  return table(
    [
      'devices',
      'of sync records',
      'of entries',
      `of entries, \`ENTRY_CACHE_MS = "${LONG_LOOK_UP_MS}"\``,
      'of entries, a read an hour',
    ],
    SIZES.map((devices) => [
      devices.toLocaleString('en-US'),
      databases(devices).syncShards,
      databases(devices).entryShards,
      databases(devices, { entryCacheMs: LONG_LOOK_UP_MS }).entryShards,
      databases(devices, { pollsPerHour: 1 }).entryShards,
    ]),
  );
}

function changed(counted: Counted): string[][] {
  const row = (what: string, changes: Partial<Fleet>) => [
    what,
    ...SIZES.map((devices) => dollars(estimate(fleetOf({ devices, ...changes }), counted).total)),
  ];
  const before = (index: number) => Object.assign({}, ...CHANGES.slice(0, index + 1).map(([, change]) => change));
  const rows = CHANGES.map(([what], index) => row(what, before(index)));
  const canWait = counted.operations.liveWait !== undefined;
  return canWait
    ? [
        ...rows,
        row('or the second row, and each device waits for what is newer, 30 s at a time, in place of reading', LIVE),
      ]
    : rows;
}
