-- A search ordered by a metric walks its values in order and stops when the page is full.
CREATE INDEX metric_by_value ON metric_latest (key, is_nan, value, run);

-- Few runs with a parameter's value, or few children of a run, are found at once. Values may be longer than an index entry can be.
CREATE INDEX param_by_value ON run_param (key, substr(value, 1, 100), run);
CREATE INDEX child_run ON run_tag (substr(value, 1, 100), run) WHERE key = 'mlflow.parentRunId';
