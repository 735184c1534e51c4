import { length } from "./times";
import { count, figure, percent } from "./numbers";

type Body = Record<string, unknown>;

const text = (body: Body, key: string): string => {
  const value = body[key];
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
};
const numeric = (body: Body, key: string): number | null => {
  const value = body[key];
  return typeof value === "number" ? value : null;
};
const list = (body: Body, key: string): string[] => {
  const value = body[key];
  return Array.isArray(value) ? value.map((item: unknown) => (typeof item === "string" ? item : text(item as Body, "name") || text(item as Body, "stage"))) : [];
};
const measured = (body: Body, key: string): string => {
  const value = numeric(body, key);
  return value === null ? "unknown" : figure(value);
};
const because = (body: Body): string => (text(body, "reason") ? `: ${text(body, "reason")}` : "");
const version = (body: Body): string => `${text(body, "model")} version ${text(body, "version")}`;
const dataset = (body: Body): string => `${text(body, "dataset")} version ${text(body, "version")}`;

/** What each kind of event says. A kind that is not here is told by its own words. */
const SENTENCES: Record<string, (body: Body) => string> = {
  "governance.configuration_accepted": () => "Configuration accepted",
  "governance.decision_proposed": (b) => `Decision proposed: ${text(b, "action")} ${version(b)}`,
  "governance.decision_approved": (b) => `Decision approved by ${text(b, "principal") || "policy"}`,
  "governance.decision_rejected": (b) => `Decision rejected${because(b)}`,
  "governance.decision_voided": (b) => `Decision voided${because(b)}`,
  "governance.emergency_released": (b) => `EMERGENCY: ${version(b)} released by ${text(b, "principal")}`,
  "governance.emergency_reviewed": (b) => `Emergency release of ${version(b)} reviewed by ${text(b, "principal")}`,
  "governance.delegation_given": (b) => `${text(b, "from")} lends the role ${text(b, "role")} to ${text(b, "to")}`,
  "governance.delegation_withdrawn": (b) => `Delegation withdrawn by ${text(b, "principal")}`,
  "governance.decision_redeemed": () => "Decision carried out",
  "charter.feasibility_judged": (b) =>
    `Feasibility: ${text(b, "verdict")}${numeric(b, "p_value") === null ? "" : ` (p = ${measured(b, "p_value")})`}`,
  "data.version_added": (b) => `${dataset(b)} added${numeric(b, "rows") === null ? "" : `, ${count(numeric(b, "rows") ?? 0)} rows`}`,
  "data.split_sealed": (b) => `Test part of ${dataset(b)} sealed${numeric(b, "rows") === null ? "" : `, ${count(numeric(b, "rows") ?? 0)} rows`}`,
  "data.seal_opened": (b) => `Sealed part of ${dataset(b)} opened for ${text(b, "purpose")}`,
  "data.contract_checked": (b) =>
    b["passed"] === false ? `Contract broken by ${dataset(b)}: ${list(b, "failed_rules").join(", ")}` : `Contract passed by ${dataset(b)}`,
  "data.profiled": (b) => `${dataset(b)} profiled`,
  "pipeline.run_started": (b) => `Pipeline run started${list(b, "stale").length > 0 ? `, stale: ${list(b, "stale").join(", ")}` : ""}`,
  "pipeline.stage_ended": (b) =>
    `Stage ${text(b, "stage")} ${numeric(b, "exit") === 0 ? "ended" : `failed with ${text(b, "exit") || "no exit code"}`}${
      numeric(b, "seconds") === null ? "" : ` after ${length((numeric(b, "seconds") ?? 0) * 1000)}`
    }`,
  "pipeline.run_ended": (b) =>
    `Pipeline run ${text(b, "state")}${numeric(b, "seconds") === null ? "" : ` after ${length((numeric(b, "seconds") ?? 0) * 1000)}`}`,
  "run.ended": (b) => `Run ${text(b, "run_id").slice(0, 8)} ${text(b, "status").toLowerCase()}`,
  "registry.version_added": (b) => `${version(b)} registered`,
  "registry.alias_moved": (b) =>
    text(b, "version") === ""
      ? `Alias ${text(b, "alias")} of ${text(b, "model")} removed`
      : `Alias ${text(b, "alias")} of ${text(b, "model")} moved to version ${text(b, "version")}${text(b, "previous") ? ` from ${text(b, "previous")}` : ""}`,
  "rollout.examined": (b) => `${version(b)} examined on the sealed rows: ${text(b, "metric").replaceAll("_", " ")} ${measured(b, "value")}`,
  "rollout.gates_judged": (b) =>
    b["passed"] === false ? `Gates refused ${version(b)}: ${list(b, "failed").join(", ")}` : `Gates passed by ${version(b)}`,
  "rollout.canary_started": (b) => `Canary of ${version(b)} started on ${percent(numeric(b, "share") ?? 0)} of the requests`,
  "rollout.canary_step": (b) => `Canary of ${version(b)} on to ${percent(numeric(b, "share") ?? 0)} of the requests`,
  "rollout.canary_paused": (b) => `Canary of ${version(b)} paused${because(b)}`,
  "rollout.canary_resumed": (b) => `Canary of ${version(b)} goes on`,
  "rollout.canary_ended": (b) =>
    `Canary of ${version(b)} ended: ${text(b, "verdict")}${numeric(b, "requests") === null ? "" : ` after ${count(numeric(b, "requests") ?? 0)} requests`}`,
  "rollout.promoted": (b) => `${version(b)} promoted${text(b, "previous") && text(b, "previous") !== "0" ? `, in place of version ${text(b, "previous")}` : ""}`,
  "rollout.kept_out": (b) => `${version(b)} kept out${because(b)}`,
  "rollout.rolled_back": (b) => `${text(b, "model")} rolled back from version ${text(b, "from")} to ${text(b, "to")}${because(b)}`,
  "serving.loaded": (b) => `${version(b)} loaded`,
  "serving.fallback": () => "Falling back began or ended",
  "serving.fallback_chain": () => "Fallback chain changed",
  "serving.segment_closed": (b) => `Prediction segment ${text(b, "segment")} closed, ${count(numeric(b, "records") ?? 0)} records`,
  "monitoring.alert_raised": (b) => `Alert raised by ${text(b, "monitor")}: ${measured(b, "value")} against ${measured(b, "threshold")}`,
  "monitoring.alert_acknowledged": (b) => `Alert of ${text(b, "monitor")} acknowledged`,
  "monitoring.alert_closed": (b) => `Alert of ${text(b, "monitor")} closed`,
};

/** One line for people about an event of the log. */
export function sentenceOf(kind: string, body: Body): string {
  const known = SENTENCES[kind];
  if (known) return known(body);
  const words = kind.replaceAll(".", " ").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** An event with its sentence. */
export const entryOf = <Event extends { kind: string; body: Body }>(event: Event): Event & { sentence: string } => ({
  ...event,
  sentence: sentenceOf(event.kind, event.body),
});
