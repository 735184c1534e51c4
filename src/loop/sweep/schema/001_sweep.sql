-- Searches over parameters. `home` is the program whose data folder holds what they began from; `jobs` is 0 until somebody had it begun. `plan` is what was
-- asked for, as JSON.
CREATE TABLE sweep (
  id TEXT NOT NULL PRIMARY KEY,
  home TEXT NOT NULL,
  project TEXT NOT NULL,
  actor TEXT NOT NULL,
  plan TEXT NOT NULL,
  commit_id TEXT NOT NULL,
  dirty BIGINT NOT NULL,
  tracked TEXT NOT NULL,
  jobs BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  started_ms BIGINT NOT NULL
);

-- Its trials, in the order in which they are begun. `run` is the run of the pipeline, `tracked` the tracked run; settings, params, metrics, outs and kept
-- are JSON.
CREATE TABLE sweep_trial (
  sweep TEXT NOT NULL,
  number BIGINT NOT NULL,
  state TEXT NOT NULL,
  settings TEXT NOT NULL,
  run TEXT NOT NULL,
  tracked TEXT NOT NULL,
  beginnings BIGINT NOT NULL,
  params TEXT NOT NULL,
  metrics TEXT NOT NULL,
  outs TEXT NOT NULL,
  kept TEXT NOT NULL,
  problem TEXT NOT NULL,
  started_ms BIGINT NOT NULL,
  ended_ms BIGINT NOT NULL,
  PRIMARY KEY (sweep, number)
);
CREATE INDEX sweep_trial_open ON sweep_trial (sweep, number) WHERE state IN ('queued', 'running');
