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
CREATE TABLE pipeline_run (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  project TEXT COLLATE "C" NOT NULL,
  home TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  trigger_on TEXT COLLATE "C" NOT NULL,
  trigger_name TEXT COLLATE "C" NOT NULL,
  cause TEXT COLLATE "C" NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  configuration TEXT COLLATE "C" NOT NULL,
  started_ms BIGINT NOT NULL,
  ended_ms BIGINT NOT NULL,
  problem TEXT COLLATE "C" NOT NULL,
  metrics TEXT COLLATE "C" NOT NULL
);
CREATE INDEX pipeline_run_cause ON pipeline_run (cause);
CREATE INDEX pipeline_run_running ON pipeline_run (project) WHERE state = 'running';
CREATE TABLE pipeline_stage (
  run TEXT COLLATE "C" NOT NULL,
  place BIGINT NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  causes TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  exit_code BIGINT,
  started_ms BIGINT NOT NULL,
  ended_ms BIGINT NOT NULL,
  wall_ms BIGINT NOT NULL,
  cpu_ms BIGINT NOT NULL,
  max_rss_bytes BIGINT NOT NULL,
  log TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (run, place)
);
INSERT INTO schema_step VALUES ('pipeline', 1, '001_pipeline', '1154-17427480311074572659', 1700000000000);
INSERT INTO pipeline_run (id, project, home, state, trigger_on, trigger_name, cause, actor, configuration, started_ms, ended_ms, problem, metrics) VALUES ('0190a000-0000-7000-8000-000000000002', 'late', '/elsewhere', 'finished', 'manual', '', '', 'ann', '', 1, 2, '', '{}');
INSERT INTO pipeline_stage (run, place, name, state, causes, reason, exit_code, started_ms, ended_ms, wall_ms, cpu_ms, max_rss_bytes, log) VALUES ('0190a000-0000-7000-8000-000000000002', 0, 'train', 'finished', '[]', 'new', 0, 1, 2, 1, 1, 1, '');
