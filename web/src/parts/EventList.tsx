import { count } from "../format/numbers";
import { moment } from "../format/times";
import { Facts } from "./Facts";
import { When } from "./When";
import styles from "./EventList.module.css";

export interface Entry {
  id: string;
  position: number | null; // null: not sealed yet
  at: number;
  kind: string;
  subject: string;
  actor: string;
  cause: string;
  body: unknown;
  sentence: string;
}

function Body({ entry, addressOfCause }: { entry: Entry; addressOfCause: (cause: string) => string }) {
  return (
    <div className={styles.body}>
      <Facts
        of={[
          ["At", moment(entry.at)],
          ["Kind", <code key="kind">{entry.kind}</code>],
          ["Subject", entry.subject ? <code key="subject">{entry.subject}</code> : null],
          ["Actor", entry.actor],
          ["Cause", entry.cause ? <a key="cause" href={addressOfCause(entry.cause)}>{entry.cause}</a> : null],
          ["Position", entry.position === null ? "not sealed yet" : `${count(entry.position)} in the sealed log`],
          ["Id", <code key="id">{entry.id}</code>],
        ]}
      />
      <pre className={styles.json}>{JSON.stringify(entry.body, null, 2)}</pre>
    </div>
  );
}

/** Events, one a line; the one whose id is `open` shows all it holds. An event's address opens it, the open one's address closes it. */
export function EventList(props: {
  entries: Entry[];
  open: string;
  addressOf: (id: string) => string;
  addressOfCause: (cause: string) => string;
}) {
  return (
    <ol className={styles.list}>
      {props.entries.map((entry) => {
        const open = entry.id === props.open;
        return (
          <li key={entry.id} className={styles.entry}>
            <a className={styles.line} href={props.addressOf(open ? "" : entry.id)} aria-expanded={open}>
              <span className={styles.sentence}>{entry.sentence}</span>
              <span className="small muted">{entry.actor}</span>
              <span className={`${styles.when} small muted`}>
                <When ms={entry.at} />
              </span>
            </a>
            {open && <Body entry={entry} addressOfCause={props.addressOfCause} />}
          </li>
        );
      })}
    </ol>
  );
}
