import { ask } from "./http";

export interface ModelVersion {
  version: number;
  run_id: string; // "" when none is named
  manifest: string; // "" for files that are not kept here
  created_by: string;
  created_ms: number;
  aliases: string[];
}

/** The versions of a model, newest first. */
export async function readVersions(model: string, signal: AbortSignal): Promise<ModelVersion[]> {
  const { versions } = await ask<{ versions: ModelVersion[] }>(`/api/v1/models/${encodeURIComponent(model)}`, signal);
  return [...versions].sort((a, b) => b.version - a.version);
}
