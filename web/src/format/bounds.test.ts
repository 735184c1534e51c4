import { expect, test } from "vitest";
import { measured, sign, statisticName } from "./bounds";

test("comparators are written as by hand, unknown ones as they came", () => {
  expect(sign("<=")).toBe("≤");
  expect(sign("<")).toBe("<");
});

test("the source of a figure gives its unit", () => {
  expect(measured(12.34, "serving.latency_p99_ms")).toBe("12.3 ms");
  expect(measured(0.031, "serving.fallback_share")).toBe("3.1 %");
  expect(measured(412, "evaluation.cost_per_1000")).toBe("412 per 1,000");
  expect(measured(0.5123, "quality.log_loss")).toBe("0.512");
});

test("statistics have the names of the literature", () => {
  expect(statisticName("psi")).toBe("PSI");
  expect(statisticName("log_loss")).toBe("log loss");
});
