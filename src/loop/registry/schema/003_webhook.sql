CREATE TABLE webhook (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  url TEXT NOT NULL,
  secret TEXT NOT NULL,
  active INTEGER NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL
);

CREATE TABLE webhook_event (
  webhook TEXT NOT NULL,
  entity TEXT NOT NULL,
  action TEXT NOT NULL,
  PRIMARY KEY (webhook, entity, action)
) /*CLUSTERED*/;

-- What is to be sent, written in the transaction of the deed that it tells of and taken out when it has arrived or is given up.
CREATE TABLE webhook_delivery (
  id TEXT NOT NULL PRIMARY KEY,
  webhook TEXT NOT NULL,
  body TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  due_ms BIGINT NOT NULL
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (due_ms);
