CREATE TABLE configuration (
  serial BIGINT NOT NULL PRIMARY KEY,
  digest TEXT NOT NULL,
  content TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  actor TEXT NOT NULL,
  previous TEXT NOT NULL,
  changed TEXT NOT NULL,
  signer TEXT NOT NULL,
  signature TEXT NOT NULL
);

CREATE TABLE decision (
  id TEXT NOT NULL PRIMARY KEY,
  action TEXT NOT NULL,
  model TEXT NOT NULL,
  version TEXT NOT NULL,
  alias TEXT NOT NULL,
  rules TEXT NOT NULL,
  seen TEXT NOT NULL,
  state TEXT NOT NULL,
  authority TEXT NOT NULL,
  required BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  proposer TEXT NOT NULL,
  cause TEXT NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX decision_model ON decision (model, alias, created_ms);

CREATE TABLE approval (
  decision TEXT NOT NULL,
  principal TEXT NOT NULL,
  public_key TEXT NOT NULL,
  signature TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (decision, principal)
);
