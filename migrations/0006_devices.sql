-- What each device was last given, one document a device: a sync writes one row however many caches it names. The columns
-- of JSON are told in docs/storage.md. `rev` grows with each change. The indexes hold only what never changes in a row.
-- It has a rowid, since without one a row over a quarter of a page (1,002 bytes) takes a further page for itself.
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

-- Who was forgotten and when: what was noted up to then and comes late brings nobody back. `device` is empty for all of a user.
CREATE TABLE forgotten (
  user TEXT NOT NULL,
  device TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (user, device)
) WITHOUT ROWID;

CREATE INDEX forgotten_by_time ON forgotten (at);
