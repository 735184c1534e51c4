CREATE TABLE feasibility_verdict (
  id TEXT NOT NULL PRIMARY KEY,
  dataset TEXT NOT NULL,
  dataset_version TEXT NOT NULL,
  charter_digest TEXT NOT NULL,
  verdict TEXT NOT NULL,
  p_value DOUBLE PRECISION NOT NULL,
  heuristic DOUBLE PRECISION NOT NULL,
  probe DOUBLE PRECISION NOT NULL,
  reason TEXT NOT NULL,
  report TEXT NOT NULL,
  judged_ms BIGINT NOT NULL
);
CREATE INDEX feasibility_verdict_by_dataset ON feasibility_verdict (dataset, judged_ms);
