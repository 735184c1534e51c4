-- Where a canary stands on live traffic, to go on after a restart: its step, why it is paused, and what was counted.
ALTER TABLE rollout ADD COLUMN trial TEXT NOT NULL DEFAULT 'null';
