"""MLServer's own batch client, and its message classes, against the served model; held against onnxruntime on the same file."""

import json
import os
import pathlib
import subprocess

import numpy
import onnxruntime
import pytest
from running import ROOT
from serving_project import NAME
from test_grpc import PLAIN, typed_model, typed_project
from test_triton_client import arrays, column, texts

PYTHON = pathlib.Path(os.environ.get("CAIRN_MLSERVER", ROOT / "build" / "env" / "mlserver" / "bin" / "python"))
ROWS = 40

CHECK = """
import json, sys
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceResponse
for line in open(sys.argv[1]):
    answer = InferenceResponse.model_validate_json(line)
    print(json.dumps({one.name: StringCodec.decode_output(one) if one.datatype == "BYTES" else NumpyCodec.decode_output(one).ravel().tolist() for one in answer.outputs}))
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with typed_project(tmp_path_factory.mktemp("mlserver")) as project:
        yield project.running.uri.removeprefix("http://")


@pytest.mark.parametrize("batch", [1, 8])
def test_its_batch_client_gets_the_models_answers(address, tmp_path, batch):
    given = arrays(ROWS)
    lines = []
    for row in range(ROWS):
        inputs = [{"name": column(kind), "datatype": kind, "shape": [1, 1], "data": texts(given[kind][row])} for kind in PLAIN]
        lines.append(json.dumps({"id": f"row-{row}", "inputs": inputs}, default=lambda number: number.item()))
    (tmp_path / "in.jsonl").write_text("\n".join(lines) + "\n")
    client = [PYTHON.parent / "mlserver", "infer", "-u", address, "-m", NAME, "-i", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl", "-s", str(batch), "-w", "2"]
    done = subprocess.run(client, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    checked = subprocess.run([PYTHON, "-c", CHECK, tmp_path / "out.jsonl"], capture_output=True, text=True, timeout=60)
    assert checked.returncode == 0, checked.stderr
    by_row = {}
    for said, decoded in zip((tmp_path / "out.jsonl").read_text().splitlines(), checked.stdout.splitlines(), strict=True):
        by_row[json.loads(said)["id"]] = json.loads(decoded)
    session = onnxruntime.InferenceSession(typed_model().SerializeToString())
    local = session.run(["probabilities", "out_int64", "out_bytes"], {column(kind): given[kind] for kind in PLAIN})
    assert len(by_row) == ROWS
    for row in range(ROWS):
        answer = by_row[f"row-{row}"]
        assert answer["out_int64"] == [int(local[1][row, 0])] and answer["out_bytes"] == texts(local[2][row])
        numpy.testing.assert_array_equal(numpy.float32(answer["probabilities"]), local[0][row])
