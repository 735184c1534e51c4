"""What cannot be done is told in a sentence that names it, with the documented exit code or status, and changes no record."""

import json
import os
import socket

import pytest
import requests

import power_loss
from cairn_server import Server, cairn

INVALID, NOT_FOUND, DENIED, UNAVAILABLE, DAMAGED = 2, 3, 5, 6, 7


def events(data):
    """What the log holds, apart from the positions that the sealer gives a moment later."""
    ended = cairn("audit", "log", "--json", "--limit", "10000", data=data)
    assert ended.returncode == 0, ended.stderr
    return [{**event, "position": None} for event in json.loads(ended.stdout)["items"]]


@pytest.fixture
def project(tmp_path):
    """An accepted configuration, and one pipeline that has run."""
    assert cairn("init", "--as", "ada", cwd=tmp_path).returncode == 0
    (tmp_path / "dvc.yaml").write_text("stages:\n  one:\n    cmd: echo 1 > one.txt\n    outs: [one.txt]\n")
    for words in (["apply"], ["run"]):
        ended = cairn(*words, data=tmp_path / "data", cwd=tmp_path)
        assert ended.returncode == 0, ended.stderr
    return tmp_path


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("up") / "data") as running:
        assert running.start()
        yield running
        assert running.stop() == 0


def refused(folder, words, code, *fragments):
    """Runs a command that must fail with one sentence, and compares the records before and after."""
    before = events(folder / "data")
    ended = cairn(*words, data=folder / "data", cwd=folder)
    assert ended.returncode == code, ended.stdout + ended.stderr
    sentences = [line for line in ended.stderr.splitlines() if line.startswith("cairn: ")]
    assert len(sentences) == 1 and ended.stdout == "", ended.stdout + ended.stderr
    for fragment in fragments:
        assert fragment in sentences[0]
    assert events(folder / "data") == before


@pytest.mark.parametrize(
    ("name", "text", "fragments"),
    [
        ("cairn.yaml", "project: x\ncharter: [1,\nrisk: 2\n", ["cairn.yaml:4:1", "','"]),
        ("cairn.yaml", "project: x\n\tcharter: 1\n", ["cairn.yaml:2:"]),
        ("cairn.yaml", "projekt: x\n", ["cairn.yaml:1:", "'projekt'", "Did you mean 'project'?"]),
        ("cairn.yaml", "project: x\nproject: y\n", ["cairn.yaml:2:", "project"]),
        ("cairn.yaml", "- a\n- b\n", ["cairn.yaml:1:1"]),
        ("cairn.yaml", "project: \xff\n", ["'cairn.yaml'", "UTF-8"]),
    ],
)
def test_a_configuration_that_cannot_be_read_is_not_accepted(project, name, text, fragments):
    (project / name).write_bytes(text.encode("latin-1"))
    refused(project, ["apply"], INVALID, *fragments)


@pytest.mark.parametrize(
    ("text", "fragments"),
    [
        ("stages: [\n", ["dvc.yaml:2:1"]),
        ("stages:\n  a:\n    cmd: echo\n    dep: [x]\n", ["dvc.yaml:4:5", "'dep'", "Did you mean 'deps'?"]),
        ("stages:\n  a:\n    deps: [x]\n", ["dvc.yaml:", "'a'", "cmd"]),
        ("stages:\n  a: {cmd: x, deps: [b], outs: [c]}\n  b: {cmd: x, deps: [c], outs: [b]}\n", ["dvc.yaml", "a", "b"]),
        ("stages:\n  a: {cmd: x, outs: [c]}\n  b: {cmd: x, outs: [c]}\n", ["'c'"]),
    ],
)
def test_a_pipeline_that_cannot_be_read_does_not_run(project, text, fragments):
    (project / "dvc.yaml").write_text(text)
    refused(project, ["run"], INVALID, *fragments)


@pytest.mark.parametrize(
    ("words", "code", "fragments"),
    [
        (["aply"], INVALID, ["'aply'", "Did you mean 'apply'?"]),
        (["up", "--listn", "x"], INVALID, ["'--listn'", "Did you mean '--listen'?"]),
        (["up", "--listen", "127.0.0.1:http"], INVALID, ["'127.0.0.1:http'"]),
        (["up", "--listen", "0.0.0.0:0"], DENIED, ["0.0.0.0", "authentication"]),
        (["apply", "nowhere.yaml"], NOT_FOUND, ["nowhere.yaml"]),
        (["apply", "."], INVALID, ["'.'"]),
        (["apply", "--sign", "nobody"], NOT_FOUND, ["nobody"]),
        (["run", "tow"], NOT_FOUND, ["'tow'"]),
        (["audit", "as-of", "yesterday"], INVALID, ["'yesterday'"]),
        (["audit", "log", "--limit", "many"], INVALID, ["many"]),
        (["audit", "verify", "--server", "http://127.0.0.1:1"], UNAVAILABLE, ["http://127.0.0.1:1"]),
        (["canvas", "export", "canvas.pdf"], INVALID, ["'canvas.pdf'", "'canvas.html'", "browser", "--print-to-pdf=canvas.pdf canvas.html"]),
        (["evaluate", "--on", "rows.csv", "--report", "r.pdf"], INVALID, ["'r.pdf'", "'r.html'", "browser"]),
        (["exp", "curve", "rows.csv", "--metric", "loss", "--report", "r.pdf"], INVALID, ["'r.pdf'", "'r.html'", "browser"]),
        (["docs", "datasheet", "rows", "--out", "Sheet.PDF"], INVALID, ["'Sheet.PDF'", "'Sheet.html'", "browser"]),
        (["charter", "show", "--html", "charter.pdf"], INVALID, ["'charter.pdf'", "'charter.html'", "browser"]),
    ],
)
def test_a_command_that_makes_no_sense_says_why(project, words, code, fragments):
    refused(project, words, code, *fragments)


def test_a_killed_stage_leaves_no_result_behind(project):
    (project / "dvc.yaml").write_text("stages:\n  dies:\n    cmd: echo half > out.txt; kill -9 $$\n    outs: [out.txt]\n")
    ended = cairn("run", data=project / "data", cwd=project)
    assert ended.returncode == 1
    assert "dies" in ended.stderr + ended.stdout and "signal 9" in ended.stderr + ended.stdout
    assert "dies" not in (project / "dvc.lock").read_text()
    last = events(project / "data")[0]
    assert (last["kind"], last["body"]["state"]) == ("pipeline.run_ended", "failed")


def test_a_port_in_use_is_named(project):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        refused(project, ["up", "--listen", address], UNAVAILABLE, address)


def test_a_second_server_on_the_same_data_is_refused(project):
    with Server(project / "data") as first:
        assert first.start()
        refused(project, ["up", "--listen", "127.0.0.1:0"], UNAVAILABLE, str(project / "data"))
        assert requests.get(first.uri + "/health", timeout=30).text == "OK"
        assert first.stop() == 0


@pytest.mark.parametrize(("place", "code"), [("file/data", INVALID), ("/proc/self/data", NOT_FOUND)])
def test_a_data_folder_that_cannot_be_written_is_named(tmp_path, place, code):
    (tmp_path / "file").write_text("")
    ended = cairn("up", "--listen", "127.0.0.1:0", "--data", place, cwd=tmp_path)
    assert ended.returncode == code, ended.stderr
    assert ended.stderr.startswith("cairn: ") and place.split("/")[-2] in ended.stderr
    assert os.listdir(tmp_path) == ["file"]


def test_a_store_that_is_no_database_is_left_alone(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "cairn.db").write_bytes(b"not a database" * 1000)
    ended = cairn("up", "--listen", "127.0.0.1:0", data=tmp_path / "data", cwd=tmp_path)
    assert ended.returncode == DAMAGED and "cairn.db" in ended.stderr
    assert (tmp_path / "data" / "cairn.db").read_bytes() == b"not a database" * 1000


@pytest.mark.parametrize(
    ("path", "body", "fragments"),
    [
        ("/api/v1/configuration", '{"text": "project: x",\n "file" 1}', ["line 2, column 9"]),
        ("/api/v1/configuration", "[]", ["object"]),
        ("/api/2.0/mlflow/experiments/create", '{"name": "x",\n "tags": [}', ["line 2, column 11"]),
        ("/api/2.0/mlflow/experiments/create", "", ["name"]),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_with_its_place(server, path, body, fragments):
    before = events(server.data)
    answer = requests.post(server.uri + path, data=body, headers={"Content-Type": "application/json"}, timeout=30)
    assert answer.status_code == 400, answer.text
    message = answer.json()["message"] if "mlflow" in path else answer.json()["error"]["message"]
    for fragment in fragments:
        assert fragment in message
    assert events(server.data) == before


def test_a_missing_artifact_is_not_found(server):
    before = events(server.data)
    answer = requests.get(server.uri + "/api/2.0/mlflow-artifacts/artifacts/0/none/artifacts/model.onnx", timeout=30)
    assert (answer.status_code, answer.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert "0/none/artifacts/model.onnx" in answer.json()["message"]
    assert events(server.data) == before


def test_a_full_disk_refuses_writes_and_loses_nothing(tmp_path):
    data, full = tmp_path / "data", tmp_path / "full"
    data.mkdir()
    environment = power_loss.preloaded(power_loss.build_shim(tmp_path), data, tmp_path / "journal", UNSYNCED_FULL=full)
    with Server(data, environment) as server:
        assert server.start()
        fill_and_free(server, data, full)
        assert server.stop() == 0
    assert not list((data / "spool").iterdir())


def fill_and_free(server, data, full):
    run = post(server, "runs/create", experiment_id="0").json()["run"]["info"]["run_id"]
    assert log(server, run, 100).status_code == 200
    before = events(data)
    full.touch()
    for refusal in (log(server, run, 1000), upload(server, run, b"x" * 100_000), post(server, "experiments/create", name="new")):
        assert refusal.status_code == 507, refusal.text
        assert "full" in refusal.text or "space" in refusal.text or "room" in refusal.text
    assert history(server, run) == 100 and events(data) == before
    full.unlink()
    assert log(server, run, 1000).status_code == 200 and upload(server, run, b"x").status_code == 200
    assert history(server, run) == 1000
    verdict, code = server.verify()
    assert (verdict["problems"], code) == ([], 0)


def post(server, path, **body):
    return requests.post(f"{server.uri}/api/2.0/mlflow/{path}", json=body, timeout=30)


def log(server, run, count):
    points = [{"key": "loss", "value": i, "timestamp": i, "step": i} for i in range(count)]
    return post(server, "runs/log-batch", run_id=run, metrics=points)


def upload(server, run, content):
    return requests.put(f"{server.uri}/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/a.bin", data=content, timeout=30)


def history(server, run):
    asked = {"run_id": run, "metric_key": "loss"}
    return len(requests.get(f"{server.uri}/api/2.0/mlflow/metrics/get-history", params=asked, timeout=30).json()["metrics"])
