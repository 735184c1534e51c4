/** Why an answer did not come, in a sentence for the person who looks at the page. */
export class Problem extends Error {
  constructor(
    message: string,
    readonly status: number, // 0: there was no answer
  ) {
    super(message);
  }
}

interface ErrorAnswer {
  error?: { message?: string };
}

/** The only place that asks the server. The shape of an answer is the server's promise, written down as T beside each call. */
export async function ask<T>(path: string, signal: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { signal, headers: { Accept: "application/json" } });
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new Problem("The server does not answer. Is `cairn up` still running?", 0);
  }
  if (response.ok) return (await response.json()) as T;
  const answer = await response.json().then(
    (body: ErrorAnswer) => body.error?.message,
    () => undefined,
  );
  throw new Problem(answer ?? `The server answered ${response.status} to ${path}.`, response.status);
}

/** Query parameters, those that are empty left out. */
export function query(parameters: Record<string, string | number>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== "");
  return given.length === 0 ? "" : `?${given.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&")}`;
}
