import type { Overview } from "../../api/overview";
import { Digest } from "../../parts/Digest";
import { Facts } from "../../parts/Facts";
import { Section } from "../../parts/Section";
import { When } from "../../parts/When";

/** The accepted charter in a few lines, and the way to the whole of it. */
export function Charter({ overview }: { overview: Overview }) {
  const { charter, configuration } = overview;
  if (!charter || !configuration?.digest) return null;
  return (
    <Section title="Accepted charter" aside={<a href="/charter">the whole charter, for print</a>}>
      <Facts
        of={[
          ["Problem", charter.problem || null],
          ["Objective", charter.objective || null],
          ["Risk", charter.risk || null],
          ["Accepted by", configuration.accepted_by || null],
          ["Accepted", configuration.accepted_ms === null ? null : <When key="accepted" ms={configuration.accepted_ms} full />],
          ["Configuration", <Digest key="digest" of={configuration.digest} length={24} />],
        ]}
      />
    </Section>
  );
}
