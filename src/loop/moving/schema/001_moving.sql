-- Where records came from: which experiment of a source became which here.
CREATE TABLE moved_experiment (
  source TEXT NOT NULL,
  theirs TEXT NOT NULL,
  ours BIGINT NOT NULL,
  PRIMARY KEY (source, theirs)
) /*CLUSTERED*/;

-- Runs that an import has begun to bring and not ended: only of these may it still change the state.
CREATE TABLE unfinished_move (
  run TEXT PRIMARY KEY
) /*CLUSTERED*/;

CREATE TABLE finished_move (
  source TEXT PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  digest TEXT NOT NULL
) /*CLUSTERED*/;
