import { createContext, useContext } from "react";
import { ago, moment } from "../format/times";

/** The server's clock at its newest answer: ages are told against it, so that a wrong clock in front of the screen does no harm. */
export const Now = createContext(0);

/** How long ago, with the moment itself on hover; `full` shows both. */
export function When({ ms, full = false }: { ms: number; full?: boolean }) {
  const now = useContext(Now);
  return (
    <time className="numeric" dateTime={new Date(ms).toISOString()} title={moment(ms)}>
      {full ? `${moment(ms)} (${ago(ms, now)})` : ago(ms, now)}
    </time>
  );
}
