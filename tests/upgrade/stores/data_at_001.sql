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
CREATE TABLE dataset_version (
  dataset TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  digest TEXT COLLATE "C" NOT NULL,
  row_count BIGINT NOT NULL,
  byte_count BIGINT NOT NULL,
  sealed_rows BIGINT NOT NULL,
  seal_digest TEXT COLLATE "C" NOT NULL,
  contract_passed BIGINT NOT NULL,
  contract_report TEXT COLLATE "C" NOT NULL,
  note TEXT COLLATE "C" NOT NULL,
  added_by TEXT COLLATE "C" NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (dataset, version)
);
CREATE TABLE dataset_file (
  dataset TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  added_in BIGINT NOT NULL,
  origin TEXT COLLATE "C" NOT NULL,
  md5 TEXT COLLATE "C" NOT NULL,
  sha256 TEXT COLLATE "C" NOT NULL,
  byte_count BIGINT NOT NULL,
  row_count BIGINT NOT NULL,
  training_md5 TEXT COLLATE "C" NOT NULL,
  training_sha256 TEXT COLLATE "C" NOT NULL,
  training_rows BIGINT NOT NULL,
  sealed_md5 TEXT COLLATE "C" NOT NULL,
  sealed_sha256 TEXT COLLATE "C" NOT NULL,
  sealed_rows BIGINT NOT NULL,
  PRIMARY KEY (dataset, name)
);
CREATE TABLE dataset_report (
  dataset TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  digest TEXT COLLATE "C" NOT NULL,
  report TEXT COLLATE "C" NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (dataset, version)
);
INSERT INTO schema_step VALUES ('data', 1, '001_dataset', '1056-10729614606262441078', 1700000000000);
INSERT INTO dataset_version (dataset, version, digest, row_count, byte_count, sealed_rows, seal_digest, contract_passed, contract_report, note, added_by, created_ms) VALUES ('flights', 1, 'd1', 10, 100, 2, 'x1', 1, '{"passed":true,"rules":[]}', '', 'ann', 1);
INSERT INTO dataset_file (dataset, name, added_in, origin, md5, sha256, byte_count, row_count, training_md5, training_sha256, training_rows, sealed_md5, sealed_sha256, sealed_rows) VALUES ('flights', '1.csv', 1, '/feed/1.csv', 'm1', 'h1', 100, 10, 't1', 'u1', 8, 'n1', 's1', 2);
INSERT INTO dataset_version (dataset, version, digest, row_count, byte_count, sealed_rows, seal_digest, contract_passed, contract_report, note, added_by, created_ms) VALUES ('flights', 2, 'd2', 20, 200, 4, 'x2', 1, '{"passed":true,"rules":[]}', 'a storm', 'ann', 2);
INSERT INTO dataset_file (dataset, name, added_in, origin, md5, sha256, byte_count, row_count, training_md5, training_sha256, training_rows, sealed_md5, sealed_sha256, sealed_rows) VALUES ('flights', '2.csv', 2, '/feed/2.csv', 'm2', 'h2', 100, 10, 't2', 'u2', 8, 'n2', 's2', 2);
INSERT INTO dataset_report (dataset, version, digest, report, created_ms) VALUES ('flights', 1, 'r1', '{"rows":10}', 3);
