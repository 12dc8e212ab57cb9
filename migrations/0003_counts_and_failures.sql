-- How many caches of a resource have loaded data, so that a purge of all of them need not count. Only a first load or a
-- purge of a cache changes it.
CREATE TABLE loaded_caches (
  resource TEXT PRIMARY KEY,
  count INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO loaded_caches (resource, count)
SELECT resource, count(*) FROM entries WHERE version IS NOT NULL GROUP BY resource;

CREATE TRIGGER entry_inserted AFTER INSERT ON entries WHEN NEW.version IS NOT NULL BEGIN
  INSERT INTO loaded_caches (resource, count) VALUES (NEW.resource, 1)
  ON CONFLICT (resource) DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER entry_loaded AFTER UPDATE OF version ON entries WHEN OLD.version IS NULL AND NEW.version IS NOT NULL BEGIN
  INSERT INTO loaded_caches (resource, count) VALUES (NEW.resource, 1)
  ON CONFLICT (resource) DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER entry_purged AFTER UPDATE OF version ON entries WHEN OLD.version IS NOT NULL AND NEW.version IS NULL BEGIN
  UPDATE loaded_caches SET count = count - 1 WHERE resource = NEW.resource;
END;

CREATE TRIGGER entry_deleted AFTER DELETE ON entries WHEN OLD.version IS NOT NULL BEGIN
  UPDATE loaded_caches SET count = count - 1 WHERE resource = OLD.resource;
END;

CREATE TRIGGER resource_deleted AFTER DELETE ON resources BEGIN
  DELETE FROM loaded_caches WHERE resource = OLD.title;
END;

-- Caches whose last load failed. A successful load after another successful one changes neither index.
CREATE INDEX entries_failing ON entries (key) WHERE last_error IS NOT NULL;
CREATE INDEX entries_failing_by_resource ON entries (resource, key) WHERE last_error IS NOT NULL;
