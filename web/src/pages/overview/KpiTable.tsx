import type { Kpi } from "../../api/overview";
import { measured, sign } from "../../format/bounds";
import { day } from "../../format/times";
import { Note } from "../../parts/Note";
import { Section } from "../../parts/Section";
import { Table } from "../../parts/Table";
import { Verdict } from "../../parts/Verdict";

/** What the charter promised, and whether it holds. */
export function KpiTable({ kpis }: { kpis: Kpi[] }) {
  const passed = kpis.filter(({ status }) => status === "pass").length;
  return (
    <Section title="KPIs" aside={kpis.length > 0 ? `${passed} of ${kpis.length} met` : undefined}>
      {kpis.length === 0 ? (
        <Note title="No KPI is accepted yet.">
          The charter lists them under <code>kpis</code>: what is measured, its target, who owns it and by when.
        </Note>
      ) : (
        <Table
          label="KPIs"
          rows={kpis}
          keyOf={(kpi) => kpi.name}
          columns={[
            {
              title: "KPI",
              steady: true,
              cell: (kpi) => (
                <>
                  <b>{kpi.name}</b>
                  <div className="small muted">{kpi.kind}</div>
                </>
              ),
            },
            { title: "Measured", numeric: true, cell: (kpi) => (kpi.value === null ? "–" : measured(kpi.value, kpi.source)) },
            { title: "Target", numeric: true, cell: (kpi) => `${sign(kpi.comparator)} ${measured(kpi.target, kpi.source)}` },
            {
              title: "Verdict",
              cell: (kpi) => (
                <span title={kpi.why}>
                  <Verdict verdict={kpi.status} />
                </span>
              ),
            },
            { title: "Source", cell: (kpi) => (kpi.status === "unknown" && kpi.why ? <span className="muted">{kpi.why}</span> : <code>{kpi.source}</code>) },
            { title: "Owner", steady: true, cell: (kpi) => kpi.owner },
            { title: "Due", numeric: true, cell: (kpi) => (kpi.due_ms === null ? "" : day(kpi.due_ms)) },
          ]}
        />
      )}
    </Section>
  );
}
