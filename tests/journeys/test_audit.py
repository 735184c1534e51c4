"""What was so at a moment, who had a hand in it and why; and the log in a file, of which other programs make the tree again."""

import base64
import datetime
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from small_project import MODEL, Refused, judged, make


def leaf(line: bytes) -> bytes:
    return hashlib.sha256(b"\0" + line).digest()


def root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + root(leaves[:split]) + root(leaves[split:])).digest()


def moment(milliseconds: int) -> str:
    return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.fixture(scope="module")
def lived(tmp_path_factory, cairn_binary):
    """A project with a version in production."""
    cairn = make(tmp_path_factory.mktemp("audit") / "project", cairn_binary)
    server = cairn.start("ben")
    assert cairn.ask("run", actor="ben")["state"] == "finished"
    before = cairn.ask("audit", "log", "--limit", "1")["items"][0]["at"]
    rollout = judged(server, 1)
    cairn.ask("model", "approve", rollout["id"], "--sign", "ada", actor="ada")
    yield cairn, before
    assert server.stop() == 0


def test_the_state_of_a_moment_and_the_difference_of_two(lived):
    cairn, before = lived
    now = {(fact["kind"], fact["name"]): fact for fact in cairn.ask("audit", "as-of", "2100-01-01")["state"]}
    assert now["pointer", f"{MODEL}@production"]["value"] == "1"
    assert now["model", MODEL]["value"] == "version 1" and now["principal", "ada"]["value"].startswith("approver; key ")
    assert now["risk", "class"]["value"] == "limited" and ("gate", "answers in time") in now and ("dataset", "rows") in now
    assert cairn.ask("audit", "as-of", "2001-01-01")["state"] == []
    digest = cairn.ask("charter", "show")
    assert digest and now["policy", "cairn.yaml"]["value"].split(",")[0] == hashlib.sha256((cairn.folder / "cairn.yaml").read_bytes()).hexdigest()
    then = {(fact["kind"], fact["name"]) for fact in cairn.ask("audit", "as-of", moment(before))["state"]}
    assert ("pointer", f"{MODEL}@production") not in then and ("policy", "cairn.yaml") in then
    differs = cairn.ask("audit", "diff", moment(before))["items"]
    assert [(one["kind"], one["before"], one["after"]) for one in differs if one["kind"] == "pointer"] == [("pointer", "", "1")]
    events = {event["id"] for event in cairn.ask("audit", "log", "--limit", "10000")["items"]}
    assert {one["event"] for one in differs} <= events
    assert {one["kind"] for one in cairn.ask("audit", "diff", "2001-01-01", "2100-01-01")["items"]} >= {"policy", "principal", "gate", "model", "pointer", "dataset"}
    with pytest.raises(Refused, match="before"):
        cairn.ask("audit", "diff", "2100-01-01", "2001-01-01")


def test_who_had_a_hand_in_production_and_why_it_is_as_it_is(lived):
    cairn, _ = lived
    people = {one["name"]: one for one in cairn.ask("audit", "who", f"{MODEL}@production")["people"]}
    assert people["ada"]["signed"] and people["ada"]["roles"] == ["approver"] and "governance.decision_approved" in people["ada"]["did"]
    assert not people["ben"]["signed"] and "developer" in people["ben"]["roles"]
    why = cairn.ask("audit", "why", f"{MODEL}/1")
    kinds = [event["kind"] for event in why["items"]]
    for kind in ("pipeline.run_started", "registry.version_added", "governance.decision_proposed",
                 "governance.decision_approved", "registry.alias_moved", "governance.configuration_accepted"):
        assert kind in kinds, (kind, kinds)
    assert [rule["name"] for rule in why["rules"]] == ["servable here", "answers in time"]
    moved = next(event for event in why["items"] if event["kind"] == "registry.alias_moved")
    for thing in (f"{MODEL}@production", moved["body"]["decision"], "rows@1"):
        assert cairn.ask("audit", "why", thing)["items"]
    with pytest.raises(Refused, match="no event on record is about 'nobody'"):
        cairn.ask("audit", "why", "nobody")


def test_the_exported_log_is_the_tree_that_the_head_signs(lived):
    cairn, _ = lived
    told = cairn.ask("audit", "export", "log.jsonl")
    lines = (cairn.folder / "log.jsonl").read_bytes().splitlines()
    with_key = json.loads((cairn.folder / "log.jsonl.head.json").read_text())
    head = with_key["head"]
    assert len(lines) == head["size"] == told["events"] and root([leaf(line) for line in lines]).hex() == head["root"]
    statement = json.dumps({name: head[name] for name in ("at", "root", "size")}, sort_keys=True, separators=(",", ":")).encode()
    Ed25519PublicKey.from_public_bytes(base64.b64decode(with_key["key"])).verify(base64.b64decode(head["signature"]), statement)
    changed = [leaf(line) for line in lines]
    changed[3] = leaf(lines[3].replace(b'"actor":"', b'"actor":"x', 1))
    assert root(changed).hex() != head["root"]
