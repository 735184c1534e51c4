import { useLoaded } from "../../api/loaded";
import type { Level } from "../../api/overview";
import { readScore, type Citation, type ScoredTest } from "../../api/scorecard";
import { figure } from "../../format/numbers";
import { Pending } from "../../parts/Pending";
import { Section } from "../../parts/Section";
import { Table } from "../../parts/Table";

const CITED = 3;

/** The events that prove a test, the first few by name. */
function Evidence({ of }: { of: Citation[] }) {
  return (
    <span className="small muted">
      {of.slice(0, CITED).map(({ event, kind, position }) => (
        <span key={event} title={event}>
          <code>{kind}</code>
          {position === null ? " (not sealed yet) " : ` at ${position} `}
        </span>
      ))}
      {of.length > CITED && `and ${of.length - CITED} more`}
    </span>
  );
}

function Tests({ section, tests }: { section: string; tests: ScoredTest[] }) {
  const sum = tests.reduce((total, test) => total + test.points, 0);
  return (
    <Section title={`Tests of ${section}`} aside={`${figure(sum)} of ${tests.length}`}>
      <Table
        label={`Tests of ${section}`}
        rows={tests}
        keyOf={({ test }) => test}
        columns={[
          { title: "Points", numeric: true, cell: ({ points }) => <b className={points > 0 ? "good" : "muted"}>{figure(points)}</b> },
          { title: "Test", cell: ({ test, meaning }) => <span title={test}>{meaning}</span> },
          {
            title: "Why",
            cell: ({ sentence, earns, evidence }) => (
              <>
                <p>{sentence}</p>
                <Evidence of={evidence} />
                {earns && <p className="small muted">{earns}</p>}
              </>
            ),
          },
        ]}
      />
    </Section>
  );
}

/** The 28 tests, each with the events that prove it, and what the next level lacks. */
export function ScoreRows({ level }: { level: Level | null }) {
  const score = useLoaded("score", readScore);
  const sections = score.state === "ready" ? [...new Set(score.value.map((test) => test.section))] : [];
  return (
    <>
      {level && level.missing.length > 0 && (
        <Section title={`What level ${level.level + 1} lacks`}>
          <ul>
            {level.missing.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </Section>
      )}
      {score.state !== "ready" && <Pending of={score} what="ML Test Score" />}
      {score.state === "ready" &&
        sections.map((section) => <Tests key={section} section={section} tests={score.value.filter((test) => test.section === section)} />)}
    </>
  );
}
