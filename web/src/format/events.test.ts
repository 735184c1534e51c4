import { expect, test } from "vitest";
import { sentenceOf } from "./events";

test("an event is told by what it did, with its figures", () => {
  expect(sentenceOf("registry.alias_moved", { model: "late", alias: "production", version: "2", previous: "1" })).toBe(
    "Alias production of late moved to version 2 from 1",
  );
  expect(sentenceOf("registry.alias_moved", { model: "late", alias: "old", version: "", previous: "1" })).toBe("Alias old of late removed");
  expect(sentenceOf("data.version_added", { dataset: "flights", version: 3, rows: 84000 })).toBe("flights version 3 added, 84,000 rows");
  expect(sentenceOf("pipeline.stage_ended", { stage: "train", exit: 0, seconds: 4.25 })).toBe("Stage train ended after 4.3 s");
  expect(sentenceOf("pipeline.stage_ended", { stage: "train", exit: 3, seconds: 1 })).toBe("Stage train failed with 3 after 1 s");
  expect(sentenceOf("pipeline.run_started", { stale: [{ stage: "prepare", why: "…" }, { stage: "train", why: "…" }] })).toBe(
    "Pipeline run started, stale: prepare, train",
  );
  expect(sentenceOf("rollout.canary_started", { model: "late", version: 3, share: 0.2 })).toBe(
    "Canary of late version 3 started on 20 % of the requests",
  );
  expect(sentenceOf("rollout.gates_judged", { model: "late", version: 3, passed: false, failed: ["worst slice"] })).toBe(
    "Gates refused late version 3: worst slice",
  );
});

test("an unknown kind is told by its own words", () => {
  expect(sentenceOf("lake.frozen_over", {})).toBe("Lake frozen over");
});

test("a body that lacks what is expected still gives a sentence", () => {
  expect(sentenceOf("monitoring.alert_raised", {})).toBe("Alert raised by : unknown against unknown");
  expect(sentenceOf("charter.feasibility_judged", { verdict: "go" })).toBe("Feasibility: go");
});
