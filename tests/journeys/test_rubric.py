"""Each of the 28 tests of the rubric in real projects: nothing on record, done by hand, done by a system, and too long ago earn
0, 0.5, 1 and 0, and no other test moves with it."""

import contextlib
import hashlib
import hmac
import json
import os
import subprocess
import time

import mlflow
import numpy
import onnx
import pandas
import pytest
from mlflow.models import infer_signature
from small_project import CONFIGURATION, FIXTURES, MODEL, infer, judged, make, write_rows

SECRET = "s3cret"
PROGRAM = ["T-D1", "T-M2", "T-M5", "T-M6", "T-I4", "T-I6", "T-I7", "T-O2", "T-O7"]
STAGE = ["T-D2", "T-D3", "T-D4", "T-D5", "T-D6", "T-D7", "T-M1", "T-M3", "T-M4", "T-M7", "T-I1", "T-I2", "T-I3", "T-I5", "T-O1", "T-O3", "T-O4", "T-O5", "T-O6"]
ALL = STAGE + PROGRAM
# What a test waits for that this program does not do by itself.
LACKING = {
    "T-D2": "explanation", "T-D3": "feature store", "T-D4": "feature store", "T-D5": "tags of personal columns", "T-D6": "feature store",
    "T-D7": "cairn ci", "T-M1": "reviewed", "T-M3": "sweeps that a trigger begins", "T-M4": "old versions", "T-M7": "proxies", "T-I1": "replays",
    "T-I2": "cairn ci", "T-I3": "staging place", "T-I5": "explanation of one row", "T-O1": "changed dependencies", "T-O3": "feature store",
    "T-O4": "monitor of a model's age", "T-O5": "NaN", "T-O6": "latency and memory"}
HOOK = "  - {name: hook, on: message, secret: {env: HOOK_KEY}, run: pipeline}\n"
PATIENCE = 60


class Scored:
    """A project, its server, and what it scores."""

    def __init__(self, cairn):
        self.cairn, self.ask, self.server, self.sent = cairn, cairn.ask, None, 0

    def items(self):
        return {one["test"]: one for one in self.ask("score")["items"]}

    def points(self):
        return {name: one["points"] for name, one in self.items().items() if one["points"]}

    def moves(self, before, expected):
        """What the score is now, in which exactly the expected tests have other points than before."""
        items = self.items()
        now = {name: one["points"] for name, one in items.items() if one["points"]}
        changed = {name: now.get(name, 0) for name in now.keys() | before.keys() if now.get(name, 0) != before.get(name, 0)}
        assert changed == expected, {name: items[name]["sentence"] for name in changed.keys() | expected.keys()}
        return now

    def accept(self, change):
        path = self.cairn.folder / "cairn.yaml"
        path.write_text(change(path.read_text()))
        self.ask("apply", "--sign", "ada", actor="ada")

    def trigger(self):
        """A signed message from outside, and the run that it set off, when it has ended."""
        self.sent += 1
        at, body = str(int(time.time())), f"{self.sent} {time.monotonic()}"
        signature = "sha256=" + hmac.new(SECRET.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
        with contextlib.closing(self.server.connect()) as connection:
            connection.request("POST", "/api/v1/triggers/hook/messages", body, {"X-Cairn-Timestamp": at, "X-Cairn-Signature": signature})
            response = connection.getresponse()
            firing = json.loads(response.read())
            assert response.status == 200, firing
        cause = firing["trigger"]["cause"]

        def ended():
            runs = [run for run in self.server.get("/api/v1/pipeline/runs")["items"] if run["trigger"]["cause"] == cause]
            return runs and runs[0]["state"] != "running" and runs[0]

        run = self.server.wait_for("the triggered run", ended, PATIENCE)
        assert run["state"] == "finished", [self.cairn.folder.joinpath(stage["log"]).read_text() for stage in run["stages"] if stage["log"]]
        return cause

    def becomes_stale(self, test, before, points=0):
        """With a cadence of a second its newest evidence is too old as soon as a second has passed; and with the old cadence it counts again."""
        path = self.cairn.folder / "cairn.yaml"
        kept = path.read_text()
        self.accept(lambda text: text.replace("scorecard:\n", f"scorecard:\n  cadences: {{{test}: 1s}}\n"))
        self.server.wait_for(f"{test} to be too long ago", lambda: self.points().get(test, 0) == points, PATIENCE)
        self.moves(before, {test: points})
        sentence = self.items()[test]["sentence"]
        assert "longer ago than the cadence" in sentence, sentence
        self.accept(lambda text: kept)
        assert self.points() == before

    def by_hand(self, test, *words):
        record = self.ask("score", "record", test, "--report", "report.md", "--sign", "ben", *words, actor="ben")["record"]
        return record

    def acknowledge(self, record):
        self.ask("score", "acknowledge", record, "--sign", "ada", actor="ada")


@pytest.fixture(scope="module", autouse=True)
def hook_key():
    before = os.environ.get("HOOK_KEY")
    os.environ["HOOK_KEY"] = SECRET
    yield
    del os.environ["HOOK_KEY"]
    if before is not None:
        os.environ["HOOK_KEY"] = before


@contextlib.contextmanager
def begun(folder, binary, configuration, stages, files):
    """The project, its files committed, and its server."""
    cairn = make(folder, binary, configuration)
    (folder / "dvc.yaml").write_text(stages)
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    for words in (["init", "-q"], ["add", "dvc.yaml", "cairn.yaml", *files], ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "one"]):
        subprocess.run(["git", *words], cwd=folder, check=True, timeout=60)
    project = Scored(cairn)
    project.server = cairn.start("ben")
    yield project
    assert project.server.stop() == 0


def checks():
    return "scorecard:\n  checks:\n" + "".join(f"    - {{test: {test}, stage: s{test[2:]}}}\n" for test in STAGE)


@pytest.fixture(scope="module")
def checked(tmp_path_factory, cairn_binary):
    """A project with a stage for each test that a stage can do; it is stale when the file that it reads has changed."""
    stages = "stages:\n" + "".join(f"  s{test[2:]}: {{cmd: cp ask/{test} {test}.report, deps: [ask/{test}], outs: [{test}.report]}}\n" for test in STAGE)
    stages = stages.replace("deps: [ask/T-M3]", "deps: [ask/T-M3], params: [depth]")
    files = {f"ask/{test}": "0\n" for test in STAGE} | {"report.md": "All is well.\n", "params.yaml": "depth: 1\n"}
    configuration = CONFIGURATION.replace("triggers:\n", "triggers:\n" + HOOK) + checks()
    with begun(tmp_path_factory.mktemp("checked") / "project", cairn_binary, configuration, stages, files) as project:
        yield project


def test_done_by_hand_every_test_earns_half_a_point_until_it_is_too_long_ago(checked):
    items = checked.items()
    assert len(items) == 28 and set(items) == set(ALL) and checked.points() == {}
    for test, one in items.items():
        assert one["earns"] and one["sentence"], one
        assert one["missing"] is None and one["stages"] == ("" if test in PROGRAM else f"s{test[2:]}"), one
    for test in ALL:
        checked.acknowledge(checked.by_hand(test, "--done", "2020-01-01"))
    items = checked.items()
    assert {one["points"] for one in items.values()} == {0}
    assert all("longer ago than the cadence" in one["sentence"] for one in items.values()), [one["sentence"] for one in items.values()]
    points = {}
    for test in ALL:
        record = checked.by_hand(test)
        assert "nobody else has acknowledged it" in checked.items()[test]["sentence"] or checked.points() == points
        checked.acknowledge(record)
        points = checked.moves(points, {test: 0.5})
    score = checked.ask("score")
    assert score["score"] == 3.5 and {one["sum"] for one in score["sections"]} == {3.5}


def test_a_search_over_parameters_by_hand_is_cited_and_earns_nothing_by_itself(checked):
    before = checked.points()
    checked.ask("exp", "run", "--queue", "--set", "depth=2,3")
    checked.moves(before, {})
    cited = checked.items()["T-M3"]["evidence"]
    assert [(one["kind"], one["automatic"]) for one in cited if one["kind"].startswith("sweep.")] == [("sweep.queued", False)]


def test_a_stage_that_a_trigger_repeats_earns_the_whole_point_until_it_is_too_long_ago(checked):
    before = checked.points()

    def change(*tests):
        for test in tests:
            path = checked.cairn.folder / "ask" / test
            path.write_text(f"{int(path.read_text()) + 1}\n")
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qam", "more"], cwd=checked.cairn.folder, check=True, timeout=60)

    # A person's runs, however many, are no system's.
    for _ in range(2):
        assert checked.ask("run")["state"] == "finished"
        change(*STAGE)
    checked.moves(before, {})
    checked.trigger()
    checked.moves(before, {})
    points = before
    for test in STAGE:
        change(test)
        checked.trigger()
        points = checked.moves(points, {test: 1})
        assert checked.items()[test]["passing"] is True
    for test in STAGE:
        checked.becomes_stale(test, points)


TRAIN = """import json, os, pathlib, urllib.request

def call(path, body):
    request = urllib.request.Request(os.environ["MLFLOW_TRACKING_URI"] + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request))

tags = [{"key": key, "value": value} for key, value in json.loads(os.environ["MLFLOW_RUN_CONTEXT"]).items()]
run = call("/api/2.0/mlflow/runs/create", {"experiment_id": "0", "start_time": 1, "tags": tags})["run"]["info"]
for path in pathlib.Path("ready").iterdir():
    address = os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow-artifacts/artifacts/" + run["artifact_uri"].split(":/", 1)[1].lstrip("/") + "/model/" + path.name
    urllib.request.urlopen(urllib.request.Request(address, path.read_bytes(), method="PUT"))
call("/api/2.0/mlflow/model-versions/create", {"name": "late-arrival", "source": run["artifact_uri"] + "/model", "run_id": run["run_id"]})
call("/api/2.0/mlflow/runs/update", {"run_id": run["run_id"], "status": "FINISHED", "end_time": 2})
pathlib.Path("trained.txt").write_text(run["run_id"])
"""
# New rows come in, a version is made of them, and now and then the way back is tried: each when the file that it reads has changed.
LOOP = """stages:
  bring:
    cmd: test ! -s incoming.csv || BINARY data add incoming.csv --to rows --name "$(sha256sum < incoming.csv | cut -c1-8).csv"; cp incoming.csv brought.csv
    deps: [incoming.csv]
    outs: [brought.csv]
  train: {cmd: python3 train.py, deps: [train.py, ask], outs: [trained.txt]}
  drill:
    cmd: test ! -s drill || BINARY model rollback late-arrival --reason "a drill"; cp drill drilled.txt
    deps: [drill]
    outs: [drilled.txt]
"""


def looped(configuration):
    text = configuration.replace("  prediction:", "  heuristic: [{when: \"carrier = 'UA'\", score: 0.3}, {otherwise: 0.2}]\n  prediction:")
    text = text.replace("dataset: rows}", "dataset: rows, slices: [carrier]}")
    text = text.replace("  rules:\n", """  rules:
    - {name: simple, metric: log_loss, against: heuristic, margin: 90}
    - {name: slices, metric: log_loss, slice: worst, max: 90, min_rows: 5}
    - {name: alike, gap: equal_opportunity_difference, by: carrier, max: 1, min_rows: 1, judged_by: value}
""")
    text = text.replace("fallback: none}", "fallback: none, canary: {share: 50%, min_requests: 10, max_error_rate_alpha: 0.01}}")
    text = text.replace("triggers:\n", "  - {name: inputs, protects: honest risk, drift: psi, columns: [carrier], window: 1d, min_rows: 1, above: 99}\ntriggers:\n")
    return text[: text.index("triggers:\n")] + "triggers:\n" + HOOK + "scorecard:\n  cadence: 30d\n"


class Loop(Scored):
    """A project whose pipeline brings rows, makes versions and takes them back; and its traffic."""

    def write(self, name, text):
        (self.cairn.folder / name).write_text(text)

    def bring(self, first):
        write_rows(self.cairn.folder / "incoming.csv", first)

    def live(self, version):
        rollout = judged(self.server, version)
        assert rollout["stage"] == "awaiting_approval", rollout["reason"]
        self.ask("model", "approve", rollout["id"], "--sign", "ada", actor="ada")

    def promoted(self, version):
        """Approved, tried on live traffic and promoted."""
        self.live(version)

        def over():
            for _ in range(20):
                self.answered()
            return self.stage(version) != "canary"

        self.server.wait_for("the canary's end", over, PATIENCE)
        assert self.stage(version) == "promoted"
        self.answers(version)

    def answers(self, version):
        self.server.wait_for(f"version {version} to answer", lambda: self.server.get("/api/v1/serving")["version"] == str(version), PATIENCE)

    def stage(self, version):
        return next(one["stage"] for one in self.server.get(f"/api/v1/rollouts?model={MODEL}")["items"] if one["version"] == version)

    def answered(self, rows=2):
        """Live answers at the day's hour, half of which turn out late."""
        self.asked += 1
        name = f"asked-{self.asked}"
        infer(self.server, f"2013-02-{self.day:02}T10:00:00Z", rows=rows, name=name)
        self.server.post("/api/v1/labels", {"labels": [{"id": f"{name}.{row}", "value": row % 2} for row in range(rows)]})

    def closes_day(self):
        """More answers, and the first ones of the next day, which close the day's windows. So many that most of the day's are of the version that
        answers now, whose the windows are then: a canary's share is left to chance."""
        for _ in range(4):
            self.answered(rows=20)
        self.day += 1
        self.answered()
        self.server.post("/api/v1/monitors/advance", {})


@pytest.fixture(scope="module")
def loop(tmp_path_factory, cairn_binary):
    folder = tmp_path_factory.mktemp("loop") / "project"
    example = pandas.DataFrame({"carrier": ["UA"], "hour": [12], "distance": [1000.5]})
    stages = LOOP.replace("BINARY", str(os.path.abspath(cairn_binary)))
    files = {"train.py": TRAIN, "ask": "0\n", "drill": "", "incoming.csv": ""}
    with begun(folder, cairn_binary, looped(CONFIGURATION), stages, files) as project:
        mlflow.onnx.save_model(onnx.load(FIXTURES / "columns.onnx"), folder / "ready", signature=infer_signature(example, numpy.zeros((1, 2), "float32")), pip_requirements=["onnx"])
        project.server.post("/api/2.0/mlflow/registered-models/create", {"name": MODEL})
        project.__class__, project.day, project.asked = Loop, 1, 0
        yield project


def test_what_the_program_does_itself_earns_the_whole_point_when_nobody_asks_for_it(loop):
    points = loop.moves({}, {})
    # What nothing does, neither the program nor a stage, is nothing, and what would do it is named.
    missing = {test: one["missing"] for test, one in loop.items().items() if one["missing"] is not None}
    assert missing.keys() == set(STAGE) and {test: what for test, what in missing.items() if LACKING[test] not in what} == {}
    assert "never used there" in loop.items()["T-D1"]["sentence"] and "4 are needed" in loop.items()["T-M2"]["sentence"]
    # By hand: a person runs the pipeline, and an approver signs what was measured.
    assert loop.ask("run")["state"] == "finished"
    points = loop.moves(points, {})
    loop.live(1)
    loop.answers(1)
    points = loop.moves(points, {"T-M5": 0.5, "T-M6": 0.5, "T-M7": 0.5, "T-I4": 0.5})
    assert "On record once by hand" in loop.items()["T-D1"]["sentence"], loop.items()["T-D1"]["sentence"]
    loop.closes_day()
    points = loop.moves(points, {})
    loop.closes_day()
    points = loop.moves(points, {"T-O7": 1})
    # Inputs are compared with the profile of the data that the version was trained on.
    loop.ask("data", "profile", "rows")
    loop.closes_day()
    loop.closes_day()
    points = loop.moves(points, {"T-O2": 1})
    # A message sets the pipeline off: rows are brought and a version is made, twice.
    loop.bring(1000)
    loop.write("ask", "1\n")
    loop.trigger()
    judged(loop.server, 2)
    points = loop.moves(points, {})
    loop.promoted(2)
    loop.closes_day()
    points = loop.moves(points, {})
    loop.bring(2000)
    loop.trigger()
    points = loop.moves(points, {"T-D1": 1})
    loop.write("ask", "2\n")
    loop.trigger()
    judged(loop.server, 3)
    points = loop.moves(points, {"T-M5": 1, "T-M6": 1, "T-M7": 1, "T-I4": 1})
    loop.promoted(3)
    points = loop.moves(points, {"T-I6": 1})
    loop.closes_day()
    points = loop.moves(points, {})
    # A person takes a version back that a trigger had brought: that shows no system.
    loop.ask("model", "rollback", MODEL, "--reason", "by hand")
    loop.answers(2)
    points = loop.moves(points, {})
    assert "by hand" in loop.items()["T-I7"]["sentence"], loop.items()["T-I7"]["sentence"]
    for number, version in ((3, 4), (4, 5)):
        loop.write("ask", f"{number}\n")
        loop.trigger()
        loop.promoted(version)
        loop.closes_day()
        points = loop.moves(points, {"T-M2": 1} if version == 4 else {})
        loop.write("drill", f"{number}\n")
        loop.trigger()
        loop.answers(2)
    points = loop.moves(points, {"T-I7": 1})
    for test in PROGRAM + ["T-M7"]:
        loop.becomes_stale(test, points)
