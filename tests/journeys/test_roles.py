"""Every role against every action, through the command line, the own HTTP API and the MLflow dialect."""

import base64
import contextlib
import hashlib
import json
import time

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from small_project import CONFIGURATION, MODEL, Refused, judged, make, rollouts

ROLES = ["developer", "validator", "approver", "operator", "auditor"]
OUTSIDER = "outsider"  # has a key, and no place in the configuration
SIGNERS = [*ROLES, OUTSIDER]
# What each action needs; an outsider may nothing.
ALLOWED = {
    "approve": {"approver"},
    "reject": {"approver", "validator"},
    "configure": {"approver"},
    "sign charter": set(ROLES),
    "record test": set(ROLES),
    "acknowledge test": set(ROLES),
}
GUARDED = CONFIGURATION.replace(
    "    - {name: ada, roles: [approver], key: KEY-OF-ADA}\n    - {name: ben, roles: [developer, approver], key: KEY-OF-BEN}\n",
    "".join(f"    - {{name: {role}, roles: [{role}], key: KEY-{role}}}\n" for role in ROLES))


def canonical(value) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


class Project:
    text = GUARDED

    def __init__(self, folder, binary):
        # The keys are there before the configuration is written that names them.
        folder.mkdir(parents=True)
        from story.program import Cairn
        self.cairn = Cairn(binary, folder)
        text, self.keys = self.text, {name: self.cairn.ask("id", "new", name, actor=name)["key"] for name in SIGNERS}
        for name, key in self.keys.items():
            text = text.replace(f"KEY-{name}}}", key + "}")
        self.cairn = make(folder, binary, text)
        self.folder = folder
        self.server = self.cairn.start("builder")
        assert self.cairn.ask("run", actor="builder")["state"] == "finished"
        judged(self.server, 1)

    def signature(self, name, statement: bytes) -> dict:
        key = load_pem_private_key((self.folder / "ids" / f"{name}.key").read_bytes(), None)
        return {"signer": name, "signature": base64.b64encode(key.sign(statement)).decode()}

    def waiting(self) -> dict:
        """A candidate that waits; version 1 is considered again when its last decision was rejected."""
        if (newest := rollouts(self.server)[0])["stage"] != "awaiting_approval":
            newest = self.server.post(f"/api/v1/models/{MODEL}/versions/1/consider", {})
        return newest

    def by_http(self, action, name):
        if action in ("approve", "reject"):
            rollout = self.waiting()["id"]
            whole = self.server.get(f"/api/v1/rollouts/{rollout}?reject=unfair")
            statement = whole["statement" if action == "approve" else "rejection_statement"]
            body = self.signature(name, statement.encode()) | {"reason": "unfair"}
            return self.server.post(f"/api/v1/rollouts/{rollout}/{action}", body)
        if action == "configure":
            text = self.stricter()
            statement = self.server.post("/api/v1/configuration/statement", {"text": text})["statement"]
            return self.server.post("/api/v1/configuration", {"text": text} | self.signature(name, statement.encode()))
        if action == "sign charter":
            statement = self.server.get("/api/v1/charter/signatures")["statement"]
            return self.server.post("/api/v1/charter/signatures", self.signature(name, statement.encode()))
        if action == "record test":
            test = {"test": "T-D2", "done": 1_700_000_000_000 + len(name), "passed": True, "report": hashlib.sha256(name.encode()).hexdigest(), "place": "docs/x.md"}
            return self.server.post("/api/v1/score/records", test | self.signature(name, canonical(test | {"action": "record_test"})))
        record = self.of_another(name)
        statement = canonical({"action": "acknowledge_test", "record": record})
        return self.server.post(f"/api/v1/score/records/{record}/acknowledge", self.signature(name, statement))

    def by_command(self, action, name):
        if action == "approve":
            return self.cairn.ask("model", "approve", self.waiting()["id"], "--sign", name, actor=name)
        if action == "reject":
            return self.cairn.ask("model", "reject", self.waiting()["id"], "--sign", name, "--reason", "unfair", actor=name)
        if action == "configure":
            (self.folder / "stricter.yaml").write_text(self.stricter())
            return self.cairn.ask("apply", "stricter.yaml", "--sign", name, actor=name)
        if action == "sign charter":
            return self.cairn.ask("charter", "sign", "--sign", name, actor=name)
        if action == "record test":
            (self.folder / "report.md").write_text(f"columns, by {name}")
            return self.cairn.ask("score", "record", "T-D3", "--report", "report.md", "--sign", name, actor=name)
        return self.cairn.ask("score", "acknowledge", self.of_another(name), "--sign", name, actor=name)

    def stricter(self) -> str:
        """The configuration that governs, with one bound moved: a guarded change."""
        text = self.server.get("/api/v1/configuration")["text"]
        at = text.index("latency_p99_ms: ") + len("latency_p99_ms: ")
        end = text.index("}", at)
        return text[:at] + str(int(text[at:end]) - 1) + text[end:]

    def of_another(self, name) -> str:
        """A new record of the role before this one, or of the last."""
        other = next(role for role in reversed(ROLES) if role != name)
        self.records = getattr(self, "records", 0) + 1
        test = {"test": "T-D4", "done": 1_600_000_000_000 + self.records, "passed": True, "report": "a" * 64, "place": "docs/y.md"}
        return self.server.post("/api/v1/score/records", test | self.signature(other, canonical(test | {"action": "record_test"})))["record"]

    def refusals(self, name) -> int:
        return len(self.cairn.ask("audit", "log", "--kind", "governance.attempt_refused", "--actor", name, "--limit", "1000")["items"])


@pytest.fixture(scope="module")
def project(tmp_path_factory, cairn_binary):
    project = Project(tmp_path_factory.mktemp("roles") / "project", cairn_binary)
    yield project
    assert project.server.stop() == 0


# Approving ends the matter, so it comes last, and whoever may not tries before those who may.
CASES = [(action, name, door) for action in ["record test", "acknowledge test", "sign charter", "configure", "reject", "approve"]
         for name in sorted(SIGNERS, key=lambda name: name in ALLOWED[action])
         for door in (["by_http", "by_command"] if action not in ("sign charter", "approve") or name not in ALLOWED[action] else ["by_command"])]


@pytest.mark.parametrize(("action", "name", "door"), CASES, ids=lambda value: str(value).replace(" ", "-"))
def test_a_signed_action_is_open_to_its_roles_and_to_nobody_else(project, action, name, door):
    act = getattr(project, door)
    if name in ALLOWED[action]:
        act(action, name)
        return
    before = project.refusals(name)
    with pytest.raises(Refused) as refusal:
        act(action, name)
    assert refusal.value.code == (403 if door == "by_http" else 5)
    assert f"'{name}'" in refusal.value.sentence or name in refusal.value.sentence
    assert project.refusals(name) >= max(before, 1), "the attempt is on record"


MOVES = [
    ("post", "registered-models/alias", {"name": MODEL, "alias": "production", "version": "1"}),
    ("delete", "registered-models/alias", {"name": MODEL, "alias": "production"}),
    ("delete", "model-versions/delete", {"name": MODEL, "version": "1"}),
    ("delete", "registered-models/delete", {"name": MODEL}),
    ("post", "registered-models/rename", {"name": MODEL, "new_name": "another"}),
    ("post", "model-versions/transition-stage", {"name": MODEL, "version": "1", "stage": "Production", "archive_existing_versions": False}),
]


@pytest.mark.parametrize("name", [*SIGNERS, "client"])
@pytest.mark.parametrize(("method", "call", "body"), MOVES, ids=[f"{method} {call}" for method, call, _ in MOVES])
def test_no_role_moves_production_through_the_mlflow_dialect(project, method, call, body, name):
    assert rollouts(project.server)[0]["stage"] == "promoted"
    with contextlib.closing(project.server.connect()) as connection:
        connection.request(method.upper(), f"/api/2.0/mlflow/{call}", json.dumps(body), {"Content-Type": "application/json", "X-Cairn-Actor": name})
        response = connection.getresponse()
        answer = json.loads(response.read())
    assert (response.status, answer["error_code"]) == (403, "PERMISSION_DENIED")
    refused = project.cairn.ask("audit", "log", "--kind", "governance.attempt_refused", "--subject", f"model:{MODEL}", "--limit", "1000")["items"]
    assert refused, "the attempt is on record"


def test_an_approval_that_is_replayed_or_turned_into_a_rejection_is_nothing(project):
    decided = next(one for one in rollouts(project.server) if one["stage"] == "promoted")
    whole = project.server.get(f"/api/v1/rollouts/{decided['id']}")
    (vote,) = whole["decision_record"]["approvals"]
    again = {"signer": vote["principal"], "signature": vote["signature"]}
    with pytest.raises(Refused) as refusal:
        project.server.post(f"/api/v1/rollouts/{decided['id']}/approve", again)
    assert refusal.value.code in (403, 409)
    with pytest.raises(Refused):
        project.server.post(f"/api/v1/rollouts/{decided['id']}/reject", again | {"reason": "unfair"})
    attempts = project.cairn.ask("audit", "log", "--kind", "governance.attempt_refused", "--subject", f"decision:{decided['decision']}", "--limit", "1000")["items"]
    assert {event["body"]["attempt"] for event in attempts if event["body"]["principal"] == vote["principal"]} == {"approve", "reject"}
    assert next(one for one in rollouts(project.server) if one["id"] == decided["id"])["stage"] == "promoted"


def test_production_never_moved_without_a_decision(project):
    moves = [move for move in project.cairn.ask("audit", "log", "--kind", "registry.alias_moved", "--limit", "1000")["items"]
             if move["body"]["alias"] == "production"]
    redeemed = {event["subject"] for event in project.cairn.ask("audit", "log", "--kind", "governance.decision_redeemed", "--limit", "1000")["items"]}
    assert moves and all(f"decision:{move['body']['decision']}" in redeemed for move in moves)
    (test,) = [one for one in project.cairn.ask("score")["items"] if one["test"] == "T-I4"]
    assert "without passed gates" not in test["sentence"]
    assert project.cairn.ask("audit", "verify")["sound"]


URGENT = GUARDED.replace("  approval: human\n", "  approval: human\n  emergency: {roles: [operator], review_days: 3}\n")
# Who may lend the role approver, release without approvals, and review that afterwards.
EXCEPTIONS = {"lend": {"approver"}, "release": {"operator"}, "review": {"approver", "validator", "auditor"}}
REASON = "production is down"


class Exceptions(Project):
    """The same people where an operator may release in an emergency."""

    text = URGENT

    def taker(self, name) -> str:
        return "auditor" if name == "developer" else "developer"

    def decision(self) -> str:
        return self.cairn.ask("model", "emergencies", findings=True)["items"][0]["decision"]

    def by_http(self, action, name):
        if action == "lend":
            now, taker = int(time.time() * 1000), self.taker(name)
            terms = {"from": name, "to": taker, "role": "approver", "begins": now, "ends": now + 86_400_000, "reason": "leave", "to_key": self.keys[taker]}
            return self.server.post("/api/v1/delegations", terms | {"signature": self.signature(name, canonical(terms | {"action": "delegate"}))["signature"]})
        if action == "release":
            rollout = rollouts(self.server)[0]["id"]
            statement = canonical(json.loads(self.server.get(f"/api/v1/rollouts/{rollout}")["statement"]) | {"emergency": REASON})
            return self.server.post(f"/api/v1/rollouts/{rollout}/emergency", self.signature(name, statement) | {"reason": REASON})
        found = {"justified": True, "finding": "it was"}
        statement = canonical(found | {"action": "review_emergency", "decision": self.decision()})
        return self.server.post(f"/api/v1/emergencies/{self.decision()}/review", self.signature(name, statement) | found)

    def by_command(self, action, name):
        if action == "lend":
            return self.cairn.ask("delegation", "give", self.taker(name), "--until", "1d", "--reason", "leave", "--sign", name, actor=name)
        if action == "release":
            return self.cairn.ask("model", "emergency", rollouts(self.server)[0]["id"], "--sign", name, "--reason", REASON, actor=name)
        return self.cairn.ask("model", "review", self.decision(), "--verdict", "justified", "--finding", "it was", "--sign", name, actor=name)


@pytest.fixture(scope="module")
def exceptions(tmp_path_factory, cairn_binary):
    project = Exceptions(tmp_path_factory.mktemp("exceptions") / "project", cairn_binary)
    yield project
    assert project.server.stop() == 0


# Whoever may not tries first; the release and its review happen once.
EXCEPTION_CASES = [(action, name, door) for action in EXCEPTIONS for name in sorted(SIGNERS, key=lambda name: name in EXCEPTIONS[action])
                   for door in (["by_http", "by_command"] if action == "lend" or name not in EXCEPTIONS[action] else ["by_command"])]


@pytest.mark.parametrize(("action", "name", "door"), EXCEPTION_CASES, ids=str)
def test_an_exception_is_open_to_its_roles_and_to_nobody_else(exceptions, action, name, door):
    act = getattr(exceptions, door)
    if name in EXCEPTIONS[action]:
        try:
            act(action, name)
        except Refused as refusal:
            assert action == "review" and refusal.code == 4, refusal.sentence  # another one did
        return
    before = exceptions.refusals(name)
    with pytest.raises(Refused) as refusal:
        act(action, name)
    assert refusal.value.code == (403 if door == "by_http" else 5), refusal.value.sentence
    assert name in refusal.value.sentence
    assert exceptions.refusals(name) >= max(before, 1), "the attempt is on record"


def test_components_are_proven_alive_and_every_figure_opens_to_events(project):
    if rollouts(project.server)[0]["stage"] != "promoted":
        project.by_command("approve", "approver")
    doctor = project.cairn.ask("doctor", findings=True)
    alive = {one["component"] for one in doctor["components"] if one["alive"]}
    assert alive - {"source control"} == {"test and build", "deployment", "model registry", "metadata store", "orchestrator"}
    events = {event["id"] for event in project.cairn.ask("audit", "log", "--limit", "10000")["items"]}
    (promotion,) = project.cairn.ask("metrics")["items"]
    assert promotion["events"] and set(promotion["events"]) <= events
    cells = {(cell["principle"], cell["level"]): cell for cell in project.cairn.ask("principles")["items"]}
    assert len(cells) == 18 and cells["deployment", "model"]["green"]
    cited = [cell["evidence"]["event"] for cell in cells.values() if cell["green"]]
    assert cited and set(cited) <= events
    assert {box["name"] for box in project.cairn.ask("stack", "--accepted")["boxes"]} >= {"value", "registry", "deployment"}
