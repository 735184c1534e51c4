-- The digests of 256 nodes of one level of the tree, 32 bytes each, one after the other: of the leaves (level 0) and of every eighth level above.
-- The last one of a level holds as many as there are. What lies between is computed from them. Events no longer keep their own leaf, and what
-- merkle_node holds of before is brought over by the next sealing.
CREATE TABLE merkle_tile (
  level BIGINT NOT NULL,
  place BIGINT NOT NULL,
  digests BYTEA NOT NULL,
  PRIMARY KEY (level, place)
) /*CLUSTERED*/;
