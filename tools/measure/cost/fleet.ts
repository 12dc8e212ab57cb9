/** A fleet: its numbers, and how its devices learn of changes. */

/**
 * Each number with its default and meaning, the least that it can be (0 if not given) and the most. As an option it is
 * written `--caches-per-device 10`.
 */
export const FLEET = {
  devices: [1000, 'devices', 1],
  cachesPerDevice: [10, 'caches that a device reads', 1],
  devicesPerCache: [50, 'devices that read the same cache', 1],
  pollsPerHour: [
    4,
    'how many times in a working hour a device asks for its caches, when it is not told (`poll`, `batch`)',
    0.001,
  ],
  hoursPerMonth: [176, 'working hours a month: all traffic falls into them', 1],
  peak: [3, 'the busiest second, divided by the mean second of working hours', 1],
  share304: [
    0.9,
    'share of reads, or of the items of a `/sync/` request, that are answered 304 (`poll`, `batch`)',
    0,
    1,
  ],
  share200: [0.01, 'share of these that get the full body; the rest get a delta', 0, 1],
  arrivalHours: [1, 'hours within which devices come in the morning, and leave in the evening (`hub`)'],
  connectsPerDay: [8, 'sockets that a device opens on a working day of 8 hours (`hub`)'],
  loadsPerHour: [
    4,
    'loads of each cache in a working hour, asked for by reads that find it stale, or by its object (`hub`)',
  ],
  changeRate: [0.1, 'share of loads that change rows', 0, 1],
  keptVersions: [50, 'versions kept (`retain_versions`)'],
  listsPerDay: [2, 'lists that a device asks for on a working day; a tenth with `expand`'],
  refreshesPerDay: [1, 'refreshes that a device asks for on a working day'],
  statesPerRefresh: [2, 'states asked for after each refresh'],
  webhooks: [0, 'webhooks that are told of each change'],
  newDevices: [0.03, 'share of devices that are new in a month', 0, 1],
  locations: [5, 'locations of the platform that serve the fleet', 1],
  entryCacheMs: [1000, 'how long a location treats a look-up as current (`ENTRY_CACHE_MS`), ms'],
  isolates: [4, 'minimum number of isolates that a location runs', 1],
  requestsPerIsolate: [200, 'requests a second above which a location runs another isolate', 1],
  hotShare: [0.05, 'share of the devices that read the most popular cache', 0, 1],
  originMs: [500, 'how long a load takes, mostly waiting for its origin, ms'],
  remoteMs: [50, 'how long a call of another store or object keeps an object or consumer waiting, ms'],
  requestCpuMs: [1, 'CPU of an invocation of the Worker, ms (docs/performance.md)'],
  loadCpuMs: [15, 'more CPU of a load, ms (the same, `success`)'],
  socketUs: [67, 'time that a hub needs for each socket that it tells, or finds when it wakes, µs (docs/live.md)'],
  d1QueryMs: [1, 'time of the database that a query takes, ms'],
  d1RowUs: [20, 'time of the database that each row written takes, µs'],
  logShare: [0.01, 'share of `info` lines that are written (`LOG_SAMPLE`)', 0, 1],
  syncShards: [1, 'databases that sync records are spread over (`SYNC_SHARDS`)', 1],
  entryShards: [1, 'databases that entries are spread over (`ENTRY_SHARDS`)', 1],
  liveShards: [0, 'hubs (`LIVE_SHARDS`); 0: as many as are needed'],
} as const satisfies Record<string, readonly [number, string, number?, number?]>;

/** How devices learn of changes. */
export const WAYS = {
  poll: 'each cache by its own read',
  batch: 'one `POST /sync/` for all caches',
  hub: 'told over a socket (`POST /live/`), with a full check every half hour',
} as const;
export type Way = keyof typeof WAYS;

export const WAY_NAMES = Object.keys(WAYS) as Way[];

export type Fleet = Record<keyof typeof FLEET, number> & { live: Way };

/** A fleet, with defaults for the numbers that are not given. */
export function fleetOf(told: Partial<Fleet> = {}): Fleet {
  const defaults = Object.fromEntries(Object.entries(FLEET).map(([name, [value]]) => [name, value]));
  return { ...(defaults as Record<keyof typeof FLEET, number>), live: 'poll', ...told };
}
