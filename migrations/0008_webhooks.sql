-- Webhooks: definition and state. `wake_at` is when a consumer looks at the waiting events, null if none waits. The consumer that
-- sends them has the lease until `lease_until`. The columns of the state change only when the state does.
CREATE TABLE webhooks (
  name TEXT PRIMARY KEY,
  definition TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  failing_since INTEGER,
  failures INTEGER NOT NULL DEFAULT 0,
  wake_at INTEGER,
  lease_until INTEGER,
  disabled_at INTEGER,
  reason TEXT
) WITHOUT ROWID;

-- Waiting events of a webhook, one row for each cache: `pending` is a JSON object with the newest event of each type. Null: nothing
-- waits; the row only records until `due_at` that an event was sent (`min_interval_s`).
CREATE TABLE webhook_caches (
  webhook TEXT NOT NULL,
  key TEXT NOT NULL,
  pending TEXT,
  revision INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  since INTEGER NOT NULL,
  PRIMARY KEY (webhook, key)
) WITHOUT ROWID;

CREATE INDEX webhook_caches_due ON webhook_caches (webhook, due_at);
