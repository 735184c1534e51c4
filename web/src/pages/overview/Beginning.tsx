import type { Finding, Overview } from "../../api/overview";
import { Section } from "../../parts/Section";
import { Note } from "../../parts/Note";

const told = (finding: Finding): string => (typeof finding === "string" ? finding : `${finding.field}: ${finding.problem}`);

/** What stands at the start of the loop, while it does not stand yet: the accepted charter. */
export function Beginning({ configuration, charter }: Pick<Overview, "configuration" | "charter">) {
  if (!configuration?.digest) {
    return (
      <Section title="Where to begin">
        <Note title="No charter is accepted yet.">
          <code>cairn init</code> writes a <code>cairn.yaml</code> that explains itself, <code>cairn charter check</code> names what is missing in it, and{" "}
          <code>cairn apply</code> submits it. Until then this is a tracking server: set <code>MLFLOW_TRACKING_URI={location.origin}</code> and the runs of
          your <code>mlflow</code> scripts appear under Tracking.
        </Note>
      </Section>
    );
  }
  if (!charter || charter.complete || charter.findings.length === 0) return null;
  return (
    <Section title="The charter is not complete" aside={<code>cairn charter check</code>}>
      <ul>
        {charter.findings.map((finding) => (
          <li key={told(finding)}>{told(finding)}</li>
        ))}
      </ul>
    </Section>
  );
}
