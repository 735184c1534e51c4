import { useMemo } from "react";
import type { MonitorSeries, Window } from "../../api/overview";
import { statisticName } from "../../format/bounds";
import { chartsOf } from "../../format/monitors";
import { count, figure } from "../../format/numbers";
import { span } from "../../format/times";
import { ChartGrid } from "../../parts/ChartGrid";
import { Section } from "../../parts/Section";
import { Table } from "../../parts/Table";

const NEWEST = 12;

const STATES: Record<Window["state"], string> = { open: "still open", pending: "labels not due yet", closed: "closed", too_few: "too few rows" };

interface Row {
  monitor: MonitorSeries;
  window: Window;
}

/** The newest windows of all monitors, newest first. */
const rowsOf = (monitors: MonitorSeries[]): Row[] =>
  monitors
    .flatMap((monitor) => monitor.points.map((window) => ({ monitor, window })))
    .sort((a, b) => b.window.to_ms - a.window.to_ms)
    .slice(0, NEWEST);

function Windows({ monitors }: { monitors: MonitorSeries[] }) {
  return (
    <Table
      label="Windows"
      rows={rowsOf(monitors)}
      keyOf={({ monitor, window }) => `${monitor.name}/${monitor.column}/${window.from_ms}`}
      columns={[
        { title: "Window", steady: true, cell: ({ window }) => <span className="numeric">{span(window.from_ms, window.to_ms)}</span> },
        { title: "Monitor", cell: ({ monitor }) => (monitor.column ? `${monitor.name}: ${monitor.column}` : monitor.name) },
        { title: "Statistic", steady: true, cell: ({ monitor }) => statisticName(monitor.statistic) },
        {
          title: "Value",
          numeric: true,
          cell: ({ window }) => (window.value === null ? "–" : <b className={window.breached ? "bad" : ""}>{figure(window.value)}</b>),
        },
        { title: "Rows", numeric: true, cell: ({ window }) => count(window.rows) },
        { title: "State", cell: ({ window }) => (window.breached ? <span className="bad">beyond the bound</span> : STATES[window.state]) },
      ]}
    />
  );
}

/** Every monitor as a chart, and its newest windows as figures. */
export function Monitors({ monitors }: { monitors: MonitorSeries[] }) {
  const charts = useMemo(() => chartsOf(monitors), [monitors]);
  if (charts.length === 0) return null;
  return (
    <>
      <Section title="Quality and drift" aside="windows by the time of the events, UTC">
        <ChartGrid charts={charts} />
      </Section>
      <Section title="Windows" aside={`the newest ${NEWEST}`}>
        <Windows monitors={monitors} />
      </Section>
    </>
  );
}
