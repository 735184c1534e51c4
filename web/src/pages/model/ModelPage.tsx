import { useLoaded } from "../../api/loaded";
import type { Production } from "../../api/overview";
import { readVersions, type ModelVersion } from "../../api/registry";
import { readDecision, readRollouts, type Rollout } from "../../api/rollouts";
import { counted } from "../../format/numbers";
import { allowedBy, stageName } from "../../format/rollouts";
import { Digest } from "../../parts/Digest";
import { Facts } from "../../parts/Facts";
import { Note } from "../../parts/Note";
import { PageHead } from "../../parts/PageHead";
import { Pending } from "../../parts/Pending";
import { RuleTable } from "../../parts/RuleTable";
import { Section } from "../../parts/Section";
import { Table } from "../../parts/Table";
import { When } from "../../parts/When";
import { storyAddress } from "../../route";
import styles from "./ModelPage.module.css";

const SHOWN = 8;

function Versions({ versions }: { versions: ModelVersion[] }) {
  if (versions.length === 0) return <Note title="The model has no version." />;
  return (
    <Table
      label="Versions"
      rows={versions}
      keyOf={({ version }) => String(version)}
      columns={[
        { title: "Version", numeric: true, cell: ({ version }) => <b>{version}</b> },
        { title: "Aliases", cell: ({ aliases }) => aliases.join(", ") || <span className="muted">none</span> },
        { title: "Registered", cell: ({ created_ms }) => <When ms={created_ms} full /> },
        { title: "By", cell: ({ created_by }) => created_by },
        { title: "Run", cell: ({ run_id }) => (run_id ? <Digest of={run_id} /> : <span className="muted">none</span>) },
        { title: "Manifest", cell: ({ manifest }) => (manifest ? <Digest of={manifest} /> : <span className="muted">none</span>) },
      ]}
    />
  );
}

function Candidate({ rollout }: { rollout: Rollout }) {
  // Whatever changes in its decision changes the rollout too.
  const decision = useLoaded(`${rollout.id} ${rollout.changed_ms}`, (signal) => readDecision(rollout.id, signal));
  const record = decision.state === "ready" ? decision.value : null;
  return (
    <Section title={`Version ${rollout.version}: ${stageName(rollout.stage)}`} aside={<When ms={rollout.changed_ms} />}>
      <Facts
        of={[
          ["Reason", rollout.reason || null],
          ["Decision", rollout.decision ? <Digest key="decision" of={rollout.decision} length={20} /> : null],
          ["Approved by", record ? allowedBy(record) : null],
          ["Beside", rollout.previous ? `version ${rollout.previous}` : null],
          ["Because of", rollout.cause ? <a key="cause" href={storyAddress(rollout.cause)}>{rollout.cause}</a> : null],
          ["Asked by", rollout.actor || null],
        ]}
      />
      {record && record.rules.length > 0 && <RuleTable rules={record.rules} />}
      {decision.state !== "ready" && <Pending of={decision} what="Rules" />}
    </Section>
  );
}

function Candidates({ model }: { model: string }) {
  const rollouts = useLoaded(model, (signal) => readRollouts(model, signal));
  if (rollouts.state !== "ready") return <Pending of={rollouts} what="Candidates" />;
  if (rollouts.value.length === 0) {
    return <Note title="No version was examined yet.">A candidate is held against the gates on the sealed rows, beside production and the heuristic.</Note>;
  }
  const hidden = rollouts.value.length - SHOWN;
  return (
    <>
      {rollouts.value.slice(0, SHOWN).map((rollout) => (
        <Candidate key={rollout.id} rollout={rollout} />
      ))}
      {hidden > 0 && (
        <p className="muted">
          {counted(hidden, "older candidate")}: <code>{`cairn model show ${model}`}</code>
        </p>
      )}
    </>
  );
}

/** A model: its versions, and how each candidate fared on its way to production. */
export function ModelPage({ model, production }: { model: string; production: Production | null }) {
  const versions = useLoaded(model, (signal) => readVersions(model, signal));
  const live = production?.model === model ? `version ${production.version} is in production` : "not in production";
  return (
    <div className={styles.page}>
      <PageHead title={model} line={live} />
      <Section title="Versions">{versions.state === "ready" ? <Versions versions={versions.value} /> : <Pending of={versions} what="Versions" />}</Section>
      <Candidates model={model} />
    </div>
  );
}
