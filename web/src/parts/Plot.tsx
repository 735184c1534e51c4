import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { figure } from "../format/numbers";
import { tick } from "../format/times";
import { columnsOf, reach, type Columns, type Line } from "./chart";

export interface PlotProps {
  lines: Line[];
  bounds: number[];
  fromZero: boolean;
  height: number;
  scheme: "light" | "dark"; // colours are read from the page, so a new scheme needs a new drawing
  onPoint: (index: number | null) => void; // the window under the pointer
}

const FONT = "11px Inter, system-ui, sans-serif";

/** The page's own colours, which a canvas has to be told. */
function palette(element: Element) {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: colour("--mantine-color-dimmed"),
    grid: colour("--line"),
    bad: colour("--bad"),
    wash: colour("--bad-wash"),
    series: (index: number) => colour(`--series-${(index % 6) + 1}`),
  };
}
type Palette = ReturnType<typeof palette>;

function drawBroken(plot: uPlot, columns: Columns, colours: Palette) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = colours.wash;
  for (const { from, to, broke } of columns.windows) {
    if (!broke) continue;
    const left = Math.max(bbox.left, plot.valToPos(from, "x", true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(to, "x", true));
    ctx.fillRect(left, bbox.top, Math.max(1, right - left), bbox.height);
  }
  ctx.restore();
}

function drawBounds(plot: uPlot, bounds: number[], colours: Palette) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colours.bad;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
  for (const bound of bounds) {
    const y = Math.round(plot.valToPos(bound, "y", true));
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

function drawBrokenPoints(plot: uPlot, lines: Line[], colours: Palette) {
  const { ctx } = plot;
  ctx.save();
  ctx.fillStyle = colours.bad;
  for (const point of lines.flatMap((line) => line.points)) {
    if (!point.broke) continue;
    ctx.beginPath();
    ctx.arc(plot.valToPos((point.from + point.to) / 2, "x", true), plot.valToPos(point.value, "y", true), 3.5 * devicePixelRatio, 0, 2 * Math.PI);
    ctx.fill();
  }
  ctx.restore();
}

function optionsFor(props: PlotProps, columns: Columns, colours: Palette, width: number): uPlot.Options {
  const { lines, bounds, fromZero, height, onPoint } = props;
  const axis = { stroke: colours.text, font: FONT, grid: { stroke: colours.grid, width: 1 }, ticks: { show: false } };
  const ends: [number, number] = [columns.windows[0]?.from ?? 0, columns.windows.at(-1)?.to ?? 1];
  return {
    width,
    height,
    ms: 1,
    tzDate: (at) => uPlot.tzDate(new Date(at), "Etc/UTC"),
    padding: [6, 24, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: { x: { time: true, range: () => ends }, y: { range: () => reach(lines, bounds, fromZero) } },
    axes: [
      { ...axis, size: 24, gap: 4, space: 84, grid: { show: false }, values: (_plot, splits, _axis, _space, step) => splits.map((at) => tick(at, step)) },
      { ...axis, size: 44, gap: 6, space: 34, values: (_plot, splits) => splits.map(figure) },
    ],
    series: [
      {},
      ...lines.map((line, index) => ({
        label: line.name,
        stroke: colours.series(index),
        width: 1.75,
        ...(index >= 6 ? { dash: [6, 3] } : {}),
        spanGaps: false,
        points: { show: line.points.length <= 40, size: 4.5, fill: colours.series(index) },
      })),
    ],
    hooks: {
      drawClear: [(plot) => drawBroken(plot, columns, colours)],
      draw: [(plot) => drawBounds(plot, bounds, colours), (plot) => drawBrokenPoints(plot, lines, colours)],
      setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)],
    },
  };
}

/** The drawing itself; kept apart so that uPlot is fetched only where something is drawn. Drawn anew when its lines are others. */
export default function Plot(props: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const { lines, bounds, fromZero, height, scheme } = props;

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const columns = columnsOf(lines);
    const plot = new uPlot(optionsFor(props, columns, palette(element), element.clientWidth), [columns.x, ...columns.y], element);
    const watch = new ResizeObserver(() => {
      if (element.clientWidth !== plot.width) plot.setSize({ width: element.clientWidth, height });
    });
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
    // `onPoint` is left out: it does not change what is drawn.
  }, [lines, bounds, fromZero, height, scheme]);

  return <div ref={place} />;
}
