-- `arrival` orders events that wait for the sealer: greater than that of every event its writer could see. Sealing clears it and sets position and leaf.
CREATE TABLE event (
  id TEXT NOT NULL PRIMARY KEY,
  position BIGINT,
  arrival BIGINT,
  at_ms BIGINT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  actor TEXT NOT NULL,
  cause TEXT NOT NULL,
  body TEXT NOT NULL,
  leaf TEXT
) /*CLUSTERED*/;
CREATE UNIQUE INDEX event_position ON event (position);
CREATE INDEX event_unsealed ON event (arrival, id) WHERE arrival IS NOT NULL;
CREATE INDEX event_kind ON event (kind, at_ms);
CREATE INDEX event_subject ON event (subject, at_ms);
CREATE INDEX event_cause ON event (cause, at_ms);

-- The complete nodes above the leaves (level 1 and up); the leaves are event.leaf.
CREATE TABLE merkle_node (
  level BIGINT NOT NULL,
  place BIGINT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (level, place)
) /*CLUSTERED*/;

CREATE TABLE tree_head (
  size BIGINT NOT NULL PRIMARY KEY,
  root TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  signature TEXT NOT NULL
);
