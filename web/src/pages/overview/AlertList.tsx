import type { Alert, MonitorSeries } from "../../api/overview";
import { counted, figure } from "../../format/numbers";
import { span } from "../../format/times";
import { Mark } from "../../parts/Mark";
import { Note } from "../../parts/Note";
import { Section } from "../../parts/Section";
import { When } from "../../parts/When";
import { stationAddress, storyAddress } from "../../route";
import styles from "./AlertList.module.css";

function OpenAlert({ alert }: { alert: Alert }) {
  return (
    <li className={styles.alert}>
      <Mark sign="alert" />
      <div>
        <p>
          <a href={storyAddress(alert.id)}>
            {alert.monitor}
            {alert.column && `: ${alert.column}`}
          </a>{" "}
          <b className="bad numeric">{figure(alert.value)}</b> <span className="muted">against {figure(alert.bound)}</span>
        </p>
        <p className="small muted">
          {span(alert.from_ms, alert.to_ms)}, raised <When ms={alert.raised_ms} />, endangers {alert.kpi}
        </p>
        <p className="small">
          {alert.acknowledged_ms === null ? (
            <span className="warn">not acknowledged yet</span>
          ) : (
            <span className="muted">
              acknowledged by {alert.acknowledged_by} <When ms={alert.acknowledged_ms} />
            </span>
          )}
        </p>
      </div>
    </li>
  );
}

/** The incidents that go on; those that ended are a link away. */
export function AlertList({ alerts, monitors }: { alerts: Alert[]; monitors: MonitorSeries[] }) {
  const open = alerts.filter((alert) => alert.closed_ms === null);
  const ended = alerts.length - open.length;
  return (
    <Section title="Open alerts" aside={ended > 0 ? <a href={stationAddress("retraining")}>{counted(ended, "ended alert")}</a> : undefined}>
      {open.length > 0 ? (
        <ul className={styles.list}>
          {open.map((alert) => (
            <OpenAlert key={alert.id} alert={alert} />
          ))}
        </ul>
      ) : monitors.length === 0 ? (
        <Note title="Nothing is watched yet.">
          Each entry of <code>monitors</code> in <code>cairn.yaml</code> names a KPI that it protects and a bound; crossing it raises one alert per incident.
        </Note>
      ) : (
        <Note title="No alert is open.">{`${counted(monitors.length, "line")} watched, see below.`}</Note>
      )}
    </Section>
  );
}
