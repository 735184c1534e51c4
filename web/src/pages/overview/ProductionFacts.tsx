import type { Canary, Production } from "../../api/overview";
import { useLoaded } from "../../api/loaded";
import { readServing, type CanaryCount } from "../../api/serving";
import { count, figure, percent } from "../../format/numbers";
import { Digest } from "../../parts/Digest";
import { Facts } from "../../parts/Facts";
import { Meter } from "../../parts/Meter";
import { Note } from "../../parts/Note";
import { Section } from "../../parts/Section";
import { Table } from "../../parts/Table";
import { When } from "../../parts/When";
import { modelAddress, storyAddress } from "../../route";
import styles from "./ProductionFacts.module.css";

/** The canary beside production, by what counts for its verdict. */
function CanaryCounts({ of }: { of: CanaryCount }) {
  const rows = [
    { who: "canary", requests: of.requests, bad: of.bad, p99: of.p99_ms },
    { who: "production", requests: of.production_requests, bad: of.production_bad, p99: of.production_p99_ms },
  ];
  return (
    <Table
      label="Canary and production"
      rows={rows}
      keyOf={({ who }) => who}
      columns={[
        { title: "Since it began", cell: ({ who }) => who },
        { title: "Requests", numeric: true, cell: ({ requests }) => count(requests) },
        { title: "Bad", numeric: true, cell: ({ bad }) => <span className={bad > 0 ? "bad" : ""}>{count(bad)}</span> },
        { title: "p99", numeric: true, cell: ({ p99 }) => (p99 > 0 ? `${figure(p99)} ms` : "–") },
      ]}
    />
  );
}

function CanaryFacts({ canary }: { canary: Canary }) {
  const serving = useLoaded("serving", readServing);
  const counted = serving.state === "ready" ? serving.value.canary : null;
  return (
    <div className={styles.canary}>
      <p>
        <b>Canary</b> version {canary.version} answers {percent(canary.share)} of the requests, started <When ms={canary.since_ms} />
      </p>
      <Meter value={canary.share} of={1} label={`The canary answers ${percent(canary.share)} of the requests`} />
      {counted && <CanaryCounts of={counted} />}
    </div>
  );
}

/** An alias that was set without a decision has nobody to answer for it. */
function approvers({ approved_by: names, decision }: Production): string {
  if (names.length > 0) return names.join(", ");
  return decision ? "policy" : "nobody: the alias was moved without a decision";
}

/** Which version answers, since when, and who answers for that. */
export function ProductionFacts({ production, canary }: { production: Production | null; canary: Canary | null }) {
  return (
    <Section title="In production">
      {production === null ? (
        <Note title="Nothing is in production yet.">
          A registered version gets there once its gates passed and it was approved: <code>cairn model approve</code>, then{" "}
          <code>cairn model promote</code>.
        </Note>
      ) : (
        <>
          <p className={styles.version}>
            <a href={modelAddress(production.model)}>{production.model}</a> <span className={styles.number}>version {production.version}</span>
          </p>
          <Facts
            of={[
              ["Since", <When key="since" ms={production.since_ms} full />],
              ["Approved by", approvers(production)],
              ["Decision", production.decision ? <Digest key="decision" of={production.decision} length={20} /> : null],
              ["Because of", production.cause ? <a key="cause" href={storyAddress(production.cause)}>{production.cause}</a> : null],
              ["In place of", production.previous ? `version ${production.previous}` : null],
            ]}
          />
        </>
      )}
      {canary && <CanaryFacts canary={canary} />}
    </Section>
  );
}
