import type { ReactNode } from "react";
import { overviewAddress } from "../route";
import { Mark, type Sign } from "./Mark";
import styles from "./PageHead.module.css";

/** The top of a page that is not the first: the way back, its title, how it stands, and what it is for. */
export function PageHead({ title, sign, line, children }: { title: string; sign?: Sign; line: string; children?: ReactNode }) {
  return (
    <header>
      <p className="small">
        <a href={overviewAddress}>← Overview</a>
      </p>
      <h1 className={styles.title}>
        {sign && <Mark sign={sign} />}
        {title}
      </h1>
      <p className={styles.line}>{line}</p>
      {children !== undefined && <p className="muted">{children}</p>}
    </header>
  );
}
