-- Whether a file keeps a contract, by the digests of both: found when a candidate was examined after the contract had changed.
CREATE TABLE contract_verdict (
  file TEXT NOT NULL,
  contract TEXT NOT NULL,
  passed BIGINT NOT NULL,
  sentence TEXT NOT NULL,
  PRIMARY KEY (file, contract)
);
