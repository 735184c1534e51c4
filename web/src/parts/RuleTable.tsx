import { figure } from "../format/numbers";
import { Table } from "./Table";
import { Verdict } from "./Verdict";

export interface Ruling {
  name: string;
  passed: boolean;
  value: unknown;
  bound: unknown;
  detail: string;
}

/** A measured value of any shape, as short as it can be read. */
function shown(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return figure(value);
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(shown).join(" to ");
  return Object.entries(value)
    .map(([key, part]) => `${key.replaceAll("_", " ")} ${shown(part)}`)
    .join(", ");
}

/** Rules, what each measured, and whether it held. */
export function RuleTable({ rules }: { rules: Ruling[] }) {
  return (
    <Table
      label="Rules"
      rows={rules}
      keyOf={(rule) => rule.name}
      columns={[
        { title: "Rule", steady: true, cell: (rule) => <b>{rule.name}</b> },
        { title: "Verdict", cell: (rule) => <Verdict verdict={rule.passed ? "pass" : "fail"} /> },
        { title: "Measured", cell: (rule) => <span className="numeric">{shown(rule.value)}</span> },
        { title: "Bound", cell: (rule) => <span className="numeric">{shown(rule.bound)}</span> },
        { title: "Detail", cell: (rule) => <span className="muted">{rule.detail}</span> },
      ]}
    />
  );
}
