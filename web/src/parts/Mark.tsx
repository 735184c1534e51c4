import styles from "./Mark.module.css";

export type Sign = "idle" | "done" | "running" | "waiting" | "failed" | "alert";

const WORDS: Record<Sign, string> = {
  idle: "nothing yet",
  done: "done",
  running: "running",
  waiting: "waits for somebody",
  failed: "failed",
  alert: "alert",
};

function Shape({ sign }: { sign: Sign }) {
  switch (sign) {
    case "idle":
      return <circle cx="8" cy="8" r="4.5" fill="var(--mantine-color-body)" stroke="currentColor" strokeWidth="1.5" />;
    case "done":
      return (
        <>
          <circle cx="8" cy="8" r="6.5" fill="currentColor" />
          <path d="M5 8.2 7.2 10.4 11 6" fill="none" stroke="var(--mantine-color-body)" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" />
        </>
      );
    case "running":
      return (
        <>
          <circle cx="8" cy="8" r="6" fill="var(--mantine-color-body)" stroke="currentColor" strokeWidth="1.5" />
          <path d="M8 4 A4 4 0 0 1 8 12 Z" fill="currentColor" />
        </>
      );
    case "waiting":
      return (
        <>
          <rect x="3" y="3" width="10" height="10" rx="1.5" transform="rotate(45 8 8)" fill="currentColor" />
          <path d="M6.6 5.6v4.8M9.4 5.6v4.8" stroke="var(--mantine-color-body)" strokeWidth="1.6" />
        </>
      );
    case "failed":
      return (
        <>
          <rect x="1.8" y="1.8" width="12.4" height="12.4" rx="2.5" fill="currentColor" />
          <path d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2" stroke="var(--mantine-color-body)" strokeWidth="1.7" strokeLinecap="round" />
        </>
      );
    case "alert":
      return (
        <>
          <path d="M8 1.2 15.3 14.2H.7Z" fill="currentColor" strokeLinejoin="round" />
          <path d="M8 5.8v4.2M8 11.4v1.4" stroke="var(--mantine-color-body)" strokeWidth="1.6" />
        </>
      );
  }
}

/** A state told by shape, colour and, for those who hear the page, by word. */
export function Mark({ sign }: { sign: Sign }) {
  return (
    <span className={`${styles.mark} ${styles[sign]}`}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <Shape sign={sign} />
      </svg>
      <span className="unseen">{WORDS[sign]}</span>
    </span>
  );
}
