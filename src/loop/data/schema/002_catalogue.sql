-- Where a version came from, the terms it may be used under, and what it looks like. What was not recorded then is empty.
CREATE TABLE dataset_provenance (
  dataset TEXT NOT NULL,
  version BIGINT NOT NULL,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  query TEXT NOT NULL,
  owner_name TEXT NOT NULL,
  licence TEXT NOT NULL,
  jurisdiction TEXT NOT NULL,
  description TEXT NOT NULL,
  reason TEXT NOT NULL,
  tags TEXT NOT NULL,
  access_list TEXT NOT NULL,
  modified_ms BIGINT NOT NULL,
  read_ms BIGINT NOT NULL,
  format TEXT NOT NULL,
  dialect TEXT NOT NULL,
  columns TEXT NOT NULL,
  schema_digest TEXT NOT NULL,
  contract_digest TEXT NOT NULL,
  PRIMARY KEY (dataset, version)
);

INSERT INTO dataset_provenance (dataset, version, kind, source, query, owner_name, licence, jurisdiction, description, reason, tags,
  access_list, modified_ms, read_ms, format, dialect, columns, schema_digest, contract_digest)
SELECT dataset_version.dataset, dataset_version.version, 'file', dataset_file.origin, '', '', '', '', '', '', '[]',
  '[]', 0, dataset_version.created_ms, '', '', '[]', '', ''
FROM dataset_version JOIN dataset_file
ON dataset_file.dataset = dataset_version.dataset AND dataset_file.added_in = dataset_version.version;

-- A file of a data set, from the version that added it to the one in which another took its place (0: none did).
CREATE TABLE dataset_member (
  dataset TEXT NOT NULL,
  name TEXT NOT NULL,
  added_in BIGINT NOT NULL,
  removed_in BIGINT NOT NULL,
  origin TEXT NOT NULL,
  md5 TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  byte_count BIGINT NOT NULL,
  row_count BIGINT NOT NULL,
  training_md5 TEXT NOT NULL,
  training_sha256 TEXT NOT NULL,
  training_rows BIGINT NOT NULL,
  sealed_md5 TEXT NOT NULL,
  sealed_sha256 TEXT NOT NULL,
  sealed_rows BIGINT NOT NULL,
  PRIMARY KEY (dataset, name, added_in)
);

INSERT INTO dataset_member (dataset, name, added_in, removed_in, origin, md5, sha256, byte_count, row_count, training_md5,
  training_sha256, training_rows, sealed_md5, sealed_sha256, sealed_rows)
SELECT dataset, name, added_in, 0, origin, md5, sha256, byte_count, row_count, training_md5,
  training_sha256, training_rows, sealed_md5, sealed_sha256, sealed_rows FROM dataset_file;

DROP TABLE dataset_file;

-- Names for versions: data.alias_set and data.alias_removed say the same.
CREATE TABLE dataset_alias (
  dataset TEXT NOT NULL,
  name TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (dataset, name)
);

-- How a version's training part was split; `report` holds the parts with their digests.
CREATE TABLE dataset_split (
  dataset TEXT NOT NULL,
  version BIGINT NOT NULL,
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  report TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (dataset, version, name)
);
