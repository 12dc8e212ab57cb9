-- When the next scheduled run of a resource begins, and the progress of the current run: one row for each resource, written
-- once for each page of caches. A time in each entry would cost each scheduled refresh two more rows: the column and its index.
-- `next_run_at` is null without a schedule, and in the past during a run. `run_after` is the key after which the run
-- continues, `run_started_at` is when it began; both are null between runs.
ALTER TABLE resources ADD COLUMN next_run_at INTEGER;
ALTER TABLE resources ADD COLUMN run_started_at INTEGER;
ALTER TABLE resources ADD COLUMN run_after TEXT;

CREATE INDEX resources_due ON resources (next_run_at) WHERE next_run_at IS NOT NULL;

DROP INDEX entries_due;
ALTER TABLE entries DROP COLUMN next_refresh_at;
