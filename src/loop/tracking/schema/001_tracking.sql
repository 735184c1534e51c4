CREATE TABLE experiment (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  artifact_location TEXT NOT NULL,
  deleted INTEGER NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL
) /*CLUSTERED*/;

CREATE TABLE experiment_tag (
  experiment BIGINT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (experiment, key)
) /*CLUSTERED*/;

CREATE TABLE run (
  number BIGINT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  experiment BIGINT NOT NULL,
  name TEXT NOT NULL,
  user_name TEXT NOT NULL,
  status TEXT NOT NULL,
  start_ms BIGINT NOT NULL,
  end_ms BIGINT,
  artifact_uri TEXT NOT NULL,
  deleted INTEGER NOT NULL
) /*CLUSTERED*/;

CREATE INDEX run_by_start ON run (experiment, deleted, start_ms DESC, id);

CREATE TABLE run_param (
  run BIGINT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (run, key)
) /*CLUSTERED*/;

CREATE TABLE run_tag (
  run BIGINT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (run, key)
) /*CLUSTERED*/;

CREATE TABLE metric_key (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) /*CLUSTERED*/;

CREATE TABLE metric_point (
  run BIGINT NOT NULL,
  key BIGINT NOT NULL,
  step BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  is_nan INTEGER NOT NULL,
  PRIMARY KEY (run, key, step, at_ms, value, is_nan)
) /*CLUSTERED*/;

CREATE TABLE metric_latest (
  run BIGINT NOT NULL,
  key BIGINT NOT NULL,
  step BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  is_nan INTEGER NOT NULL,
  PRIMARY KEY (run, key)
) /*CLUSTERED*/;

CREATE TABLE input_dataset (
  experiment BIGINT NOT NULL,
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  source_type TEXT NOT NULL,
  source TEXT NOT NULL,
  schema_text TEXT,
  profile TEXT,
  PRIMARY KEY (experiment, name, digest)
) /*CLUSTERED*/;

CREATE TABLE run_input (
  run BIGINT NOT NULL,
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  experiment BIGINT NOT NULL,
  PRIMARY KEY (run, name, digest)
) /*CLUSTERED*/;

CREATE TABLE run_input_tag (
  run BIGINT NOT NULL,
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (run, name, digest, key)
) /*CLUSTERED*/;

CREATE TABLE run_model (
  run BIGINT NOT NULL,
  made INTEGER NOT NULL,
  model TEXT NOT NULL,
  step BIGINT NOT NULL,
  PRIMARY KEY (run, made, model, step)
) /*CLUSTERED*/;

CREATE TABLE logged_model (
  id TEXT PRIMARY KEY,
  experiment BIGINT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  source_run TEXT NOT NULL,
  artifact_uri TEXT NOT NULL,
  status INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL
) /*CLUSTERED*/;

CREATE INDEX logged_model_by_creation ON logged_model (experiment, deleted, created_ms DESC, id);

CREATE TABLE logged_model_tag (
  model TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (model, key)
) /*CLUSTERED*/;

CREATE TABLE logged_model_param (
  model TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (model, key)
) /*CLUSTERED*/;

CREATE TABLE logged_model_metric (
  model TEXT NOT NULL,
  key TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  step BIGINT NOT NULL,
  run TEXT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  is_nan INTEGER NOT NULL,
  dataset_name TEXT NOT NULL,
  dataset_digest TEXT NOT NULL,
  PRIMARY KEY (model, key, at_ms, step, run, value, is_nan, dataset_name, dataset_digest)
) /*CLUSTERED*/;
