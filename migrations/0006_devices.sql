-- What each device was last given, one document for each device: a sync writes one row however many caches it names.
-- docs/storage.md describes the JSON columns. `rev` grows with each change. The indexes contain only columns that never change.
-- The table has a rowid: without one, a row over a quarter of a page (1,002 bytes) needs a page of its own.
CREATE TABLE devices (
  user TEXT NOT NULL,
  device TEXT NOT NULL,
  rev INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  checked INTEGER NOT NULL,
  caches TEXT NOT NULL,
  holds TEXT NOT NULL,
  refusals TEXT NOT NULL,
  UNIQUE (user, device)
);

CREATE INDEX devices_by_device ON devices (device, user);

-- Who was forgotten and when: records from before that time that arrive late are ignored. `device` is empty for all devices of a user.
CREATE TABLE forgotten (
  user TEXT NOT NULL,
  device TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (user, device)
) WITHOUT ROWID;

CREATE INDEX forgotten_by_time ON forgotten (at);
