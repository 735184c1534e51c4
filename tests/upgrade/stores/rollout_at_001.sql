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
CREATE TABLE rollout (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  model TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  previous BIGINT NOT NULL,
  stage TEXT COLLATE "C" NOT NULL,
  decision TEXT COLLATE "C" NOT NULL,
  cause TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  report TEXT COLLATE "C" NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  began_ms BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL
);
CREATE INDEX rollout_model ON rollout (model, began_ms);
CREATE INDEX rollout_under_way ON rollout (stage) WHERE stage IN ('examining', 'awaiting_approval', 'canary');
INSERT INTO schema_step VALUES ('rollout', 1, '001_rollout', '600-2780374872445909943', 1700000000000);
INSERT INTO rollout (id, model, version, previous, stage, decision, cause, reason, report, actor, began_ms, changed_ms) VALUES ('0190a000-0000-7000-8000-000000000005', 'churn', 2, 1, 'kept_out', '', '', 'worse than the champion', '{}', 'ann', 3, 4);
