import { useLoaded } from "../../api/loaded";
import { readServing, type Serving } from "../../api/serving";
import { count, figure } from "../../format/numbers";
import { Facts } from "../../parts/Facts";
import { Note } from "../../parts/Note";
import { Pending } from "../../parts/Pending";
import { Section } from "../../parts/Section";

function Counts({ of }: { of: Serving }) {
  if (of.version === null) return <Note title="Nothing is loaded.">{of.problem || "A version is loaded as soon as the production alias names one."}</Note>;
  return (
    <Facts
      of={[
        ["Loaded", `${of.model} version ${of.version}`],
        ["Answered", `${count(of.requests)} requests, ${count(of.rows)} rows`],
        ["Latency", of.requests === 0 ? null : `${figure(of.p50_ms)} ms median, ${figure(of.p99_ms)} ms at p99 (last 10,000 requests)`],
        ["Fallbacks", `${count(of.fallbacks)} answered by a fallback${of.falling_back ? ", which answers now" : ""}`],
        ["Refused", `${count(of.rejected)} for their content`],
      ]}
    />
  );
}

/** What answers now, since the server started. */
export function ServingCounts() {
  const serving = useLoaded("serving", readServing);
  return <Section title="Since the server started">{serving.state === "ready" ? <Counts of={serving.value} /> : <Pending of={serving} what="Counts" />}</Section>;
}
