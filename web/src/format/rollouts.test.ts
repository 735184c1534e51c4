import { expect, test } from "vitest";
import type { Decision } from "../api/rollouts";
import { allowedBy, stageName } from "./rollouts";

const decision = (change: Partial<Decision>): Decision => ({ state: "open", policy: "human", required: 1, rules: [], approvals: [], ...change });

test("a decision names those who signed it, and says how many are still needed", () => {
  expect(allowedBy(decision({ state: "approved", approvals: [{ principal: "ada", at: 1 }] }))).toBe("ada");
  expect(allowedBy(decision({ required: 2, approvals: [{ principal: "ada", at: 1 }] }))).toBe("ada (1 of 2)");
  expect(allowedBy(decision({ state: "approved", approvals: [{ principal: "ben", at: 1, for: "ada" }] }))).toBe("ben for ada");
  expect(allowedBy(decision({ policy: "emergency", state: "redeemed", approvals: [{ principal: "ada", at: 1, emergency: "down" }] }))).toBe(
    "ada in an EMERGENCY: down",
  );
  expect(allowedBy(decision({}))).toBe("nobody yet");
});

test("policy counts only once it has approved", () => {
  expect(allowedBy(decision({ policy: "policy", state: "redeemed" }))).toBe("policy");
  expect(allowedBy(decision({ policy: "policy", state: "rejected" }))).toBe("nobody yet");
});

test("stages read as words", () => {
  expect(stageName("awaiting_approval")).toBe("awaiting approval");
});
