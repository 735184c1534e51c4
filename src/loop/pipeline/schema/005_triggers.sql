-- What set a firing off (a moment, a version, a commit), as JSON; what is done when a run is under way; and whether it must have a run of its own.
ALTER TABLE pipeline_pull ADD COLUMN detail TEXT NOT NULL DEFAULT '{}';
ALTER TABLE pipeline_pull ADD COLUMN concurrency TEXT NOT NULL DEFAULT 'queue';
ALTER TABLE pipeline_pull ADD COLUMN apart BIGINT NOT NULL DEFAULT 0;
CREATE INDEX pipeline_pull_trigger ON pipeline_pull (trigger_name, asked_ms);

-- How far a trigger has looked: at `seen` of `subject`. Whoever moves `seen` fires, in the same transaction; `changes` counts these moves. With '' as the
-- subject it begins anew at what is there then.
CREATE TABLE pipeline_trigger (
  name TEXT NOT NULL PRIMARY KEY,
  subject TEXT NOT NULL,
  seen TEXT NOT NULL,
  changes BIGINT NOT NULL,
  paused BIGINT NOT NULL
);

-- The programs that share a store on PostgreSQL, each by its home. One whose `beat` stands still is dead, and another takes over what it left.
CREATE TABLE pipeline_server (
  home TEXT NOT NULL PRIMARY KEY,
  beat BIGINT NOT NULL
);
