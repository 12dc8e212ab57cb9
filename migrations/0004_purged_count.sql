-- A purge counts for the resource that the cache belonged to: if its user is forgotten, the same change removes its name.
DROP TRIGGER entry_purged;

CREATE TRIGGER entry_purged AFTER UPDATE OF version ON entries WHEN OLD.version IS NOT NULL AND NEW.version IS NULL BEGIN
  UPDATE loaded_caches SET count = count - 1 WHERE resource = OLD.resource;
END;

DELETE FROM loaded_caches;

INSERT INTO loaded_caches (resource, count)
SELECT resource, count(*) FROM entries WHERE version IS NOT NULL GROUP BY resource;
