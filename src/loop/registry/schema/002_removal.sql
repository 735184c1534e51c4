-- Folders of artifacts whose records are gone: written in the transaction that erased them, taken out when the files are.
CREATE TABLE artifact_removal (
  path TEXT NOT NULL PRIMARY KEY,
  at_ms BIGINT NOT NULL
);
