import { Mark } from "./Mark";
import styles from "./Verdict.module.css";

/** Passed, failed or not known, as a mark and a word. */
export function Verdict({ verdict }: { verdict: "pass" | "fail" | "unknown" }) {
  return (
    <span className={styles.verdict}>
      <span aria-hidden="true">
        <Mark sign={verdict === "pass" ? "done" : verdict === "fail" ? "failed" : "idle"} />
      </span>
      {verdict}
    </span>
  );
}
