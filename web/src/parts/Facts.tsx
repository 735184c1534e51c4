import type { ReactNode } from "react";
import styles from "./Facts.module.css";

/** Names and their values, in two columns; what is null is left out. */
export function Facts({ of }: { of: [name: string, value: ReactNode | null][] }) {
  return (
    <dl className={styles.facts}>
      {of
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <div key={name} className={styles.fact}>
            <dt className="muted">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
