-- A search looks at few experiments of many, so what it walks lies by experiment. A run never changes its experiment.
ALTER TABLE metric_latest ADD COLUMN experiment BIGINT NOT NULL DEFAULT 0;
UPDATE metric_latest SET experiment = COALESCE((SELECT r.experiment FROM run r WHERE r.number = metric_latest.run), 0);
DROP INDEX metric_by_value;
CREATE INDEX metric_by_value ON metric_latest (experiment, key, is_nan, value, run);

ALTER TABLE run_param ADD COLUMN experiment BIGINT NOT NULL DEFAULT 0;
UPDATE run_param SET experiment = COALESCE((SELECT r.experiment FROM run r WHERE r.number = run_param.run), 0);
DROP INDEX param_by_value;
CREATE INDEX param_by_value ON run_param (experiment, key, substr(value, 1, 100), run);
