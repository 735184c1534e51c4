CREATE TABLE dataset_version (
  dataset TEXT NOT NULL,
  version BIGINT NOT NULL,
  digest TEXT NOT NULL,
  row_count BIGINT NOT NULL,
  byte_count BIGINT NOT NULL,
  sealed_rows BIGINT NOT NULL,
  seal_digest TEXT NOT NULL,
  contract_passed BIGINT NOT NULL,
  contract_report TEXT NOT NULL,
  note TEXT NOT NULL,
  added_by TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (dataset, version)
);

CREATE TABLE dataset_file (
  dataset TEXT NOT NULL,
  name TEXT NOT NULL,
  added_in BIGINT NOT NULL,
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
  PRIMARY KEY (dataset, name)
);

CREATE TABLE dataset_report (
  dataset TEXT NOT NULL,
  version BIGINT NOT NULL,
  digest TEXT NOT NULL,
  report TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (dataset, version)
);
