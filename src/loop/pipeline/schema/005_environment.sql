-- What a run took place in, as JSON; and what each stage read and made, once it had finished.
ALTER TABLE pipeline_run ADD COLUMN environment TEXT NOT NULL DEFAULT '{}';
ALTER TABLE pipeline_stage ADD COLUMN reads TEXT NOT NULL DEFAULT '[]';
ALTER TABLE pipeline_stage ADD COLUMN makes TEXT NOT NULL DEFAULT '[]';
