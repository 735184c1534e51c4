import { short } from "../format/numbers";

/** A long id or digest, cut, whole on hover. */
export function Digest({ of, length = 12 }: { of: string; length?: number }) {
  return (
    <code title={of} className="numeric">
      {short(of, length)}
    </code>
  );
}
