import { Mark, type Sign } from "./Mark";
import { When } from "./When";
import styles from "./Way.module.css";

export interface Stop {
  name: string;
  title: string;
  sign: Sign;
  summary: string;
  last: { text: string; at: number } | null;
  address: string;
}

/** Where a stop lies on the line that leads back from one stop to an earlier one. */
function backClass(index: number, from: number, to: number): string {
  if (to < 0 || from <= to || index < to || index > from) return "";
  const piece = index === to ? styles.backTop : index === from ? styles.backBottom : "";
  return `${styles.back} ${piece}`;
}

/** Stops in the order in which one passes them, and the line back that makes the way a loop. `current` is the stop that is being looked at. */
export function Way({ stops, back, current }: { stops: Stop[]; back: { from: string; to: string }; current: string }) {
  const from = stops.findIndex((stop) => stop.name === back.from);
  const to = stops.findIndex((stop) => stop.name === back.to);
  return (
    <ol className={styles.way}>
      {stops.map((stop, index) => (
        <li key={stop.name} className={`${styles.stop} ${backClass(index, from, to)}`}>
          <a href={stop.address} className={styles.link} aria-current={stop.name === current ? "page" : undefined}>
            <span className={styles.rail}>
              <Mark sign={stop.sign} />
            </span>
            <span className={styles.title}>{stop.title}</span>
            <span className={`${styles.when} small muted`}>{stop.last && <When ms={stop.last.at} />}</span>
            <span className={styles.summary} title={stop.summary}>
              {stop.summary}
            </span>
            {stop.last && (
              <span className={`${styles.last} small muted`} title={stop.last.text}>
                {stop.last.text}
              </span>
            )}
          </a>
        </li>
      ))}
    </ol>
  );
}
