-- A subject under legal hold: nothing of it may be erased while its row is here.
CREATE TABLE legal_hold (
  subject TEXT NOT NULL PRIMARY KEY,
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);
