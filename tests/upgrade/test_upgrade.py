"""The program on stores that programs of before left: one for each earlier step of each room's schema, on both engines (tools/old_stores.py)."""

import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid

import psycopg2
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import old_stores  # noqa: E402

CAIRN = os.environ.get("CAIRN", str(ROOT / "build" / "release" / "cairn"))
STORES = pathlib.Path(__file__).parent / "stores"
MLFLOW = "/api/2.0/mlflow/"


class Up:
    """`cairn up` on a store; at the end of a `with` it has stopped by itself."""

    def __init__(self, data, store):
        words = [CAIRN, "up", "--data", str(data), "--listen", "127.0.0.1:0", "--json", *(["--store", store] if store else [])]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        self.uri = json.loads(line)["listening"]
        return self

    def __exit__(self, *failure):
        self.process.terminate()
        code = self.process.wait(30)
        self.process.stdout.close()
        self.process.stderr.close()
        assert code == 0

    def get(self, path, **query):
        with urllib.request.urlopen(self.uri + path + "?" + urllib.parse.urlencode(query, doseq=True), timeout=30) as answer:
            return json.load(answer)

    def post(self, path, body, method="POST"):
        request = urllib.request.Request(self.uri + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            raise AssertionError(refused.read().decode()) from refused


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request, tmp_path):
    """Puts a stored store where the program finds it; gives the data folder and what --store says."""
    made = []

    def put(name):
        data = tmp_path / "data"
        data.mkdir()
        if request.param == "sqlite":
            shutil.copy(STORES / f"{name}.db", data / "cairn.db")
            return data, ""
        server = os.environ["CAIRN_TEST_POSTGRES"]
        database = f"old_{uuid.uuid4().hex}"
        made.append((server, database))
        run(server, f"CREATE DATABASE {database}")
        url = urllib.parse.urlsplit(server)._replace(path="/" + database).geturl()
        run(url, (STORES / f"{name}.sql").read_text())
        return data, url

    yield put
    for server, database in made:
        run(server, f"DROP DATABASE {database} WITH (FORCE)")


def run(url, script):
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(script)
    connection.close()


def test_there_is_a_store_for_each_earlier_step_and_the_script_still_makes_it(tmp_path):
    subprocess.run([sys.executable, ROOT / "tools" / "old_stores.py", tmp_path], check=True)
    made = sorted(file.name for file in tmp_path.iterdir())
    assert made == sorted(file.name for file in STORES.iterdir()), "run tools/old_stores.py after adding a step to a schema"
    for file in tmp_path.glob("*.sql"):
        assert file.read_text() == (STORES / file.name).read_text(), f"{file.name} is not what the script makes"
    for file in tmp_path.glob("*.db"):
        one, two = (list(sqlite3.connect(f"file:{folder / file.name}?immutable=1", uri=True).iterdump()) for folder in (tmp_path, STORES))
        assert one == two, f"{file.name} is not what the script makes"


def check_tracking(server, step):
    """What was logged before reads the same, is found by every kind of search, and goes on."""
    old = server.get(MLFLOW + "experiments/get-by-name", experiment_name="old")["experiment"]
    assert (old["experiment_id"], old["tags"]) == ("7", [{"key": "team", "value": "blue"}])
    live, ended = "a" * 32, "b" * 32
    for run, points in ((live, old_stores.FOLDED + old_stores.LATER), (ended, old_stores.FOLDED)):
        history = server.get(MLFLOW + "metrics/get-history", run_id=run, metric_key="loss")["metrics"]
        assert [(m["step"], m["timestamp"], m["value"]) for m in history] == points
        assert [m["value"] for m in server.get(MLFLOW + "metrics/get-history", run_id=run, metric_key="odd")["metrics"]] == ["NaN"]
        shown = server.get(MLFLOW + "runs/get", run_id=run)["run"]
        assert {m["key"]: m["value"] for m in shown["data"]["metrics"]} == {"loss": points[-1][2], "odd": "NaN"}
    (inputs,) = shown["inputs"]["dataset_inputs"]
    assert inputs["dataset"]["name"] == "rows" and inputs["tags"][0]["value"] == "training"
    assert shown["outputs"]["model_outputs"][0]["model_id"] == old_stores.MODEL

    def found(filter, order="start_time"):
        answer = server.post(MLFLOW + "runs/search", {"experiment_ids": ["7"], "filter": filter, "order_by": [order]})
        return [run["info"]["run_id"][0] for run in answer.get("runs", [])]

    assert found("") == ["a", "b"] and found("", "metrics.loss") == ["b", "a"]
    assert found("metrics.loss < 0.01") == ["b"] and found("params.depth = '3'") == ["a"]
    assert found("min(metrics.loss) < 0.01 and max(metrics.loss) = 1 and first(metrics.loss) = 1") == ["a", "b"]
    model = server.get(MLFLOW + f"logged-models/{old_stores.MODEL}")["model"]
    assert model["data"]["params"] == [{"key": "p", "value": "q"}] and model["data"]["metrics"][0]["value"] == 0.5
    server.post(MLFLOW + "runs/log-batch", {"run_id": live, "metrics": [{"key": "loss", "value": -1, "timestamp": 1, "step": 999}], "params": [{"key": "new", "value": "x"}]})
    assert found("metrics.loss = -1 and params.new = 'x' and params.depth = '3'") == ["a"]


def check_registry(server, step):
    model = server.get(MLFLOW + "registered-models/get", name="churn")["registered_model"]
    assert model["description"] == "Who leaves?" and model["tags"] == [{"key": "owner", "value": "ada"}]
    version = server.get(MLFLOW + "registered-models/alias", name="churn", alias="champion")["model_version"]
    assert (version["version"], version["source"], version["current_stage"]) == ("1", "s3://b/1", "Staging")
    assert version["tags"] == [{"key": "a", "value": "b"}]
    added = server.post(MLFLOW + "model-versions/create", {"name": "churn", "source": "s3://b/3"})["model_version"]
    assert added["version"] == "3", "the number of the deleted version is not given again"
    assert [hook["name"] for hook in server.get(MLFLOW + "webhooks").get("webhooks", [])] == (["hook"] if step >= 3 else [])


def check_governance(server, step):
    assert server.get("/api/v1/holds")["items"] == []
    server.post("/api/v1/holds", {"subject": "experiment:0", "reason": "a dispute"})
    assert [hold["subject"] for hold in server.get("/api/v1/holds")["items"]] == ["experiment:0"]


def check_pipeline(server, step):
    (run,) = server.get("/api/v1/pipeline/runs")["items"]
    assert run["state"] == "finished" and run["trigger"]["on"] == "manual" and run["data"] == ""
    assert run["git"] == ({"commit": "c" * 40, "dirty": True} if step >= 2 else None)
    assert run["environment"] == ({"host": "old"} if step >= 4 else {})
    if step >= 3:
        (firing,) = server.get("/api/v1/triggers/quality/firings")["items"]
        assert (firing["state"], firing["detail"]) == ("over", {})


def check_monitoring(server, step):
    (window,) = server.get("/api/v1/monitors/windows", monitor="auc")["items"]
    assert (window["state"], window["value"], window["breached"]) == ("closed", 0.5, True)
    (alert,) = server.get("/api/v1/alerts", open=1)["items"]
    assert (alert["monitor"], alert["value"], alert["bound"]) == ("auc", 0.5, 0.7)
    server.post(f"/api/v1/alerts/{alert['id']}/acknowledge", {})


def check_rollout(server, step):
    (rollout,) = server.get("/api/v1/rollouts")["items"]
    assert (rollout["model"], rollout["version"], rollout["stage"], rollout["reason"]) == ("churn", 2, "kept_out", "worse than the champion")


def check_metadata(server, step):
    (event,) = (event for event in server.get("/api/v1/audit/log")["items"] if event["kind"] == "run.ended")
    assert event["subject"] == "run:1"
    assert server.get("/api/v1/audit/rebuild")["equal"]


def check_data(server, step):
    """What was not recorded then is empty, and nothing else changed."""
    newest, first = server.get("/api/v1/data/datasets/flights/versions")["items"]
    assert (newest["version"], newest["rows"], newest["note"], newest["added_by"], newest["owner"]) == (2, 20, "a storm", "ann", "")
    assert [file["name"] for file in newest["files"]] == ["1.csv", "2.csv"] and [file["sha256"] for file in first["files"]] == ["h1"]
    assert newest["files"][1]["origin"] == "/feed/2.csv" and newest["aliases"] == []
    assert server.get("/api/v1/data/datasets/flights/profile", version=1)["rows"] == 10
    server.post("/api/v1/data/aliases", {"dataset": "flights", "version": "1", "alias": "first"})
    assert server.get("/api/v1/data/datasets/flights/versions/first")["version"] == 1


CHECKS = {"metadata": check_metadata, "data": check_data, "tracking": check_tracking, "registry": check_registry, "governance": check_governance, "pipeline": check_pipeline, "monitoring": check_monitoring,
          "rollout": check_rollout}


@pytest.mark.parametrize("room, step", old_stores.earlier_steps())
def test_an_old_store_is_brought_up_to_date_and_reads_the_same(opened, room, step):
    data, store = opened(f"{room}_at_{step:03}")
    with Up(data, store) as server:
        assert server.get("/api/v1/audit/verify")["sound"]
        CHECKS[room](server, step)
    with Up(data, store) as server:
        assert server.get("/api/v1/audit/verify")["sound"], "and once more, as the store that it now is"


def unhashed(level):
    """The level above, of RFC 6962."""
    return [hashlib.sha256(b"\1" + one + two).digest() for one, two in zip(level[::2], level[1::2], strict=False)]


def test_a_log_that_was_sealed_before_there_were_tiles_is_brought_over_with_its_proofs(tmp_path):
    data = tmp_path / "data"
    with Up(data, "") as server:
        for number in range(300):
            server.post(MLFLOW + "registered-models/create", {"name": f"m{number}"})
        before = server.get("/api/v1/audit/verify")
        assert before["sound"] and before["sealed"] >= 300
        first = server.get("/api/v1/audit/log", order="oldest", limit=1)["items"][0]["id"]
        proof = server.get(f"/api/v1/audit/proof/{first}")
    with contextlib.closing(sqlite3.connect(data / "cairn.db", isolation_level=None)) as store:
        tiles = store.execute("SELECT digests FROM merkle_tile WHERE level = 0 ORDER BY place").fetchall()
        leaves = [content[at : at + 32] for (content,) in tiles for at in range(0, len(content), 32)]
        store.execute("BEGIN")
        store.executemany("UPDATE event SET leaf = ? WHERE position = ?", [(leaf.hex(), position) for position, leaf in enumerate(leaves)])
        above, level = leaves, 0
        while above := unhashed(above):
            level += 1
            store.executemany("INSERT INTO merkle_node VALUES (?, ?, ?)", [(level, place, digest.hex()) for place, digest in enumerate(above)])
        store.execute("DROP TABLE merkle_tile")
        store.execute("DELETE FROM schema_step WHERE room = 'metadata' AND number = 3")
        store.execute("COMMIT")
    with Up(data, "") as server:
        after = server.get("/api/v1/audit/verify")
        assert after["sound"] and after["proven"]["outside"] >= len(leaves)
        assert server.get(f"/api/v1/audit/proof/{first}")["leaf"] == proof["leaf"]
        server.post(MLFLOW + "registered-models/create", {"name": "more"})
        assert server.get("/api/v1/audit/verify")["sealed"] > len(leaves)
    with contextlib.closing(sqlite3.connect(data / "cairn.db")) as store:
        assert store.execute("SELECT COUNT(*) FROM merkle_node").fetchone() == (0,)
