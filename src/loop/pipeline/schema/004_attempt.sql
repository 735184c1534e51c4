-- Each try of a stage that may be tried more than once, as a JSON list.
ALTER TABLE pipeline_stage ADD COLUMN attempts TEXT NOT NULL DEFAULT '[]';
