"""KServe's own client, over REST in both forms and over gRPC in both forms: health, answers, refusals, held against onnxruntime on the same file."""

import json
import os
import pathlib
import subprocess

import onnxruntime
import pytest
from running import ROOT
from serving_project import NAME
from test_grpc import PLAIN, typed_model, typed_project
from test_triton_client import arrays, column, texts

PYTHON = os.environ.get("CAIRN_KSERVE", str(ROOT / "build" / "env" / "kserve" / "bin" / "python"))
WAYS = ["rest json", "rest binary", "grpc typed", "grpc raw"]
ROWS = 5


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kserve")
    inputs = {column(kind): {"datatype": kind, "values": texts(arrays(ROWS)[kind])} for kind in PLAIN}
    (folder / "inputs.json").write_text(json.dumps(inputs, default=lambda number: number.item()))
    peer = pathlib.Path(__file__).with_name("kserve_peer.py")
    with typed_project(folder, ["--grpc-listen", "127.0.0.1:0"]) as project:
        command = [PYTHON, peer, project.running.uri, project.running.grpc, NAME, folder / "inputs.json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        yield json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("way", WAYS)
def test_answers_are_those_of_the_model(said, way):
    answer = said[way]
    assert (answer["id"], answer["model"]) == ("kserve-7", NAME)
    session = onnxruntime.InferenceSession(typed_model().SerializeToString())
    feed = {column(kind): array for kind, array in arrays(ROWS).items() if kind in PLAIN}
    local = dict(zip([output.name for output in session.get_outputs()], session.run(None, feed), strict=True))
    assert answer["outputs"].keys() == local.keys()
    for name, array in local.items():
        assert answer["outputs"][name]["shape"] == list(array.shape), name
        assert answer["outputs"][name]["values"] == [value.item() if hasattr(value, "item") else value for value in texts(array)], name


def test_health_and_refusals(said):
    assert said["rest health"] == [True, True, True, False]
    assert said["grpc health"] == [True, True, True]
    assert "404" in said["rest refusal"]
