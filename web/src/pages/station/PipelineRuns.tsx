import { useLoaded } from "../../api/loaded";
import { readRuns, type PipelineRun } from "../../api/pipeline";
import { length } from "../../format/times";
import { Pending } from "../../parts/Pending";
import { Section } from "../../parts/Section";
import { Table } from "../../parts/Table";
import { When } from "../../parts/When";
import { storyAddress } from "../../route";

const NEWEST = 10;

function Why({ run }: { run: PipelineRun }) {
  if (run.trigger.cause) return <a href={storyAddress(run.trigger.cause)}>{run.trigger.name || "an alert"}</a>;
  return <>{run.trigger.on === "demand" ? `asked by ${run.actor}` : run.trigger.name || run.trigger.on}</>;
}

function stagesOf(run: PipelineRun): string {
  return run.stages.map(({ name, state, seconds }) => `${name} ${state}${seconds > 0 ? ` (${length(seconds * 1000)})` : ""}`).join(", ");
}

/** The newest pipeline runs: why each began and what its stages did. */
export function PipelineRuns() {
  const runs = useLoaded("runs", (signal) => readRuns(NEWEST, signal));
  if (runs.state === "ready" && runs.value.length === 0) return null;
  return (
    <Section title="Runs">
      {runs.state !== "ready" ? (
        <Pending of={runs} what="Runs" />
      ) : (
        <Table
          label="Pipeline runs"
          rows={runs.value}
          keyOf={(run) => run.id}
          columns={[
            { title: "Started", steady: true, cell: (run) => <When ms={run.started_ms} /> },
            { title: "State", cell: (run) => <b className={run.state === "failed" ? "bad" : ""}>{run.state}</b> },
            { title: "Took", numeric: true, cell: (run) => (run.ended_ms > 0 ? length(run.ended_ms - run.started_ms) : "–") },
            { title: "Because", cell: (run) => <Why run={run} /> },
            { title: "Stages", cell: (run) => run.problem || stagesOf(run) },
          ]}
        />
      )}
    </Section>
  );
}
