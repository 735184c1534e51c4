import { expect, test } from "vitest";
import { count, counted, figure, percent, short } from "./numbers";

test("whole numbers keep their thousands apart", () => {
  expect(count(84000)).toBe("84,000");
  expect(counted(1, "event")).toBe("1 event");
  expect(counted(1200, "event")).toBe("1,200 events");
  expect(counted(2, "is", "are")).toBe("2 are");
});

test("figures carry three significant digits and no padding", () => {
  expect(figure(0.5)).toBe("0.5");
  expect(figure(0.512345)).toBe("0.512");
  expect(figure(-0.0517)).toBe("-0.0517");
  expect(figure(3.14159)).toBe("3.14");
  expect(figure(1240.4)).toBe("1,240");
  expect(figure(0)).toBe("0");
  expect(figure(0.00004)).toBe("4.0e-5");
});

test("shares read as percent without the noise of binary fractions", () => {
  expect(percent(0.2)).toBe("20 %");
  expect(percent(0.07)).toBe("7 %");
  expect(percent(0.005)).toBe("0.5 %");
});

test("a digest is cut only when that saves something", () => {
  expect(short("9f".repeat(32))).toBe("9f9f9f9f9f9f…");
  expect(short("d-0123456789abc")).toBe("d-0123456789abc");
});
