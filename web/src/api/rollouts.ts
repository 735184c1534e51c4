import { ask, query } from "./http";

/** A candidate on its way to production. */
export interface Rollout {
  id: string;
  model: string;
  version: number;
  previous: number; // in production when it began; 0: none was
  stage: "examining" | "awaiting_approval" | "canary" | "promoted" | "kept_out" | "rolled_back";
  decision: string; // "" before the gates were judged
  cause: string;
  reason: string;
  actor: string;
  began_ms: number;
  changed_ms: number;
}

export interface Rule {
  name: string;
  passed: boolean;
  value: unknown;
  bound: unknown;
  detail: string;
}

export interface Approval {
  principal: string;
  at: number;
  for?: string; // in whose stead
  emergency?: string; // why it was released without the due approvals
}

/** What was measured, and who allowed it. */
export interface Decision {
  state: string;
  policy: "policy" | "human" | "emergency";
  required: number;
  rules: Rule[];
  approvals: Approval[];
}

/** Newest first. */
export async function readRollouts(model: string, signal: AbortSignal): Promise<Rollout[]> {
  const { items } = await ask<{ items: Rollout[] }>(`/api/v1/rollouts${query({ model })}`, signal);
  return [...items].sort((a, b) => b.began_ms - a.began_ms);
}

/** The decision of one rollout; null before there is one. */
export async function readDecision(rollout: string, signal: AbortSignal): Promise<Decision | null> {
  const whole = await ask<{ decision_record?: Decision }>(`/api/v1/rollouts/${encodeURIComponent(rollout)}`, signal);
  return whole.decision_record ?? null;
}
