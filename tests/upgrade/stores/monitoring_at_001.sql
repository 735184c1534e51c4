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
CREATE TABLE monitor_row (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  event_ms BIGINT NOT NULL,
  version BIGINT NOT NULL,
  score DOUBLE PRECISION NOT NULL,
  label DOUBLE PRECISION,
  inputs TEXT COLLATE "C" NOT NULL
);
CREATE INDEX monitor_row_event ON monitor_row (event_ms);
CREATE TABLE monitor_position (
  name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  place TEXT COLLATE "C" NOT NULL,
  watermark_ms BIGINT NOT NULL
);
CREATE TABLE monitor_window (
  monitor TEXT COLLATE "C" NOT NULL,
  column_name TEXT COLLATE "C" NOT NULL,
  from_ms BIGINT NOT NULL,
  to_ms BIGINT NOT NULL,
  row_count BIGINT NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  value DOUBLE PRECISION,
  breached BIGINT NOT NULL,
  PRIMARY KEY (monitor, column_name, from_ms)
);
CREATE INDEX monitor_window_unsettled ON monitor_window (monitor, from_ms) WHERE state IN ('open', 'pending');
CREATE TABLE monitor_baseline (
  monitor TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  from_ms BIGINT NOT NULL,
  to_ms BIGINT NOT NULL,
  PRIMARY KEY (monitor, version)
);
CREATE TABLE monitor_alert (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  monitor TEXT COLLATE "C" NOT NULL,
  kpi TEXT COLLATE "C" NOT NULL,
  column_name TEXT COLLATE "C" NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  bound DOUBLE PRECISION NOT NULL,
  from_ms BIGINT NOT NULL,
  to_ms BIGINT NOT NULL,
  raised_ms BIGINT NOT NULL,
  acknowledged_ms BIGINT NOT NULL,
  acknowledged_by TEXT COLLATE "C" NOT NULL,
  closed_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX monitor_alert_open ON monitor_alert (monitor) WHERE closed_ms = 0;
INSERT INTO schema_step VALUES ('monitoring', 1, '001_monitoring', '1901-6014366248814377978', 1700000000000);
INSERT INTO monitor_row (id, event_ms, version, score, label, inputs) VALUES ('r.0', 1000, 1, 0.25, 1.0, '{}');
INSERT INTO monitor_position (name, place, watermark_ms) VALUES ('predictions', '', 1000);
INSERT INTO monitor_window (monitor, column_name, from_ms, to_ms, row_count, state, value, breached) VALUES ('auc', '', 0, 2000, 1, 'closed', 0.5, 1);
INSERT INTO monitor_baseline (monitor, version, from_ms, to_ms) VALUES ('auc', 1, 0, 2000);
INSERT INTO monitor_alert (id, monitor, kpi, column_name, value, bound, from_ms, to_ms, raised_ms, acknowledged_ms, acknowledged_by, closed_ms) VALUES ('0190a000-0000-7000-8000-000000000004', 'auc', 'quality', '', 0.5, 0.7, 0, 2000, 3000, 0, '', 0);
