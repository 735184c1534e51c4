import { useMemo } from "react";
import type { Overview } from "../../api/overview";
import { chartsOf } from "../../format/monitors";
import { ChartGrid } from "../../parts/ChartGrid";
import { Section } from "../../parts/Section";
import { AlertList } from "./AlertList";
import { Beginning } from "./Beginning";
import { DeliveryFacts } from "./DeliveryFacts";
import { KpiTable } from "./KpiTable";
import { ProductionFacts } from "./ProductionFacts";
import { ScoreFacts } from "./ScoreFacts";
import { SealFacts } from "./SealFacts";
import styles from "./OverviewPage.module.css";

/** How the loop stands: what is in production and why, what it does there, and how well the loop is run. */
export function OverviewPage({ overview }: { overview: Overview }) {
  const { production, canary, alerts, monitors, kpis, delivery, score, level, audit } = overview;
  const charts = useMemo(() => chartsOf(monitors), [monitors]);
  return (
    <div className={styles.page}>
      <Beginning configuration={overview.configuration} charter={overview.charter} />
      <div className={styles.pair}>
        <ProductionFacts production={production} canary={canary} />
        <AlertList alerts={alerts} monitors={monitors} />
      </div>
      {charts.length > 0 && (
        <Section title="Quality and drift" aside="windows by the time of the events, UTC">
          <ChartGrid charts={charts} />
        </Section>
      )}
      <KpiTable kpis={kpis} />
      <div className={styles.pair}>
        <div className={styles.pile}>
          <DeliveryFacts delivery={delivery} />
          <Section title="Audit log">
            <SealFacts seal={audit} configuration={overview.configuration} />
          </Section>
        </div>
        <ScoreFacts score={score} level={level} />
      </div>
    </div>
  );
}
