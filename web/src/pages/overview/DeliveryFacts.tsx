import type { Band, Delivery } from "../../api/overview";
import { counted, figure, percent } from "../../format/numbers";
import { length, span } from "../../format/times";
import { Note } from "../../parts/Note";
import { Section } from "../../parts/Section";
import { Table } from "../../parts/Table";

interface Row {
  name: string;
  value: string;
  of: string;
  band: Band;
}

function rowsOf(delivery: Delivery): Row[] {
  const { deployment_frequency: often, lead_time_ms: lead, time_to_restore_ms: restore, change_failure_rate: failures } = delivery;
  const median = (value: number | null) => (value === null ? "–" : length(value));
  return [
    {
      name: "Deployment frequency",
      value: often.per_day === null ? "–" : often.per_day >= 0.5 ? `${figure(often.per_day)} a day` : `${figure(often.per_day * 7)} a week`,
      of: counted(delivery.promotions, "promotion"),
      band: often.band,
    },
    { name: "Lead time", value: median(lead.median), of: `median of ${lead.count}`, band: lead.band },
    {
      name: "Time to restore",
      value: median(restore.median),
      of: `median of ${restore.count}${restore.open > 0 ? `, ${restore.open} open` : ""}`,
      band: restore.band,
    },
    {
      name: "Change failure rate",
      value: failures.value === null ? "–" : percent(failures.value),
      of: `${failures.failed} of ${failures.count}`,
      band: failures.band,
    },
  ];
}

/** The four delivery metrics, from events alone. */
export function DeliveryFacts({ delivery }: { delivery: Delivery | null }) {
  return (
    <Section title="Delivery" aside={delivery && delivery.window.from_ms > 0 ? span(delivery.window.from_ms, delivery.window.to_ms) : undefined}>
      {delivery === null || delivery.promotions === 0 ? (
        <Note title="No promotion yet.">How often, how fast and how safely versions go live is counted from the events of each promotion and rollback.</Note>
      ) : (
        <Table
          label="Delivery metrics"
          rows={rowsOf(delivery)}
          keyOf={(row) => row.name}
          columns={[
            {
              title: "Metric",
              cell: (row) => (
                <>
                  {row.name}, <span className="muted">{row.of}</span>
                </>
              ),
            },
            { title: "Value", numeric: true, cell: (row) => <b>{row.value}</b> },
            { title: "Band", cell: (row) => row.band ?? <span className="muted">none yet</span> },
          ]}
        />
      )}
    </Section>
  );
}
