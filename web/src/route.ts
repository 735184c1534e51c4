/** What the page shows; the part of the address after '#' says it, so that a reload and a link show the same. */
export type Route =
  | { page: "overview" }
  | { page: "station"; station: string; event: string }
  | { page: "model"; model: string }
  | { page: "story"; cause: string; event: string }
  | { page: "lost"; path: string };

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function routeOf(hash: string): Route {
  const path = hash.replace(/^#?\/?/, "");
  const [page = "", name = "", word = "", event = "", ...rest] = path.split("/").map(decoded);
  if (page === "") return { page: "overview" };
  if (name && rest.length === 0 && (word === "" || (word === "event" && event))) {
    if (page === "station") return { page: "station", station: name, event };
    if (page === "story") return { page: "story", cause: name, event };
  }
  if (page === "model" && name && !word) return { page: "model", model: name };
  return { page: "lost", path };
}

/** Where a link that MLflow's clients print ("#/experiments/1/runs/…") leads: to MLflow's own page; "" for an address of this one. */
export const mlflowAddress = (hash: string): string => (/^#\/(experiments|models|compare-runs|compare-experiments|prompts)(\/|\?|$)/.test(hash) ? `mlflow/${hash}` : "");

const eventPart = (event: string): string => (event ? `/event/${encodeURIComponent(event)}` : "");

export const overviewAddress = "#/";
export const stationAddress = (station: string, event = ""): string => `#/station/${encodeURIComponent(station)}${eventPart(event)}`;
export const modelAddress = (model: string): string => `#/model/${encodeURIComponent(model)}`;
export const storyAddress = (cause: string, event = ""): string => `#/story/${encodeURIComponent(cause)}${eventPart(event)}`;
