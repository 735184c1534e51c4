import { expect, test } from "vitest";
import { share } from "./share";

test("an equal answer is the previous one", () => {
  const previous = { a: [1, { b: null }], c: "x" };
  expect(share(previous, structuredClone(previous))).toBe(previous);
});

test("only what changed is new", () => {
  const previous = { now: 1, list: [{ id: "a" }, { id: "b" }], other: { deep: true } };
  const next = share(previous, { now: 2, list: [{ id: "a" }, { id: "c" }], other: { deep: true } });
  expect(next).toEqual({ now: 2, list: [{ id: "a" }, { id: "c" }], other: { deep: true } });
  expect(next.other).toBe(previous.other);
  expect(next.list[0]).toBe(previous.list[0]);
  expect(next.list).not.toBe(previous.list);
});

test("a part that went away or came is noticed", () => {
  const short = [1];
  expect(share([1, 2], short)).toEqual([1]);
  expect(share({ a: 1, b: undefined }, { a: 1 })).toEqual({ a: 1 });
  expect(Object.keys(share({ a: 1, b: undefined }, { a: 1 }))).toEqual(["a"]);
  expect(share(null, { a: 1 })).toEqual({ a: 1 });
  expect(share({ a: 1 }, null)).toBeNull();
  expect(share([1], { 0: 1 })).toEqual({ 0: 1 });
});
