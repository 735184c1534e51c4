import type { ReactNode } from "react";
import styles from "./Note.module.css";

/** Says why there is nothing to see here, and what would change that. */
export function Note({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.note}>
      <p className={styles.title}>{title}</p>
      {children !== undefined && <p className="muted">{children}</p>}
    </div>
  );
}
