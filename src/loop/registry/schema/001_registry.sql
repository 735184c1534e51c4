CREATE TABLE registered_model (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL
) /*CLUSTERED*/;

CREATE TABLE registered_model_tag (
  model TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (model, key)
) /*CLUSTERED*/;

CREATE TABLE model_alias (
  model TEXT NOT NULL,
  name TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (model, name)
) /*CLUSTERED*/;

CREATE TABLE model_version (
  model TEXT NOT NULL,
  version BIGINT NOT NULL,
  source TEXT NOT NULL,
  storage TEXT NOT NULL,
  location TEXT NOT NULL,
  run_id TEXT NOT NULL,
  model_id TEXT NOT NULL,
  run_link TEXT NOT NULL,
  description TEXT NOT NULL,
  stage TEXT NOT NULL,
  manifest TEXT NOT NULL,
  created_by TEXT NOT NULL,
  deleted INTEGER NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL,
  PRIMARY KEY (model, version)
) /*CLUSTERED*/;

CREATE INDEX model_version_by_location ON model_version (location);
CREATE INDEX model_version_by_run ON model_version (run_id);

CREATE TABLE model_version_tag (
  model TEXT NOT NULL,
  version BIGINT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (model, version, key)
) /*CLUSTERED*/;

CREATE TABLE version_manifest (
  digest TEXT PRIMARY KEY,
  body TEXT NOT NULL
) /*CLUSTERED*/;
