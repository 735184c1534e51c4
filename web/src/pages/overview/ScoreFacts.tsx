import type { Level, Score } from "../../api/overview";
import { figure } from "../../format/numbers";
import { Meter } from "../../parts/Meter";
import { Note } from "../../parts/Note";
import { Section } from "../../parts/Section";
import { stationAddress } from "../../route";
import styles from "./ScoreFacts.module.css";

const TESTS_IN_A_SECTION = 7;
const MISSING_SHOWN = 5;

/** The ML Test Score by its four sections, and the maturity level with what the next one lacks. */
export function ScoreFacts({ score, level }: { score: Score | null; level: Level | null }) {
  return (
    <Section title="ML Test Score" aside={<a href={stationAddress("scorecard")}>evidence</a>}>
      {score === null ? (
        <Note title="Not counted yet.">28 tests in four sections, each proved by events; the score is the smallest sum of the four.</Note>
      ) : (
        <>
          <p className={styles.score}>
            <b>{figure(score.score)}</b> <span className="muted">{score.band}</span>
          </p>
          <ul className={styles.sections}>
            {score.sections.map(({ name, sum }) => (
              <li key={name} className={styles.section}>
                <span>{name}</span>
                <Meter value={sum} of={TESTS_IN_A_SECTION} label={`${name}: ${figure(sum)} of ${TESTS_IN_A_SECTION}`} />
                <span className="numeric">
                  {figure(sum)} <span className="muted">of {TESTS_IN_A_SECTION}</span>
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {level && (
        <div className={styles.level}>
          <p>
            <b>Level {level.level}</b> {level.name}
          </p>
          {level.missing.length > 0 && (
            <div className="small muted">
              <p>For level {level.level + 1} there is missing:</p>
              <ul className={styles.missing}>
                {level.missing.slice(0, MISSING_SHOWN).map((sentence) => (
                  <li key={sentence}>{sentence}</li>
                ))}
              </ul>
              {level.missing.length > MISSING_SHOWN && <a href={stationAddress("scorecard")}>{`${level.missing.length - MISSING_SHOWN} more`}</a>}
            </div>
          )}
        </div>
      )}
    </Section>
  );
}
