-- Whether whoever waits for alerts was told of this one.
ALTER TABLE monitor_alert ADD COLUMN told BIGINT NOT NULL DEFAULT 1;
CREATE INDEX monitor_alert_untold ON monitor_alert (raised_ms) WHERE told = 0;
