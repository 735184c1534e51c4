-- The revision of the project's code that a run began from; '' outside of git.
ALTER TABLE pipeline_run ADD COLUMN git_commit TEXT NOT NULL DEFAULT '';
ALTER TABLE pipeline_run ADD COLUMN git_dirty BIGINT NOT NULL DEFAULT 0;
