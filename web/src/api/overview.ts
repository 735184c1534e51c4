import { ask } from "./http";

/** Times are UTC in milliseconds; null is what is not known or does not exist. */
export interface Overview {
  now_ms: number;
  project: string;
  configuration: { digest: string; accepted_ms: number | null; accepted_by: string } | null;
  charter: { complete: boolean; findings: Finding[]; digest: string; objective: string; problem: string; risk: string | null } | null;
  stations: Station[];
  production: Production | null;
  canary: Canary | null;
  monitors: MonitorSeries[];
  alerts: Alert[];
  kpis: Kpi[];
  delivery: Delivery | null;
  score: Score | null;
  level: Level | null;
  audit: Seal | null;
}

/** What is missing in the charter: a sentence, or a field with its problem and its place. */
export type Finding = string | { field: string; problem: string; where?: string };

export type StationState = "idle" | "done" | "running" | "waiting" | "failed" | "alert";

export interface Station {
  name: string;
  title: string;
  state: StationState;
  summary: string;
  events: number;
  last_event: LastEvent | null;
}

export interface LastEvent {
  index: number | null;
  kind: string;
  at_ms: number;
  subject: string;
  actor: string;
  cause: string;
  sentence: string;
}

export interface Production {
  model: string;
  version: number | string;
  since_ms: number;
  approved_by: string[];
  decision: string;
  cause: string;
  previous: number | string | null; // nothing, or "": the first
}

export interface Canary {
  model: string;
  version: number | string;
  share: number;
  since_ms: number;
}

export interface MonitorSeries {
  name: string;
  kpi: string;
  kind: "quality" | "drift";
  statistic: string;
  column: string; // "" for quality
  above: number | null;
  below: number | null;
  window_ms: number;
  points: Window[]; // newest last
}

export interface Window {
  from_ms: number;
  to_ms: number;
  value: number | null; // null unless closed
  rows: number;
  state: "open" | "pending" | "closed" | "too_few";
  breached: boolean;
}

export interface Alert {
  id: string;
  monitor: string;
  kpi: string;
  column: string;
  value: number;
  bound: number;
  from_ms: number;
  to_ms: number;
  raised_ms: number;
  acknowledged_ms: number | null;
  acknowledged_by: string;
  closed_ms: number | null;
}

export interface Kpi {
  name: string;
  kind: string;
  source: string;
  comparator: string;
  target: number;
  owner: string;
  due_ms: number | null;
  value: number | null;
  status: "pass" | "fail" | "unknown";
  why: string;
}

export type Band = "elite" | "high" | "medium" | "low" | null;

export interface Delivery {
  window: { from_ms: number; to_ms: number };
  promotions: number;
  deployment_frequency: { per_day: number | null; band: Band };
  lead_time_ms: { median: number | null; count: number; band: Band };
  time_to_restore_ms: { median: number | null; count: number; open: number; band: Band };
  change_failure_rate: { value: number | null; failed: number; count: number; band: Band };
}

export interface Score {
  score: number;
  band: string;
  sections: { name: string; sum: number }[];
}

export interface Level {
  level: number;
  name: string;
  missing: string[];
}

export interface Seal {
  sealed: number;
  events: number;
  root: string; // "" while nothing is sealed
  signed_ms?: number | null;
  key?: string;
}

export const readOverview = (signal: AbortSignal): Promise<Overview> => ask("/api/v1/overview", signal);
