import type { Loaded } from "../api/loaded";
import { Note } from "./Note";

/** Stands in for what is not ready: nothing for the first moments of loading (a flash of text is worse), or why it failed. */
export function Pending<T>({ of, what }: { of: Loaded<T>; what: string }) {
  if (of.state === "failed") {
    return (
      <div role="alert">
        <Note title={`${what} could not be loaded`}>{of.problem.message}</Note>
      </div>
    );
  }
  return <p className="muted" aria-busy="true">{`Loading ${what.toLowerCase()} …`}</p>;
}
