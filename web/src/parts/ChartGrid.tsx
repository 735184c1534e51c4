import { TimeChart, type TimeChartProps } from "./TimeChart";
import styles from "./ChartGrid.module.css";

/** Charts side by side; the first of an odd number takes the whole width. */
export function ChartGrid({ charts }: { charts: TimeChartProps[] }) {
  return (
    <div className={styles.charts}>
      {charts.map((chart) => (
        <TimeChart key={chart.title} {...chart} />
      ))}
    </div>
  );
}
