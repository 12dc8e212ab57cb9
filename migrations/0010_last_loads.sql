-- When the latest load of any cache of a resource ended, ms since the epoch; null: none has ended, or not counted since this migration.
ALTER TABLE resource_counts ADD COLUMN loaded_at INTEGER;
