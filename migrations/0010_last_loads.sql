-- When the youngest load among the caches of a resource ended, ms since the epoch; null: none has, or they were not counted since this came.
ALTER TABLE resource_counts ADD COLUMN loaded_at INTEGER;
