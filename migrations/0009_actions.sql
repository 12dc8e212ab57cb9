-- What administrators changed, one row a call, written before the change; `count` comes after it. Newest first by key.
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
