-- A row that was answered, as the monitors need it: "<request id>.<row>". `label` is null until it is known; `inputs` holds the columns that a monitor watches, as a
-- JSON object.
CREATE TABLE monitor_row (
  id TEXT NOT NULL PRIMARY KEY,
  event_ms BIGINT NOT NULL,
  version BIGINT NOT NULL,
  score DOUBLE PRECISION NOT NULL,
  label DOUBLE PRECISION,
  inputs TEXT NOT NULL
) /*CLUSTERED*/;
CREATE INDEX monitor_row_event ON monitor_row (event_ms);

-- How far the prediction log was read, and the newest event time in it. One line.
CREATE TABLE monitor_position (
  name TEXT NOT NULL PRIMARY KEY,
  place TEXT NOT NULL,
  watermark_ms BIGINT NOT NULL
);

-- What each monitor found. `value` is null unless the window is closed. Rows of a final state never change.
CREATE TABLE monitor_window (
  monitor TEXT NOT NULL,
  column_name TEXT NOT NULL,
  from_ms BIGINT NOT NULL,
  to_ms BIGINT NOT NULL,
  row_count BIGINT NOT NULL,
  state TEXT NOT NULL,
  value DOUBLE PRECISION,
  breached BIGINT NOT NULL,
  PRIMARY KEY (monitor, column_name, from_ms)
);
CREATE INDEX monitor_window_unsettled ON monitor_window (monitor, from_ms) WHERE state IN ('open', 'pending');

-- The window whose scores are what a version's later scores are compared with.
CREATE TABLE monitor_baseline (
  monitor TEXT NOT NULL,
  version BIGINT NOT NULL,
  from_ms BIGINT NOT NULL,
  to_ms BIGINT NOT NULL,
  PRIMARY KEY (monitor, version)
);

CREATE TABLE monitor_alert (
  id TEXT NOT NULL PRIMARY KEY,
  monitor TEXT NOT NULL,
  kpi TEXT NOT NULL,
  column_name TEXT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  bound DOUBLE PRECISION NOT NULL,
  from_ms BIGINT NOT NULL,
  to_ms BIGINT NOT NULL,
  raised_ms BIGINT NOT NULL,
  acknowledged_ms BIGINT NOT NULL,
  acknowledged_by TEXT NOT NULL,
  closed_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX monitor_alert_open ON monitor_alert (monitor) WHERE closed_ms = 0;
