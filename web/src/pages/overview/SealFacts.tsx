import type { Overview } from "../../api/overview";
import { count, counted } from "../../format/numbers";
import { Digest } from "../../parts/Digest";
import { Facts } from "../../parts/Facts";
import { Note } from "../../parts/Note";
import { When } from "../../parts/When";

/** How far the log is sealed: size and root of the newest signed tree head. */
export function SealFacts({ seal, configuration }: { seal: Overview["audit"]; configuration: Overview["configuration"] }) {
  if (seal === null || seal.sealed === 0) {
    return <Note title="Nothing is sealed yet.">Every event joins a Merkle tree whose head is signed; <code>cairn audit verify</code> recomputes it.</Note>;
  }
  return (
    <Facts
      of={[
        ["Sealed", `${count(seal.sealed)} of ${counted(seal.events, "event")}`],
        ["Root", <Digest key="root" of={seal.root} length={20} />],
        ["Signed", seal.signed_ms ? <When key="signed" ms={seal.signed_ms} /> : null],
        ["Key", seal.key ? <Digest key="key" of={seal.key} length={20} /> : null],
        ["Configuration", configuration?.digest ? <Digest key="configuration" of={configuration.digest} length={20} /> : null],
        ["Verify", <code key="verify">cairn audit verify</code>],
      ]}
    />
  );
}
