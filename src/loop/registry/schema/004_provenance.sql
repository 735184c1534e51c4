-- Where a version comes from, as the run says that made it; '' for what it does not say.
ALTER TABLE model_version ADD COLUMN cause TEXT NOT NULL DEFAULT '';
ALTER TABLE model_version ADD COLUMN pipeline_run TEXT NOT NULL DEFAULT '';
ALTER TABLE model_version ADD COLUMN data TEXT NOT NULL DEFAULT '';
