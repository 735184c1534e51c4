"""Files of rows, and answers made ahead. A file of 1,000,000 rows of 30 numbers, scored by gradient boosting of 100 trees (--rows N for another number), beside ONNX Runtime alone:
the same model over the same rows, which are in memory already, and whose answers go nowhere. The same as a batch, which writes a table of answers by key besides, and look-ups in it over HTTP."""

import contextlib
import json
import logging
import os
import pathlib
import random
import subprocess
import sys
import time

import mlflow
import numpy
import onnxruntime
import pandas
import requests
from mlflow.models import infer_signature
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import GradientBoostingClassifier

import measure

FEATURES = [f"f{i}" for i in range(30)]
MODEL = "quick"
BLOCK = 8192


def rows_of(count, seed):
    return pandas.DataFrame(numpy.random.default_rng(seed).normal(size=(count, len(FEATURES))).astype(numpy.float32), columns=FEATURES)


def model_of():
    rows = rows_of(4000, 1)
    truth = (rows["f0"] + rows["f1"] * rows["f2"] > 0).astype(int)
    trained = GradientBoostingClassifier(n_estimators=100, random_state=1).fit(rows.to_numpy(), truth)
    inputs = [("X", FloatTensorType([None, len(FEATURES)]))]
    return to_onnx(trained, initial_types=inputs, options={"zipmap": False}, target_opset={"": 17, "ai.onnx.ml": 3})


def alone(model, rows):
    """The seconds of the best way to run it: the rows at once by all threads, or block by block."""
    matrix, session = rows.to_numpy(), onnxruntime.InferenceSession(model.SerializeToString())
    begun = time.perf_counter()
    whole = session.run(["probabilities"], {"X": matrix})[0][:, 1]
    at_once = time.perf_counter() - begun
    begun = time.perf_counter()
    for at in range(0, len(matrix), BLOCK):
        session.run(["probabilities"], {"X": matrix[at:at + BLOCK]})
    return min(at_once, time.perf_counter() - begun), whole


def seconds_of(uri, folder, *words):
    """What the command says it took, and the most memory that it had, in MiB."""
    command = [measure.CAIRN, *words, "--json", "--server", uri]
    process, memory = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True), 0
    while True:
        with contextlib.suppress(OSError, IndexError):
            # Not what wait4 tells: that begins with this program's own memory.
            memory = int(pathlib.Path(f"/proc/{process.pid}/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
        with contextlib.suppress(subprocess.TimeoutExpired):
            said, noted = process.communicate(timeout=0.05)
            break
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}: {said}{noted}")
    return json.loads(said)["seconds"], memory


def look_ups(uri, count, known):
    """Milliseconds of each of some thousand look-ups of random keys, one after the other on one connection; answers are those of the peer."""
    chance, session, times = random.Random(3), requests.Session(), []
    for _ in range(5000):
        key = chance.randrange(count)
        begun = time.perf_counter()
        found = session.get(f"{uri}/api/v1/batches/{MODEL}/rows/{key}", timeout=30)
        times.append(1000 * (time.perf_counter() - begun))
        assert found.status_code == 200 and abs(found.json()["row"]["probabilities_1"] - known[key]) < 1e-5, found.text
    return sorted(times)


def main():
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    count = int(sys.argv[sys.argv.index("--rows") + 1]) if "--rows" in sys.argv else 1_000_000
    report, model, rows = measure.Report(), model_of(), rows_of(count, 2)
    with measure.workspace() as folder, measure.cairn_up(folder) as (_, uri):
        rows.assign(id=range(count)).to_parquet(folder / "rows.parquet", index=False)
        mlflow.set_tracking_uri(uri)
        mlflow.set_experiment("predict")
        with contextlib.redirect_stdout(sys.stderr), mlflow.start_run():
            signature = infer_signature(rows.head(3), numpy.zeros((3, 2), dtype=numpy.float32))
            mlflow.onnx.log_model(model, name="model", registered_model_name=MODEL, signature=signature, pip_requirements=["onnx", "onnxruntime"])
        theirs, due = alone(model, rows)
        mine, memory = min(seconds_of(uri, folder, "predict", f"{MODEL}@1", "rows.parquet", "-o", "answers.parquet") for _ in range(3))
        given = pandas.read_parquet(folder / "answers.parquet")
        numpy.testing.assert_allclose(given["probabilities_1"], due, atol=1e-5)
        ratio = theirs / mine
        report.line(f"{count:,} rows of a file, 100 trees", f"{count / mine:,.0f} rows/s", f"{count / theirs:,.0f} rows/s", ">= 0.8 x", ratio >= 0.8,
                    f"{ratio:.2f} x; at most {memory:.0f} MiB; {os.cpu_count()} cores")
        ahead, memory = min(seconds_of(uri, folder, "batch", f"{MODEL}@1", "--in", "rows.parquet", "--out", "batch.parquet", "--key", "id") for _ in range(2))
        numpy.testing.assert_array_equal(pandas.read_parquet(folder / "batch.parquet")["probabilities_1"], given["probabilities_1"])
        report.line(f"{count:,} rows as a batch, kept and by key", f"{count / ahead:,.0f} rows/s", f"{count / theirs:,.0f} rows/s", ">= 0.5 x", theirs / ahead >= 0.5,
                    f"{theirs / ahead:.2f} x; at most {memory:.0f} MiB")
        times = look_ups(uri, count, due)
        report.line(f"one of {count:,} answers by key, HTTP", f"p99 {times[-len(times) // 100]:.2f} ms", "", "< 5 ms", times[-len(times) // 100] < 5,
                    f"p50 {times[len(times) // 2]:.2f} ms, the slowest {times[-1]:.2f} ms")
    report.end()


if __name__ == "__main__":
    main()
