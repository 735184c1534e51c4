-- What a request logs comes as one packed row into metric_log. From there the points of a run are folded into metric_chunk, sorted and each
-- once, and into metric_latest, which has one row for each metric of a run and is what searches read. metric_point and metric_tail hold the
-- points of stores written before; a program moves them when it opens the store, because SQL alone cannot pack them.
CREATE TABLE metric_log (
  run BIGINT NOT NULL,
  points BYTEA NOT NULL
);

CREATE INDEX metric_log_by_run ON metric_log (run);

-- Sorted by step, time and value; the ranges (step, time) of two chunks of a metric never overlap.
CREATE TABLE metric_chunk (
  run BIGINT NOT NULL,
  key BIGINT NOT NULL,
  first_step BIGINT NOT NULL,
  first_ms BIGINT NOT NULL,
  last_step BIGINT NOT NULL,
  last_ms BIGINT NOT NULL,
  least_ms BIGINT NOT NULL,
  most_ms BIGINT NOT NULL,
  points BIGINT NOT NULL,
  content BYTEA NOT NULL,
  PRIMARY KEY (run, key, first_step, first_ms)
);

DROP TABLE metric_latest;

-- min_value and max_value are null when every value is NaN, first_value when the first one is.
CREATE TABLE metric_latest (
  run BIGINT NOT NULL,
  key BIGINT NOT NULL,
  step BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  is_nan INTEGER NOT NULL,
  min_value DOUBLE PRECISION,
  max_value DOUBLE PRECISION,
  first_step BIGINT NOT NULL,
  first_ms BIGINT NOT NULL,
  first_value DOUBLE PRECISION,
  points BIGINT NOT NULL,
  PRIMARY KEY (run, key)
) /*CLUSTERED*/;
