import type { Alert } from "../../api/overview";
import { figure } from "../../format/numbers";
import { span } from "../../format/times";
import { Section } from "../../parts/Section";
import { Table } from "../../parts/Table";
import { When } from "../../parts/When";
import { storyAddress } from "../../route";

/** Alerts, each the beginning of a story: what followed from it is one click away. */
export function Stories({ alerts }: { alerts: Alert[] }) {
  if (alerts.length === 0) return null;
  return (
    <Section title="Alerts" aside="each leads to what followed from it">
      <Table
        label="Alerts"
        rows={alerts}
        keyOf={(alert) => alert.id}
        columns={[
          { title: "Monitor", steady: true, cell: (alert) => <a href={storyAddress(alert.id)}>{alert.column ? `${alert.monitor}: ${alert.column}` : alert.monitor}</a> },
          { title: "Window", cell: (alert) => <span className="numeric">{span(alert.from_ms, alert.to_ms)}</span> },
          { title: "Measured", numeric: true, cell: (alert) => <b className="bad">{figure(alert.value)}</b> },
          { title: "Bound", numeric: true, cell: (alert) => figure(alert.bound) },
          { title: "Raised", steady: true, cell: (alert) => <When ms={alert.raised_ms} /> },
          { title: "Ended", cell: (alert) => (alert.closed_ms === null ? <b className="warn">open</b> : <When ms={alert.closed_ms} />) },
        ]}
      />
    </Section>
  );
}
