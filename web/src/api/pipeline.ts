import { ask, query } from "./http";

export interface PipelineRun {
  id: string;
  state: string;
  trigger: { on: string; name: string; cause: string };
  actor: string;
  started_ms: number;
  ended_ms: number; // 0 while it runs
  problem: string;
  stages: Stage[];
}

export interface Stage {
  name: string;
  state: string;
  causes: { sentence: string }[];
  reason: string;
  seconds: number;
}

/** Newest first. */
export const readRuns = async (limit: number, signal: AbortSignal): Promise<PipelineRun[]> =>
  (await ask<{ items: PipelineRun[] }>(`/api/v1/pipeline/runs${query({ limit })}`, signal)).items;
