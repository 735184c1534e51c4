import { expect, test } from "vitest";
import { mlflowAddress, modelAddress, routeOf, stationAddress, storyAddress } from "./route";

test("every address leads back to what it was made from", () => {
  expect(routeOf("")).toEqual({ page: "overview" });
  expect(routeOf("#/")).toEqual({ page: "overview" });
  expect(routeOf(stationAddress("monitoring"))).toEqual({ page: "station", station: "monitoring", event: "" });
  expect(routeOf(stationAddress("data", "0190-ab"))).toEqual({ page: "station", station: "data", event: "0190-ab" });
  expect(routeOf(modelAddress("late/arrival ä%"))).toEqual({ page: "model", model: "late/arrival ä%" });
  expect(routeOf(storyAddress("a-1"))).toEqual({ page: "story", cause: "a-1", event: "" });
  expect(routeOf(storyAddress("a-1", "0190"))).toEqual({ page: "story", cause: "a-1", event: "0190" });
});

test("an address that means nothing says so instead of showing something else", () => {
  expect(routeOf("#/nowhere")).toEqual({ page: "lost", path: "nowhere" });
  expect(routeOf("#/station")).toEqual({ page: "lost", path: "station" });
  expect(routeOf("#/station/data/event")).toEqual({ page: "lost", path: "station/data/event" });
  expect(routeOf("#/model/%zz")).toEqual({ page: "model", model: "%zz" });
});

test("links that MLflow's clients print lead to MLflow's own page, and no other address does", () => {
  expect(mlflowAddress("#/experiments/1/runs/0a1b")).toBe("mlflow/#/experiments/1/runs/0a1b");
  expect(mlflowAddress("#/models/churn/versions/2")).toBe("mlflow/#/models/churn/versions/2");
  expect(mlflowAddress("#/experiments?searchFilter=a")).toBe("mlflow/#/experiments?searchFilter=a");
  for (const own of ["", "#/", "#/model/experiments", "#/station/tracking", "#/experimentsx"]) expect(mlflowAddress(own)).toBe("");
});
