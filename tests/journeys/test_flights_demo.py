"""The demonstration as a user runs it, and whether its records say what its text says."""

import pathlib
import subprocess
import sys

import numpy as np
import onnxruntime
import pages
import pandas as pd
import pytest
from playwright.sync_api import expect
from sklearn.metrics import log_loss

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "flights"
sys.path.insert(0, str(EXAMPLE))

from story import flights as source  # noqa: E402
from story.program import Cairn, Refused  # noqa: E402

MODEL = "late-arrival"
CATEGORIES, NUMBERS = ["carrier", "origin", "dest"], ["distance", "weekday", "hour", "minute"]


class Told:
    def __init__(self, workspace, text, share, binary):
        self.workspace, self.text, self.share = workspace, text, share
        self.cairn = Cairn(binary, workspace)

    def events(self, kind, **more):
        words = [word for name, value in more.items() for word in (f"--{name}", value)]
        events = self.cairn.ask("audit", "log", "--kind", kind, "--limit", "5000", *words)["items"]
        return sorted(events, key=lambda event: event["position"])

    def first_incident(self):
        return next(event for event in self.events("monitoring.alert_raised") if event["body"]["monitor"] == "quality")


@pytest.fixture(scope="module")
def told(tmp_path_factory, thorough, cairn_binary):
    workspace, share = tmp_path_factory.mktemp("demo") / "flights", 1.0 if thorough else 0.5
    words = [sys.executable, str(EXAMPLE / "demo.py"), "--no-wait", "--color", "never", "--binary", cairn_binary]
    done = subprocess.run([*words, "--workspace", str(workspace), "--share", str(share)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return Told(workspace, done.stdout, share, cairn_binary)


@pytest.fixture(scope="module")
def server(told):
    running = told.cairn.start()
    yield running
    assert running.stop() == 0


def test_the_version_promoted_last_is_in_production_and_ada_approved_it(told):
    (now,) = told.cairn.ask("audit", "as-of", "2100-01-01")["items"]
    last = told.events("rollout.promoted")[-1]["body"]["version"]
    assert (now["model"], now["version"], now["approvers"]) == (MODEL, str(last), ["ada"])


def test_every_month_of_the_year_was_added_and_answered_in_order(told, server):
    versions = sorted(told.cairn.ask("data", "list", "flights")["items"], key=lambda one: one["version"])
    assert [one["rows"] for one in versions] == source.table(told.share).groupby("month").size().cumsum().tolist()
    windows = [one for one in server.get("/api/v1/monitors/windows?monitor=quality")["items"] if one["state"] == "closed"]
    edges = sorted((one["from_ms"], one["to_ms"]) for one in windows)
    assert all(before[1] == after[0] for before, after in zip(edges, edges[1:]))
    assert pd.Timestamp(edges[0][0], unit="ms") <= pd.Timestamp("2013-04-01")
    assert pd.Timestamp(edges[-1][1], unit="ms") >= pd.Timestamp("2013-12-25")


def test_lineage_leads_from_the_data_to_the_predictions_and_back(told):
    def reached(way, thing):
        return [step["thing"] for step in told.cairn.ask("data", way, thing)["items"]]

    down = reached("who-uses", "flights@1")
    assert {"dataset", "stage", "run", "logged_model", "model", "decision", "alias", "segment"} <= {thing.split(":")[0] for thing in down}
    up = reached("where-from", f"{MODEL}/1")
    assert {"dataset", "stage", "run", "commit", "configuration"} <= {thing.split(":")[0] for thing in up} and "dataset:flights@1" in up
    segment = next(thing for thing in down if thing.startswith("segment:"))
    answered = [thing for thing in reached("where-from", segment) if thing.startswith("model:")]
    assert answered and all(segment in reached("who-uses", model) for model in answered)


def test_every_move_of_production_rests_on_a_decision_that_was_approved_and_redeemed(told):
    moves = [event for event in told.events("registry.alias_moved") if event["body"]["alias"] == "production"]
    versions = [move["body"]["version"] for move in moves]
    assert versions[:4] == ["1", "2", "1", "2"]
    assert versions[4:] == sorted(set(versions[4:]), key=int), "after the drill, production only moves on"
    redeemed = {event["subject"] for event in told.events("governance.decision_redeemed")}
    approvals = {event["subject"]: event["body"]["principal"] for event in told.events("governance.decision_approved")}
    decisions = [f"decision:{move['body']['decision']}" for move in moves]
    assert set(decisions) <= redeemed
    # The return was approved in advance, by the promotion that ada had signed.
    assert [approvals[decision] for decision in decisions] == ["ada", "ada", "policy"] + ["ada"] * (len(moves) - 3)


def test_the_audit_tells_who_was_in_production_at_any_time(told):
    moves = [event for event in told.events("registry.alias_moved") if event["body"]["alias"] == "production"]
    before = pd.Timestamp(moves[0]["at"] - 1, unit="ms").isoformat(timespec="milliseconds") + "Z"
    assert told.cairn.ask("audit", "as-of", before)["items"] == []
    for move in moves:
        at = pd.Timestamp(move["at"], unit="ms").isoformat(timespec="milliseconds") + "Z"
        (then,) = told.cairn.ask("audit", "as-of", at)["items"]
        assert then["version"] == move["body"]["version"]


def test_one_cause_ties_the_alert_to_the_promotion(told):
    alert = told.first_incident()
    story = told.events("", cause=alert["cause"])
    steps = ["monitoring.alert_raised", "pipeline.run_started", "pipeline.run_ended", "rollout.examined", "rollout.gates_judged",
             "rollout.canary_started", "rollout.canary_ended", "rollout.promoted"]
    assert [event["kind"] for event in story if event["kind"] in steps] == steps
    assert {"monitoring.alert_closed", "governance.decision_approved", "registry.alias_moved"} <= {event["kind"] for event in story}
    started = next(event for event in story if event["kind"] == "pipeline.run_started")
    assert started["body"]["trigger"]["on"] == "alert"
    promoted = next(event for event in story if event["kind"] == "rollout.promoted")
    assert (promoted["body"]["version"], promoted["body"]["previous"]) in [(2, 1), ("2", "1")]


def test_the_runs_that_the_client_tracked_belong_to_the_same_story(told, server):
    """Alert, trigger, run, tracked run, version, decision, canary and promotion: one cause, and nobody's hand in between."""
    alert = told.first_incident()
    cause = alert["cause"]
    story = {}
    for event in told.events("", cause=cause):
        story.setdefault(event["kind"], event)
    run = story["pipeline.run_started"]
    assert run["body"]["trigger"]["cause"] == cause
    (tracked,) = [event for event in told.events("run.ended") if event["cause"] == cause]
    tags = {tag["key"]: tag["value"] for tag in server.get(f"/api/2.0/mlflow/runs/get?run_id={tracked['body']['run_id']}")["run"]["data"]["tags"]}
    assert tags["cairn.cause"] == cause
    assert tags["cairn.pipeline_run"] == run["body"]["run"]
    assert (tags["cairn.actor"], tags["cairn.data"]) == ("system", "flights@4")
    added = story["registry.version_added"]
    assert added["body"]["run_id"] == tracked["body"]["run_id"]
    assert added["body"]["pipeline_run"] == run["body"]["run"]
    decision = story["governance.decision_proposed"]
    assert decision["body"]["seen"]["developer"] == decision["actor"] == "system"
    for kind in ("rollout.considered", "rollout.canary_started", "rollout.canary_ended", "governance.decision_redeemed", "registry.alias_moved", "rollout.promoted"):
        assert story[kind]["cause"] == cause
    # What ben ran by hand belongs to a story of its own.
    first = next(event for event in told.events("registry.version_added") if event["body"]["version"] in (1, "1"))
    assert first["actor"] == "ben" and first["cause"] not in ("", cause)


def test_the_inputs_are_compared_with_what_each_version_was_trained_on(told, server):
    versions = {int(one["version"]): one for one in server.get(f"/api/v1/models/{MODEL}")["versions"]}
    assert server.get("/api/v1/monitors")["items"]
    problems = [monitor["problem"] for monitor in server.get("/api/v1/monitors")["items"]]
    assert not any(problems), problems
    assert all(one["state"] != "pending" for one in server.get("/api/v1/monitors/windows?monitor=inputs")["items"])
    assert versions[1]["created_by"] == "ben" and versions[2]["created_by"] == "system"


def test_nothing_else_moves_the_guarded_alias(told, server):
    before = server.get(f"/api/v1/models/{MODEL}")["aliases"]
    with pytest.raises(Refused) as refusal:
        server.post("/api/2.0/mlflow/registered-models/alias", {"name": MODEL, "alias": "production", "version": "3"})
    assert refusal.value.code == 403
    assert server.get(f"/api/v1/models/{MODEL}")["aliases"] == before
    server.post("/api/2.0/mlflow/registered-models/alias", {"name": MODEL, "alias": "worst-so-far", "version": "3"})


def test_the_bad_idea_was_kept_out_for_rules_that_are_named(told, server):
    (found,) = [one for one in server.get(f"/api/v1/rollouts?model={MODEL}")["items"] if one["version"] == 3]
    assert found["stage"] == "kept_out"
    record = server.get(f"/api/v1/rollouts/{found['id']}")["decision_record"]
    failed = [rule["name"] for rule in record["rules"] if not rule["passed"]]
    assert "not worse than production" in failed
    assert all(name in found["reason"] for name in failed)


def test_the_monitor_found_what_scikit_learn_finds(told, server):
    """April's windows, recomputed from the first version's own file and the source table."""
    versions = server.get(f"/api/v1/models/{MODEL}")["versions"]
    digest = next(version for version in versions if str(version["version"]) == "1")
    model = next((told.workspace / ".cairn" / "artifacts").glob(f"**/{digest['model_id']}/**/model.onnx"))
    table = source.table(told.share)
    april = table[table["month"] == 4]
    inputs = {name: april[[name]].to_numpy().astype(object) for name in CATEGORIES}
    inputs |= {name: april[[name]].to_numpy(np.float32) for name in NUMBERS}
    chances = onnxruntime.InferenceSession(str(model)).run(["probabilities"], inputs)[0][:, 1]
    moments = pd.to_datetime(april["time_hour"]).astype("datetime64[ms, UTC]").astype("int64").to_numpy()
    windows = [one for one in server.get("/api/v1/monitors/windows?monitor=quality")["items"] if one["state"] == "closed"]
    whole = [one for one in windows if one["to_ms"] <= pd.Timestamp("2013-05-01T00:00Z").timestamp() * 1000]
    assert len(whole) >= 3
    for window in whole:
        inside = (moments >= window["from_ms"]) & (moments < window["to_ms"])
        assert window["rows"] == inside.sum()
        assert window["value"] == pytest.approx(log_loss(april["late"][inside], chances[inside]), abs=1e-4)


def test_the_page_shows_what_the_records_say(told, server):
    (now,) = told.cairn.ask("audit", "as-of", "2100-01-01")["items"]
    alert, open_alerts = told.first_incident(), [one for one in server.get("/api/v1/alerts")["items"] if not one["closed_ms"]]
    with pages.browser() as browser, pages.window(browser, server.address) as page:
        live = page.get_by_role("region", name="In production")
        expect(live).to_contain_text(f"{MODEL} version {now['version']}")
        expect(live).to_contain_text("ada")
        shown = page.get_by_role("region", name="Open alerts")
        for word in [one["monitor"] for one in open_alerts] or ["No alert is open"]:
            expect(shown).to_contain_text(word)
        charts = page.get_by_role("region", name="Quality and drift")
        for monitor in ("quality", "inputs", "predictions"):
            expect(charts.get_by_role("img", name=monitor)).to_be_visible()
        pages.station(page, "Monitoring").click()
        expect(page.get_by_role("main")).to_contain_text("quality")
        page.goto(f"{server.address}/#/story/{alert['cause']}")
        for step in ("Alert raised by quality", "Pipeline run finished", f"Canary of {MODEL} version 2 started", "promoted, in place of version 1"):
            expect(page.get_by_role("main")).to_contain_text(step)


def test_an_incident_opens_once_closes_once_and_never_overlaps_the_next(told):
    kinds = {"monitoring.alert_raised": +1, "monitoring.alert_closed": -1}
    story = [event for event in told.events("") if event["kind"] in kinds]
    for monitor in {event["body"]["monitor"] for event in story}:
        own = [event for event in story if event["body"]["monitor"] == monitor]
        assert [kinds[event["kind"]] for event in own] == [+1, -1] * (len(own) // 2) + [+1] * (len(own) % 2), monitor
        for raised, closed in zip(own[::2], own[1::2]):
            assert raised["body"]["alert"] == closed["body"]["alert"]
        assert len({event["body"]["alert"] for event in own[::2]}) == len(own[::2])


def test_the_log_is_sound_and_the_derived_tables_follow_from_it(told):
    assert told.cairn.ask("audit", "verify")["sound"]
    assert told.cairn.ask("audit", "rebuild")["equal"]


def test_the_evidence_about_production_verifies_by_itself(told):
    assert told.cairn.ask("evidence", "verify", "build/late-arrival.evidence.zip")["sound"]


def test_every_prediction_is_on_record(told):
    logged = told.cairn.ask("serving", "verify")
    assert logged["open"] == 0
    said = [line for line in told.text.splitlines() if "logged requests" in line]
    assert f"{logged['records']:,} logged requests" in said[0]


def test_the_scorecard_has_evidence(told):
    delivery, score = told.cairn.ask("metrics"), told.cairn.ask("score")
    assert delivery["promotions"] == len(told.events("rollout.promoted"))
    drill, alerts = told.events("rollout.rolled_back"), told.events("monitoring.alert_raised")
    assert len(drill) == 1
    assert 1 <= delivery["change_failure_rate"]["failed"] <= 1 + len(alerts)
    assert score["score"] > 0
    (by_hand,) = [test for test in score["items"] if test["test"] == "T-D2"]
    assert by_hand["points"] >= 0.5 and by_hand["stages"] == "explain"
    assert told.cairn.ask("score", "--verify")["held"]
    known = {event["id"] for event in told.events("")}
    cited = {one["event"] for test in score["items"] for one in test["evidence"]}
    assert cited and cited <= known


def test_every_pipeline_run_names_the_commit_that_it_was_built_from(told):
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=told.workspace, capture_output=True, text=True, check=True).stdout.strip()
    assert {event["body"]["git"]["commit"] for event in told.events("pipeline.run_started")} == {head}


def test_running_again_does_nothing(told):
    told.cairn.ask("run")  # The last months' data may not have been trained on.
    before = len(told.events("pipeline.run_started"))
    assert told.cairn.ask("run")["stale"] is False
    assert len(told.events("pipeline.run_started")) == before


def test_the_sealed_rows_were_never_in_the_workspace(told):
    for month in range(1, 13):
        name = f"2013-{month:02}.csv"
        whole = pd.read_csv(told.workspace / "feed" / name, keep_default_na=False)
        kept = pd.read_csv(told.workspace / "data" / "flights" / name, keep_default_na=False)
        assert 0.75 < len(kept) / len(whole) < 0.85
        assert kept.merge(whole, how="inner").shape == kept.shape


@pytest.fixture
def noise(tmp_path, cairn_binary):
    """The same project, with outcomes that have nothing to do with the flights."""
    for name in ("cairn.yaml", "dvc.yaml", "params.yaml", "columns.py", "prepare.py", "train.py", "explain.py"):
        (tmp_path / name).write_bytes((EXAMPLE / name).read_bytes())
    cairn = Cairn(cairn_binary, tmp_path)
    text = (tmp_path / "cairn.yaml").read_text()
    for person in ("ada", "ben"):
        text = text.replace(f"KEY-OF-{person.upper()}", cairn.ask("id", "new", person)["key"])
    (tmp_path / "cairn.yaml").write_text(text)
    cairn.ask("apply", actor="ada")
    table = source.table(0.5)
    table["late"] = np.random.default_rng(7).permutation(table["late"].to_numpy())
    source.write_extracts(table, tmp_path / "feed", [1])
    cairn.ask("data", "add", "feed/2013-01.csv", "--to", "flights")
    return cairn


def test_other_data_tell_another_story(noise):
    verdict = noise.ask("feasibility", "flights", findings=True)
    assert verdict["verdict"] == "no-go"
    assert verdict["p_value"] > 0.01
    with pytest.raises(Refused) as refusal:
        noise.ask("run")
    assert refusal.value.code == 5
    assert "no-go" in refusal.value.sentence
    assert noise.ask("audit", "log", "--kind", "pipeline.")["items"] == []
