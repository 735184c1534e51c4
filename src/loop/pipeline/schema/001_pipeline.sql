-- A run of the pipeline. `home` names the data folder whose program runs it: what it left running when it died is found by it.
CREATE TABLE pipeline_run (
  id TEXT NOT NULL PRIMARY KEY,
  project TEXT NOT NULL,
  home TEXT NOT NULL,
  state TEXT NOT NULL,
  trigger_on TEXT NOT NULL,
  trigger_name TEXT NOT NULL,
  cause TEXT NOT NULL,
  actor TEXT NOT NULL,
  configuration TEXT NOT NULL,
  started_ms BIGINT NOT NULL,
  ended_ms BIGINT NOT NULL,
  problem TEXT NOT NULL,
  metrics TEXT NOT NULL
);
CREATE INDEX pipeline_run_cause ON pipeline_run (cause);
CREATE INDEX pipeline_run_running ON pipeline_run (project) WHERE state = 'running';

-- Each stage that was stale, by its place in the order of the plan. `exit_code` is null while there is none.
CREATE TABLE pipeline_stage (
  run TEXT NOT NULL,
  place BIGINT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  causes TEXT NOT NULL,
  reason TEXT NOT NULL,
  exit_code BIGINT,
  started_ms BIGINT NOT NULL,
  ended_ms BIGINT NOT NULL,
  wall_ms BIGINT NOT NULL,
  cpu_ms BIGINT NOT NULL,
  max_rss_bytes BIGINT NOT NULL,
  log TEXT NOT NULL,
  PRIMARY KEY (run, place)
) /*CLUSTERED*/;
