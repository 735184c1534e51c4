"""Into Cairn and out again, with the real mlflow as the oracle on both sides: it writes a store, Cairn imports it from each kind of source,
and mlflow's own client must read the same from both; the store that Cairn exports must be one that mlflow reads in the same way."""

import contextlib
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import sqlite3
import subprocess
import threading
import time

import mlflow
import pytest
import requests
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, ViewType
from mlflow.entities.webhook import WebhookEvent
from moto_server import Moto
from running import CAIRN, ROOT, Server, new_database
from whole_store import MLFLOW, assert_same, cairn, read, write

@pytest.fixture(scope="module", autouse=True)
def file_stores_may_be_used():
    before = os.environ.get("MLFLOW_ALLOW_FILE_STORE")
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    yield
    os.environ.pop("MLFLOW_ALLOW_FILE_STORE") if before is None else os.environ.update(MLFLOW_ALLOW_FILE_STORE=before)
    mlflow.set_registry_uri(None)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """An empty store as MLflow makes it."""
    path = tmp_path_factory.mktemp("empty") / "mlflow.db"
    subprocess.run([MLFLOW, "db", "upgrade", f"sqlite:///{path}"], check=True, capture_output=True)
    return path


@pytest.fixture(scope="module")
def database(tmp_path_factory, empty, thorough):
    """The URI of a store on SQLite with a few hundred runs."""
    folder = tmp_path_factory.mktemp("theirs")
    uri = f"sqlite:///{shutil.copy(empty, folder / 'mlflow.db')}"
    write(uri, folder / "artifacts", 2000 if thorough else 150)
    return uri


@pytest.fixture(scope="module")
def imported(tmp_path_factory, database):
    """The data folder that it was imported into, and the report."""
    data = tmp_path_factory.mktemp("ours") / "data"
    return data, cairn(data, "import", "mlflow", database)


def running(data):
    return Server(data)


def test_a_database_comes_over_whole(tmp_path, imported, database):
    data, report = tmp_path / "data", imported[1]
    shutil.copytree(imported[0], data)
    assert report["clean"] and not report["problems"] and not report["differences"]
    server = running(data)
    try:
        assert_same(server.uri, database)
        client = MlflowClient(server.uri, server.uri)
        mlflow.set_tracking_uri(server.uri)
        mlflow.set_registry_uri(server.uri)
        version = client.get_model_version_by_alias("churn model", "champion")
        folder = mlflow.artifacts.download_artifacts(version.source)
        assert (pathlib.Path(folder) / "MLmodel").is_file()
        assert mlflow.pyfunc.load_model("models:/churn model/3").predict([7]) == [7]
        # The number of the deleted version is not given again.
        assert client.create_model_version("churn model", version.source, model_id=version.source.removeprefix("models:/")).version in ("4", 4)
        notes = [r for r in client.search_runs(["1"], "attributes.run_name = 'run 0'")]
        assert client.download_artifacts(notes[0].info.run_id, "notes/read me.txt") and len(notes) == 1
    finally:
        assert server.stop() == 0
    events = cairn(data, "audit", "log", "--kind", "moving.")["items"]
    assert [(event["actor"], event["body"]["clean"]) for event in events] == [("ada", True)]
    assert cairn(data, "audit", "verify")["sound"] and cairn(data, "audit", "rebuild")["equal"]


def test_a_second_import_changes_nothing(imported, database):
    data = imported[0]
    before = cairn(data, "audit", "log", "--limit", "10000")
    report = cairn(data, "import", "mlflow", database)
    assert report["changed"] == 0 and report["clean"]
    digests = lambda one: {kind["kind"]: kind.get("digest_here") for kind in one["kinds"]}
    assert digests(report) == digests(imported[1])
    assert cairn(data, "audit", "log", "--limit", "10000") == before


def test_what_has_no_place_here_is_told(tmp_path, empty):
    """Traces and webhooks stay behind, from each kind of source, and the report says so."""
    folder = tmp_path / "mlruns"
    for uri in (f"sqlite:///{shutil.copy(empty, tmp_path / 'm.db')}", str(folder)):
        mlflow.set_tracking_uri(uri)
        client = MlflowClient(uri, uri)
        place = {"artifact_location": str(tmp_path / "traces")} if "://" in uri else {}
        mlflow.set_experiment(experiment_id=client.create_experiment("traced", **place))
        with mlflow.start_span("asked"):
            pass
        mlflow.flush_trace_async_logging()
        if "://" in uri:
            client.create_webhook("to-chat", "https://93.184.216.34/x", [WebhookEvent("model_version", "created")])
        report = cairn(tmp_path / f"data-{len(uri)}", "import", "mlflow", uri)
        assert report["clean"], report
        assert any("1 traces" in note and "not" in note.lower() for note in report["notes"]), report["notes"]
        assert any("to-chat" in note for note in report["notes"]) == ("://" in uri), report["notes"]


def test_what_is_here_is_left_and_what_is_new_comes(tmp_path, empty):
    folder, data = tmp_path / "mlruns", tmp_path / "data"
    uri = f"sqlite:///{shutil.copy(empty, tmp_path / 'm.db')}"
    client = MlflowClient(uri, uri)
    experiment = client.create_experiment("growing", artifact_location=str(folder))
    run = client.create_run(experiment).info.run_id
    client.log_metric(run, "m", 1.0, step=1)
    cairn(data, "import", "mlflow", uri)
    server = running(data)
    ours = MlflowClient(server.uri, server.uri)
    ours.set_tag(run, "seen", "by me")
    server.stop()
    client.log_metric(run, "m", 2.0, step=2)
    client.set_terminated(run, "FINISHED", 1_800_000_000_000)
    more = client.create_run(experiment).info.run_id
    report = cairn(data, "import", "mlflow", uri, code=1)
    assert len(report["differences"]) == 1 and "seen" in report["differences"][0]
    server = running(data)
    try:
        ours = MlflowClient(server.uri, server.uri)
        found = ours.get_run(run)
        assert (found.info.status, found.info.end_time, found.data.tags["seen"]) == ("FINISHED", 1_800_000_000_000, "by me")
        assert [m.value for m in ours.get_metric_history(run, "m")] == [1.0, 2.0]
        assert ours.get_run(more).info.experiment_id == experiment
    finally:
        server.stop()


def runs_in(data):
    """How many runs have arrived, seen from outside."""
    try:
        with sqlite3.connect(f"file:{data}/cairn.db?mode=ro", uri=True) as store:
            return store.execute("SELECT COUNT(*) FROM run").fetchone()[0]
    except sqlite3.Error:
        return 0


def test_an_import_that_was_killed_goes_on(tmp_path, database):
    data = tmp_path / "data"
    words = [CAIRN, "import", "mlflow", database, "--json", "--data", str(data)]
    rounds = 0
    for share in (0, 0.25, 0.5):
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while process.poll() is None and runs_in(data) <= share * 150:
            pass
        rounds += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert rounds > 0, "the imports were over before they could be killed, so this has shown nothing"
    report = cairn(data, "import", "mlflow", database)
    assert report["clean"] and report["changed"] > 0, report
    server = running(data)
    try:
        assert_same(server.uri, database)
    finally:
        server.stop()


def as_it_stands_in_the_file(seen):
    """The step of a metric that was logged with a data set: the file store writes it, and reads 0."""
    for run, key in seen["points"]:
        if key == "accuracy":
            assert [step for step, *_ in seen["points"][run, key]] == [0]
            seen["points"][run, key] = [(3, *rest) for _, *rest in seen["points"][run, key]]


def test_an_mlruns_folder_comes_over_whole(tmp_path, thorough):
    folder, data = tmp_path / "mlruns", tmp_path / "data"
    write(str(folder), None, 300 if thorough else 25)
    report = cairn(data, "import", "mlflow", str(folder))
    assert report["clean"], report
    server = running(data)
    try:
        assert_same(server.uri, str(folder), as_it_stands_in_the_file)
    finally:
        server.stop()
    assert cairn(data, "import", "mlflow", str(folder))["changed"] == 0


@pytest.fixture
def mlflow_server(tmp_path, empty, thorough):
    """The real server with a store of some runs, on a port that the system gave."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    store = f"sqlite:///{shutil.copy(empty, tmp_path / 'server.db')}"
    write(store, tmp_path / "artifacts", 200 if thorough else 8)
    log = open(tmp_path / "server.log", "wb")
    process = subprocess.Popen(
        [MLFLOW, "server", "--backend-store-uri", store, "--artifacts-destination", str(tmp_path / "theirs"), "--port", str(port), "--workers", "1"],
        stdout=log, stderr=log, start_new_session=True, env={**os.environ, "PATH": f"{MLFLOW.parent}{os.pathsep}{os.environ['PATH']}", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
    )
    uri, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 120
    while True:
        try:
            if requests.get(f"{uri}/health", timeout=5).ok:
                break
        except requests.ConnectionError:
            pass
        assert time.monotonic() < deadline and process.poll() is None, (tmp_path / "server.log").read_text()
    yield uri
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(timeout=60)
    log.close()


def test_a_running_server_comes_over_whole(tmp_path, mlflow_server):
    data = tmp_path / "data"
    client = MlflowClient(mlflow_server, mlflow_server)
    proxied = client.create_run(client.create_experiment("through the server")).info.run_id
    client.log_text(proxied, "kept by the server", "deep/in/a folder/note.txt")
    for name in ("it's", 'a "model"', "it's \"both\"", "itss", "behind\\"):
        client.create_registered_model(name)
        client.create_model_version(name, "s3://bucket/model", description=name)
    report = cairn(data, "import", "mlflow", mlflow_server)
    assert report["clean"], report
    server = running(data)
    try:
        assert_same(server.uri, mlflow_server)
        ours = MlflowClient(server.uri, server.uri)
        assert pathlib.Path(ours.download_artifacts(proxied, "deep/in/a folder/note.txt")).read_text() == "kept by the server"
    finally:
        server.stop()
    assert cairn(data, "import", "mlflow", mlflow_server)["changed"] == 0


@pytest.fixture
def postgres():
    """The URL of a PostgreSQL of its own."""
    tool, name = str(ROOT / "tools" / "postgres.sh"), f"moving-{os.getpid()}"
    run = lambda verb: subprocess.run([tool, verb, name], check=True, capture_output=True, text=True, timeout=120).stdout.strip()
    yield run("start").replace("postgresql://", "postgresql+psycopg2://")  # SQLAlchemy's own choice of a driver is not installed.
    run("stop")


def test_a_database_on_postgresql_comes_over_whole(tmp_path, postgres):
    data = tmp_path / "data"
    write(postgres, tmp_path / "artifacts", 30)
    report = cairn(data, "import", "mlflow", postgres, "--artifact-root", str(tmp_path / "artifacts"))
    assert report["clean"], report
    assert postgres.split(":")[2].split("@")[0] not in json.dumps(report), "the password stands in the report"
    server = running(data)
    try:
        assert_same(server.uri, postgres)
    finally:
        server.stop()
    assert cairn(data, "import", "mlflow", postgres, "--artifact-root", str(tmp_path / "artifacts"))["changed"] == 0


KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture
def bucket(monkeypatch):
    """A bucket that mlflow's client and a Cairn started from here can reach: its S3 client."""
    with Moto() as moto:
        for name, value in {**KEYS, "MLFLOW_S3_ENDPOINT_URL": moto.endpoint}.items():
            monkeypatch.setenv(name, value)
        client = moto.client()
        client.create_bucket(Bucket="theirs")
        yield client


def test_artifacts_in_a_bucket_come_over(tmp_path, empty, bucket):
    uri, data = f"sqlite:///{shutil.copy(empty, tmp_path / 'm.db')}", tmp_path / "data"
    write(uri, "s3://theirs/churn", 60)
    keys = [one["Key"] for one in bucket.list_objects_v2(Bucket="theirs")["Contents"]]
    assert len(keys) > 6
    words = [CAIRN, "import", "mlflow", uri, "--json", "--data", str(data)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while process.poll() is None and not any(path.is_file() and ".cairn-" not in str(path) for path in (data / "artifacts").rglob("*")):
        pass
    process.kill()
    process.communicate()
    report = cairn(data, "import", "mlflow", uri)
    assert report["clean"], report
    assert kind(report, "files")["here"] == len(keys) and kind(report, "artifact folders")["digest"] == kind(report, "artifact folders")["digest_here"]
    assert cairn(data, "import", "mlflow", uri)["changed"] == 0
    for key in keys:
        bucket.delete_object(Bucket="theirs", Key=key)
    server = running(data)
    try:
        assert_same(server.uri, uri)
        client = MlflowClient(server.uri, server.uri)
        mlflow.set_tracking_uri(server.uri)
        mlflow.set_registry_uri(server.uri)
        first = client.search_runs([client.get_experiment_by_name("churn ü").experiment_id], "attributes.run_name = 'run 25'")[0]
        assert first.info.artifact_uri.startswith("mlflow-artifacts:/")
        assert pathlib.Path(client.download_artifacts(first.info.run_id, "notes/read me.txt")).read_text() == "what run 25 left"
        assert mlflow.pyfunc.load_model("models:/churn model/1").predict([7]) == [7]
    finally:
        server.stop()


def test_artifacts_in_a_bucket_behind_a_proxy_come_over_from_there(tmp_path, empty, bucket):
    uri, data = f"sqlite:///{shutil.copy(empty, tmp_path / 'm.db')}", tmp_path / "data"
    client = MlflowClient(uri, uri)
    experiment = client.create_experiment("through the server", artifact_location="mlflow-artifacts:/7")
    run = client.create_run(experiment).info.run_id
    bucket.put_object(Bucket="theirs", Key=f"behind/it/7/{run}/artifacts/a folder/note ü.txt", Body=b"kept by the server")
    report = cairn(data, "import", "mlflow", uri, "--artifact-root", "s3://theirs/behind/it")
    assert report["clean"] and kind(report, "files")["here"] == 1, report
    server = running(data)
    try:
        ours = MlflowClient(server.uri, server.uri)
        assert pathlib.Path(ours.download_artifacts(run, "a folder/note ü.txt")).read_text() == "kept by the server"
    finally:
        server.stop()
    bucket.put_object(Bucket="theirs", Key=f"behind/it/7/{run}/artifacts/../up.txt", Body=b"leads out")
    report = cairn(tmp_path / "other", "import", "mlflow", uri, "--artifact-root", "s3://theirs/behind/it", code=1)
    assert any(run in problem and "up.txt" in problem for problem in report["problems"]), report["problems"]
    assert not list(tmp_path.rglob("up.txt"))


def test_a_bucket_is_asked_only_with_credentials_and_never_for_what_is_ours(tmp_path, empty, bucket, monkeypatch):
    uri = f"sqlite:///{shutil.copy(empty, tmp_path / 'm.db')}"
    client = MlflowClient(uri, uri)
    run = client.create_run(client.create_experiment("in a bucket", artifact_location="s3://theirs/ours/1")).info.run_id
    client.log_text(run, "secret", "a.txt")
    server = Server(tmp_path / "ours", options=["--artifacts", "s3://theirs/ours"])
    report = cairn(tmp_path / "ours", "import", "mlflow", uri)
    server.stop()
    assert report["clean"] and kind(report, "files") is None and any("s3: stay" in note for note in report["notes"]), report
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    report = cairn(tmp_path / "without", "import", "mlflow", uri)
    assert report["clean"] and kind(report, "files") is None and any("AWS_SECRET_ACCESS_KEY" in note for note in report["notes"]), report
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    report = cairn(tmp_path / "left", "import", "mlflow", uri, "--leave-artifacts")
    assert report["clean"] and kind(report, "files") is None, report
    bucket.delete_object(Bucket="theirs", Key=f"ours/1/{run}/artifacts/a.txt")
    bucket.delete_bucket(Bucket="theirs")
    report = cairn(tmp_path / "gone", "import", "mlflow", uri, code=1)
    assert any(run in problem and "theirs" in problem for problem in report["problems"]), report


def test_everything_goes_out_again(tmp_path, imported, database, empty):
    data = imported[0]
    target = f"sqlite:///{shutil.copy(empty, tmp_path / 'out.db')}"
    shutil.copy(database.removeprefix("sqlite:///"), tmp_path / "full.db")
    refusal = cairn(data, "export", "mlflow", f"sqlite:///{tmp_path}/full.db", code=4)
    assert "holds records already" in refusal
    report = cairn(data, "export", "mlflow", target)
    assert report["clean"], report
    server = running(data)
    try:
        assert_same(server.uri, target)
    finally:
        server.stop()
    again = tmp_path / "again"
    assert cairn(again, "import", "mlflow", target, "--artifact-root", str(data / "artifacts"))["clean"]


def test_everything_goes_out_to_postgresql_as_well(tmp_path, imported, postgres):
    data = tmp_path / "data"
    shutil.copytree(imported[0], data)
    server = running(data)
    try:
        client = MlflowClient(server.uri, server.uri)
        long = client.create_experiment("an id that MLflow has no room for")
        client.log_metric(client.create_run(long).info.run_id, "loss", float("nan"))
    finally:
        server.stop()
    subprocess.run([MLFLOW, "db", "upgrade", postgres], check=True, capture_output=True)
    report = cairn(data, "export", "mlflow", postgres)
    assert report["clean"], report
    (mapped,) = report["mapping"]
    assert mapped["here"] == long and int(mapped["source"]) < 2**31
    assert postgres.split(":")[2].split("@")[0] not in json.dumps(report), "the password stands in the report"

    def mend(seen):
        seen["experiments"] = {long if key == mapped["source"] else key: value for key, value in seen["experiments"].items()}
        seen["runs"] = {key: (long if value[0] == mapped["source"] else value[0], *value[1:]) for key, value in seen["runs"].items()}

    server = running(data)
    try:
        assert_same(server.uri, postgres, mend)
    finally:
        server.stop()
    assert MlflowClient(postgres, postgres).create_experiment("made by MLflow afterwards")
    assert "holds records already" in cairn(data, "export", "mlflow", postgres, code=4)


def test_what_mlflows_postgresql_has_no_room_for_is_named(tmp_path, postgres):
    """In MLflow's SQLite a key may have any length, and so may what came from there."""
    data, key = tmp_path / "data", "k" * 251
    server = running(data)
    client = MlflowClient(server.uri, server.uri)
    run = client.create_run("0", tags={key: "v"}).info.run_id
    kept = client.create_run("0", tags={"ü" * 250: "v"}).info.run_id
    server.stop()
    subprocess.run([MLFLOW, "db", "upgrade", postgres], check=True, capture_output=True)
    words = cairn(data, "export", "mlflow", postgres, code=2)
    assert run in words and "tags.key" in words and "250" in words and "251" in words and key[:50] in words, words
    assert MlflowClient(postgres, postgres).search_runs(["0"]) == []
    server = running(data)
    MlflowClient(server.uri, server.uri).delete_tag(run, key)
    server.stop()
    assert cairn(data, "export", "mlflow", postgres)["clean"]
    assert "ü" * 250 in MlflowClient(postgres, postgres).get_run(kept).data.tags


@pytest.fixture(scope="module")
def deleted(tmp_path_factory):
    """The data folder of a Cairn in which a logged model and a version were deleted, a run is held and a webhook waits; and the ids."""
    data = tmp_path_factory.mktemp("deleted") / "data"
    server = running(data)
    try:
        client, ids = MlflowClient(server.uri, server.uri), {}
        ids["experiment"] = client.create_experiment("with gaps")
        ids["run"] = client.create_run(ids["experiment"], run_name="held", tags={"cairn.cause": "a story", "cairn.data": "rows@4"}).info.run_id
        client.log_metric(ids["run"], "loss", 0.5)
        ids["kept"], ids["gone"] = (client.create_logged_model(ids["experiment"], name=name, source_run_id=ids["run"]).model_id for name in ("kept", "gone"))
        client.delete_logged_model(ids["gone"])
        client.create_registered_model("gappy")
        for number in (1, 2, 3):
            client.create_model_version("gappy", f"s3://bucket/{number}", run_id=ids["run"])
        client.delete_model_version("gappy", "2")
        client.delete_model_version("gappy", "3")
        for subject in (f"run:{ids['run']}", f"experiment:{ids['experiment']}", "model:gappy/1"):
            cairn(data, "hold", "add", subject, "--reason", "a dispute")
        hook = {"name": "to-chat", "url": "https://93.184.216.34/x", "events": [{"entity": "MODEL_VERSION", "action": "CREATED"}]}
        made = requests.post(f"{server.uri}/api/2.0/mlflow/webhooks", json=hook, timeout=30)
        assert made.status_code == 200, made.text
    finally:
        server.stop()
    return data, ids


def kind(report, name):
    return next((one for one in report["kinds"] if one["kind"] == name), None)


def check_gaps(uri, ids):
    client = MlflowClient(uri, uri)
    assert [model.model_id for model in client.search_logged_models([ids["experiment"]])] == [ids["kept"]]
    assert client.create_model_version("gappy", "s3://bucket/4").version in (4, "4"), "a number that was given once is not given again"


def test_what_was_deleted_goes_out_and_comes_back(tmp_path, deleted, empty):
    data, ids = deleted
    target = f"sqlite:///{shutil.copy(empty, tmp_path / 'out.db')}"
    report = cairn(data, "export", "mlflow", target)
    assert report["clean"], report
    assert kind(report, "logged models")["here"] == 2 and kind(report, "numbers of deleted versions")["here"] == 2
    store = sqlite3.connect(tmp_path / "out.db")
    assert dict(store.execute("SELECT model_id, lifecycle_stage FROM logged_models")) == {ids["kept"]: "active", ids["gone"]: "deleted"}
    assert dict(store.execute("SELECT version, current_stage FROM model_versions")) == {1: "None", 2: "Deleted_Internal", 3: "Deleted_Internal"}
    store.close()
    back = cairn(tmp_path / "back", "import", "mlflow", target)
    assert back["clean"], back
    assert kind(back, "logged models")["here"] == 2 and kind(back, "numbers of deleted versions")["here"] == 2
    assert cairn(tmp_path / "back", "import", "mlflow", target)["changed"] == 0
    server = running(tmp_path / "back")
    try:
        check_gaps(server.uri, ids)
    finally:
        server.stop()


def test_holds_and_what_was_deleted_come_with_a_merge(tmp_path, deleted):
    data, ids = deleted
    here = tmp_path / "here"
    report = cairn(here, "merge", str(data))
    assert report["clean"], report
    assert kind(report, "legal holds")["added"] == 3 and kind(report, "logged models")["here"] == 2
    assert any("to-chat" in note for note in report["notes"]), report["notes"]
    held = {hold["subject"]: hold["reason"] for hold in cairn(here, "hold", "list")["items"]}
    assert set(held) == {f"run:{ids['run']}", f"experiment:{ids['experiment']}", "model:gappy/1"}
    assert "a dispute" in held["model:gappy/1"] and "ada" in held["model:gappy/1"]
    assert "hold" in cairn(here, "runs", "delete", ids["run"], "--permanently", "--yes", code=5)
    origin = "SELECT cause, data, created_by FROM model_version WHERE version = 1"
    mine, theirs = (sqlite3.connect(folder / "cairn.db").execute(origin).fetchall() for folder in (here, data))
    assert mine == theirs and mine[0][:2] == ("a story", "rows@4")
    assert cairn(here, "merge", str(data))["changed"] == 0
    server = running(here)
    try:
        check_gaps(server.uri, ids)
    finally:
        server.stop()


def test_a_cairn_on_postgresql_with_artifacts_elsewhere_is_merged(tmp_path):
    files, here = tmp_path / "files", tmp_path / "here"
    with new_database() as store:
        server = Server(tmp_path / "theirs", options=["--store", store, "--artifacts", str(files)])
        client = MlflowClient(server.uri, server.uri)
        experiment = client.create_experiment("far away")
        run = client.create_run(experiment).info.run_id
        client.log_batch(run, metrics=[Metric("loss", 1 / (step + 1), step, step) for step in range(500)], params=[Param("depth", "3")])
        client.log_text(run, "kept elsewhere", "notes/a.txt")
        report = cairn(here, "merge", store, "--other-artifacts", str(files))
        assert report["clean"], report
        client.log_metric(run, "loss", -1.0, step=999)
        assert len(client.get_metric_history(run, "loss")) == 501, "their server goes on meanwhile"
        assert server.stop() == 0
    server = running(here)
    try:
        client = MlflowClient(server.uri, server.uri)
        assert len(client.get_metric_history(run, "loss")) == 500 and client.get_run(run).data.params == {"depth": "3"}
        assert pathlib.Path(client.download_artifacts(run, "notes/a.txt")).read_text() == "kept elsewhere"
    finally:
        server.stop()


def test_an_import_tells_how_far_it_is(tmp_path, database):
    ended = subprocess.run([CAIRN, "import", "mlflow", database, "--data", str(tmp_path / "data")], capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    assert re.search(r"^runs of 'churn ü' \([\d,]+ runs, [\d,]+ points, [\d,]+ files, .* so far\)$", ended.stderr, re.M), ended.stderr
    near, far = pty.openpty()
    process = subprocess.Popen([CAIRN, "import", "mlflow", database, "--data", str(tmp_path / "other")], stdout=subprocess.DEVNULL, stderr=far)
    os.close(far)
    seen = b""
    with contextlib.suppress(OSError):
        while more := os.read(near, 65536):
            seen += more
    os.close(near)
    assert process.wait(60) == 0
    assert re.search(rb"\r\x1b\[K[^\r]*: [\d,]+ runs", seen), seen


def test_a_backup_holds_the_bytes_of_its_moment(tmp_path):
    """Files are replaced as fast as can be while backups are taken: each must hold the file that its records knew last."""
    data = tmp_path / "data"
    server = running(data)
    try:
        client = MlflowClient(server.uri, server.uri)
        run = client.create_run("0").info.run_id
        ended = threading.Event()

        def write():
            number = 0
            while not ended.is_set():
                number += 1
                text = f"{number:09d}" * 20_000
                requests.put(f"{server.uri}/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/state.txt", data=text, timeout=30)
                client.set_tag(run, "written", f"{number:09d}")

        writer = threading.Thread(target=write)
        writer.start()
        try:
            folders = [tmp_path / f"backup {number}" for number in range(6)]
            for folder in folders:
                cairn(data, "backup", str(folder))
        finally:
            ended.set()
            writer.join()
    finally:
        server.stop()
    for folder in folders:
        store = sqlite3.connect(folder / "cairn.db")
        tags = store.execute("SELECT value FROM run_tag WHERE key = 'written'").fetchall()
        store.close()
        file = folder / "artifacts" / "0" / run / "artifacts" / "state.txt"
        if not tags:
            continue
        text = file.read_text()
        assert text == text[:9] * 20_000, "a file is whole"
        # The file is written first and the tag that names it after; so it is the one of the tag, or the next.
        assert int(text[:9]) - int(tags[0][0]) in (0, 1)
        assert cairn(data, "backup", str(folder), "--check")["files"] > 0


def test_a_backup_is_taken_while_it_runs_and_restored_elsewhere(tmp_path, imported):
    data, folder, restored = tmp_path / "data", tmp_path / "backup", tmp_path / "restored"
    shutil.copytree(imported[0], data)
    server = running(data)
    try:
        client = MlflowClient(server.uri, server.uri)
        before = read(server.uri)
        summary = cairn(data, "backup", str(folder))
        assert summary["files"] > 10
        client.create_experiment("after the backup")
        assert "already" in cairn(data, "backup", str(folder), code=4)
    finally:
        server.stop()
    assert cairn(data, "backup", str(folder), "--check")["files"] == summary["files"]
    assert cairn(restored, "restore", str(folder))["sound"]
    server = running(restored)
    try:
        assert read(server.uri) == before
        mlflow.set_tracking_uri(server.uri)
        mlflow.set_registry_uri(server.uri)
        assert mlflow.pyfunc.load_model("models:/churn model/1").predict([7]) == [7]
    finally:
        server.stop()
    assert "already" in cairn(restored, "restore", str(folder), code=4)
    victim = next((folder / "artifacts").rglob("MLmodel"))
    victim.write_text("changed")
    assert "MLmodel" in cairn(tmp_path / "third", "restore", str(folder), code=7)
    assert not (tmp_path / "third" / "cairn.db").exists()


def test_another_cairn_is_merged(tmp_path, imported, database):
    here = tmp_path / "here"
    server = running(here)
    client = MlflowClient(server.uri, server.uri)
    mine = client.create_experiment("churn ü")
    client.create_run(mine, run_name="mine")
    server.stop()
    refusal = cairn(here, "merge", str(imported[0]), code=4)
    assert "churn ü" in refusal and "--into" in refusal
    report = cairn(here, "merge", str(imported[0]), "--into")
    assert report["clean"], report
    assert report["mapping"] == [{"experiment": "churn ü", "source": "1", "here": mine}]
    server = running(here)
    try:
        client = MlflowClient(server.uri, server.uri)
        theirs = sqlite3.connect(database.removeprefix("sqlite:///")).execute("SELECT run_uuid FROM runs WHERE experiment_id = 1").fetchall()
        found = client.search_runs([mine], run_view_type=ViewType.ALL, max_results=5000)
        assert {r.info.run_id for r in found} >= {row[0] for row in theirs} and len(found) == len(theirs) + 1
    finally:
        server.stop()
    assert cairn(here, "merge", str(imported[0]), "--into")["changed"] == 0


BOUND = """
project: bound
charter: {risk: limited}
roles: {principals: [{name: ada, roles: [approver], key: KEY}]}
data:
  rows:
    path: data/rows
    target: y
    positive: late
    key: [id]
    holdout: 50%
    contract: {columns: {id: {type: integer}, y: {type: string, serving: false}}}
model: {name: churn model, dataset: rows}
"""


def test_the_guarded_alias_is_not_set(tmp_path, empty):
    uri, data = f"sqlite:///{shutil.copy(empty, tmp_path / 'm.db')}", tmp_path / "data"
    client = MlflowClient(uri, uri)
    client.create_registered_model("churn model")
    client.create_model_version("churn model", f"file://{tmp_path}/somewhere")
    client.set_registered_model_alias("churn model", "production", 1)
    client.set_registered_model_alias("churn model", "other", 1)
    environment = {**os.environ, "CAIRN_ID_DIR": str(tmp_path / "ids"), "CAIRN_ACTOR": "ada"}

    def call(*words):
        return subprocess.run([CAIRN, *words, "--json", "--data", str(data)], cwd=tmp_path, env=environment, capture_output=True, text=True)

    key = json.loads(call("id", "new", "ada").stdout)["key"]
    (tmp_path / "cairn.yaml").write_text(BOUND.replace("KEY", key))
    applied = call("apply")
    assert applied.returncode == 0, applied.stderr + applied.stdout
    report = cairn(data, "import", "mlflow", uri)
    assert any("'production'" in note and "decision" in note for note in report["notes"])
    server = running(data)
    try:
        assert MlflowClient(server.uri, server.uri).get_registered_model("churn model").aliases == {"other": "1"}
    finally:
        server.stop()


def test_what_is_no_store_is_named(tmp_path):
    assert "nothing to import" in cairn(tmp_path / "d", "import", "mlflow", "ftp://x/y", code=3)
    assert "no experiment" in cairn(tmp_path / "d", "import", "mlflow", str(tmp_path), code=3)
    (tmp_path / "x.db").write_bytes(b"no database at all" * 100)
    assert "x.db" in cairn(tmp_path / "d", "import", "mlflow", f"sqlite:///{tmp_path}/x.db", code=2)
    assert cairn(tmp_path / "d", "audit", "log", "--kind", "moving.")["items"] == []
