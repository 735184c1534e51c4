import { readEvents } from "../../api/audit";
import { useLoaded } from "../../api/loaded";
import type { Overview } from "../../api/overview";
import { entryOf } from "../../format/events";
import { length } from "../../format/times";
import { Digest } from "../../parts/Digest";
import { EventList } from "../../parts/EventList";
import { Note } from "../../parts/Note";
import { PageHead } from "../../parts/PageHead";
import { Pending } from "../../parts/Pending";
import { Section } from "../../parts/Section";
import { storyAddress } from "../../route";
import styles from "./StoryPage.module.css";

const LONGEST = 500;

/** Everything that happened under one cause, in the order in which it happened. */
export function StoryPage({ cause, event, overview }: { cause: string; event: string; overview: Overview }) {
  const events = useLoaded(cause, (signal) => readEvents([{ cause }, { subject: `alert:${cause}` }], LONGEST, signal));
  const alert = overview.alerts.find(({ id }) => id === cause);
  const title = alert ? `What followed from the alert of ${alert.monitor}` : "What followed";
  if (events.state !== "ready") return <Pending of={events} what="Story" />;
  const entries = events.value.map(entryOf).reverse();
  const [first, last] = [entries[0], entries.at(-1)];
  return (
    <div className={styles.page}>
      <PageHead title={title} line={first && last ? `${entries.length} events within ${length(last.at - first.at)}` : ""}>
        One cause ties them together: <Digest of={cause} length={40} />
      </PageHead>
      <Section title="Events" aside="in the order of the log">
        {entries.length === 0 ? (
          <Note title="No event has this cause." />
        ) : (
          <EventList entries={entries} open={event} addressOf={(id) => storyAddress(cause, id)} addressOfCause={storyAddress} />
        )}
      </Section>
    </div>
  );
}
