import type { Decision } from "../api/rollouts";

/** Who let a candidate through: the people who signed, or the policy of the accepted gates. */
export function allowedBy({ approvals, policy, state, required }: Decision): string {
  const names = approvals.map(({ principal }) => principal).join(", ");
  if (names !== "") return approvals.length < required ? `${names} (${approvals.length} of ${required})` : names;
  return policy === "policy" && (state === "approved" || state === "redeemed") ? "policy" : "nobody yet";
}

/** A stage for people: "awaiting approval". */
export const stageName = (stage: string): string => stage.replaceAll("_", " ");
