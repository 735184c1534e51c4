import { useLoaded } from "../../api/loaded";
import { readDecision, readRollouts, type Rollout } from "../../api/rollouts";
import { allowedBy, stageName } from "../../format/rollouts";
import { Facts } from "../../parts/Facts";
import { Pending } from "../../parts/Pending";
import { RuleTable } from "../../parts/RuleTable";
import { Section } from "../../parts/Section";
import { When } from "../../parts/When";
import { modelAddress } from "../../route";

function Judged({ rollout }: { rollout: Rollout }) {
  const decision = useLoaded(`${rollout.id} ${rollout.changed_ms}`, (signal) => readDecision(rollout.id, signal));
  const aside = (
    <>
      <When ms={rollout.began_ms} /> · <a href={modelAddress(rollout.model)}>all candidates</a>
    </>
  );
  return (
    <Section title={`${rollout.model} version ${rollout.version}: ${stageName(rollout.stage)}`} aside={aside}>
      {rollout.stage === "awaiting_approval" && (
        <p className="warn">
          Waits for an approver: <code>{`cairn model approve ${rollout.id} --sign NAME`}</code>
        </p>
      )}
      {decision.state !== "ready" && <Pending of={decision} what="Rules" />}
      {decision.state === "ready" && decision.value && (
        <>
          <Facts
            of={[
              ["Approved by", allowedBy(decision.value)],
              ["Reason", rollout.reason || null],
            ]}
          />
          <RuleTable rules={decision.value.rules} />
        </>
      )}
    </Section>
  );
}

/** The newest candidate, rule by rule. */
export function Gates() {
  const rollouts = useLoaded("rollouts", (signal) => readRollouts("", signal));
  if (rollouts.state !== "ready") return <Pending of={rollouts} what="Candidates" />;
  const newest = rollouts.value[0];
  return newest ? <Judged rollout={newest} /> : null;
}
