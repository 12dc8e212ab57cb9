-- What the admin defined. `number` grows with each change that matters to a load (it is the time of the change in ms,
-- made to increase); `purged` is the number below which the caches count as absent. A deleted resource stays as a
-- tombstone (definition null) while entries are left; `sweeping` marks resources whose caches are still to be purged.
CREATE TABLE resources (
  title TEXT PRIMARY KEY,
  definition TEXT,
  number INTEGER NOT NULL,
  purged INTEGER NOT NULL,
  sweeping INTEGER NOT NULL DEFAULT 0,
  changed_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX resources_sweeping ON resources (title) WHERE sweeping = 1;

-- What is current of each cache: written by the key's object, ordered by revision. A column is what a query asks for;
-- the rest of an entry (src/contract/entry.ts) is JSON: `chain` apart from `document`, since lists leave it out.
-- `version` and `expires_at` are null when nothing is loaded (never, or purged); `last_error` is null when none stands.
-- No index holds what a load changes, so a load writes one row.
CREATE TABLE entries (
  key TEXT PRIMARY KEY,
  resource TEXT NOT NULL,
  parameters TEXT NOT NULL,
  owner TEXT,
  number INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  version INTEGER,
  expires_at INTEGER,
  last_error TEXT,
  document TEXT NOT NULL,
  chain TEXT NOT NULL,
  read_at INTEGER,
  next_refresh_at INTEGER
) WITHOUT ROWID;

CREATE INDEX entries_by_resource ON entries (resource, key);
CREATE INDEX entries_by_owner ON entries (owner, key) WHERE owner IS NOT NULL;
CREATE INDEX entries_due ON entries (next_refresh_at) WHERE next_refresh_at IS NOT NULL;

-- What each device was last given of each cache. The indexes hold only what never changes in a record.
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
CREATE INDEX sync_records_by_device ON sync_records (device, user, resource, key);

-- Where each slow walk over a table has got to: the JSON array of its last primary key.
CREATE TABLE walks (
  name TEXT PRIMARY KEY,
  cursor TEXT NOT NULL
) WITHOUT ROWID;
