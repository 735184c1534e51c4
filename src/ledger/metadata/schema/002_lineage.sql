-- What was made from what, as the bodies of the events say it ("lineage"); kept a second time so that both ways are quick to walk.
CREATE TABLE lineage_edge (
  source TEXT NOT NULL,
  target TEXT NOT NULL,
  event TEXT NOT NULL,
  label TEXT NOT NULL,
  PRIMARY KEY (source, target, event)
) /*CLUSTERED*/;
CREATE INDEX lineage_edge_target ON lineage_edge (target, source, event);
