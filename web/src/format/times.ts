const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (value: number): string => String(value).padStart(2, "0");

/** A day in UTC: "24 Nov 2026". */
export function day(ms: number): string {
  const date = new Date(ms);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** A moment in UTC, to the second: "24 Nov 2026, 16:50:07 UTC". */
export function moment(ms: number): string {
  const date = new Date(ms);
  return `${day(ms)}, ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} UTC`;
}

/** A window of time: days where it begins and ends at midnight, else moments to the minute. The end is exclusive. */
export function span(from: number, to: number): string {
  if (from % DAY === 0 && to % DAY === 0) {
    const last = to - DAY;
    if (last <= from) return day(from);
    const [a, b] = [new Date(from), new Date(last)];
    if (a.getUTCFullYear() !== b.getUTCFullYear()) return `${day(from)} – ${day(last)}`;
    if (a.getUTCMonth() !== b.getUTCMonth()) return `${a.getUTCDate()} ${MONTHS[a.getUTCMonth()]} – ${day(last)}`;
    return `${a.getUTCDate()} – ${day(last)}`;
  }
  const clock = (ms: number) => moment(ms).slice(0, -7);
  return day(from) === day(to) ? `${clock(from)} – ${clock(to).slice(-5)} UTC` : `${clock(from)} – ${clock(to)} UTC`;
}

/** A length of time in its largest unit, with one more digit while the number is small: "850 ms", "12 s", "1.5 h", "3 d". */
export function length(ms: number): string {
  const size = Math.abs(ms);
  const inUnit = (unit: number, name: string) => {
    const value = ms / unit;
    return `${Math.abs(value) < 10 ? Number(value.toFixed(1)) : Math.round(value)} ${name}`;
  };
  if (size < SECOND) return `${Math.round(ms)} ms`;
  if (size < MINUTE) return inUnit(SECOND, "s");
  if (size < HOUR) return inUnit(MINUTE, "min");
  if (size < 2 * DAY) return inUnit(HOUR, "h");
  return inUnit(DAY, "d");
}

/** How long ago: "just now", "42 s ago", "3 min ago", "5 h ago", "12 d ago"; for a time to come "in 3 d". Whole units only. */
export function ago(then: number, now: number): string {
  const size = Math.abs(now - then);
  if (size < 5 * SECOND) return "just now";
  const [unit, name] = size < MINUTE ? [SECOND, "s"] : size < HOUR ? [MINUTE, "min"] : size < 2 * DAY ? [HOUR, "h"] : [DAY, "d"];
  const text = `${Math.floor(size / Number(unit))} ${name}`;
  return then <= now ? `${text} ago` : `in ${text}`;
}

/** The time of day in UTC: "16:50:07 UTC". */
export const time = (ms: number): string => moment(ms).slice(-12);

/** A moment below an axis whose marks are `step` apart, as short as they differ: "Mar 2013", "4 Mar", "16:50". */
export function tick(ms: number, step: number): string {
  if (step < DAY) return time(ms).slice(0, 5);
  return step < 28 * DAY ? day(ms).slice(0, -5) : day(ms).replace(/^\d+ /, "");
}
