import { useEffect, useState } from "react";
import { share } from "../format/share";
import { Problem } from "./http";

/** What a page has of what it asked for. While it is ready, `problem` says that the newest try to refresh it failed. */
export type Loaded<T> =
  | { state: "loading" }
  | { state: "failed"; problem: Problem }
  | { state: "ready"; value: T; problem: Problem | null };

const REFRESH_MS = 2000;

function after<T>(before: Loaded<T>, problem: Problem): Loaded<T> {
  return before.state === "ready" ? { ...before, problem } : { state: "failed", problem };
}

/**
 * Asks for `key` now and again every two seconds while the page is to be seen; never two questions at once. What did not change keeps its identity.
 * `load` may be a new function at each call: only a new key asks for something else.
 */
export function useLoaded<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [held, setHeld] = useState<{ key: string; loaded: Loaded<T> }>({ key, loaded: { state: "loading" } });

  useEffect(() => {
    const ending = new AbortController();
    let timer: number | undefined;
    const put = (change: (before: Loaded<T>) => Loaded<T>) =>
      setHeld((before) => ({ key, loaded: change(before.key === key ? before.loaded : { state: "loading" }) }));

    const turn = async () => {
      timer = undefined;
      if (!document.hidden) {
        try {
          const value = await load(ending.signal);
          put((before) => ({ state: "ready", value: before.state === "ready" ? share(before.value, value) : value, problem: null }));
        } catch (cause) {
          if (ending.signal.aborted) return;
          put((before) => after(before, cause instanceof Problem ? cause : new Problem(String(cause), 0)));
        }
      }
      if (!ending.signal.aborted) timer = window.setTimeout(turn, REFRESH_MS);
    };
    const wake = () => {
      if (document.hidden || timer === undefined) return;
      window.clearTimeout(timer);
      void turn();
    };

    void turn();
    document.addEventListener("visibilitychange", wake);
    return () => {
      ending.abort();
      window.clearTimeout(timer);
      document.removeEventListener("visibilitychange", wake);
    };
  }, [key]);

  return held.key === key ? held.loaded : { state: "loading" };
}
