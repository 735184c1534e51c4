import { lazy, memo, Suspense, useMemo, useState } from "react";
import { useComputedColorScheme } from "@mantine/core";
import { count, counted, figure } from "../format/numbers";
import { span } from "../format/times";
import { columnsOf, type Line } from "./chart";
import styles from "./TimeChart.module.css";

const Plot = lazy(() => import("./Plot"));

const HEIGHT = 150;

export interface TimeChartProps {
  title: string;
  note: string; // what is measured, and the bound: stands beside the title
  lines: Line[];
  bounds: number[];
  fromZero: boolean;
  waiting: string; // what to say while no window has a value
}

function heard(title: string, lines: Line[], note: string): string {
  const parts = lines.map((line) => {
    const last = line.points.at(-1);
    const broke = line.points.filter((point) => point.broke).length;
    return `${line.name || title}: ${counted(line.points.length, "window")}, newest ${last ? figure(last.value) : "unknown"}, ${count(broke)} beyond the bound`;
  });
  return `${title}, ${note}. ${parts.join("; ")}.`;
}

/** Measured values over time against their bound; windows beyond it are washed in red. The line below the drawing tells the window under the pointer. */
export const TimeChart = memo(function TimeChart({ title, note, lines, bounds, fromZero, waiting }: TimeChartProps) {
  const scheme = useComputedColorScheme("light");
  const [pointed, setPointed] = useState<number | null>(null);
  const columns = useMemo(() => columnsOf(lines), [lines]);
  const index = pointed !== null && pointed < columns.windows.length ? pointed : columns.windows.length - 1;
  const window = columns.windows[index];

  return (
    <figure className={styles.chart}>
      <figcaption className={styles.head}>
        <h3>{title}</h3>
        <span className={`${styles.note} small muted`} title={note}>
          {note}
        </span>
      </figcaption>
      {window === undefined ? (
        <p className={`${styles.empty} muted`}>{waiting}</p>
      ) : (
        <>
          <div className={styles.plot} role="img" aria-label={heard(title, lines, note)}>
            <Suspense fallback={null}>
              <Plot lines={lines} bounds={bounds} fromZero={fromZero} height={HEIGHT} scheme={scheme} onPoint={setPointed} />
            </Suspense>
          </div>
          <p className={`${styles.readout} small`}>
            <span className="muted numeric">{span(window.from, window.to)}</span>
            {lines.map((line, place) => {
              const value = columns.y[place]?.[index];
              const point = line.points.find(({ from, to }) => from === window.from && to === window.to);
              return (
                <span key={line.name} className="numeric">
                  {lines.length > 1 || line.name ? <span className={`${styles.key} ${styles[`key${(place % 6) + 1}`]}`} aria-hidden="true" /> : null}
                  {line.name} <b className={point?.broke ? "bad" : ""}>{value === null || value === undefined ? "–" : figure(value)}</b>
                </span>
              );
            })}
          </p>
        </>
      )}
    </figure>
  );
});
