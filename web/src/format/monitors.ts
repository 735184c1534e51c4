import type { MonitorSeries } from "../api/overview";
import { statisticName } from "./bounds";
import { figure } from "./numbers";
import { length } from "./times";
import type { Line } from "../parts/chart";

/** One chart: all columns that a monitor watches, with the bound that they share. */
export interface MonitorChart {
  title: string;
  note: string;
  lines: Line[];
  bounds: number[];
  fromZero: boolean;
  waiting: string;
}

function noteOf({ statistic, above, below, window_ms, kpi }: MonitorSeries): string {
  const bounds = [above === null ? "" : `alert above ${figure(above)}`, below === null ? "" : `alert below ${figure(below)}`].filter(Boolean);
  return [statisticName(statistic), ...bounds, `${length(window_ms)} windows`, `protects ${kpi}`].filter(Boolean).join(" · ");
}

function waitingOf(series: MonitorSeries[]): string {
  const states = series.flatMap(({ points }) => points.map(({ state }) => state));
  if (states.includes("pending")) return "The labels of the first window are not due yet; its quality is known once they are.";
  if (states.includes("open")) return "The first window is still open.";
  if (states.includes("too_few")) return "Every window so far held too few rows for a verdict.";
  return "No prediction has been made in any window yet.";
}

function lineOf({ column, points }: MonitorSeries): Line {
  return {
    name: column,
    points: points.flatMap(({ from_ms, to_ms, value, state, breached }) =>
      state === "closed" && value !== null ? [{ from: from_ms, to: to_ms, value, broke: breached }] : [],
    ),
  };
}

/** Quality first, then drift, each monitor once. */
export function chartsOf(monitors: MonitorSeries[]): MonitorChart[] {
  const byName = new Map<string, MonitorSeries[]>();
  for (const one of [...monitors].sort((a, b) => Number(b.kind === "quality") - Number(a.kind === "quality"))) {
    byName.set(one.name, [...(byName.get(one.name) ?? []), one]);
  }
  return [...byName.values()].flatMap((series) => {
    const first = series[0];
    if (!first) return [];
    const lines = series.map(lineOf);
    return [
      {
        title: first.name,
        note: noteOf(first),
        lines: lines.some(({ points }) => points.length > 0) ? lines : [],
        bounds: [first.above, first.below].filter((bound) => bound !== null),
        fromZero: first.kind === "drift",
        waiting: waitingOf(series),
      },
    ];
  });
}
