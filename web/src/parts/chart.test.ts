import { expect, test } from "vitest";
import { columnsOf, reach } from "./chart";

const point = (from: number, value: number, broke = false) => ({ from, to: from + 10, value, broke });

test("lines with different windows share one axis, with gaps where a line has none", () => {
  const columns = columnsOf([
    { name: "a", points: [point(0, 1), point(10, 2)] },
    { name: "b", points: [point(10, 5, true), point(20, 6)] },
  ]);
  expect(columns.x).toEqual([5, 15, 25]);
  expect(columns.y).toEqual([
    [1, 2, null],
    [null, 5, 6],
  ]);
  expect(columns.windows.map((window) => window.broke)).toEqual([false, true, false]);
});

test("the bound is always within reach", () => {
  const [low, high] = reach([{ name: "a", points: [point(0, 0.1)] }], [0.25], true);
  expect(low).toBe(0);
  expect(high).toBeGreaterThan(0.25);
  const [bottom, top] = reach([{ name: "a", points: [point(0, 0.5), point(1, 0.6)] }], [0.56], false);
  expect(bottom).toBeLessThan(0.5);
  expect(top).toBeGreaterThan(0.6);
});

test("one flat value and no value at all still give a range", () => {
  const [low, high] = reach([{ name: "a", points: [point(0, 0.5)] }], [], false);
  expect(high).toBeGreaterThan(low);
  expect(reach([], [], true)).toEqual([0, 1]);
});
