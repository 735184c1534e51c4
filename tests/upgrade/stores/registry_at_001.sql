CREATE TABLE schema_step (room TEXT NOT NULL, number BIGINT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, applied_ms BIGINT NOT NULL, PRIMARY KEY (room, number));
CREATE TABLE event (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  position BIGINT,
  arrival BIGINT,
  at_ms BIGINT NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  cause TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  leaf TEXT COLLATE "C"
);
CREATE UNIQUE INDEX event_position ON event (position);
CREATE INDEX event_unsealed ON event (arrival, id) WHERE arrival IS NOT NULL;
CREATE INDEX event_kind ON event (kind, at_ms);
CREATE INDEX event_subject ON event (subject, at_ms);
CREATE INDEX event_cause ON event (cause, at_ms);
CREATE TABLE merkle_node (
  level BIGINT NOT NULL,
  place BIGINT NOT NULL,
  digest TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (level, place)
);
CREATE TABLE tree_head (
  size BIGINT NOT NULL PRIMARY KEY,
  root TEXT COLLATE "C" NOT NULL,
  at_ms BIGINT NOT NULL,
  signature TEXT COLLATE "C" NOT NULL
);
INSERT INTO schema_step VALUES ('metadata', 1, '001_event', '1069-17228739501769792847', 1700000000000);
CREATE TABLE lineage_edge (
  source TEXT COLLATE "C" NOT NULL,
  target TEXT COLLATE "C" NOT NULL,
  event TEXT COLLATE "C" NOT NULL,
  label TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (source, target, event)
);
CREATE INDEX lineage_edge_target ON lineage_edge (target, source, event);
INSERT INTO schema_step VALUES ('metadata', 2, '002_lineage', '383-14415753261456038352', 1700000000000);
CREATE TABLE merkle_tile (
  level BIGINT NOT NULL,
  place BIGINT NOT NULL,
  digests BYTEA NOT NULL,
  PRIMARY KEY (level, place)
);
INSERT INTO schema_step VALUES ('metadata', 3, '003_tile', '507-16312946280229906336', 1700000000000);
CREATE TABLE registered_model (
  id TEXT COLLATE "C" PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL UNIQUE,
  description TEXT COLLATE "C" NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL
);
CREATE TABLE registered_model_tag (
  model TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (model, key)
);
CREATE TABLE model_alias (
  model TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (model, name)
);
CREATE TABLE model_version (
  model TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  storage TEXT COLLATE "C" NOT NULL,
  location TEXT COLLATE "C" NOT NULL,
  run_id TEXT COLLATE "C" NOT NULL,
  model_id TEXT COLLATE "C" NOT NULL,
  run_link TEXT COLLATE "C" NOT NULL,
  description TEXT COLLATE "C" NOT NULL,
  stage TEXT COLLATE "C" NOT NULL,
  manifest TEXT COLLATE "C" NOT NULL,
  created_by TEXT COLLATE "C" NOT NULL,
  deleted INTEGER NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL,
  PRIMARY KEY (model, version)
);
CREATE INDEX model_version_by_location ON model_version (location);
CREATE INDEX model_version_by_run ON model_version (run_id);
CREATE TABLE model_version_tag (
  model TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (model, version, key)
);
CREATE TABLE version_manifest (
  digest TEXT COLLATE "C" PRIMARY KEY,
  body TEXT COLLATE "C" NOT NULL
);
INSERT INTO schema_step VALUES ('registry', 1, '001_registry', '1364-5123804108010565466', 1700000000000);
INSERT INTO registered_model (id, name, description, created_ms, updated_ms) VALUES ('id-1', 'churn', 'Who leaves?', 1, 2);
INSERT INTO registered_model_tag (model, key, value) VALUES ('id-1', 'owner', 'ada');
INSERT INTO model_alias (model, name, version) VALUES ('id-1', 'champion', 1);
INSERT INTO model_version (model, location, run_id, model_id, run_link, manifest, created_by, created_ms, updated_ms, version, source, storage, description, stage, deleted) VALUES ('id-1', '', '', '', '', '', 'ann', 3, 4, 1, 's3://b/1', 's3://b/1', 'first', 'Staging', 0);
INSERT INTO model_version (model, location, run_id, model_id, run_link, manifest, created_by, created_ms, updated_ms, version, source, storage, description, stage, deleted) VALUES ('id-1', '', '', '', '', '', 'ann', 3, 4, 2, '', '', '', 'None', 1);
INSERT INTO model_version_tag (model, version, key, value) VALUES ('id-1', 1, 'a', 'b');
