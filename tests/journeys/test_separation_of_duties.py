"""Those who should not, and those who come at the same moment: each attempt is stopped, named and on record, and nothing is allowed twice."""

import base64
import contextlib
import json
import sqlite3
import threading

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from small_project import CONFIGURATION, MODEL, Cairn, Refused, infer, judged, make, rollouts

APPROVERS = ["ada", "dora", "emil"]


def begin(folder, binary, risk="limited") -> Cairn:
    """Three approvers, Carl who validates, and Ben who develops; the pipeline has run once under Ben's hand."""
    folder.mkdir(parents=True)
    cairn = Cairn(binary, folder)
    people = "".join(f"    - {{name: {name}, roles: [{role}], key: {cairn.ask('id', 'new', name, actor=name)['key']}}}\n"
                     for name, role in (("dora", "approver"), ("emil", "approver"), ("carl", "validator")))
    text = CONFIGURATION.replace("roles: [developer, approver], key: KEY-OF-BEN", "roles: [developer], key: KEY-OF-BEN")
    return make(folder, binary, text.replace("risk: limited", f"risk: {risk}").replace("data:\n  rows:", people + "data:\n  rows:", 1))


def signature(cairn, name, statement) -> dict:
    key = load_pem_private_key((cairn.folder / "ids" / f"{name}.key").read_bytes(), None)
    return {"signer": name, "signature": base64.b64encode(key.sign(statement.encode())).decode()}


def at_once(*deeds):
    """What each gives, or how it was refused; all set off at the same moment."""
    answers, gate = [None] * len(deeds), threading.Barrier(len(deeds))

    def do(place):
        gate.wait()
        try:
            answers[place] = deeds[place]()
        except Refused as refusal:
            answers[place] = refusal

    threads = [threading.Thread(target=do, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def votes(cairn, server, names, verb="approve"):
    """Of each the deed of voting on the candidate that waits, signed beforehand."""
    rollout = rollouts(server)[0]["id"]
    whole = server.get(f"/api/v1/rollouts/{rollout}?reject=unfair")
    statement = whole["statement" if verb == "approve" else "rejection_statement"]
    bodies = [signature(cairn, name, statement) | ({} if verb == "approve" else {"reason": "unfair"}) for name in names]
    return [lambda body=body: server.post(f"/api/v1/rollouts/{rollout}/{verb}", body) for body in bodies]


def kinds(cairn, kind):
    return cairn.ask("audit", "log", "--kind", kind, "--limit", "1000")["items"]


def moved(cairn):
    return [event for event in kinds(cairn, "registry.alias_moved") if event["body"]["alias"] == "production"]


@contextlib.contextmanager
def up(cairn):
    server = cairn.start("ben")
    try:
        assert cairn.ask("run", actor="ben")["state"] == "finished"
        judged(server, 1)
        yield server
    finally:
        assert server.stop() == 0


class TestAtTheSameMoment:
    def test_three_approvers_where_one_is_enough_release_once(self, tmp_path, cairn_binary):
        cairn = begin(tmp_path / "project", cairn_binary)
        with up(cairn) as server:
            answers = at_once(*votes(cairn, server, APPROVERS))
            late = [answer for answer in answers if isinstance(answer, Refused)]
            assert len(late) == 2 and {refusal.code for refusal in late} <= {403, 409}, answers
            assert rollouts(server)[0]["stage"] == "promoted"
            assert [event["body"]["complete"] for event in kinds(cairn, "governance.decision_approved")] == [True]
            assert len(kinds(cairn, "governance.decision_redeemed")) == 1 and len(moved(cairn)) == 1
            assert len(kinds(cairn, "governance.attempt_refused")) == 2, "who came too late is on record"
            assert cairn.ask("audit", "verify")["sound"]

    def test_two_where_both_must_sign_complete_it_once(self, tmp_path, cairn_binary):
        cairn = begin(tmp_path / "project", cairn_binary, "high")
        with up(cairn) as server:
            answers = at_once(*votes(cairn, server, APPROVERS[:2]))
            assert not [answer for answer in answers if isinstance(answer, Refused)], answers
            assert sorted(event["body"]["complete"] for event in kinds(cairn, "governance.decision_approved")) == [False, True]
            assert len(kinds(cairn, "governance.decision_redeemed")) == 1 and len(moved(cairn)) == 1
            (move,) = cairn.ask("audit", "as-of", "2100-01-01")["items"]
            assert sorted(move["approvers"]) == APPROVERS[:2]

    def test_one_twice_counts_once(self, tmp_path, cairn_binary):
        cairn = begin(tmp_path / "project", cairn_binary, "high")
        with up(cairn) as server:
            answers = at_once(*votes(cairn, server, ["ada", "ada", "ada"]))
            assert len([answer for answer in answers if isinstance(answer, Refused)]) == 2, answers
            assert rollouts(server)[0]["stage"] == "awaiting_approval" and moved(cairn) == []

    def test_an_approval_and_a_veto_end_one_way(self, tmp_path, cairn_binary):
        cairn = begin(tmp_path / "project", cairn_binary)
        with up(cairn) as server:
            approved, vetoed = at_once(*votes(cairn, server, ["ada"]), *votes(cairn, server, ["carl"], "reject"))
            stage = rollouts(server)[0]["stage"]
            if isinstance(vetoed, Refused):
                assert stage == "promoted" and len(moved(cairn)) == 1 and kinds(cairn, "governance.decision_rejected") == []
            else:
                # It may have come between the approval and its deed.
                assert stage != "promoted" and moved(cairn) == [] and len(kinds(cairn, "governance.decision_rejected")) == 1
            assert not (isinstance(approved, Refused) and isinstance(vetoed, Refused))


@pytest.fixture(scope="module")
def project(tmp_path_factory, cairn_binary):
    cairn = begin(tmp_path_factory.mktemp("duties") / "project", cairn_binary)
    with up(cairn) as server:
        yield cairn, server


def refused(cairn, *words, actor="ada") -> Refused:
    with pytest.raises(Refused) as refusal:
        cairn.ask(*words, actor=actor)
    return refusal.value


class TestOnePersonUnderTwoNames:
    def test_a_second_name_for_a_key_is_not_accepted(self, project):
        cairn, server = project
        governing = server.get("/api/v1/configuration")["digest"]
        text = (cairn.folder / "cairn.yaml").read_text()
        (key,) = [line.split("key: ")[1].rstrip("}") for line in text.splitlines() if "name: ben," in line]
        for roles in ("validator", "approver"):
            (cairn.folder / "alias.yaml").write_text(text.replace("data:\n  rows:", f"    - {{name: benjamin, roles: [{roles}], key: {key}}}\ndata:\n  rows:", 1))
            no = refused(cairn, "apply", "alias.yaml", "--sign", "ada")
            assert no.code == 2 and "'benjamin' has the same key as 'ben'" in no.sentence
        assert server.get("/api/v1/configuration")["digest"] == governing

    def test_another_persons_name_over_ones_own_signature_is_none(self, project):
        cairn, server = project
        rollout = rollouts(server)[0]["id"]
        statement = server.get(f"/api/v1/rollouts/{rollout}")["statement"]
        for name, code in (("ada", 403), ("Ada", 403), ("ben ", 403), ("", 400)):
            with pytest.raises(Refused) as refusal:
                server.post(f"/api/v1/rollouts/{rollout}/approve", signature(cairn, "ben", statement) | {"signer": name})
            assert refusal.value.code == code, (name, refusal.value.sentence)
        assert rollouts(server)[0]["stage"] == "awaiting_approval" and moved(cairn) == []

    def test_a_developer_who_is_made_an_approver_still_made_it(self, project):
        cairn, server = project
        text = (cairn.folder / "cairn.yaml").read_text()
        (cairn.folder / "cairn.yaml").write_text(text.replace("{name: ben, roles: [developer]", "{name: ben, roles: [developer, approver, validator]"))
        cairn.ask("apply", "--sign", "ada", actor="ada")
        waiting = server.post(f"/api/v1/models/{MODEL}/versions/1/consider", {})["id"]
        server.wait_for("the gates", lambda: rollouts(server)[0]["stage"] == "awaiting_approval", 60)
        no = refused(cairn, "model", "approve", waiting, "--sign", "ben", actor="ben")
        assert no.code == 5 and "'ben' made this candidate" in no.sentence
        assert moved(cairn) == []


class TestOneWhoLeft:
    def test_their_key_opens_nothing_any_more(self, project):
        cairn, server = project
        text = (cairn.folder / "cairn.yaml").read_text()
        (cairn.folder / "cairn.yaml").write_text("".join(line for line in text.splitlines(keepends=True) if "name: dora," not in line))
        cairn.ask("apply", "--sign", "ada", actor="ada")
        waiting = server.post(f"/api/v1/models/{MODEL}/versions/1/consider", {})["id"]
        server.wait_for("the gates", lambda: rollouts(server)[0]["stage"] == "awaiting_approval", 60)
        for vote in votes(cairn, server, ["dora"]) + votes(cairn, server, ["dora"], "reject"):
            with pytest.raises(Refused) as refusal:
                vote()
            assert refusal.value.code == 403 and "'dora' is no principal" in refusal.value.sentence
        (cairn.folder / "back.yaml").write_text(text)
        for words in (["model", "approve", waiting], ["apply", "back.yaml"], ["charter", "sign"], ["delegation", "give", "emil", "--until", "1d", "--reason", "x"]):
            no = refused(cairn, *words, "--sign", "dora", actor="dora")
            assert no.code in (3, 5) and "dora" in no.sentence, (words, no.sentence)
        assert len({event["subject"] for event in kinds(cairn, "governance.attempt_refused") if event["body"]["principal"] == "dora"}) >= 2
        assert moved(cairn) == []


@pytest.mark.parametrize(("change", "fragment"), [
    (lambda text: text.replace("approval: human", "approval: nobody"), "'nobody'"),
    (lambda text: text.replace("approval: human", "aproval: policy"), "'aproval'"),
    (lambda text: text.replace("latency_p99_ms: 60000", "latency_p99_ms: soon"), "latency_p99_ms"),
    (lambda text: text.replace("latency_p99_ms: 60000", "latency: 60000"), "'latency'"),
    (lambda text: text.replace("roles: [approver]", "roles: [aprover]", 1), "'aprover'"),
    (lambda text: text.replace("roles: [approver], key: ", "roles: [approver], key: x", 1), "key"),
    (lambda text: text.replace("risk: limited", "risk: none"), "'none'"),
    (lambda text: text.replace("  approval: human\n", "  approval: human\n  valid_days: -1\n"), "valid_days"),
], ids=["approval", "unknown key", "bound", "rule", "role", "principal's key", "risk", "validity"])
def test_a_policy_with_an_error_is_refused_and_allows_nothing_more(project, change, fragment):
    cairn, server = project
    governing, text = server.get("/api/v1/configuration"), (cairn.folder / "cairn.yaml").read_text()
    assert change(text) != text
    (cairn.folder / "wrong.yaml").write_text(change(text))
    for words in (["apply", "wrong.yaml"], ["apply", "wrong.yaml", "--sign", "ada"]):
        no = refused(cairn, *words)
        assert no.code == 2 and fragment in no.sentence and ".yaml:" in no.sentence, no.sentence
    assert server.get("/api/v1/configuration") == governing
    with pytest.raises(Refused):
        server.post(f"/api/v1/models/{MODEL}/promote", {"version": 1})
    assert moved(cairn) == []


def test_a_pointer_that_a_hand_moved_in_the_store_is_found_and_answers_nothing(tmp_path, cairn_binary):
    cairn = begin(tmp_path / "project", cairn_binary)
    with up(cairn):
        pass
    with contextlib.closing(sqlite3.connect(cairn.folder / ".cairn" / "cairn.db")) as store, store:
        (position,) = store.execute("SELECT MAX(position) + 1 FROM event").fetchone()
        (model,) = store.execute("SELECT id FROM registered_model WHERE name = ?", (MODEL,)).fetchone()
        store.execute("INSERT INTO model_alias (model, name, version) VALUES (?, 'production', 1)", (model,))
        body = {"alias": "production", "decision": "", "model": MODEL, "previous": "", "version": "1"}
        store.execute("INSERT INTO event (id, position, at_ms, kind, subject, actor, cause, body) VALUES ('ffffffff-0000-7000-8000-000000000000', ?, 1, 'registry.alias_moved', ?, 'ada', '', ?)",
                      (position, f"model:{MODEL}", json.dumps(body, sort_keys=True, separators=(",", ":"))))
    server = cairn.start("ben")
    try:
        redeemed = {event["subject"] for event in kinds(cairn, "governance.decision_redeemed")}
        assert [event["id"] for event in moved(cairn) if f"decision:{event['body']['decision']}" not in redeemed] == ["ffffffff-0000-7000-8000-000000000000"]
        (test,) = [one for one in cairn.ask("score")["items"] if one["test"] == "T-I4"]
        assert test["points"] == 0 and "without a decision that was carried out: event ffffffff-0000-7000-8000-000000000000" in test["sentence"], test["sentence"]
        with pytest.raises(Refused) as refusal:
            infer(server, "2013-01-02T00:00:00Z")
        assert refusal.value.code == 503 and "no decision put it there" in refusal.value.sentence, refusal.value.sentence
    finally:
        assert server.stop() == 0
