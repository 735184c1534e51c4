import { useId, type ReactNode } from "react";
import styles from "./Section.module.css";

/** A titled part of a page; `aside` stands at the right of the title. */
export function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section className={styles.section} aria-labelledby={id}>
      <header className={styles.head}>
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <div className={`${styles.aside} small muted`}>{aside}</div>}
      </header>
      {children}
    </section>
  );
}
