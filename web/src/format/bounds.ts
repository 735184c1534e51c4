import { figure, percent } from "./numbers";

const SIGNS: Record<string, string> = { "<=": "≤", ">=": "≥", "!=": "≠", "==": "=" };

/** A comparator as one writes it by hand. */
export const sign = (comparator: string): string => SIGNS[comparator] ?? comparator;

/** A figure with the unit that the last word of its source names: `…latency_p99_ms` is in ms, a `…_share` is a percentage. */
export function measured(value: number, source: string): string {
  if (source.endsWith("_ms")) return `${figure(value)} ms`;
  if (source.endsWith("_share")) return percent(value);
  if (source.endsWith("per_1000")) return `${figure(value)} per 1,000`;
  return figure(value);
}

/** A statistic's name for people: `log_loss` → "log loss", `psi` → "PSI". */
export function statisticName(name: string): string {
  const known: Record<string, string> = {
    psi: "PSI",
    ks: "KS",
    chi_square: "chi-square",
    jensen_shannon: "Jensen-Shannon",
    wasserstein: "Wasserstein",
    roc_auc: "ROC AUC",
  };
  return known[name] ?? name.replaceAll("_", " ");
}
