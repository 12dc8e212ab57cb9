-- When a resource's schedule next comes, and how far the run under way has got: one row a resource, written once a page of
-- caches. A time in each entry would cost each scheduled refresh two rows more: the column and its index.
-- `next_run_at` is null without a schedule, and stays in the past while a run goes on; `run_after` is the key after which
-- that goes on, `run_started_at` when it began; both are null between runs.
ALTER TABLE resources ADD COLUMN next_run_at INTEGER;
ALTER TABLE resources ADD COLUMN run_started_at INTEGER;
ALTER TABLE resources ADD COLUMN run_after TEXT;

CREATE INDEX resources_due ON resources (next_run_at) WHERE next_run_at IS NOT NULL;

DROP INDEX entries_due;
ALTER TABLE entries DROP COLUMN next_refresh_at;
