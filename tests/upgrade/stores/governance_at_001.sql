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
CREATE TABLE configuration (
  serial BIGINT NOT NULL PRIMARY KEY,
  digest TEXT COLLATE "C" NOT NULL,
  content TEXT COLLATE "C" NOT NULL,
  at_ms BIGINT NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  previous TEXT COLLATE "C" NOT NULL,
  changed TEXT COLLATE "C" NOT NULL,
  signer TEXT COLLATE "C" NOT NULL,
  signature TEXT COLLATE "C" NOT NULL
);
CREATE TABLE decision (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  action TEXT COLLATE "C" NOT NULL,
  model TEXT COLLATE "C" NOT NULL,
  version TEXT COLLATE "C" NOT NULL,
  alias TEXT COLLATE "C" NOT NULL,
  rules TEXT COLLATE "C" NOT NULL,
  seen TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  authority TEXT COLLATE "C" NOT NULL,
  required BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  proposer TEXT COLLATE "C" NOT NULL,
  cause TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL
);
CREATE INDEX decision_model ON decision (model, alias, created_ms);
CREATE TABLE approval (
  decision TEXT COLLATE "C" NOT NULL,
  principal TEXT COLLATE "C" NOT NULL,
  public_key TEXT COLLATE "C" NOT NULL,
  signature TEXT COLLATE "C" NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (decision, principal)
);
INSERT INTO schema_step VALUES ('governance', 1, '001_governance', '913-5026273853055303510', 1700000000000);
INSERT INTO decision (id, action, model, version, alias, rules, seen, state, authority, required, created_ms, proposer, cause, reason) VALUES ('0190a000-0000-7000-8000-000000000001', 'promote', 'churn', '1', 'production', '[]', '{}', 'refused', 'human', 1, 3, 'ann', '', 'too early');
INSERT INTO approval (decision, principal, public_key, signature, at_ms) VALUES ('0190a000-0000-7000-8000-000000000001', 'ada', 'k', 's', 4);
