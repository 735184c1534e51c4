import { ask } from "./http";

/** An event that a figure rests on. */
export interface Citation {
  event: string;
  position: number | null;
  kind: string;
  at_ms: number;
  subject: string;
}

/** One of the 28 tests of the ML Test Score. */
export interface ScoredTest {
  test: string; // its id
  section: string;
  meaning: string;
  points: number; // 0 not shown, 0.5 done by hand, 1 done by itself
  sentence: string; // why these points
  earns: string | null; // what would earn more; null at 1
  evidence: Citation[];
}

export const readScore = async (signal: AbortSignal): Promise<ScoredTest[]> =>
  (await ask<{ items: ScoredTest[] }>("/api/v1/score", signal)).items;
