-- What a version of a model was measured at when somebody asked. That it was, and the figures, are in the events; this is the whole report.
CREATE TABLE assessment (
  id TEXT NOT NULL PRIMARY KEY,
  model TEXT NOT NULL,
  version BIGINT NOT NULL,
  report TEXT NOT NULL,
  made_ms BIGINT NOT NULL
);
CREATE INDEX assessment_version ON assessment (model, version, made_ms);
