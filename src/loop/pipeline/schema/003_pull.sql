-- What a trigger asked for, once for each cause. 'waiting' until its run begins, 'begun' then; 'merged' into the run of another that does the same; 'over' when
-- nothing was stale; 'refused' when it could not begin. What a program leaves waiting, or begun and dead, when it ends is begun by the next one of its home.
CREATE TABLE pipeline_pull (
  trigger_on TEXT NOT NULL,
  trigger_name TEXT NOT NULL,
  cause TEXT NOT NULL,
  home TEXT NOT NULL,
  project TEXT NOT NULL,
  stages TEXT NOT NULL,
  forced BIGINT NOT NULL,
  actor TEXT NOT NULL,
  state TEXT NOT NULL,
  run TEXT NOT NULL,
  begun BIGINT NOT NULL,
  asked_ms BIGINT NOT NULL,
  PRIMARY KEY (trigger_on, trigger_name, cause)
);
CREATE INDEX pipeline_pull_waiting ON pipeline_pull (home, project) WHERE state = 'waiting';
CREATE INDEX pipeline_pull_run ON pipeline_pull (run);

-- Whether whoever waits for ends was told of this one, and what data set version the run went by.
ALTER TABLE pipeline_run ADD COLUMN told BIGINT NOT NULL DEFAULT 1;
ALTER TABLE pipeline_run ADD COLUMN data TEXT NOT NULL DEFAULT '';
CREATE INDEX pipeline_run_untold ON pipeline_run (home) WHERE told = 0;
