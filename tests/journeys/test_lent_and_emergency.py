"""A role that is lent for a while, and a release without the due approvals: both work, and neither is quiet."""

import os
import pathlib
import subprocess
import sys
import zipfile

import pytest
from small_project import CONFIGURATION, MODEL, Cairn, Refused, infer, judged, make

EMERGENCY = "  emergency: {roles: [approver], review_days: 0}\n"


def begin(folder: pathlib.Path, binary: str, risk: str = "limited", gates: str = "") -> Cairn:
    """Ada approves, Ben develops and approves, Carl validates; the pipeline has run once under Ben's hand."""
    folder.mkdir(parents=True)
    carl = Cairn(binary, folder).ask("id", "new", "carl", actor="carl")["key"]
    text = CONFIGURATION.replace("risk: limited", f"risk: {risk}")
    text = text.replace("\ndata:\n", f"\n    - {{name: carl, roles: [validator], key: {carl}}}\ndata:\n", 1)
    text = text.replace("  approval: human\n", "  approval: human\n" + gates)
    return make(folder, binary, text)


def ended(cairn: Cairn, *words: str, actor: str = "ada") -> subprocess.CompletedProcess:
    return subprocess.run([cairn.binary, *words], cwd=cairn.folder, env=cairn.environment(actor), capture_output=True, text=True)


def refused(cairn: Cairn, *words: str, actor: str = "ada") -> Refused:
    with pytest.raises(Refused) as refusal:
        cairn.ask(*words, actor=actor)
    return refusal.value


def verified(cairn: Cairn, folder: pathlib.Path) -> dict:
    """The version's evidence, checked by the program and by the script inside it."""
    cairn.ask("evidence", "bundle", MODEL, "1", "--out", str(folder / "bundle.zip"))
    with zipfile.ZipFile(folder / "bundle.zip") as bundle:
        bundle.extractall(folder / "bundle")
    peer = pathlib.Path(os.environ.get("CAIRN_EVIDENCE", sys.executable))
    script = subprocess.run([peer, "verify.py"], cwd=folder / "bundle", capture_output=True, text=True)
    assert script.returncode == 0, script.stdout + script.stderr
    return cairn.ask("evidence", "verify", str(folder / "bundle.zip"))


@pytest.fixture(scope="module")
def lent(tmp_path_factory, cairn_binary):
    cairn = begin(tmp_path_factory.mktemp("lent") / "project", cairn_binary)
    server = cairn.start("ben")
    assert cairn.ask("run", actor="ben")["state"] == "finished"
    yield cairn, server, judged(server, 1)
    assert server.stop() == 0


class TestALentRole:
    def test_what_its_giver_made_its_taker_cannot_approve(self, lent):
        cairn, _, rollout = lent
        given = cairn.ask("delegation", "give", "carl", "--until", "7d", "--reason", "leave", "--sign", "ben", actor="ben")
        assert (given["from"], given["to"], given["role"], given["standing"]) == ("ben", "carl", "approver", "in force")
        no = refused(cairn, "model", "approve", rollout["id"], "--sign", "carl", "--for", "ben", actor="carl")
        assert no.code == 5 and "'ben' made this candidate" in no.sentence

    def test_it_is_not_lent_on_nor_to_who_has_it_nor_for_ever(self, lent):
        cairn, _, _ = lent
        no = refused(cairn, "delegation", "give", "ada", "--until", "7d", "--reason", "x", "--sign", "carl")
        assert no.code == 5 and "not lent on" in no.sentence
        no = refused(cairn, "delegation", "give", "ada", "--until", "7d", "--reason", "x", "--sign", "ben")
        assert no.code == 5 and "sign for themself" in no.sentence
        no = refused(cairn, "delegation", "give", "carl", "--until", "91d", "--reason", "x", "--sign", "ada")
        assert no.code == 2 and "90 days" in no.sentence
        assert refused(cairn, "delegation", "give", "carl", "--until", "2001-01-01", "--reason", "x", "--sign", "ada").code == 2
        assert refused(cairn, "delegation", "give", "nobody", "--until", "7d", "--reason", "x", "--sign", "ada").code == 3
        assert [one["from"] for one in cairn.ask("delegation", "list")["items"]] == ["ben"]

    def test_without_one_nobody_signs_for_another(self, lent):
        cairn, _, rollout = lent
        no = refused(cairn, "model", "approve", rollout["id"], "--sign", "carl", "--for", "ada", actor="carl")
        assert no.code == 3 and "no delegation from 'ada' to 'carl' is in force" in no.sentence

    def test_withdrawn_it_is_over(self, lent):
        cairn, _, rollout = lent
        given = cairn.ask("delegation", "give", "carl", "--until", "1d", "--reason", "a day off", "--sign", "ada")
        assert refused(cairn, "delegation", "withdraw", given["id"], "--sign", "ben").code == 5
        assert cairn.ask("delegation", "withdraw", given["id"], "--sign", "ada")["standing"] == "withdrawn"
        assert refused(cairn, "model", "approve", rollout["id"], "--sign", "carl", "--for", "ada", actor="carl").code == 3

    def test_the_taker_signs_the_record_names_both_and_public_tools_agree(self, lent, tmp_path):
        cairn, server, rollout = lent
        given = cairn.ask("delegation", "give", "carl", "--until", "7d", "--reason", "on leave", "--sign", "ada")
        promoted = cairn.ask("model", "approve", rollout["id"], "--sign", "carl", "--for", "ada", actor="carl")
        assert promoted["stage"] == "promoted"
        (approval,) = promoted["decision_record"]["approvals"]
        assert (approval["principal"], approval["for"], approval["delegation"]) == ("carl", "ada", given["id"])
        assert infer(server, "2013-01-02T00:00:00Z")["model_version"] == "1"
        (event,) = cairn.ask("audit", "log", "--kind", "governance.decision_approved")["items"]
        assert (event["body"]["principal"], event["body"]["for"]) == ("carl", "ada")
        assert verified(cairn, tmp_path)["sound"]
        card = ended(cairn, "docs", "model-card", MODEL, "1").stdout
        assert "signed by carl for ada" in card
        assert cairn.ask("audit", "verify")["sound"]


@pytest.fixture(scope="module")
def urgent(tmp_path_factory, cairn_binary):
    """Of two approvers who must sign where the risk is high, one made the candidate: the rule cannot be met."""
    cairn = begin(tmp_path_factory.mktemp("urgent") / "project", cairn_binary, "high", EMERGENCY)
    server = cairn.start("ben")
    assert cairn.ask("run", actor="ben")["state"] == "finished"
    rollout = judged(server, 1)
    assert cairn.ask("model", "approve", rollout["id"], "--sign", "ada")["stage"] == "awaiting_approval"
    assert refused(cairn, "model", "approve", rollout["id"], "--sign", "ben", actor="ben").code == 5
    yield cairn, server, rollout
    assert server.stop() == 0


class TestAnEmergency:
    """In the order of the story."""

    def test_needs_a_reason_and_a_role(self, urgent):
        cairn, _, rollout = urgent
        assert refused(cairn, "model", "emergency", rollout["id"], "--sign", "ada").code == 2
        no = refused(cairn, "model", "emergency", rollout["id"], "--sign", "carl", "--reason", "down", actor="carl")
        assert no.code == 5 and "needs the role approver" in no.sentence
        assert ended(cairn, "doctor", "--json").returncode in (0, 1)
        assert cairn.ask("model", "emergencies")["items"] == []

    def test_one_signature_releases_and_everything_says_so(self, urgent, tmp_path):
        cairn, server, rollout = urgent
        said = ended(cairn, "model", "emergency", rollout["id"], "--sign", "ada", "--reason", "production is down")
        assert said.returncode == 0 and "cairn model review" in said.stdout, said.stderr
        assert infer(server, "2013-01-02T00:00:00Z")["model_version"] == "1"
        (event,) = cairn.ask("audit", "log", "--kind", "governance.emergency_released")["items"]
        assert (event["body"]["approvals"], event["body"]["required"], event["body"]["reason"]) == (1, 2, "production is down")
        words = "EMERGENCY: 'ada' released version 1"
        for command in (["doctor"], ["score"], ["level"], ["model", "show", MODEL]):
            assert words in ended(cairn, *command).stdout, command
        assert words in ended(cairn, "status").stderr
        assert "emergency releases" in ended(cairn, "metrics").stdout
        assert cairn.ask("metrics")["emergencies"] == {"count": 1, "events": [event["id"]]}
        for command in ("score", "level"):
            finding = cairn.ask(command)["findings"][0]  # what the regime of high risk lacks comes after it
            assert words in finding and "overdue" in finding
        assert server.get("/api/v1/overview")["production"]["approved_by"] == ["ada", "ada (emergency)"]
        (move,) = cairn.ask("audit", "as-of", "2100-01-01")["items"]
        assert "ada (emergency)" in move["approvers"]
        assert verified(cairn, tmp_path)["sound"]
        assert "EMERGENCY" in ended(cairn, "docs", "annex-iv", MODEL, "1").stdout

    def test_an_overdue_review_is_a_finding(self, urgent):
        cairn, _, _ = urgent
        assert ended(cairn, "model", "emergencies").returncode == 1
        doctor = cairn.ask("doctor", findings=True)
        assert doctor["overdue"] == 1 and "overdue since" in doctor["findings"][0]

    def test_somebody_else_reviews_it(self, urgent):
        cairn, _, rollout = urgent
        decision = cairn.ask("model", "emergencies", findings=True)["items"][0]["decision"]
        review = ["model", "review", decision, "--verdict", "unjustified", "--finding", "the rollback would have done"]
        assert "released this" in refused(cairn, *review, "--sign", "ada").sentence
        assert "made or proposed" in refused(cairn, *review, "--sign", "ben", actor="ben").sentence
        assert refused(cairn, *review[:-2], "--sign", "carl", actor="carl").code == 2
        reviewed = cairn.ask(*review, "--sign", "carl", actor="carl")
        assert (reviewed["state"], reviewed["reviewer"], reviewed["justified"]) == ("reviewed", "carl", False)
        assert refused(cairn, *review, "--sign", "carl", actor="carl").code == 4
        assert ended(cairn, "model", "emergencies").returncode == 0
        doctor = cairn.ask("doctor", findings=True)
        assert doctor["overdue"] == 0 and doctor["findings"] == []
        assert cairn.ask("score")["findings"] == [] and "EMERGENCY" not in ended(cairn, "status").stderr
        assert "NOT justified: the rollback would have done" in ended(cairn, "model", "show", MODEL).stdout
        assert cairn.ask("audit", "verify")["sound"] and cairn.ask("audit", "rebuild")["equal"]


def test_where_nobody_may_release_nobody_does(tmp_path, cairn_binary):
    cairn = begin(tmp_path / "project", cairn_binary)
    server = cairn.start("ben")
    try:
        assert cairn.ask("run", actor="ben")["state"] == "finished"
        no = refused(cairn, "model", "emergency", judged(server, 1)["id"], "--sign", "ada", "--reason", "down")
        assert no.code == 5 and "gates.emergency" in no.sentence
    finally:
        assert server.stop() == 0
