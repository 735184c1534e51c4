/** One window of a line: where it lies in time, what was measured, and whether it broke the bound. */
export interface Measured {
  from: number;
  to: number;
  value: number;
  broke: boolean;
}

export interface Line {
  name: string;
  points: Measured[];
}

/** What uPlot draws: the middles of all windows in order, and per line its value there or null. */
export interface Columns {
  windows: { from: number; to: number; broke: boolean }[];
  x: number[];
  y: (number | null)[][];
}

export function columnsOf(lines: Line[]): Columns {
  const byKey = new Map<string, { from: number; to: number; broke: boolean }>();
  for (const { points } of lines) {
    for (const { from, to, broke } of points) {
      const key = `${from}/${to}`;
      byKey.set(key, { from, to, broke: broke || (byKey.get(key)?.broke ?? false) });
    }
  }
  const windows = [...byKey.values()].sort((a, b) => a.from + a.to - (b.from + b.to));
  const y = lines.map(({ points }) => {
    const values = new Map(points.map((point) => [`${point.from}/${point.to}`, point.value]));
    return windows.map(({ from, to }) => values.get(`${from}/${to}`) ?? null);
  });
  return { windows, x: windows.map(({ from, to }) => (from + to) / 2), y };
}

/** Lowest and highest value to show: all that was measured and the bounds, with a little air; from 0 where the measure begins there. */
export function reach(lines: Line[], bounds: number[], fromZero: boolean): [number, number] {
  const values = [...lines.flatMap((line) => line.points.map((point) => point.value)), ...bounds];
  if (values.length === 0) return [0, 1];
  const low = fromZero ? Math.min(0, ...values) : Math.min(...values);
  const high = Math.max(...values);
  const air = (high - low || Math.abs(high) || 1) * 0.12;
  return [fromZero && low === 0 ? 0 : low - air, high + air];
}
