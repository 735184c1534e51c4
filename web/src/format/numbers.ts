const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** A whole number with its thousands apart: 84,000. */
export const count = (value: number): string => grouped.format(value);

/** `count` of a noun: "1 event", "1,200 events". */
export const counted = (value: number, noun: string, plural = `${noun}s`): string =>
  `${count(value)} ${value === 1 ? noun : plural}`;

/** A measured figure with three significant digits, enough to tell two windows apart and no more: 0.512, 3.14, 1,240. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1000) return grouped.format(value);
  if (size !== 0 && size < 0.001) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}

/** A share between 0 and 1 as percent: 20 %, 0.5 %. */
export const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

/** The head of a digest or an id that is long: enough to recognise it. */
export const short = (digest: string, length = 12): string => (digest.length > length + 4 ? `${digest.slice(0, length)}…` : digest);
