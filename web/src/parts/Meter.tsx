import styles from "./Meter.module.css";

/** How much of a whole, as a thin bar. The words beside it say the figures. */
export function Meter({ value, of, label }: { value: number; of: number; label: string }) {
  return (
    <svg className={styles.meter} viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label={label}>
      <rect className={styles.whole} width="100" height="6" />
      <rect className={styles.part} width={Math.max(0, Math.min(100, (value / of) * 100))} height="6" />
    </svg>
  );
}
