-- Sources: each is one system that many resources use.
CREATE TABLE sources (
  name TEXT PRIMARY KEY,
  definition TEXT NOT NULL,
  changed_at INTEGER NOT NULL
) WITHOUT ROWID;

-- The source that a resource names, computed from its definition, so that a release without sources keeps it correct, too.
ALTER TABLE resources ADD COLUMN source TEXT
  GENERATED ALWAYS AS (CASE WHEN json_valid(definition) THEN definition ->> '$.origin.source' END) VIRTUAL;

CREATE INDEX resources_by_source ON resources (source) WHERE source IS NOT NULL;
