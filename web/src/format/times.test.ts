import { expect, test } from "vitest";
import { ago, day, length, moment, span, tick, time } from "./times";

const at = (text: string) => Date.parse(text);

test("moments are told in UTC and say so", () => {
  expect(moment(at("2013-03-09T04:05:06Z"))).toBe("9 Mar 2013, 04:05:06 UTC");
  expect(day(at("2013-12-31T23:59:59Z"))).toBe("31 Dec 2013");
});

test("a window of whole days names its first and last day, and repeats nothing", () => {
  expect(span(at("2013-03-04"), at("2013-03-11"))).toBe("4 – 10 Mar 2013");
  expect(span(at("2013-03-28"), at("2013-04-04"))).toBe("28 Mar – 3 Apr 2013");
  expect(span(at("2013-12-30"), at("2014-01-06"))).toBe("30 Dec 2013 – 5 Jan 2014");
  expect(span(at("2013-03-04"), at("2013-03-05"))).toBe("4 Mar 2013");
});

test("a window within a day keeps its minutes", () => {
  expect(span(at("2013-03-04T10:00Z"), at("2013-03-04T10:30Z"))).toBe("4 Mar 2013, 10:00 – 10:30 UTC");
  expect(span(at("2013-03-04T23:30Z"), at("2013-03-05T00:30Z"))).toBe("4 Mar 2013, 23:30 – 5 Mar 2013, 00:30 UTC");
});

test("lengths use the unit that a person would", () => {
  expect(length(3)).toBe("3 ms");
  expect(length(1500)).toBe("1.5 s");
  expect(length(90_000)).toBe("1.5 min");
  expect(length(86_400_000)).toBe("24 h");
  expect(length(604_800_000)).toBe("7 d");
});

test("ages count whole units and know the future", () => {
  const now = at("2026-11-24T12:00:00Z");
  expect(ago(now - 900, now)).toBe("just now");
  expect(ago(now - 59_900, now)).toBe("59 s ago");
  expect(ago(now - 3_600_000, now)).toBe("1 h ago");
  expect(ago(now - 40 * 3_600_000, now)).toBe("40 h ago");
  expect(ago(now - 50 * 3_600_000, now)).toBe("2 d ago");
  expect(ago(now + 3 * 86_400_000, now)).toBe("in 3 d");
});

test("marks below an axis say only what tells them apart", () => {
  const moment = at("2013-03-09T04:05:00Z");
  expect(tick(moment, 30 * 86_400_000)).toBe("Mar 2013");
  expect(tick(moment, 7 * 86_400_000)).toBe("9 Mar");
  expect(tick(moment, 3_600_000)).toBe("04:05");
  expect(time(moment)).toBe("04:05:00 UTC");
});
