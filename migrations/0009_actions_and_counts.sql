-- What administrators changed, one row for each call. The row is written before the change, `count` after it. Newest first by key.
CREATE TABLE actions (
  at INTEGER NOT NULL,
  id TEXT NOT NULL,
  user TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  count INTEGER,
  reason TEXT,
  request_id TEXT NOT NULL,
  PRIMARY KEY (at, id)
) WITHOUT ROWID;

CREATE INDEX actions_by_user ON actions (user, at, id);

-- The state of the caches of each resource, as the last round of the cron's walk found them.
CREATE TABLE resource_counts (
  resource TEXT PRIMARY KEY,
  fresh INTEGER NOT NULL,
  stale INTEGER NOT NULL,
  failing INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  counted_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER resource_uncounted AFTER DELETE ON resources BEGIN
  DELETE FROM resource_counts WHERE resource = OLD.title;
END;
