import type { Wanted } from "../../api/audit";

/** What a station is for, which events tell of it, and what to do while there are none. */
export interface StationGuide {
  purpose: string;
  events: Wanted[];
  begin: string;
  command: string;
}

const kinds = (...names: string[]): Wanted[] => names.map((kind) => ({ kind }));

const GUIDES: Record<string, StationGuide> = {
  charter: {
    purpose: "Why there is a model at all: the problem, the KPIs it is held to, what a wrong prediction costs.",
    events: kinds("governance.configuration_accepted"),
    begin: "No charter accepted yet: write cairn.yaml, check it, and submit it.",
    command: "cairn apply",
  },
  data: {
    purpose: "Versions of data that never change, each with a sealed test part and a contract it was held to.",
    events: kinds("data."),
    begin: "No data version yet: adding a file seals its test part before anybody looks at it.",
    command: "cairn data add PATH",
  },
  feasibility: {
    purpose: "Whether there is anything to learn: the charter's heuristic against a probe, with a permutation test.",
    events: kinds("charter.feasibility_judged"),
    begin: "Not judged yet: a no-go stops training before it costs anything.",
    command: "cairn feasibility",
  },
  pipeline: {
    purpose: "What runs by itself: the stages of dvc.yaml, run when something they depend on changed.",
    events: kinds("pipeline."),
    begin: "No pipeline run yet: what is stale runs, and says why.",
    command: "cairn run",
  },
  tracking: {
    purpose: "What was tried: runs with their parameters, metrics and files, as mlflow clients log them.",
    events: kinds("run.", "experiment."),
    begin: "No run yet: point MLFLOW_TRACKING_URI at this server and start a training script.",
    command: "export MLFLOW_TRACKING_URI=",
  },
  registry: {
    purpose: "What may be used: model versions with their frozen files, and the aliases that name one of them.",
    events: kinds("registry."),
    begin: "No model version yet: a script registers one with mlflow.register_model.",
    command: "",
  },
  gates: {
    purpose: "What a candidate must prove on the sealed rows, and who approved it.",
    events: [
      { kind: "rollout.", among: ["rollout.examined", "rollout.gates_judged"] },
      { kind: "governance.", among: ["proposed", "approved", "rejected", "voided", "redeemed"].map((word) => `governance.decision_${word}`) },
    ],
    begin: "No candidate examined yet: gates judge what was measured here, never what a script says of itself.",
    command: "cairn model approve",
  },
  serving: {
    purpose: "What answers: the production version, a canary beside it, and every prediction kept.",
    events: kinds("serving."),
    begin: "No model loaded yet: the production alias is followed without a dropped request.",
    command: "",
  },
  monitoring: {
    purpose: "What has changed: windows of live traffic against the training data, and quality once labels are known.",
    events: kinds("monitoring."),
    begin: "No alert yet: each monitor protects a KPI and raises one alert per incident.",
    command: "",
  },
  retraining: {
    purpose: "How the loop closes: an alert starts the pipeline, its candidate passes gates, approval and canary, or is kept out.",
    events: [{ kind: "rollout.", among: ["canary_started", "canary_step", "canary_paused", "canary_resumed", "canary_ended", "promoted", "kept_out", "rolled_back"].map((word) => `rollout.${word}`) }],
    begin: "No alert has led to a retraining yet: a trigger in cairn.yaml says which alerts do.",
    command: "",
  },
  scorecard: {
    purpose: "How well the loop is run: the ML Test Score, delivery metrics and the maturity level, all from events.",
    events: [],
    begin: "The scorecard has no events of its own: it is counted from those of all other stations.",
    command: "cairn score",
  },
};

export const guideOf = (station: string): StationGuide | undefined => GUIDES[station];
