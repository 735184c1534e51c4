import { useEffect, useRef, type ReactNode } from "react";
import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import type { Problem } from "./api/http";
import type { Overview, Station } from "./api/overview";
import { time } from "./format/times";
import { Way, type Stop } from "./parts/Way";
import { overviewAddress, stationAddress, type Route } from "./route";
import styles from "./Frame.module.css";

/** Where the loop closes: an alert's retraining begins with the pipeline. */
const BACK = { from: "retraining", to: "pipeline" };

const stopOf = ({ name, title, state, summary, last_event: last }: Station): Stop => ({
  name,
  title,
  sign: state,
  summary,
  // What the summary says already is not said twice.
  last: last === null ? null : { text: last.sentence === summary ? "" : last.sentence, at: last.at_ms },
  address: stationAddress(name),
});

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const dark = useComputedColorScheme("light") === "dark";
  const label = dark ? "Show light colours" : "Show dark colours";
  return (
    <ActionIcon variant="transparent" size="md" aria-label={label} title={label} className={styles.switch} onClick={() => setColorScheme(dark ? "light" : "dark")}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M8 2a6 6 0 0 1 0 12Z" fill="currentColor" />
      </svg>
    </ActionIcon>
  );
}

function Stones() {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true" fill="var(--accent)">
      <ellipse cx="16" cy="25.5" rx="12.5" ry="4.5" />
      <ellipse cx="15" cy="16.5" rx="9" ry="4" />
      <ellipse cx="17" cy="8.5" rx="5.5" ry="3.4" />
    </svg>
  );
}

function Head({ overview, problem }: { overview: Overview; problem: Problem | null }) {
  return (
    <header className={styles.head}>
      <a href={overviewAddress} className={styles.name}>
        <Stones />
        <span>Cairn</span>
      </a>
      <p className={styles.project}>
        {overview.project && <b>{overview.project}</b>}
        <span className="muted">{overview.charter?.objective}</span>
      </p>
      <p className={`${styles.fresh} small`} role="status">
        {problem ? <span className="bad">{`${problem.message} Shown: ${time(overview.now_ms)}.`}</span> : null}
      </p>
      {!problem && (
        <p className={`${styles.fresh} small muted numeric`} title="The server's clock at the newest answer">
          {time(overview.now_ms)}
        </p>
      )}
      <SchemeSwitch />
    </header>
  );
}

/** What every page stands in: the head, the way through the stations, and the page itself. */
export function Frame(props: { overview: Overview; problem: Problem | null; route: Route; children: ReactNode }) {
  const { overview, problem, route, children } = props;
  const main = useRef<HTMLElement>(null);
  const place = route.page === "station" ? `station/${route.station}` : route.page === "story" ? `story/${route.cause}` : route.page;
  const shown = useRef(place);
  useEffect(() => {
    if (shown.current === place) return;
    shown.current = place;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [place]);

  return (
    <div className={styles.frame}>
      <a href="#main" className={styles.skip} onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        Skip the way
      </a>
      <Head overview={overview} problem={problem} />
      <div className={`${styles.columns} ${route.page === "overview" ? "" : styles.away}`}>
        <nav className={styles.way} aria-label="Stations of the loop">
          <Way stops={overview.stations.map(stopOf)} back={BACK} current={route.page === "station" ? route.station : ""} />
        </nav>
        <main id="main" className={styles.main} ref={main} tabIndex={-1}>
          {children}
        </main>
      </div>
    </div>
  );
}
