-- Each try of a stage that may be tried more than once, as a JSON list.
ALTER TABLE pipeline_stage ADD COLUMN attempts TEXT NOT NULL DEFAULT '[]';
-- What a run took place in, as JSON; and what each stage read and made, once it had finished.
ALTER TABLE pipeline_run ADD COLUMN environment TEXT NOT NULL DEFAULT '{}';
ALTER TABLE pipeline_stage ADD COLUMN reads TEXT NOT NULL DEFAULT '[]';
ALTER TABLE pipeline_stage ADD COLUMN makes TEXT NOT NULL DEFAULT '[]';
