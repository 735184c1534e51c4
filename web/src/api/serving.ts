import { ask } from "./http";

/** What answers, counted since the server started. */
export interface Serving {
  model: string;
  version: string | null; // null: nothing is loaded
  problem: string; // why nothing is loaded
  requests: number;
  rows: number;
  fallbacks: number;
  falling_back: boolean;
  rejected: number;
  p50_ms: number;
  p99_ms: number;
  canary: CanaryCount | null;
}

/** The canary and production side by side; `bad` are failed or invalid answers. */
export interface CanaryCount {
  version: string;
  share: number;
  requests: number;
  bad: number;
  p99_ms: number;
  production_requests: number;
  production_bad: number;
  production_p99_ms: number;
}

export const readServing = (signal: AbortSignal): Promise<Serving> => ask("/api/v1/serving", signal);
