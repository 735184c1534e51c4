"""Artifacts through MLflow's own client: in a folder, and in a real S3 server, whole and with one request in five failing."""

import contextlib
import gzip
import hashlib
import http.client
import http.server
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import threading
import time
import uuid
import zipfile

import boto3
import mlflow
import pytest
import requests
from botocore.exceptions import ClientError
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from moto_server import Moto
from running import CAIRN, Server

BIG = 40 * 1024 * 1024  # more than one part of an upload
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}


@pytest.fixture(autouse=True)
def quick_failures(monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "60")


def content(size, seed=7):
    return random.Random(seed).randbytes(size)


# The S3 server, and a way to it that fails


class FlakyProxy:
    """Passes requests on to the store; every fifth is answered with 503, cut off unanswered, or answered only in part."""

    def __init__(self, port):
        counter, lock = [0], threading.Lock()
        self.failures = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words):
                pass

            def pass_on(inner):
                with lock:
                    counter[0] += 1
                    turn = counter[0]
                way = ("refused", "lost", "cut")[turn // 5 % 3] if turn % 5 == 0 else None
                body = inner.rfile.read(int(inner.headers.get("Content-Length") or 0))
                if way:
                    self.failures.append((way, inner.command, inner.path))
                if way == "refused":
                    inner.send_response(503)
                    inner.send_header("Content-Length", "0")
                    inner.end_headers()
                    return
                answered = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                answered.request(inner.command, inner.path, body, dict(inner.headers))
                reply = answered.getresponse()
                data = reply.read()
                answered.close()
                if way == "lost":
                    inner.close_connection = True
                    return
                inner.send_response(reply.status)
                for name, value in reply.getheaders():
                    if name.lower() not in ("connection", "transfer-encoding", "content-length", "date", "server"):
                        inner.send_header(name, value)
                length = reply.getheader("Content-Length") if inner.command == "HEAD" else str(len(data))
                inner.send_header("Content-Length", length or "0")
                inner.end_headers()
                if inner.command != "HEAD":
                    inner.wfile.write(data[: len(data) // 2] if way == "cut" else data)
                if way == "cut":
                    inner.close_connection = True

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = pass_on

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *about):
                pass

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *failure):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture(scope="module")
def moto():
    with Moto() as running:
        yield running


@pytest.fixture(scope="module")
def bucket(moto):
    name = f"bucket-{uuid.uuid4().hex[:12]}"
    moto.client().create_bucket(Bucket=name)
    return name


@contextlib.contextmanager
def s3_server(folder, endpoint, place, keys=KEYS):
    """Our server with its artifacts in S3."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update({**keys, "AWS_ENDPOINT_URL": endpoint})
    try:
        running = S3Server(folder, place)
    finally:
        os.environ.clear()
        os.environ.update(before)
    mlflow.set_tracking_uri(running.uri)
    try:
        yield running
    finally:
        assert running.stop() == 0
        running.log.close()


class S3Server(Server):
    def __init__(self, folder, place):
        self.place = place
        super().__init__(folder / "data")

    def start(self):
        command = [CAIRN, "up", "--data", str(self.data), "--listen", "127.0.0.1:0", "--json", "--artifacts", self.place]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        assert line, f"it ended before it listened; its words are in {self.log.name}"
        self.uri = json.loads(line)["listening"]


@pytest.fixture(scope="module")
def kept_in_s3(moto, bucket, tmp_path_factory):
    with s3_server(tmp_path_factory.mktemp("s3"), moto.endpoint, f"s3://{bucket}/team/artifacts") as running:
        yield running


@pytest.fixture(params=["folder", "s3"])
def kept(request):
    """A server of each kind; its client is pointed at it."""
    running = request.getfixturevalue("server" if request.param == "folder" else "kept_in_s3")
    mlflow.set_tracking_uri(running.uri)
    return running


def new_run(running, name="0"):
    return MlflowClient(running.uri).create_run(name).info.run_id


def url(running, path):
    return f"{running.uri}/api/2.0/mlflow-artifacts/artifacts/{path}"


# The same behaviour wherever the bytes are


def test_files_and_folders_come_back_as_they_were_logged(kept, tmp_path):
    client, run = MlflowClient(kept.uri), new_run(kept)
    (tmp_path / "out" / "deep").mkdir(parents=True)
    (tmp_path / "out" / "a b+ü%.txt").write_text("one")
    (tmp_path / "out" / "deep" / "big.bin").write_bytes(content(3_000_000))
    (tmp_path / "out" / "empty").write_bytes(b"")
    client.log_artifacts(run, str(tmp_path / "out"), "results")
    client.log_text(run, "hello", "note.txt")
    assert [(file.path, file.is_dir, file.file_size) for file in client.list_artifacts(run)] == [
        ("note.txt", False, 5), ("results", True, None)]
    assert {(file.path, file.file_size) for file in client.list_artifacts(run, "results")} == {
        ("results/a b+ü%.txt", 3), ("results/deep", None), ("results/empty", 0)}
    assert client.list_artifacts(run, "note.txt") == []
    back = pathlib.Path(client.download_artifacts(run, "results", str(tmp_path)))
    assert (back / "a b+ü%.txt").read_text() == "one"
    assert (back / "deep" / "big.bin").read_bytes() == content(3_000_000)
    assert (back / "empty").read_bytes() == b""


def test_a_file_is_replaced_and_removed(kept):
    client, run = MlflowClient(kept.uri), new_run(kept)
    for text in ("first", "second, longer"):
        client.log_text(run, text, "a/state.txt")
        assert mlflow.artifacts.load_text(f"runs:/{run}/a/state.txt") == text
    assert requests.delete(url(kept, f"0/{run}/artifacts/a"), timeout=30).status_code == 200
    assert client.list_artifacts(run) == []
    assert requests.delete(url(kept, f"0/{run}/artifacts/a"), timeout=30).status_code == 200, "what is gone may be deleted"


def test_a_model_is_logged_registered_and_loaded_back(kept):
    from sklearn.linear_model import LinearRegression

    model = LinearRegression().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
    name = f"line-{uuid.uuid4().hex[:8]}"
    with mlflow.start_run():
        logged = mlflow.sklearn.log_model(model, name="model", registered_model_name=name)
    for uri in (logged.model_uri, f"models:/{name}/1"):
        assert mlflow.pyfunc.load_model(uri).predict([[3.0]]) == pytest.approx([7.0])
    manifest = requests.get(f"{kept.uri}/model-versions/get-artifact", {"name": name, "version": "1", "path": "MLmodel"}, timeout=30)
    assert manifest.status_code == 200 and "flavors" in manifest.text


def test_a_part_of_a_file_can_be_asked_for(kept):
    run = new_run(kept)
    data = content(2_000_000)
    assert requests.put(url(kept, f"0/{run}/artifacts/part.bin"), data, timeout=30).status_code == 200
    part = requests.get(url(kept, f"0/{run}/artifacts/part.bin"), headers={"Range": "bytes=1000000-1000099"}, timeout=30)
    assert (part.status_code, part.content) == (206, data[1_000_000:1_000_100])
    again = requests.get(url(kept, f"0/{run}/artifacts/part.bin"), timeout=30,
                         headers={"Range": "bytes=5-9", "If-Range": part.headers["ETag"]})
    assert (again.status_code, again.content) == (206, data[5:10])


@pytest.mark.parametrize("path", ["../x", "a/../../x", "%2e%2e/x", "a/%2e%2e%2f%2e%2e/x", "%252e%252e/x", "a%5c..%5cx", "/etc/passwd",
                                  "%2fetc/passwd", "c:/x", "a%23b", "a%00b", "a%0ab", ".cairn-contents/x", "..%2f..%2fx", "%2e%2e%5cx",
                                  "%2e%2e%255c%2e%2e%255cx", "a/.%2e/x", "a/%2e./x", "%5c%5chost%5cshare", "%25252e%25252e%25252fx", "a/b/../../../x",
                                  "..%00/x", "%2e%2e%00%2fx", "a%7f", "C%3a%5cx", "%43:/x", "file%3a%2f%2f/../x", "%2e%2e;/../x", "~/../../x"])
def test_paths_that_lead_elsewhere_are_refused_and_write_nothing(kept, path):
    host = kept.uri.removeprefix("http://")
    statuses = set()
    for method in ("PUT", "GET", "DELETE"):
        connection = http.client.HTTPConnection(host, timeout=30)
        connection.request(method, f"/api/2.0/mlflow-artifacts/artifacts/{path}", b"evil" if method == "PUT" else None)
        answer = connection.getresponse()
        statuses.add((method, answer.status))
        answer.read()
        connection.close()
    assert ("PUT", 400) in statuses, statuses
    # What lies aside for the program itself is not there for a client: to delete it succeeds, and changes nothing.
    allowed = (200, 400, 404) if path.startswith(".cairn-contents") else (400, 404)
    assert all(status in (allowed if method == "DELETE" else (400, 404)) for method, status in statuses), statuses
    assert requests.get(f"{kept.uri}/health", timeout=30).text == "OK"


# Spellings that other programs read as "..", a slash or nothing; here they are plain letters, or no text at all.
@pytest.mark.parametrize("path", ["%c0%ae%c0%ae/x", "%c0%afetc", "%e0%80%ae%e0%80%ae/x", "%uff0e%uff0e/x", "%u002e%u002e/x", "..;/x", "%ef%bc%8e%ef%bc%8e/x",
                                  "%e2%80%a5/x", "...%2fx", "%2e%20%2e/x", "..%20/x", "%ff%fe/x"])
def test_odd_spellings_stay_below_the_root(tmp_path, path):
    server = Server(tmp_path / "data")
    try:
        root = tmp_path / "data" / "artifacts"
        before = {file for file in tmp_path.rglob("*") if root not in file.parents and file.is_file() and "spool" not in file.parts}
        connection = http.client.HTTPConnection(server.uri.removeprefix("http://"), timeout=30)
        connection.request("PUT", f"/api/2.0/mlflow-artifacts/artifacts/{path}", b"marked 8311")
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status in (200, 400), answer.status
        below = [file for file in root.rglob("*") if file.is_file() and file.read_bytes() == b"marked 8311"]
        assert len(below) == (answer.status == 200)
        after = {file for file in tmp_path.rglob("*") if root not in file.parents and file.is_file() and "spool" not in file.parts}
        assert {file.name for file in after - before} <= {"cairn.db-wal", "cairn.db-shm", "heads.jsonl"}
    finally:
        assert server.stop() == 0


def resident_mib(server):
    return int(pathlib.Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def test_a_bomb_is_kept_as_the_small_file_that_it_is(tmp_path):
    """A gigabyte of zeros in a megabyte, as an archive and as the encoding of a body: nothing on the way unpacks it."""
    zeros = b"\0" * (1024 * 1024)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("zeros", "w", force_zip64=True) as member:
        for _ in range(1024):
            member.write(zeros)
    gzipped = gzip.compress(zeros * 256)
    server = Server(tmp_path / "data")
    try:
        client = MlflowClient(server.uri)
        run = client.create_run("0").info.run_id
        before = resident_mib(server)
        client.log_artifact(run, tmp_path / "bomb.zip", "model")
        encoded = requests.put(url(server, f"0/{run}/artifacts/model/encoded"), data=gzipped, headers={"Content-Encoding": "gzip"}, timeout=60)
        assert encoded.status_code == 200
        batch = requests.post(f"{server.uri}/api/2.0/mlflow/runs/log-batch", data=gzipped, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"}, timeout=60)
        assert batch.status_code == 400, "a packed message is no message"
        listed = {file.path: file.file_size for file in client.list_artifacts(run, "model")}
        assert listed == {"model/bomb.zip": (tmp_path / "bomb.zip").stat().st_size, "model/encoded": len(gzipped)}
        kept = sum(file.stat().st_size for file in (tmp_path / "data").rglob("*") if file.is_file())
        assert kept < 16 * 1024 * 1024, f"{kept:,} bytes lie in the data folder"
        assert resident_mib(server) - before < 40
        assert client.create_model_version(client.create_registered_model("bomb").name, f"runs:/{run}/model", run).version
        assert resident_mib(server) - before < 40, "registering takes digests of the files as they are"
    finally:
        assert server.stop() == 0


# What clients write by themselves


@pytest.fixture(scope="module")
def beside(tmp_path_factory, moto, bucket):
    """A server that shows two places besides its own, and another folder that it does not show."""
    folder = tmp_path_factory.mktemp("beside")
    (folder / "open").mkdir()
    (folder / "closed").mkdir()
    environment = {**KEYS, "AWS_ENDPOINT_URL": moto.endpoint}
    options = ["--open-artifacts", str(folder / "open"), "--open-artifacts", f"s3://{bucket}/beside"]
    running = Server(folder / "data", project=folder, options=options, environment=environment)
    yield running, folder, bucket
    assert running.stop() == 0
    running.log.close()


def logged_at(server, location, monkeypatch, endpoint=None):
    """A run whose files the client wrote straight to the experiment's own location."""
    for name, value in {**KEYS, "MLFLOW_S3_ENDPOINT_URL": endpoint or ""}.items():
        monkeypatch.setenv(name, value)
    client = MlflowClient(server.uri)
    experiment = client.create_experiment(uuid.uuid4().hex, artifact_location=location)
    run = client.create_run(experiment).info
    client.log_text(run.run_id, "hello", "notes/a.txt")
    client.log_text(run.run_id, "<b>x</b>", "b.html")
    return client, run


def check_shown(server, client, run):
    """Every call by which pages and clients look at artifacts through the server."""
    def call(path, **rest):
        return requests.get(f"{server.uri}{path}", timeout=60, **rest)

    listed = call("/api/2.0/mlflow/artifacts/list", params={"run_id": run.run_id}).json()
    assert listed["root_uri"] == run.artifact_uri
    assert [(file["path"], file["is_dir"]) for file in listed["files"]] == [("b.html", False), ("notes", True)]
    (note,) = call("/ajax-api/2.0/mlflow/artifacts/list", params={"run_uuid": run.run_id, "path": "notes"}).json()["files"]
    assert note == {"path": "notes/a.txt", "is_dir": False, "file_size": 5}
    shown = call("/get-artifact", params={"run_uuid": run.run_id, "path": "notes/a.txt"})
    assert shown.content == b"hello" and shown.headers["Content-Disposition"].startswith("attachment")
    query = '{mlflowListArtifacts(input:{runId:"' + run.run_id + '",path:"notes"}){rootUri files{path fileSize}}}'
    found = requests.post(f"{server.uri}/graphql", json={"query": query}, timeout=60).json()
    assert found["data"]["mlflowListArtifacts"]["files"] == [{"path": "notes/a.txt", "fileSize": "5"}], found
    added = requests.post(f"{server.uri}/ajax-api/2.0/mlflow/upload-artifact", params={"run_uuid": run.run_id, "path": "page/c.txt"}, data=b"from the page", timeout=60)
    assert added.status_code == 200, added.text
    assert pathlib.Path(client.download_artifacts(run.run_id, "page/c.txt")).read_bytes() == b"from the page", "the client reads it where it wrote the others"
    for path in ("../secret", "notes/../../secret", "%2e%2e/secret", "/etc/passwd"):
        assert call("/get-artifact", params={"run_uuid": run.run_id, "path": path}).status_code == 400


@pytest.mark.parametrize("form", ["{folder}/open/exp", "file://{folder}/open/file", "s3://{bucket}/beside/exp", "mlruns/7", "./mlruns/8"])
def test_artifacts_that_clients_wrote_by_themselves_are_shown(beside, moto, monkeypatch, form):
    server, folder, bucket = beside
    client, run = logged_at(server, form.format(folder=folder, bucket=bucket), monkeypatch, moto.endpoint)
    if form.endswith(("/7", "/8")):
        assert run.artifact_uri.startswith(f"{folder}/mlruns/"), "a relative location is taken from the server's folder"
    check_shown(server, client, run)


def test_files_of_logged_models_and_versions_beside_are_shown(beside, monkeypatch):
    server, folder, _ = beside
    client, run = logged_at(server, f"{folder}/open/models", monkeypatch)
    model = client.create_logged_model(run.experiment_id, name="net", source_run_id=run.run_id)
    place = pathlib.Path(model.artifact_location.removeprefix("file://"))
    place.mkdir(parents=True)
    (place / "MLmodel").write_text("flavors: {}")
    listed = requests.get(f"{server.uri}/api/2.0/mlflow/logged-models/{model.model_id}/artifacts/directories", timeout=60).json()
    assert [file["path"] for file in listed["files"]] == ["MLmodel"]
    shown = requests.get(f"{server.uri}/ajax-api/2.0/mlflow/logged-models/{model.model_id}/artifacts/files", params={"artifact_file_path": "MLmodel"}, timeout=60)
    assert shown.text == "flavors: {}"
    name = client.create_registered_model(f"net {uuid.uuid4().hex}").name
    client.create_model_version(name, model.artifact_location, model_id=model.model_id)
    file = requests.get(f"{server.uri}/model-versions/get-artifact", params={"name": name, "version": "1", "path": "MLmodel"}, timeout=60)
    assert file.text == "flavors: {}", file.text


def test_a_location_that_was_not_opened_shows_nothing(beside, monkeypatch):
    server, folder, bucket = beside
    (folder / "closed" / "secret").write_text("s")
    client = MlflowClient(server.uri)
    places = [f"{folder}/closed", f"file://{folder}/closed", f"{folder}/openly", "/etc", "/", f"s3://{bucket}/other", "s3://another/x", "gs://bucket/x"]
    for place in places:
        run = client.create_run(client.create_experiment(uuid.uuid4().hex, artifact_location=place)).info
        for path, query in (("/api/2.0/mlflow/artifacts/list", {"run_id": run.run_id}), ("/get-artifact", {"run_uuid": run.run_id, "path": "secret"})):
            answer = requests.get(server.uri + path, params=query, timeout=60)
            assert answer.status_code in (403, 501) and set(answer.json()) == {"error_code", "message"}, f"{place}: {answer.text}"
            assert "--open-artifacts" in answer.text or place.startswith("gs:")
        added = requests.post(f"{server.uri}/ajax-api/2.0/mlflow/upload-artifact", params={"run_uuid": run.run_id, "path": "x"}, data=b"x", timeout=60)
        assert added.status_code in (403, 501)
    assert [file.name for file in (folder / "closed").iterdir()] == ["secret"]


def test_the_default_root_of_new_experiments_is_shown(tmp_path, monkeypatch):
    server = Server(tmp_path / "data", project=tmp_path, options=["--default-artifact-root", "kept/here"])
    try:
        client = MlflowClient(server.uri)
        run = client.create_run(client.create_experiment("new")).info
        assert run.artifact_uri.startswith(f"{tmp_path}/kept/here/")
        client.log_text(run.run_id, "hello", "notes/a.txt")
        client.log_text(run.run_id, "<b>x</b>", "b.html")
        check_shown(server, client, run)
    finally:
        assert server.stop() == 0


# What is particular to S3


def test_boto3_reads_what_was_written_and_the_server_what_boto3_wrote(kept_in_s3, moto, bucket):
    client, run = MlflowClient(kept_in_s3.uri), new_run(kept_in_s3)
    client.log_text(run, "plain", "a/note.txt")
    key = f"team/artifacts/0/{run}/artifacts/a/note.txt"
    found = moto.client().get_object(Bucket=bucket, Key=key)
    assert found["Body"].read() == b"plain"
    assert found["Metadata"]["sha256"] == hashlib.sha256(b"plain").hexdigest()
    moto.client().put_object(Bucket=bucket, Key=f"team/artifacts/0/{run}/artifacts/b.txt", Body=b"from outside")
    mlflow.set_tracking_uri(kept_in_s3.uri)
    assert mlflow.artifacts.load_text(f"runs:/{run}/b.txt") == "from outside"


def test_a_big_file_goes_in_parts_and_comes_back_whole(kept_in_s3, moto, bucket, tmp_path):
    client, run = MlflowClient(kept_in_s3.uri), new_run(kept_in_s3)
    (tmp_path / "big.bin").write_bytes(content(BIG))
    client.log_artifact(run, str(tmp_path / "big.bin"))
    stored = moto.client().head_object(Bucket=bucket, Key=f"team/artifacts/0/{run}/artifacts/big.bin")
    assert stored["ContentLength"] == BIG
    assert stored["ETag"].strip('"').endswith("-3"), "in three parts"
    (tmp_path / "back").mkdir()
    back = pathlib.Path(client.download_artifacts(run, "big.bin", str(tmp_path / "back")))
    assert hashlib.sha256(back.read_bytes()).digest() == hashlib.sha256(content(BIG)).digest()
    assert moto.client().list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


def test_a_listing_has_no_end_at_a_thousand(kept_in_s3, moto, bucket):
    client, run = MlflowClient(kept_in_s3.uri), new_run(kept_in_s3)
    boto = moto.client()
    for number in range(1_010):
        boto.put_object(Bucket=bucket, Key=f"team/artifacts/0/{run}/artifacts/many/{number:04}.txt", Body=b"")
    listed = [file.path for file in client.list_artifacts(run, "many")]
    assert listed == [f"many/{number:04}.txt" for number in range(1_010)]


def test_bytes_that_were_changed_in_the_store_are_not_given_out(kept_in_s3, moto, bucket):
    client, run = MlflowClient(kept_in_s3.uri), new_run(kept_in_s3)
    client.log_text(run, "genuine", "a.txt")
    key = f"team/artifacts/0/{run}/artifacts/a.txt"
    boto = moto.client()
    metadata = boto.head_object(Bucket=bucket, Key=key)["Metadata"]
    boto.put_object(Bucket=bucket, Key=key, Body=b"altered", Metadata=metadata)
    answer = requests.get(url(kept_in_s3, f"0/{run}/artifacts/a.txt"), timeout=60)
    assert (answer.status_code, answer.json()["error_code"]) == (500, "DATA_LOSS")
    assert "SHA-256" in answer.json()["message"]


def test_one_request_in_five_may_fail(moto, bucket, tmp_path):
    with FlakyProxy(moto.port) as proxy, s3_server(tmp_path, proxy.endpoint, f"s3://{bucket}/flaky") as running:
        client, run = MlflowClient(running.uri), new_run(running)
        (tmp_path / "big.bin").write_bytes(content(BIG, 9))
        client.log_artifact(run, str(tmp_path / "big.bin"))
        for number in range(30):
            client.log_text(run, f"text {number}", f"many/{number:02}.txt")
        assert len(client.list_artifacts(run, "many")) == 30
        (tmp_path / "back").mkdir()
        back = pathlib.Path(client.download_artifacts(run, "", str(tmp_path / "back")))
        assert (back / "big.bin").read_bytes() == content(BIG, 9)
        assert [(back / f"many/{number:02}.txt").read_text() for number in range(30)] == [f"text {number}" for number in range(30)]
        assert requests.delete(url(running, f"0/{run}/artifacts/many"), timeout=60).status_code == 200
        assert {way for way, _, _ in proxy.failures} == {"refused", "lost", "cut"} and len(proxy.failures) > 20
    left = moto.client().list_objects_v2(Bucket=bucket, Prefix=f"flaky/0/{run}/")["Contents"]
    assert [file["Key"] for file in left] == [f"flaky/0/{run}/artifacts/big.bin"]


def test_a_store_that_is_away_is_told_at_once_and_nothing_is_half_there(bucket, tmp_path):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with s3_server(tmp_path, nobody, f"s3://{bucket}/away") as running:
            run = new_run(running)
            answer = requests.put(url(running, f"0/{run}/artifacts/a.txt"), b"bytes", timeout=60)
            assert (answer.status_code, answer.json()["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE")
            assert requests.get(f"{running.uri}/health", timeout=5).text == "OK"


def test_the_store_checks_our_signatures(tmp_path):
    """moto verifies every signature (and the rights of the key) once it is told to."""
    with Moto() as strict:
        iam = boto3.client("iam", endpoint_url=strict.endpoint, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
        iam.create_user(UserName="ada")
        key = iam.create_access_key(UserName="ada")["AccessKey"]
        allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
        iam.put_user_policy(UserName="ada", PolicyName="s3", PolicyDocument=json.dumps(allow))
        boto = strict.client(key["AccessKeyId"], key["SecretAccessKey"])
        boto.create_bucket(Bucket="signed")
        assert requests.post(f"{strict.endpoint}/moto-api/reset-auth", data=b"0", timeout=30).status_code == 200
        boto.list_objects_v2(Bucket="signed")
        with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
            strict.client(key["AccessKeyId"], "wrong").list_objects_v2(Bucket="signed")
        keys = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        with s3_server(tmp_path, strict.endpoint, "s3://signed/a", keys) as running:
            run = new_run(running)
            client = MlflowClient(running.uri)
            client.log_text(run, "signed", "a b+ü=&/c~(1)*'!.txt")
            (tmp_path / "big.bin").write_bytes(content(BIG))
            client.log_artifact(run, str(tmp_path / "big.bin"))
            assert len(client.list_artifacts(run)) == 2
            assert mlflow.artifacts.load_text(f"runs:/{run}/a b+ü=&/c~(1)*'!.txt") == "signed"
            assert requests.delete(url(running, f"0/{run}/artifacts/big.bin"), timeout=30).status_code == 200
        (tmp_path / "two").mkdir()
        with s3_server(tmp_path / "two", strict.endpoint, "s3://signed/a", {**keys, "AWS_SECRET_ACCESS_KEY": "wrong"}) as running:
            answer = requests.put(url(running, "0/x/artifacts/a.txt"), b"bytes", timeout=60)
            assert (answer.status_code, answer.json()["error_code"]) == (403, "PERMISSION_DENIED")
            assert "SignatureDoesNotMatch" in answer.json()["message"]


# What is particular to a folder


@contextlib.contextmanager
def started(kind, data):
    """A server for one test that kills or starves it; gone afterwards, however the test ends."""
    running = kind(data)
    try:
        yield running
        assert running.stop() == 0
    finally:
        if running.process.poll() is None:
            running.kill()
        running.log.close()


def test_equal_content_is_two_files_of_which_each_can_be_edited(server):
    first, second = new_run(server), new_run(server)
    data = content(300_000)
    for run in (first, second):
        assert requests.put(url(server, f"0/{run}/artifacts/model.bin"), data, timeout=30).status_code == 200
    root = pathlib.Path(server.data) / "artifacts" / "0"
    with open(root / first / "artifacts" / "model.bin", "r+b") as file:
        file.write(b"edited in place")
    assert requests.get(url(server, f"0/{second}/artifacts/model.bin"), timeout=30).content == data


def test_links_out_of_the_root_are_not_followed(server, tmp_path):
    run = new_run(server)
    MlflowClient(server.uri).log_text(run, "x", "a.txt")
    (tmp_path / "secret").write_text("secret")
    folder = pathlib.Path(server.data) / "artifacts" / "0" / run / "artifacts"
    os.symlink(tmp_path, folder / "out")
    os.symlink(tmp_path / "secret", folder / "secret")
    for method, path in [("GET", "out/secret"), ("GET", "secret"), ("PUT", "out/new"), ("PUT", "out/secret"), ("DELETE", "out/secret")]:
        answer = requests.request(method, url(server, f"0/{run}/artifacts/{path}"), data=b"evil", timeout=30)
        assert answer.status_code == 400 and b"secret" not in answer.content, (method, path, answer.text)
    assert (tmp_path / "secret").read_text() == "secret" and not (tmp_path / "new").exists()


def send_part(uri, path, size, sent):
    """An upload of `size` bytes of which only `sent` are sent; the socket stays open."""
    host, port = uri.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=30)
    connection.sendall(f"PUT /api/2.0/mlflow-artifacts/artifacts/{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {size}\r\n\r\n".encode())
    connection.sendall(bytes(sent))
    return connection


def files_below(folder):
    return sorted(path for path in pathlib.Path(folder).rglob("*") if path.is_file())


def test_a_kill_in_the_middle_of_an_upload_leaves_no_half_file(tmp_path):
    with started(Server, tmp_path / "data") as running:
        run = new_run(running)
        MlflowClient(running.uri).log_text(run, "old", "a.bin")
        with send_part(running.uri, f"0/{run}/artifacts/a.bin", 9_000_000, 5_000_000):
            spool = tmp_path / "data" / "spool"
            while not any(file.stat().st_size for file in files_below(spool)):
                pass
            running.kill()
        assert [file.read_text() for file in files_below(tmp_path / "data" / "artifacts")] == ["old"]
        assert files_below(spool), "what had arrived is still there"
        running.start()
        assert files_below(spool) == [], "and is swept by the next start"
        assert requests.get(url(running, f"0/{run}/artifacts/a.bin"), timeout=30).text == "old"


def test_a_full_disk_in_the_middle_of_an_upload_is_507_and_leaves_nothing(tmp_path):
    import resource

    class Small(Server):
        """A limit on the size of a file is the nearest thing to a full disk for one process alone."""

        def start(self):
            def limit():
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (8_000_000, 8_000_000))

            command = [CAIRN, "up", "--data", str(self.data), "--listen", "127.0.0.1:0", "--json"]
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True, preexec_fn=limit)
            self.uri = json.loads(self.process.stdout.readline())["listening"]

    with started(Small, tmp_path / "data") as running:
        run = new_run(running)
        answer = requests.put(url(running, f"0/{run}/artifacts/a.bin"), bytes(9_000_000), timeout=60)
        assert answer.status_code == 507, answer.text
        assert files_below(tmp_path / "data" / "artifacts") == [] and files_below(tmp_path / "data" / "spool") == []
        assert requests.put(url(running, f"0/{run}/artifacts/a.bin"), b"small", timeout=60).status_code == 200


# Garbage collection


def gc(running, *words):
    ended = subprocess.run([CAIRN, "gc", "--json", "--server", running.uri, *words], capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def test_garbage_is_told_first_and_then_removed(kept):
    client, run = MlflowClient(kept.uri), new_run(kept)
    client.log_text(run, "kept", "a.txt")
    nobody = uuid.uuid4().hex
    assert requests.put(url(kept, f"0/{nobody}/artifacts/a/b.bin"), bytes(1_000), timeout=30).status_code == 200
    assert gc(kept)["items"] == gc(kept, "--delete")["items"] == [], "it is too young"
    # S3 tells the time in whole seconds, and what is as old as the grace period is not older.
    while not (told := gc(kept, "--older-than", "1s"))["items"]:
        time.sleep(0.1)
    assert (told["removed"], told["files"], told["bytes"]) == (False, 1, 1_000)
    assert [(heap["path"], heap["why"]) for heap in told["items"]] == [(f"0/{nobody}", f"there is no run {nobody}")]
    assert requests.get(url(kept, f"0/{nobody}/artifacts/a/b.bin"), timeout=30).status_code == 200
    assert gc(kept, "--older-than", "1s", "--delete")["removed"]
    assert requests.get(url(kept, f"0/{nobody}/artifacts/a/b.bin"), timeout=30).status_code == 404
    assert mlflow.artifacts.load_text(f"runs:/{run}/a.txt") == "kept"
    events = requests.get(f"{kept.uri}/api/v1/audit/log", {"kind": "tracking.artifacts_collected"}, timeout=30).json()["items"]
    assert events[0]["body"]["paths"] == [f"0/{nobody}"]


# Uploads in parts


def test_the_clients_multipart_upload_goes_through(kept, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", "true")
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", str(1 << 20))
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE", str(5 << 20))
    client, run = MlflowClient(kept.uri), new_run(kept)
    (tmp_path / "big.bin").write_bytes(content(23_000_001))
    client.log_artifact(run, str(tmp_path / "big.bin"), "deep")
    answer = requests.get(url(kept, f"0/{run}/artifacts/deep/big.bin"), timeout=60)
    assert hashlib.sha256(answer.content).digest() == hashlib.sha256(content(23_000_001)).digest()
    assert requests.get(url(kept, ""), timeout=30).status_code in (200, 400)
    assert not any(file["path"].startswith(".") for file in requests.get(url(kept, "").rstrip("/"), timeout=30).json()["files"])


def test_an_upload_in_parts_goes_on_after_a_restart_of_the_server(tmp_path):
    with started(Server, tmp_path / "data") as running:
        run = new_run(running)
        calls = f"/api/2.0/mlflow-artifacts/mpu/{{}}/0/{run}/artifacts"
        begun = requests.post(running.uri + calls.format("create"), json={"path": "/home/ada/big.bin", "num_parts": 2}, timeout=30).json()
        addresses = [re.sub("^http://[^/]*", "", part["url"]) for part in begun["credentials"]]
        first = requests.put(running.uri + addresses[0], b"one ", timeout=30).headers["ETag"]
        running.kill()
        running.start()
        second = requests.put(running.uri + addresses[1], b"two", timeout=30).headers["ETag"]

        def complete(*tags):
            parts = [{"part_number": number + 1, "etag": tag, "url": ""} for number, tag in enumerate(tags)]
            return requests.post(running.uri + calls.format("complete"), timeout=30,
                                 json={"path": "big.bin", "upload_id": begun["upload_id"], "parts": parts})

        assert complete(second, first).status_code == 400
        assert requests.get(url(running, f"0/{run}/artifacts/big.bin"), timeout=30).status_code == 404
        assert complete(first, second).status_code == 200
        assert requests.get(url(running, f"0/{run}/artifacts/big.bin"), timeout=30).content == b"one two"
        assert complete(first, second).status_code == 404
