"""Data, models and questions that are not what the accepted configuration says: each is told, and nothing is taken in."""

import json
import pathlib
import sys

import numpy
import pytest
import requests
from mlflow.models import infer_signature

import cairn_server
from cairn_server import Server, cairn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))
import measure  # noqa: E402
import serving  # noqa: E402

measure.CAIRN = cairn_server.CAIRN


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The project of the serving benchmark, with its model in production, at rest."""
    folder = tmp_path_factory.mktemp("project")
    rows = serving.table()
    made = serving.Project(folder)
    made.accept()
    signature = infer_signature(rows[serving.FEATURES].head(3), numpy.zeros((3, 2), "float32"))
    with Server(folder / "data") as running:
        assert running.start()
        made.promote(running.uri, rows, serving.converted(serving.trained(rows)), signature)
        assert running.stop() == 0
    return folder


@pytest.fixture
def server(project):
    with Server(project / "data") as running:
        assert running.start()
        yield running
        assert running.stop() == 0


def versions(project):
    return json.loads(cairn("data", "list", "rows", "--json", data=project / "data", cwd=project).stdout)["items"]


@pytest.mark.parametrize(
    ("text", "fragments"),
    [
        ("id,f0,f1,f2,f3,f4,f5,f6,y\n1,1,1,1,1,1,1,1,0\n", ["f7"]),
        ("id,f0,f1,f2,f3,f4,f5,f6,f7,y\n1,1,1,1,1,1,1,1,many,0\n", ["f7"]),
        ("id,f0,f1,f2,f3,f4,f5,f6,f7,y\n1,1,1,1,1,1,1,1,1,7\n", ["y"]),
        ("id,f0,f1,f2,f3,f4,f5,f6,f7,y\n1,1,1,1,1,1,1,1,1,0\n1,1,1,1,1,1,1,1,1,0\n", ["id"]),
        ("", ["bad.csv"]),
    ],
    ids=["column missing", "wrong type", "value not allowed", "not unique", "empty file"],
)
def test_data_that_breaks_the_contract_becomes_no_version(project, text, fragments):
    before = versions(project)
    (project / "bad.csv").write_text(text)
    ended = cairn("data", "add", "bad.csv", "--to", "rows", data=project / "data", cwd=project)
    assert ended.returncode == 2, ended.stdout + ended.stderr
    for fragment in fragments:
        assert fragment in ended.stderr + ended.stdout
    assert versions(project) == before


def test_a_file_that_is_no_table_is_named(project):
    before = versions(project)
    (project / "bad.parquet").write_bytes(b"PAR1" + b"\0" * 100)
    ended = cairn("data", "add", "bad.parquet", "--to", "rows", data=project / "data", cwd=project)
    assert ended.returncode == 7 and "bad.parquet" in ended.stderr
    assert versions(project) == before


def ask(server, **columns):
    row = {name: 0.5 for name in serving.FEATURES} | columns
    body = {"dataframe_records": [{name: value for name, value in row.items() if value != "missing"}]}
    return requests.post(server.uri + "/invocations", json=body, timeout=30)


def test_a_question_that_breaks_the_contract_is_refused_naming_the_column(server):
    assert ask(server).status_code == 200
    for wrong in ("missing", None, "many"):
        answer = ask(server, f3=wrong)
        assert answer.status_code == 422 and "f3" in answer.text, (answer.status_code, answer.text)
    assert ask(server).status_code == 200


def test_a_model_file_that_was_changed_is_not_loaded(project):
    file = next((project / "data" / "artifacts").rglob("model.onnx"))
    whole = file.read_bytes()
    file.write_bytes(whole[:1000] + bytes([whole[1000] ^ 1]) + whole[1001:])
    with Server(project / "data") as running:
        assert running.start()
        state = requests.get(running.uri + "/api/v1/serving", timeout=30).json()
        ready = requests.get(f"{running.uri}/v2/models/{serving.MODEL}/ready", timeout=30)
        answer = ask(running)
        assert running.stop() == 0
    file.write_bytes(whole)
    assert "model.onnx" in state["problem"] or "manifest" in state["problem"], state
    assert not ready.ok
    assert (answer.headers["X-Cairn-Arm"], answer.headers["X-Cairn-Model-Version"]) == ("fallback", "0")
