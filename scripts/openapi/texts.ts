/** Longer texts of operations, in addition to the summary (Markdown: `<` only within backticks). */

const TABLES = `A resource with tables answers \`[{"name","columns","data":[[<row id>,<cell>,…],…]},…]\`; any other one what its origin
answered, as it is.

**Difference.** With \`X-Delta\`, where \`Content-Version\` is \`"delta v<a>-v<b>"\`:
\`[{"name","insert_rows":[[<row id>,<cell>,…],…],"delete_ids":[<row id>,…]},…]\`. What cannot be told as a difference is answered in full, with its
plain \`Content-Version\`: there is no reset to handle.

**Loading.** What is missing or has expired is loaded: the answer is held up to the resource's \`wait_s\` (\`Prefer: wait=N\`: N seconds, at most 30;
\`respond-async\`: not at all), and is 202 with the task if that was too short.

**Live.** \`Prefer: wait=N\` with \`If-None-Match\` or \`X-Delta\` holds the answer until there is something newer. \`Accept: text/event-stream\` gets an
event for each version that changed the body, beginning with the newest: \`event: version\`, \`id: v<N>\`, data
\`{"version","etag","inserted","deleted"}\` (rows that came and went; null: not known).`;

/** Operation -> its text. */
export const TEXTS: Readonly<Record<string, string>> = {
  getConsoleConfig:
    'Needs no token. `oidc` is null where no provider is set up; `local` is where the start script gives a token once, under `npm start` alone.',
  getHealth:
    'For monitors. Open to all, and kept for 10 s: on workers.dev the edge cache keeps nothing, which is no failure.',
  listSyncRecords: `One record for each device and cache, ordered by user, device and resource. A device is given something by a GET or POST of
\`/rpc/\` with \`X-Device-Id\` that is answered 200 or 304; it shows here some 2 s later. Records of other users take \`cache:inspect\`.`,
  listDevices: `One member for each device, ordered by user and device; with \`expand=caches\` what each has. A cache counts as behind if the device named it in its last
full check, or was given it since. Devices of other users take \`cache:inspect\`, which also gets \`refusals\`: why a device was not given a resource.`,
  refreshCache: `Refreshes of a cache run one at a time. One that waits is joined; one that runs is waited for, so the data is never older than the
request. The answer is held until the task ends, at most \`REFRESH_WAIT_MS\` (a setting, usually 1 s), and is always 200: \`task_state\` tells how far it is.`,
  getTaskState: `\`Accept: text/event-stream\` gets an event whenever the state is another one, \`event: state\` with the task as data, until the task ends.
Tasks that have ended are kept for 7 days.`,
  revokeTask:
    'Only `PENDING` and `RETRY` can be taken back: by the only user who asked for the task, or with `cache:admin`.',
  syncCaches: `Each item is answered as its own read with \`If-None-Match: <etag>\` and \`X-Delta: auto\`. One bad item spoils no other.

**Bodies.** Tables and differences come along as far as \`inline_bytes\` reaches, small ones first; everything else has \`href\`, or \`"post": true\`.

**Lines.** \`Accept: application/x-ndjson\` gets a line an item as soon as it is known; one with \`"lines": 1\` has its body on the next line, byte for byte. The last
line is \`{"end":true,"user","now"}\`: without it the answer was cut.

**Loading.** What must be loaded is waited for, all together 5 s (\`Prefer: wait=N\`: N seconds, at most 10; \`respond-async\`: not at all), ten loads at most; further ones are
asked for after the answer.`,
  readCache: TABLES,
  readCacheByPost: `A safe read, like GET, for parameters that are arrays or objects: conditions give 304 here, too.\n\n${TABLES}`,
  getLiveTicket: `\`GET /live/\` as a WebSocket, with \`Sec-WebSocket-Protocol: freshet.v1, ticket.<ticket>\`, opens the socket, once. It tells which of the
device's caches have changed; the rows are read as ever.`,
  putResource: `What GET answered can be put back. A definition takes effect everywhere within 30 s; if origin, parameters, scope, format or tables
change, what was loaded before counts as expired. \`If-Match\` keeps others' changes from being overwritten.
\`dry_run=true\` checks the definition and the conditions in the same way, changes nothing, and tells what would change.`,
  putSource: `Another address, way or credentials expire the caches of all resources that name the source. A secret that is not set is no fault: \`warnings\` names it.
\`dry_run=true\` checks the definition and the conditions in the same way, changes nothing, and tells what would change and for which resources.`,
  deleteSource: 'Refused with 409 while resources name it; the detail names the first ten of them.',
  deleteResource:
    'A resource made anew under the title goes on counting versions and row ids, so no device mistakes new data for old.',
  listCatalog: `In order of title. What is closed to you by its groups is left out. Where data come from is for administrators (\`GET /resources/\`).`,
  getResourceDocument: `The read of this resource, its refresh and the state of a task, with parameters, rows, tables and deltas typed, and with the operation ids
of this document. Rows are tuples: the row id, then a cell for each column.`,
  listResources:
    'In order of title. A page with large definitions ends early, and announces the next. With `expand=stats` each has a last member `stats`.',
  getResource: 'With its defaults. PUT takes it as it is.',
  listCaches: 'In order of key. A page with large parameters ends early, and announces the next.',
  purgeCache: 'Its body and deltas go; what devices were given stays, and shows as `stale`. Versions go on counting.',
  refreshResource: 'At most 500 caches a call: repeat it with `cursor` until `next` is null.',
  purgeCaches: `Purged caches are loaded anew by the next read; versions go on counting. Without \`parameters\` all caches of the resource are purged at once,
with them at most 500 a call: repeat it with \`cursor\` until \`next\` is null.
\`dry_run=true\` purges nothing: the sum of \`would\` over the pages is how many would be purged.`,
  getResourceStats: `Counted once in five minutes, 10,000 caches a minute in each database: \`counted_at\` tells when.`,
  probeResource: `For a definition that is being written, before it is saved: send it as \`definition\`. At most 25 s, 8 MiB of the answer and 20 rows of each table, and 10 a minute
for a user. The origin is asked as by a load, under the same rules for hosts and secrets, so it sees one request more.`,
  getStats: `Counts, but of \`batch\`: the longest lag of a queue. Answers are up to 30 s old, and times are rounded to 30 s. Without a binding for it (docs/operations.md, Figures)
the answer is 501.`,
  listActions: `One member for each call that changed something: it is noted before it is done, and has its \`count\` once it is. Repeated calls with a \`cursor\` have one
each. Kept for \`ACTIONS_RETENTION_DAYS\` (a setting, 400).`,
  refreshCacheByKey: `\`force=true\` starts at once, asks the origin without conditions, and accepts a load that the guard refuses.`,
  forgetSyncs: `For a lost device or a leaver. Without \`device\` also the user's private caches are purged, and their tasks end as \`REVOKED\`. In pages:
repeat it with \`cursor\` until \`next\` is null.`,
  whoami: 'For whoever sets up an identity provider: which claims were read as what.',
};
