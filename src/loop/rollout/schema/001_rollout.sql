-- A candidate on its way to production. Its history is in the events; this is where it stands.
CREATE TABLE rollout (
  id TEXT NOT NULL PRIMARY KEY,
  model TEXT NOT NULL,
  version BIGINT NOT NULL,
  previous BIGINT NOT NULL,
  stage TEXT NOT NULL,
  decision TEXT NOT NULL,
  cause TEXT NOT NULL,
  reason TEXT NOT NULL,
  report TEXT NOT NULL,
  actor TEXT NOT NULL,
  began_ms BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL
);
CREATE INDEX rollout_model ON rollout (model, began_ms);
CREATE INDEX rollout_under_way ON rollout (stage) WHERE stage IN ('examining', 'awaiting_approval', 'canary');
