#include "loop/evidence/bundle_text.h"

namespace cairn::evidence {
namespace {

constexpr const char* kReadMe = R"md(
Everything here can be checked without a network and without the program that wrote it. Run the commands in this folder.

What only somebody else can tell you: whether `keys/log.pem` is really the project's key. Compare its SHA-256 with what the project tells you by
another way. `log/head.json` is the log's signed head: compare it with a copy of the project's `heads.jsonl` that is kept elsewhere; without one, a log
that its own key sealed anew cannot be told from the first.

## Every file
    sha256sum --check --strict SHA256SUMS
    openssl pkeyutl -verify -pubin -inkey keys/log.pem -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig

## The model: OpenSSF Model Signing 1.0
    pip install model-signing pyopenssl
    model_signing verify key model --signature model.sig --public_key keys/model.pem

## How it came to be: in-toto statement, SLSA provenance 1.0, DSSE
    pip install in-toto-attestation securesystemslib
    python3 verify.py          # the signature; or securesystemslib.dsse.Envelope with keys/log.pem
    python3 -c "import base64,json;print(base64.b64decode(json.load(open('provenance.dsse.json'))['payload']).decode())"

## What it is made of, and the ML Test Score as claims with evidence: CycloneDX 1.6
    pip install 'cyclonedx-python-lib[json-validation]'
    python3 -c "
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator
    for name in ('bom.cdx.json', 'attestations.cdx.json'):
        print(name, JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(name).read()) or 'valid')"

## What happened: the event log
    python3 verify.py

`log/events.jsonl` holds the events of this version's story, `log/proofs.jsonl` the inclusion proof of each (RFC 6962) in the tree whose head
is `log/head.json`. The leaf of an event is SHA-256 of a zero byte and the line. `lineage.jsonl` says the same as OpenLineage events.

## Who decided: decision.json
`statement` is what approvers signed, `approvals` holds their keys and Ed25519 signatures over it; verify.py checks them. What they saw is named by digest:
`seen.configuration` is the SHA-256 of configuration.yaml; `examination.json` holds what was measured, with the version on the same rows as what it was to replace.

## Other forms
`huggingface.md` is a card for a model repository on Hugging Face, `junit.xml` the gates and the tests for CI systems.
)md";

constexpr const char* kProgram =
    R"py("""Checks the log's proofs and the Ed25519 signatures of this bundle. Needs Python 3.8 and the program openssl; no network."""

import base64
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
problems = []


def signed(key_pem, message, signature):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, content in (("key", key_pem), ("message", message), ("signature", signature)):
            (folder / name).write_bytes(content)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", folder / "key", "-rawin", "-in", folder / "message", "-sigfile", folder / "signature"]
        return subprocess.run(command, capture_output=True).returncode == 0


def pem_of(key):
    der = bytes.fromhex("302a300506032b6570032100") + base64.b64decode(key)
    return b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(der) + b"\n-----END PUBLIC KEY-----\n"


def check(name, good):
    print("ok  " if good else "BAD ", name)
    if not good:
        problems.append(name)


def lines(name):
    return [line for line in (HERE / name).read_bytes().split(b"\n") if line]


def root_from(leaf, index, size, path):
    """RFC 9162, section 2.1.3.2."""
    node, last = leaf, size - 1
    for sibling in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            node = hashlib.sha256(b"\x01" + sibling + node).digest()
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + sibling).digest()
        index, last = index >> 1, last >> 1
    return node if last == 0 else None


project = (HERE / "keys/log.pem").read_bytes()
check("SHA256SUMS.sig", signed(project, (HERE / "SHA256SUMS").read_bytes(), (HERE / "SHA256SUMS.sig").read_bytes()))
for line in lines("SHA256SUMS"):
    digest, name = line.decode().split("  ", 1)
    if not (HERE / name).is_file() or hashlib.sha256((HERE / name).read_bytes()).hexdigest() != digest:
        check(name, False)

head = json.loads((HERE / "log/head.json").read_text())
statement = json.dumps({name: head[name] for name in ("at", "root", "size")}, sort_keys=True, separators=(",", ":"))
check("log/head.json", signed(project, statement.encode(), base64.b64decode(head["signature"])))
events = lines("log/events.jsonl")
proofs = [json.loads(line) for line in lines("log/proofs.jsonl")]
proven = len(events) == len(proofs)
for event, proof in zip(events, proofs):
    leaf = hashlib.sha256(b"\x00" + event).digest()
    root = root_from(leaf, proof["index"], head["size"], [bytes.fromhex(one) for one in proof["path"]])
    proven = proven and root is not None and root.hex() == head["root"] and json.loads(event)["id"] == proof["event"]
check(f"log/events.jsonl, log/proofs.jsonl: {len(events)} events", proven)

envelope = json.loads((HERE / "provenance.dsse.json").read_text())
payload, kind = base64.b64decode(envelope["payload"]), envelope["payloadType"].encode()
message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
check("provenance.dsse.json", signed(project, message, base64.b64decode(envelope["signatures"][0]["sig"])))

if (HERE / "decision.json").is_file():
    decision = json.loads((HERE / "decision.json").read_text())
    for one in decision["approvals"]:
        statement = one.get("statement", decision["statement"])
        same = {name: value for name, value in json.loads(statement).items() if name not in ("for", "delegation", "emergency")} == json.loads(decision["statement"])
        check("decision.json: " + one["principal"], same and signed(pem_of(one["key"]), statement.encode(), base64.b64decode(one["signature"])))
sys.exit(1 if problems else 0)
)py";

}  // namespace

std::string ReadMe(const Dossier& dossier) {
  return "# Evidence about " + dossier.version.model + ", version " +
         std::to_string(dossier.version.version) + "\n\nAs of " + FormatUtc(dossier.head.at) + ", " +
         std::to_string(dossier.head.size) + " events in the log, root " + dossier.head.root + ".\n" +
         kReadMe;
}

std::string VerifyProgram() { return kProgram; }

}  // namespace cairn::evidence
