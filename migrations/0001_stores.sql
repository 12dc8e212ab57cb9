-- What the admin defined. `number` grows with each change that matters to a load (it is the time of the change in ms,
-- made to increase); `purged` is the number below which the caches count as absent. A deleted resource stays as a
-- tombstone (definition null) while entries are left; `sweeping` marks resources whose caches are still to be purged.
CREATE TABLE resources (
  title TEXT PRIMARY KEY,
  definition TEXT,
  number INTEGER NOT NULL,
  purged INTEGER NOT NULL DEFAULT 0,
  sweeping INTEGER NOT NULL DEFAULT 0,
  changed_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX resources_sweeping ON resources (title) WHERE sweeping = 1;

-- What is current of each cache: written by the key's object, ordered by revision. `version` is null when nothing is
-- loaded (never, or purged). `document` holds what no query asks for (contract/entry.ts), `next_refresh_at` is for schedules.
CREATE TABLE entries (
  key TEXT PRIMARY KEY,
  resource TEXT NOT NULL,
  number INTEGER NOT NULL,
  parameters TEXT NOT NULL,
  owner TEXT,
  revision INTEGER NOT NULL,
  version INTEGER,
  changed INTEGER,
  bytes INTEGER,
  rows INTEGER,
  loaded_at INTEGER,
  expires_at INTEGER,
  retry_at INTEGER,
  last_task_id TEXT,
  last_error TEXT,
  document TEXT NOT NULL,
  read_at INTEGER,
  next_refresh_at INTEGER
) WITHOUT ROWID;

CREATE INDEX entries_by_resource ON entries (resource, key);
CREATE INDEX entries_by_owner ON entries (owner, key) WHERE owner IS NOT NULL;
CREATE INDEX entries_due ON entries (next_refresh_at) WHERE next_refresh_at IS NOT NULL;

-- What each device was last given of each cache.
CREATE TABLE sync_records (
  user TEXT NOT NULL,
  device TEXT NOT NULL,
  resource TEXT NOT NULL,
  key TEXT NOT NULL,
  synced_at INTEGER NOT NULL,
  version INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  PRIMARY KEY (user, device, resource, key)
) WITHOUT ROWID;

CREATE INDEX sync_records_by_resource ON sync_records (resource, user, device, key);

-- Where each slow walk over a table has got to.
CREATE TABLE walks (
  name TEXT PRIMARY KEY,
  cursor TEXT NOT NULL
) WITHOUT ROWID;
