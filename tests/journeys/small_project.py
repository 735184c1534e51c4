"""A project whose pipeline takes seconds: one stage that registers a ready-made model with the plain mlflow client."""

import json
import pathlib
import sys

import numpy
import pandas

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "src" / "loop" / "runtime" / "testdata"
sys.path.insert(0, str(ROOT / "examples" / "flights"))

from story.program import Cairn, Refused  # noqa: E402,F401

MODEL = "late-arrival"

CONFIGURATION = """project: small
charter:
  prediction: {entity: one flight, outcome: y, wait: 0s}
  kpis:
    - {name: honest risk, kind: model, source: quality.log_loss, comparator: "<=", target: 0.5, owner: Ada, due: 2030-01-01}
  risk: limited
roles:
  principals:
    - {name: ada, roles: [approver], key: KEY-OF-ADA}
    - {name: ben, roles: [developer, approver], key: KEY-OF-BEN}
data:
  rows:
    path: data/rows
    target: y
    positive: late
    time: at
    key: [id]
    holdout: 50%
    contract:
      columns:
        id: {type: integer, serving: false}
        at: {type: timestamp}
        carrier: {type: string}
        hour: {type: integer}
        distance: {type: number}
        y: {type: string, serving: false}
model: {name: late-arrival, dataset: rows}
gates:
  approval: human
  rules:
    - {name: answers in time, latency_p99_ms: 60000}
serving: {assertions: contract, fallback: none}
monitors:
  - {name: quality, protects: honest risk, quality: log_loss, window: 1d, min_rows: 5, above: 0.001}
triggers:
  - {name: retrain, on: alert, monitor: quality, run: pipeline}
"""

TRAIN = """import pathlib

import mlflow
import numpy
import onnx
import pandas
from mlflow.models import infer_signature

example = pandas.DataFrame({"carrier": ["UA"], "hour": [12], "distance": [1000.5]})
with mlflow.start_run():
    mlflow.log_param("rows", len(list(pathlib.Path("data/rows").iterdir())))
    mlflow.onnx.log_model(onnx.load("columns.onnx"), name="model", registered_model_name="late-arrival",
                          signature=infer_signature(example, numpy.zeros((1, 2), "float32")),
                          pip_requirements=["onnx", "onnxruntime"])
pathlib.Path("trained.txt").write_text("trained\\n")
"""

# While the file `hold` is there the stage says that it is up, and waits to be let go.
STAGES = """stages:
  train:
    cmd: if [ -e hold ]; then echo up > up; read go < go; fi; python train.py
    deps: [train.py, data/rows]
    outs: [trained.txt]
"""


def write_rows(path: pathlib.Path, first: int, count: int = 400) -> None:
    known = json.loads((FIXTURES / "columns.json").read_text())
    rows = pandas.DataFrame({name: known[name][:20] for name in ("carrier", "hour", "distance")})
    rows = pandas.concat([rows] * (count // 20), ignore_index=True)
    late = numpy.random.default_rng(first).random(count) < 0.3
    rows.assign(id=range(first, first + count), at="2013-01-01T00:00:00Z", y=numpy.where(late, "late", "on time")).to_csv(path, index=False)


def make(folder: pathlib.Path, binary: str, configuration: str = CONFIGURATION) -> Cairn:
    """The project laid out, its configuration accepted, its first data added."""
    folder.mkdir(parents=True, exist_ok=True)
    cairn = Cairn(binary, folder)
    for name in ("ada", "ben"):
        configuration = configuration.replace(f"KEY-OF-{name.upper()}", cairn.ask("id", "new", name, actor=name)["key"])
    (folder / "cairn.yaml").write_text(configuration)
    (folder / "dvc.yaml").write_text(STAGES)
    (folder / "train.py").write_text(TRAIN)
    (folder / "columns.onnx").write_bytes((FIXTURES / "columns.onnx").read_bytes())
    cairn.ask("apply", actor="ada")
    write_rows(folder / "first.csv", 0)
    cairn.ask("data", "add", "first.csv", "--to", "rows")
    return cairn


def rollouts(server) -> list[dict]:
    return server.get(f"/api/v1/rollouts?model={MODEL}")["items"]


def judged(server, version: int) -> dict:
    """The rollout of a version, as soon as the gates have judged it."""

    def look():
        found = next((one for one in rollouts(server) if one["version"] == version), None)
        return found and found["stage"] != "examining" and found

    return server.wait_for(f"the gates on version {version}", look, 120)


def infer(server, at: str, rows: int = 1, name: str = "", version: int | None = None) -> dict:
    """One live request of a moment, by the Open Inference Protocol."""
    columns = {"at": ("BYTES", at), "carrier": ("BYTES", "UA"), "hour": ("INT64", 12), "distance": ("FP32", 1000.5)}
    inputs = [{"name": column, "datatype": kind, "shape": [rows, 1], "data": [value] * rows} for column, (kind, value) in columns.items()]
    path = f"/v2/models/{MODEL}" + (f"/versions/{version}" if version else "")
    return server.post(f"{path}/infer", {"inputs": inputs} | ({"id": name} if name else {}))


def go_wrong(server) -> None:
    """A day of live answers of which half turn out wrong, and the next day, which closes the first one's window."""
    infer(server, "2013-02-01T10:00:00Z", rows=10, name="first-day")
    server.post("/api/v1/labels", {"labels": [{"id": f"first-day.{row}", "value": row % 2} for row in range(10)]})
    infer(server, "2013-02-02T10:00:00Z", name="next-day")
