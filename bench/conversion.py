"""One row at a time from scikit-learn's gradient boosting of 100 trees, as the worker runs its pickle and as `cairn model convert` made it ONNX: the
same request to the same server, by 8 connections. Both versions went the whole way into production."""

import contextlib
import json
import logging
import sys
import time

import mlflow
from mlflow.models import infer_signature
from sklearn.ensemble import GradientBoostingClassifier

import measure
import serving

PATH = f"/v2/models/{serving.MODEL}/infer"


def promote(project, uri, version):
    rollout = project.cairn("model", "consider", serving.MODEL, str(version))
    project.cairn("model", "approve", rollout["id"], "--sign", "ada", actor="ada")
    until = time.monotonic() + measure.PATIENCE
    while not measure.answers(f"{uri}/v2/models/{serving.MODEL}/ready") or project.cairn("serving")["version"] != str(version):
        if time.monotonic() > until:
            sys.exit(f"version {version} never came to answer")
        time.sleep(0.05)


def main():
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    report, rows = measure.Report(), serving.table()
    model = GradientBoostingClassifier(n_estimators=100, random_state=1).fit(rows[serving.FEATURES], rows["y"])
    with measure.workspace() as folder:
        project, body = serving.Project(folder / "project"), folder / "infer.json"
        with open(project.folder / "cairn.yaml", "a") as text:
            text.write("  worker: " + json.dumps({"python": measure.PYTHON, "code": "permit", "memory_mib": 4096}) + "\n")
        project.accept()
        row = rows[serving.FEATURES].iloc[0]
        body.write_text(json.dumps({"inputs": [{"name": name, "datatype": "FP32", "shape": [1], "data": [float(row[name])]} for name in serving.FEATURES]}))
        with measure.cairn_up(project.folder) as (_, uri):
            rows.to_csv(project.folder / "rows.csv", index=False)
            project.cairn("data", "add", "rows.csv", "--to", "rows")
            project.cairn("feasibility", "rows")
            mlflow.set_tracking_uri(uri)
            mlflow.set_experiment("conversion")
            with contextlib.redirect_stdout(sys.stderr), mlflow.start_run():
                mlflow.sklearn.log_model(model, name="model", registered_model_name=serving.MODEL, serialization_format="cloudpickle", pip_requirements=["scikit-learn"],
                                         signature=infer_signature(rows[serving.FEATURES], model.predict(rows[serving.FEATURES])), input_example=rows[serving.FEATURES][:5])
            promote(project, uri, 1)
            measure.load(uri, PATH, body, 100)
            worker = measure.load(uri, PATH, body, 2000)
            began = time.perf_counter()
            made = project.cairn("model", "convert", f"{serving.MODEL}@1")
            seconds = time.perf_counter() - began
            promote(project, uri, made["version"])
            measure.load(uri, PATH, body, 2000)
            converted = measure.load(uri, PATH, body, 50_000)
    largest = max(on["largest_difference"] for on in made["parity"])
    print(f"{made['how']}; {made['rows']:,} rows answered the same, at most {largest:.1e} apart; converted and proven in {seconds:.1f} s", flush=True)
    ratio = converted["per_second"] / worker["per_second"]
    report.line("100 trees of scikit-learn, converted to ONNX", f"{converted['per_second']:,.0f} rows/s", f"{worker['per_second']:,.0f} rows/s", ">= 15 x", ratio >= 15,
                f"{ratio:.0f} x; the peer is this server's worker with the pickle")
    report.line("  half answered within", f"{converted['p50_ms'] * 1000:.0f} us", f"{worker['p50_ms'] * 1000:.0f} us", "<= peer", converted["p50_ms"] <= worker["p50_ms"])
    report.end()


if __name__ == "__main__":
    main()
