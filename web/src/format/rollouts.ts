import type { Approval, Decision } from "../api/rollouts";

/** Whose signature it is: "ben for ada", "ada in an EMERGENCY: the service is down". */
const signed = ({ principal, for: giver, emergency }: Approval): string =>
  principal + (giver ? ` for ${giver}` : "") + (emergency ? ` in an EMERGENCY: ${emergency}` : "");

/** Who let a candidate through: the people who signed, or the policy of the accepted gates. */
export function allowedBy({ approvals, policy, state, required }: Decision): string {
  const names = approvals.map(signed).join(", ");
  if (names !== "") return approvals.length < required ? `${names} (${approvals.length} of ${required})` : names;
  return policy === "policy" && (state === "approved" || state === "redeemed") ? "policy" : "nobody yet";
}

/** A stage for people: "awaiting approval". */
export const stageName = (stage: string): string => stage.replaceAll("_", " ");
