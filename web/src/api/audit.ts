import { ask, query } from "./http";

/** One event of the log. `position` is null until it is sealed. */
export interface AuditEvent {
  id: string;
  position: number | null;
  at: number;
  kind: string;
  subject: string;
  actor: string;
  cause: string;
  body: Record<string, unknown>;
}

export interface Wanted {
  kind?: string; // a whole kind, or a prefix that ends in '.'
  among?: string[]; // of those, only these kinds
  subject?: string;
  cause?: string;
}

async function readOne(wanted: Wanted, limit: number, signal: AbortSignal): Promise<AuditEvent[]> {
  const { kind = "", subject = "", cause = "", among } = wanted;
  const answer = await ask<{ items: AuditEvent[] }>(`/api/v1/audit/log${query({ kind, subject, cause, limit })}`, signal);
  return among ? answer.items.filter((event) => among.includes(event.kind)) : answer.items;
}

/** Newest first; what is not yet sealed is newer than all that is. */
const newestFirst = (a: AuditEvent, b: AuditEvent): number =>
  (b.position ?? Infinity) === (a.position ?? Infinity) ? b.at - a.at : (b.position ?? Infinity) - (a.position ?? Infinity);

/** The newest `limit` events that any of the filters wants, each once. */
export async function readEvents(wanted: Wanted[], limit: number, signal: AbortSignal): Promise<AuditEvent[]> {
  const lists = await Promise.all(wanted.map((one) => readOne(one, limit, signal)));
  const byId = new Map(lists.flat().map((event) => [event.id, event]));
  return [...byId.values()].sort(newestFirst).slice(0, limit);
}
