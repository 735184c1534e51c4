"""How much governance is due: computed from the regulation and the models on record, and what is due keeps versions out while it is missing."""

import contextlib
import json
import subprocess

import mlflow
import pytest
from small_project import CONFIGURATION, MODEL, Refused, judged, make, rollouts

GOVERNANCE = """governance:
  domain: credit
  many_models: 2
  risks:
    - {risk: answers come late, kind: business, likelihood: medium, impact: low, owner: ada, controls: [{gate: answers in time}]}
"""
# What the regime asks for and this project can have: an own approver, documentation, risks of every kind, monitors of the inputs.
MORE = "".join(f"    - {{risk: {kind} harm, kind: {kind}, likelihood: low, impact: low, owner: ada, accepted: a test}}\n"
               for kind in ("financial", "legal", "security", "privacy", "reputation", "ethics"))
CHARTER = """charter:
  problem: p
  persona: q
  why: w
  objective: o
  scope: {in: [a], out: [b]}
  prediction: {entity: one flight, outcome: y, wait: 0s, action: hold it}
  stakeholders: [{name: Ada, role: owner, decides: launch}]
  success: [{metric: log_loss, comparator: "<=", target: 9}]
  cost: {false_positive: 1, false_negative: 1, unit: EUR}
  heuristic: [{otherwise: 0.3}]
  risk_reason: a test
  timeline: [{milestone: launch, due: 2030-01-01}]
"""


def strict(text=CONFIGURATION):
    return text + GOVERNANCE


def fulfilled():
    text = CONFIGURATION.replace("charter:\n  prediction: {entity: one flight, outcome: y, wait: 0s}\n", CHARTER)
    text = text.replace("roles: [developer, approver]", "roles: [developer]").replace("roles: [approver], key: KEY-OF-ADA", "roles: [approver, validator], key: KEY-OF-ADA")
    text = text.replace("triggers:\n", "  - {name: inputs, protects: honest risk, drift: psi, columns: [carrier], window: 1d, min_rows: 5, above: 0.25}\ntriggers:\n")
    text = text.replace("    - {name: answers in time,", "    - {name: good, metric: log_loss, max: 9}\n    - {name: answers in time,")
    return text + "documents: {model_card: {caveats: Not in fog.}}\n" + GOVERNANCE + MORE


def ended(cairn, *words):
    done = subprocess.run([cairn.binary, *words], cwd=cairn.folder, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout


def part(profile, name):
    return next(one for one in profile["items"] if one["component"] == name)


@pytest.fixture
def project(tmp_path, cairn_binary):
    def begin(text):
        cairn = make(tmp_path / "project", cairn_binary, text)
        (cairn.folder / ".gitignore").write_text("ids\n.cairn\n")
        for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "one"]):
            subprocess.run(["git", *words], cwd=cairn.folder, check=True, timeout=60)
        return cairn
    return begin


def test_what_the_regime_demands_and_is_missing_keeps_a_version_out(project):
    cairn = project(strict())
    server = cairn.start("ben")
    assert cairn.ask("run", actor="ben")["state"] == "finished"
    rollout = judged(server, 1)
    assert rollout["stage"] == "kept_out" and "governance in place" in rollout["reason"] and "separation of duties" in rollout["reason"]
    code, said = ended(cairn, "govern", "profile", "--why")
    assert code == 1 and "few models, strict regulation" in said and "AI Act, Annex III (5)(b)" in said and "! The regime demands: charter." in said
    profile = json.loads(ended(cairn, "govern", "profile", "--json")[1])
    assert not part(profile, "risk register")["binding"] or part(profile, "risk register")["in_place"]
    assert part(profile, "signed policy")["mandatory"] and not part(profile, "service catalogue")["mandatory"]
    assert [finding for finding in cairn.ask("level")["findings"] if "monitoring" in finding]
    # A second model makes many of few, and what that adds is missing.
    client = mlflow.MlflowClient(server.address)
    client.create_registered_model("other")
    run = client.create_run("0")
    client.create_model_version("other", f"{run.info.artifact_uri}/model", run.info.run_id)
    more = json.loads(ended(cairn, "govern", "profile", "--json")[1])
    assert more["regime"] == "many models, strict regulation" and len(more["missing"]) > len(profile["missing"])
    assert part(more, "service catalogue")["mandatory"] and server.stop() == 0


def test_a_project_that_has_what_is_due_goes_live(project):
    cairn = project(fulfilled())
    # The first configuration was taken on trust; an approver signs it now.
    cairn.ask("apply", "--sign", "ada", actor="ada")
    server = cairn.start("ben")
    assert cairn.ask("run", actor="ben")["state"] == "finished"
    profile = json.loads(ended(cairn, "govern", "profile", "--json")[1])
    assert [one["component"] + ": " + one["why"] for one in profile["items"] if one["binding"] and not one["in_place"]] == []
    rollout = judged(server, 1)
    assert rollout["stage"] == "awaiting_approval", rollout["reason"]
    whole = server.get(f"/api/v1/rollouts/{rollout['id']}")
    assert [rule["passed"] for rule in whole["decision_record"]["rules"] if rule["name"] == "governance in place"] == [True]
    code, said = ended(cairn, "govern", "risks", "--why")
    assert code == 0 and "gate answers in time: passed" in said and "governance.decision_proposed" in said, said
    risks = cairn.ask("govern", "risks")
    assert risks["items"][0]["state"] == "controlled" and {one["state"] for one in risks["items"][1:]} == {"accepted"} and risks["unjudged"] == []
    events = {event["id"] for event in cairn.ask("audit", "log", "--limit", "10000")["items"]}
    assert {one["evidence"]["event"] for one in profile["items"] if one["in_place"]} <= events
    # Doing without the section is a decision of its own.
    (cairn.folder / "cairn.yaml").write_text((cairn.folder / "cairn.yaml").read_text().split("governance:\n")[0])
    with pytest.raises(Refused, match="governance"):
        cairn.ask("apply", actor="ben")
    assert server.stop() == 0


def test_light_regulation_only_advises_and_bad_sections_are_refused(project):
    cairn = project(CONFIGURATION)
    code, said = ended(cairn, "govern", "profile")
    assert code == 0 and "few models, light regulation" in said and "mandatory" not in said.split("\n", 1)[1]
    before = cairn.ask("audit", "log", "--kind", "governance.configuration_accepted")["items"]
    text = (cairn.folder / "cairn.yaml").read_text()
    for section, words in (("{domian: credit}", "domain"), ("{risks: [{risk: r, kind: legal, controls: [{gate: fasst}]}]}", "fasst")):
        (cairn.folder / "cairn.yaml").write_text(text + f"governance: {section}\n")
        with pytest.raises(Refused, match=words):
            cairn.ask("apply", "--sign", "ada", actor="ada")
    assert cairn.ask("audit", "log", "--kind", "governance.configuration_accepted")["items"] == before
    doctor = json.loads(ended(cairn, "doctor", "--json")[1])
    assert ended(cairn, "doctor")[0] == 0 and doctor["broken"] == 0, doctor
    assert {one["component"]: one["state"] for one in doctor["components"]}["feature store"] == "missing"
    waiting = {test for one in doctor["lacking"] if "feature store" in one["what"] for test in one["tests"]}
    assert waiting == {"T-D3", "T-D4", "T-D6", "T-O3"} and any("labelling" in one["what"] for one in doctor["lacking"])
