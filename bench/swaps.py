"""Versions of a model of 100 trees that take each other's place under load: none of the requests may fail or be held up. And versions that
callers name by number, loaded and given up a thousand times: the memory stays what it was."""

import contextlib
import json
import logging
import subprocess
import sys

import mlflow
import numpy
from mlflow.models import infer_signature

import measure
import serving

VERSIONS = 6  # more than are kept in memory for those who name them, so that each request of a cycle loads one
LOADS, WARM = 1000, 200
PATH = f"/v2/models/{serving.MODEL}/infer"


def register(model, signature):
    with contextlib.redirect_stdout(sys.stderr), mlflow.start_run():
        mlflow.onnx.log_model(model, name="model", registered_model_name=serving.MODEL, signature=signature, pip_requirements=["onnx", "onnxruntime"])


def resident_kib(process):
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def under_load(uri, body, requests, during):
    """What the load generator saw while `during` ran; it ends the program when a request was refused."""
    command = [measure.LOAD, uri.removeprefix("http://"), "POST", PATH, str(body), "application/json", "8", str(requests)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as loading:
        during()
        words = loading.communicate()[0]
    return json.loads(words) if loading.returncode == 0 else sys.exit(f"a request failed during the swap: {words}")


def swaps(report, project, uri, body):
    calm = measure.load(uri, PATH, body, 20_000)
    worst, slowest = 0.0, float("inf")
    for number in range(2, VERSIONS + 1):
        # Examining takes seconds of processor time by itself: only the move is what is measured.
        rollout = project.cairn("model", "consider", serving.MODEL, str(number))

        def approve(rollout=rollout):
            project.cairn("model", "approve", rollout["id"], "--sign", "ada", actor="ada")

        found = under_load(uri, body, 20_000, approve)
        worst, slowest = max(worst, found["p99_ms"]), min(slowest, found["per_second"])
    report.line(f"{VERSIONS - 1} swaps of versions under load, p99", f"{worst:.2f} ms, 0 failed", f"{calm['p99_ms']:.2f} ms without", "<= 3 x",
                worst <= 3 * calm["p99_ms"], f"at least {slowest:,.0f} requests/s during each")


def loads(report, process, uri, body):
    asked = json.loads(body.read_text())

    def cycle(count):
        for i in range(count):
            measure.post(uri, f"/v2/models/{serving.MODEL}/versions/{1 + i % (VERSIONS - 1)}/infer", asked)

    cycle(WARM)
    before = resident_kib(process)
    cycle(LOADS)
    after = resident_kib(process)
    growth = (after - before) / before
    report.line(f"{LOADS:,} loads and unloads, memory", f"{after / 1024:.1f} MiB", f"{before / 1024:.1f} MiB before", "<= + 2 %", growth <= 0.02,
                f"{growth * 100:+.2f} %")


def main():
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    report, rows = measure.Report(), serving.table()
    model = serving.trained(rows)
    signature = infer_signature(rows[serving.FEATURES].head(3), numpy.zeros((3, 2), dtype=numpy.float32))
    with measure.workspace() as folder:
        serving.bodies(folder, rows[serving.FEATURES].iloc[0])
        body = folder / "infer.json"
        project = serving.Project(folder)
        project.accept()
        with measure.cairn_up(folder) as (process, uri):
            converted = serving.converted(model)
            project.promote(uri, rows, converted, signature)
            for _ in range(2, VERSIONS + 1):
                register(converted, signature)
            swaps(report, project, uri, body)
            loads(report, process, uri, body)
    report.end()


if __name__ == "__main__":
    main()
