import { readEvents } from "../../api/audit";
import { useLoaded } from "../../api/loaded";
import type { Overview } from "../../api/overview";
import { entryOf } from "../../format/events";
import { EventList } from "../../parts/EventList";
import { Note } from "../../parts/Note";
import { PageHead } from "../../parts/PageHead";
import { Pending } from "../../parts/Pending";
import { Section } from "../../parts/Section";
import { stationAddress, storyAddress } from "../../route";
import { Detail } from "./Detail";
import { guideOf, type StationGuide } from "./stations";
import styles from "./StationPage.module.css";

const NEWEST = 100;

function Events({ station, guide, open }: { station: string; guide: StationGuide; open: string }) {
  const events = useLoaded(station, (signal) => readEvents(guide.events, NEWEST, signal));
  if (events.state !== "ready") return <Pending of={events} what="Events" />;
  if (events.value.length === 0) {
    return <Note title={guide.begin}>{guide.command && <code>{guide.command}</code>}</Note>;
  }
  return (
    <>
      <EventList
        entries={events.value.map(entryOf)}
        open={open}
        addressOf={(id) => stationAddress(station, id)}
        addressOfCause={storyAddress}
      />
      {events.value.length === NEWEST && (
        <p className="small muted">
          The newest {NEWEST}; all of them: <code>cairn audit log</code>
        </p>
      )}
    </>
  );
}

/** One station: what it is for, what it holds, and what happened there. */
export function StationPage({ station, event, overview }: { station: string; event: string; overview: Overview }) {
  const found = overview.stations.find(({ name }) => name === station);
  const guide = guideOf(station);
  if (!guide) return <Note title={`There is no station "${station}".`}>The stations are listed in the way beside this.</Note>;
  return (
    <div className={styles.page}>
      <PageHead title={found?.title ?? station} sign={found?.state ?? "idle"} line={found?.summary ?? ""}>
        {guide.purpose}
      </PageHead>
      <Detail station={station} overview={overview} />
      {guide.events.length > 0 && (
        <Section title="Events" aside="newest first">
          <Events key={station} station={station} guide={guide} open={event} />
        </Section>
      )}
    </div>
  );
}
