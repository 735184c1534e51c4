const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * `next`, with every part that equals the same part of `previous` replaced by it. What did not change keeps its identity, so that a page which
 * asks again and again draws again only what is different.
 */
export function share<T>(previous: unknown, next: T): T;
export function share(previous: unknown, next: unknown): unknown {
  if (Object.is(previous, next)) return previous;
  if (Array.isArray(previous) && Array.isArray(next)) {
    const parts = next.map((part: unknown, index) => share(previous[index], part));
    return parts.length === previous.length && parts.every((part, index) => part === previous[index]) ? previous : parts;
  }
  if (isRecord(previous) && isRecord(next)) {
    const keys = Object.keys(next);
    const parts = Object.fromEntries(keys.map((key) => [key, share(previous[key], next[key])]));
    const same = keys.length === Object.keys(previous).length && keys.every((key) => key in previous && parts[key] === previous[key]);
    return same ? previous : parts;
  }
  return next;
}
