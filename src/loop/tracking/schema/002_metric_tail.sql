-- The newest points of a run in the order in which they come, so that a batch of many keys touches few pages. When a run's tail is long
-- it is folded into metric_point, which is in the order of reading. A point may be in both.
CREATE TABLE metric_tail (
  run BIGINT NOT NULL,
  step BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  key BIGINT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  is_nan INTEGER NOT NULL,
  PRIMARY KEY (run, step, at_ms, key, value, is_nan)
) /*CLUSTERED*/;
