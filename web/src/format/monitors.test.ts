import { expect, test } from "vitest";
import type { MonitorSeries } from "../api/overview";
import { chartsOf } from "./monitors";

const monitor = (change: Partial<MonitorSeries>): MonitorSeries => ({
  name: "inputs",
  kpi: "honest risk",
  kind: "drift",
  statistic: "psi",
  column: "distance",
  above: 0.25,
  below: null,
  window_ms: 604_800_000,
  points: [],
  ...change,
});
const closed = { from_ms: 0, to_ms: 10, value: 0.1, rows: 9, state: "closed", breached: false } as const;

test("the columns of one monitor share a chart, and quality comes first", () => {
  const charts = chartsOf([
    monitor({ points: [closed] }),
    monitor({ column: "carrier", points: [{ ...closed, value: 0.3, breached: true }] }),
    monitor({ name: "quality", kind: "quality", statistic: "log_loss", column: "", above: 0.56 }),
  ]);
  expect(charts.map((chart) => chart.title)).toEqual(["quality", "inputs"]);
  expect(charts[1]?.lines.map((line) => line.name)).toEqual(["distance", "carrier"]);
  expect(charts[1]?.lines[1]?.points[0]?.broke).toBe(true);
  expect(charts[1]?.note).toBe("PSI · alert above 0.25 · 7 d windows · protects honest risk");
  expect(charts[1]?.bounds).toEqual([0.25]);
});

test("only closed windows are drawn, and an empty chart says what it waits for", () => {
  const [chart] = chartsOf([monitor({ points: [{ ...closed, state: "pending", value: null }] })]);
  expect(chart?.lines).toEqual([]);
  expect(chart?.waiting).toContain("labels");
  expect(chartsOf([monitor({})])[0]?.waiting).toContain("No prediction");
});
