import { afterEach, expect, test, vi } from "vitest";
import { readEvents, type AuditEvent } from "./audit";

const event = (id: string, position: number | null, kind = "data.added", at = 0): AuditEvent => ({
  id,
  position,
  at,
  kind,
  subject: "",
  actor: "",
  cause: "",
  body: {},
});

/** Answers each path with its events, and anything else with an error. */
function answering(lists: Record<string, AuditEvent[]>) {
  vi.stubGlobal("fetch", (path: string) =>
    Promise.resolve(path in lists ? Response.json({ items: lists[path] }) : Response.json({ error: { message: `no ${path}` } }, { status: 404 })),
  );
}

afterEach(() => vi.unstubAllGlobals());

test("events of several filters come once each, newest first, the unsealed before all", async () => {
  answering({
    "/api/v1/audit/log?cause=a&limit=10": [event("c", null, "x.y", 5), event("b", 7)],
    "/api/v1/audit/log?subject=alert%3Aa&limit=10": [event("b", 7), event("a", 3)],
  });
  const events = await readEvents([{ cause: "a" }, { subject: "alert:a" }], 10, new AbortController().signal);
  expect(events.map(({ id }) => id)).toEqual(["c", "b", "a"]);
});

test("of a room's events only the wanted kinds are kept", async () => {
  answering({ "/api/v1/audit/log?kind=rollout.&limit=10": [event("b", 2, "rollout.promoted"), event("a", 1, "rollout.examined")] });
  const events = await readEvents([{ kind: "rollout.", among: ["rollout.examined"] }], 10, new AbortController().signal);
  expect(events.map(({ id }) => id)).toEqual(["a"]);
});

test("a refusal is told in the server's own words", async () => {
  answering({});
  await expect(readEvents([{ kind: "none" }], 10, new AbortController().signal)).rejects.toThrow("no /api/v1/audit/log?kind=none&limit=10");
});
