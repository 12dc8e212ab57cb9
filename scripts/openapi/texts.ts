/** Longer texts of operations, in addition to the summary (Markdown: `<` only within backticks). */

const TABLES = `A resource with tables answers \`[{"name","columns","data":[[<row id>,<cell>,…],…]},…]\`; any other resource answers what its origin
answered, as it is.

**Difference.** With \`X-Delta\`, where \`Content-Version\` is \`"delta v<a>-v<b>"\`:
\`[{"name","insert_rows":[[<row id>,<cell>,…],…],"delete_ids":[<row id>,…]},…]\`. A change that cannot be expressed as a difference is answered in full, with its
plain \`Content-Version\`: there is no reset to handle.

**Loading.** A missing or expired cache is loaded: the answer is held for at most the resource's \`wait_s\` (\`Prefer: wait=N\`: N seconds, at most 30;
\`respond-async\`: not at all), and is 202 with the task if that is too short.

**Live.** \`Prefer: wait=N\` with \`If-None-Match\` or \`X-Delta\` holds the answer until there is a newer version. \`Accept: text/event-stream\` gets an
event for each version that changed the body, beginning with the newest: \`event: version\`, \`id: v<N>\`, data
\`{"version","etag","inserted","deleted"}\` (numbers of inserted and deleted rows; null: not known).`;

/** Operation -> its text. */
export const TEXTS: Readonly<Record<string, string>> = {
  getConsoleConfig:
    'Needs no token. `oidc` is null if no provider is configured; `local` is where the start script gives out a token once, only under `npm start`.',
  getHealth:
    'For monitors. Needs no token; an answer is reused for 10 s. On workers.dev the edge cache keeps nothing, which is not a failure.',
  listSyncRecords: `One record for each device and cache, ordered by user, device and resource. A record is written when a GET or POST of
\`/rpc/\` with \`X-Device-Id\` is answered 200 or 304; the record appears here about 2 s later. Records of other users need \`cache:inspect\`.`,
  listDevices: `One member for each device, ordered by user and device; with \`expand=caches\` including its caches. A cache counts as behind if the device named it in its last
full check, or was given it since. Devices of other users need \`cache:inspect\`, which also shows \`refusals\`: why a device was refused a resource.`,
  refreshCache: `Refreshes of a cache run one at a time. A request joins a refresh that waits, and waits for one that runs, so the data is never older than the
request. The answer is held until the task ends, at most \`REFRESH_WAIT_MS\` (a setting, usually 1 s), and is always 200: \`task_state\` is the state of the task.`,
  getTaskState: `\`Accept: text/event-stream\` gets an event whenever the state changes, \`event: state\` with the task as data, until the task ends.
Tasks that have ended are kept for 7 days.`,
  revokeTask:
    'Only tasks in the state `PENDING` or `RETRY` can be revoked: by the only user who asked for the task, or with `cache:admin`.',
  syncCaches: `Each item is answered like its own read with \`If-None-Match: <etag>\` and \`X-Delta: auto\`. An invalid item does not affect the others.

**Bodies.** Tables and differences are included up to \`inline_bytes\` in total, small ones first; every other item has \`href\`, or \`"post": true\`.

**Lines.** \`Accept: application/x-ndjson\` gets a line for each item as soon as it is known; an item with \`"lines": 1\` has its body on the next line, byte for byte. The last
line is \`{"end":true,"user","now"}\`: without it the answer was cut off.

**Loading.** The answer waits at most 5 s for all loads together (\`Prefer: wait=N\`: N seconds, at most 10; \`respond-async\`: not at all), and for at most ten loads. Further loads
start after the answer.`,
  readCache: TABLES,
  readCacheByPost: `A safe read, like GET, for parameters that are arrays or objects: conditions give 304 here as well.\n\n${TABLES}`,
  getLiveTicket: `\`GET /live/\` as a WebSocket, with \`Sec-WebSocket-Protocol: freshet.v1, ticket.<ticket>\`, opens the socket, once. The socket reports which of the
device's caches have changed; the device reads the rows as usual.`,
  putResource: `An answer to GET can be put back. A definition takes effect everywhere within 30 s; if origin, parameters, scope, format or tables
change, what was loaded before counts as expired. \`If-Match\` prevents changes of others from being overwritten.
\`dry_run=true\` checks the definition and the conditions in the same way, changes nothing, and returns what would change.`,
  putSource: `A new address, connection or credentials make the caches of all resources that name the source expire. A secret that is not set is not a fault: \`warnings\` names it.
\`dry_run=true\` checks the definition and the conditions in the same way, changes nothing, and returns what would change and for which resources.`,
  deleteSource: 'Refused with 409 while resources name the source; the detail names the first ten of them.',
  deleteResource:
    'A new resource with the same title continues the numbers of versions and row ids, so no device mistakes new data for old.',
  listCatalog: `In order of title. Resources that are closed to you by their groups are left out. Only administrators see where data comes from (\`GET /resources/\`).`,
  getResourceDocument: `The read of this resource, its refresh and the state of a task, with parameters, rows, tables and deltas typed, and with the operation ids
of this document. Rows are tuples: the row id, then a cell for each column.`,
  listResources:
    'In order of title. A page with large definitions ends early, with a link to the next. With `expand=stats` each definition has a last member `stats`.',
  getResource: 'With its defaults. PUT accepts the answer unchanged.',
  listCaches: 'In order of key. A page with large parameters ends early, with a link to the next.',
  purgeCache:
    'Its body and deltas are removed. The records of devices stay, and show the cache as `stale`. The numbers of versions continue.',
  refreshResource: 'At most 500 caches a call: repeat it with `cursor` until `next` is null.',
  purgeCaches: `Purged caches are loaded again by the next read; the numbers of versions continue. Without \`parameters\` all caches of the resource are purged at once,
with them at most 500 a call: repeat it with \`cursor\` until \`next\` is null.
\`dry_run=true\` purges nothing: the sum of \`would\` over the pages is how many caches with data would be purged.`,
  getResourceStats: `Counted every five minutes, 10,000 caches a minute in each database: \`counted_at\` says when.`,
  probeResource: `Tests a definition before it is saved: send it as \`definition\`. At most 25 s, 8 MiB of the answer and 20 rows of each table, and 10 a minute
for a user. The origin gets the same request as from a load, under the same rules for hosts and secrets, so it sees one more request.`,
  getStats: `Counts; for \`batch\` the longest lag of a queue. Answers are up to 30 s old, and times are rounded to 30 s. Without a binding for it (docs/operations.md, Figures)
the answer is 501.`,
  listActions: `One member for each call that changed something: it is recorded before the change, and gets its \`count\` after it. Repeated calls with a \`cursor\` have a member
each. Kept for \`ACTIONS_RETENTION_DAYS\` (a setting, 400).`,
  refreshCacheByKey: `\`force=true\` starts at once, asks the origin without conditions, and accepts a load that the guard refuses.`,
  forgetSyncs: `For a lost device, or a user who has left. Without \`device\` the user's private caches are purged as well, and their tasks end as \`REVOKED\`. In pages:
repeat it with \`cursor\` until \`next\` is null.`,
  whoami: 'For setting up an identity provider: how the service reads each claim.',
};
