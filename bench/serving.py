"""One row at a time from gradient boosting of 100 trees over 8 connections, beside `mlflow models serve` with the same fitted model (as
scikit-learn's: MLflow's ONNX flavour does not take one input a column), MLServer with ONNX Runtime in it, and a call that does nothing on our
own server; a thousand rows at a time beside ONNX Runtime alone. Ours was examined, approved and promoted as any other; its
contract is asserted and every prediction is logged; what that costs is measured by switching it off. Then what each protocol adds over one connection to the time that ONNX Runtime itself takes
(which the server counts): the client's own time, the wire, and all that answering takes beside the model. The peer is a call on the same wire
that does nothing; over gRPC, where most of the time is gRPC's, also a bare grpc++ server that does nothing but answer."""

import concurrent.futures
import contextlib
import json
import logging
import os
import shutil
import subprocess
import sys
import time
import urllib.request

import mlflow
import numpy
import onnxruntime
import pandas
import tritonclient.grpc
import tritonclient.http
from mlflow.models import infer_signature
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.pipeline import Pipeline

import measure

FEATURES = [f"f{i}" for i in range(8)]
PROJECT = measure.ROOT / "bench" / "serving_project"
MODEL = "quick"
MLSERVER = os.environ.get("CAIRN_MLSERVER", str(measure.ROOT / "build" / "env" / "mlserver" / "bin" / "python"))
BATCH = 1000

# What runs ONNX in MLServer: it brings no such runtime itself.
RUNTIME = '''
import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceResponse


class Onnx(MLModel):
    async def load(self):
        self.session = onnxruntime.InferenceSession("model.onnx")
        return True

    async def predict(self, payload):
        feed = {one.name: NumpyCodec.decode_input(one) for one in payload.inputs}
        outputs = zip(self.session.get_outputs(), self.session.run(None, feed))
        return InferenceResponse(model_name=self.name, outputs=[NumpyCodec.encode_output(output.name, array) for output, array in outputs])
'''


def table():
    chance = numpy.random.default_rng(1)
    features = pandas.DataFrame(chance.normal(size=(8000, len(FEATURES))).astype(numpy.float32), columns=FEATURES)
    leaning = 1.5 * features["f0"] + features["f1"] * features["f2"] - features["f3"].abs()
    truth = (chance.random(len(features)) < 1 / (1 + numpy.exp(-leaning))).astype(int)
    return features.assign(id=range(len(features)), y=truth)


def trained(rows):
    model = Pipeline([
        ("columns", ColumnTransformer([], remainder="passthrough")),
        ("trees", GradientBoostingClassifier(n_estimators=100, random_state=1)),
    ]).fit(rows[FEATURES], rows["y"])
    return model


def converted(model):
    inputs = [(name, FloatTensorType([None, 1])) for name in FEATURES]
    return to_onnx(model, initial_types=inputs, options={"zipmap": False}, target_opset={"": 17, "ai.onnx.ml": 3})


class Project:
    """A folder with the project, and commands in it as one of its people."""

    def __init__(self, folder):
        self.folder = folder
        shutil.copytree(PROJECT, folder, dirs_exist_ok=True)

    def cairn(self, *words, actor="ben"):
        environment = {**os.environ, "CAIRN_ID_DIR": str(self.folder / "ids"), "CAIRN_ACTOR": actor}
        command = [measure.CAIRN, *words, "--json", "--data", str(self.folder / "data")]
        ended = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True)
        if ended.returncode != 0:
            sys.exit(f"{' '.join(command)}: {ended.stdout}{ended.stderr}")
        return json.loads(ended.stdout)

    def accept(self):
        text = (self.folder / "cairn.yaml").read_text()
        for name in ("ada", "ben"):
            text = text.replace(f"KEY-OF-{name.upper()}", self.cairn("id", "new", name)["key"])
        (self.folder / "cairn.yaml").write_text(text)
        self.cairn("apply", actor="ada")

    def keep(self, share):
        """From now on the prediction log keeps that share of the requests."""
        file = self.folder / "cairn.yaml"
        file.write_text(file.read_text().split("  log: ")[0] + f"  log: {{share: {share}, reason: so that it can be measured}}\n")
        self.cairn("apply", "--sign", "ada", actor="ada")

    def promote(self, uri, rows, model, signature):
        rows.to_csv(self.folder / "rows.csv", index=False)
        self.cairn("data", "add", "rows.csv", "--to", "rows")
        self.cairn("feasibility", "rows")
        mlflow.set_tracking_uri(uri)
        mlflow.set_experiment("serving")  # another server's may still be the active one in this process
        with contextlib.redirect_stdout(sys.stderr), mlflow.start_run():
            mlflow.onnx.log_model(model, name="model", registered_model_name=MODEL, signature=signature, pip_requirements=["onnx", "onnxruntime"])
        rollout = self.cairn("model", "consider", MODEL, "1")
        self.cairn("model", "approve", rollout["id"], "--sign", "ada", actor="ada")
        until = time.monotonic() + measure.PATIENCE
        while not measure.answers(f"{uri}/v2/models/{MODEL}/ready"):
            if time.monotonic() > until:
                sys.exit("the approved version never came to answer")
            time.sleep(0.05)


def bodies(folder, row):
    scoring = {"dataframe_split": {"columns": FEATURES, "data": [[float(value) for value in row]]}}
    infer = {"inputs": [{"name": n, "datatype": "FP32", "shape": [1, 1], "data": [float(v)]} for n, v in zip(FEATURES, row)]}
    (folder / "scoring.json").write_text(json.dumps(scoring))
    (folder / "infer.json").write_text(json.dumps(infer))


def binary_batch(folder, rows):
    """So many rows as Triton's client sends them; gives the fields that tell how much of the body is JSON."""
    inputs = []
    for name in FEATURES:
        array = rows[name].to_numpy(numpy.float32).reshape(-1, 1)
        one = tritonclient.http.InferInput(name, list(array.shape), "FP32")
        one.set_data_from_numpy(array)
        inputs.append(one)
    body, json_length = tritonclient.http.InferenceServerClient.generate_request_body(inputs)
    (folder / "batch.bin").write_bytes(body)
    return f"application/octet-stream\r\nInference-Header-Content-Length: {json_length}"


def triton_bodies(folder, row):
    """The same row as Triton's clients send it; gives the field that tells how much of the binary body is JSON."""
    over_http, over_grpc = [], tritonclient.grpc.service_pb2.ModelInferRequest(model_name=MODEL)
    for name, value in zip(FEATURES, row):
        array = numpy.array([[value]], dtype=numpy.float32)
        one = tritonclient.http.InferInput(name, [1, 1], "FP32")
        one.set_data_from_numpy(array)
        over_http.append(one)
        over_grpc.inputs.add(name=name, datatype="FP32", shape=[1, 1])
        over_grpc.raw_input_contents.append(array.tobytes())
    body, json_length = tritonclient.http.InferenceServerClient.generate_request_body(over_http)
    (folder / "infer.bin").write_bytes(body)
    (folder / "infer.message").write_bytes(over_grpc.SerializeToString())
    return f"application/octet-stream\r\nInference-Header-Content-Length: {json_length}"


def runtime_us(uri):
    """Calls, and microseconds in ONNX Runtime, so far."""
    with urllib.request.urlopen(f"{uri}/v2/models/{MODEL}/stats", timeout=10) as answer:
        ran = json.load(answer)["model_stats"][0]["inference_stats"]["compute_infer"]
    return ran["count"], ran["ns"] / 1000


def added(report, uri, grpc, folder, row, requests):
    binary = triton_bodies(folder, row)
    path, nothing = f"/v2/models/{MODEL}/infer", folder / "nothing"
    nothing.write_bytes(b"")

    def over_http():
        return measure.load(uri, "/v2/health/live", "", requests, connections=1, method="GET")

    def over_grpc():
        return measure.grpc_load(grpc, "/inference.GRPCInferenceService/ServerLive", nothing, requests, connections=1)

    with measure.bare_grpc() as bare:
        floor = measure.grpc_load(bare, "/bare/Call", nothing, requests, connections=1)["p50_ms"] * 1000

    for protocol, bar, send, idle in (
        ("JSON", 60, lambda count: measure.load(uri, path, folder / "infer.json", count, connections=1), over_http),
        ("binary", 40, lambda count: measure.load(uri, path, folder / "infer.bin", count, connections=1, content_type=binary), over_http),
        ("gRPC", 120, lambda count: measure.grpc_load(grpc, "/inference.GRPCInferenceService/ModelInfer", folder / "infer.message", count, connections=1), over_grpc),
    ):
        send(requests // 10)
        calls_before, ran_before = runtime_us(uri)
        p50 = send(requests)["p50_ms"] * 1000
        calls, ran = runtime_us(uri)
        mine = (ran - ran_before) / (calls - calls_before)
        report.line(f"added to the runtime's own time, {protocol}", f"{p50 - mine:.0f} us", f"{idle()['p50_ms'] * 1000:.0f} us, an idle call", f"<= {bar} us",
                    p50 - mine <= bar, f"p50, one row, one connection; the runtime takes {mine:.0f} us" + (f", a bare grpc++ server {floor:.0f} us" if protocol == "gRPC" else ""))


def peer(folder, model, signature, requests):
    mlflow.sklearn.save_model(model, str(folder / "saved"), signature=signature, pip_requirements=["scikit-learn"],
                              serialization_format="cloudpickle")
    port = measure.free_port()
    command = [measure.PYTHON, "-m", "mlflow", "models", "serve", "-m", str(folder / "saved"), "--env-manager", "local", "--port", str(port)]
    path = f"{os.path.dirname(measure.PYTHON)}{os.pathsep}{os.environ['PATH']}"
    with measure.running(command, f"http://127.0.0.1:{port}/ping", folder / "peer.log", cwd=folder, env={**os.environ, "PATH": path}):
        uri = f"http://127.0.0.1:{port}"
        measure.load(uri, "/invocations", folder / "scoring.json", min(50, requests))
        return measure.load(uri, "/invocations", folder / "scoring.json", requests)


def mlserver(folder, model, requests):
    place = folder / "mlserver"
    place.mkdir()
    (place / "model.onnx").write_bytes(model.SerializeToString())
    (place / "runtime.py").write_text(RUNTIME)
    ports = {name: measure.free_port() for name in ("http_port", "grpc_port", "metrics_port")}
    (place / "settings.json").write_text(json.dumps({"host": "127.0.0.1", "debug": False, "parallel_workers": 0, **ports}))
    (place / "model-settings.json").write_text(json.dumps({"name": MODEL, "implementation": "runtime.Onnx"}))
    uri = f"http://127.0.0.1:{ports['http_port']}"
    command = [os.path.join(os.path.dirname(MLSERVER), "mlserver"), "start", str(place)]
    with measure.running(command, f"{uri}/v2/models/{MODEL}/ready", folder / "mlserver.log", cwd=place):
        measure.load(uri, f"/v2/models/{MODEL}/infer", folder / "infer.json", min(50, requests))
        return measure.load(uri, f"/v2/models/{MODEL}/infer", folder / "infer.json", requests)


def ours(uri, folder, path, body, requests):
    measure.load(uri, path, folder / body, requests // 10)
    return measure.load(uri, path, folder / body, requests)


def rate(report, name, mine, theirs, bar, note=""):
    ratio = mine["per_second"] / theirs["per_second"]
    report.line(name, f"{mine['per_second']:,.0f}/s, p50 {mine['p50_ms']:.3f} ms", f"{theirs['per_second']:,.0f}/s, p50 {theirs['p50_ms']:.2f} ms",
                f">= {bar} x", ratio >= bar, f"{ratio:.2f} x{note}")


def logging_costs(report, project, uri, folder, requests=5_000, turns=15):
    """With every prediction in the log and with none, in turns on the same server, over one connection, so that no request waits for a processor that
    another one has. The best p99 of each: others who work on the machine make some turns worse by many times what is measured, and none better.
    What a busy server loses of its requests per second is told beside it."""
    path, p99, rates = f"/v2/models/{MODEL}/infer", {"100%": [], "0%": []}, {"100%": [], "0%": []}
    for _ in range(turns):
        for share in p99:
            project.keep(share)
            measure.load(uri, path, folder / "infer.json", requests // 10, connections=1)
            p99[share].append(measure.load(uri, path, folder / "infer.json", requests, connections=1)["p99_ms"])
            rates[share].append(measure.load(uri, path, folder / "infer.json", requests)["per_second"])
    project.keep("100%")
    logged, unlogged = min(p99["100%"]), min(p99["0%"])
    more, busy = 100 * (logged / unlogged - 1), 100 * (max(rates["100%"]) / max(rates["0%"]) - 1)
    report.line("p99 with the prediction log", f"{logged:.3f} ms", f"{unlogged:.3f} ms, log off", "<= +10 %", more <= 10,
                f"{more:+.1f} %, one row, one connection, the best of {turns} turns; over 8 connections {busy:+.1f} % requests/s")


def batches(report, uri, folder, rows, model):
    """Rows a second, against the runtime alone with as many callers as the machine has processors."""
    fields, path = binary_batch(folder, rows), f"/v2/models/{MODEL}/infer"
    measure.load(uri, path, folder / "batch.bin", 100, content_type=fields)
    mine = measure.load(uri, path, folder / "batch.bin", 1000, content_type=fields)["per_second"]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    feed = {name: rows[name].to_numpy(numpy.float32).reshape(-1, 1) for name in FEATURES}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        began = time.perf_counter()
        list(pool.map(lambda _: session.run(None, feed), range(1000)))
        alone = 1000 / (time.perf_counter() - began)
    report.line(f"{BATCH:,} rows a request, binary", f"{mine * BATCH:,.0f} rows/s", f"{alone * BATCH:,.0f} rows/s, alone", ">= 85 %", mine >= 0.85 * alone, f"{100 * mine / alone:.0f} %")


def main():
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    report, rows = measure.Report(), table()
    model, signature = trained(rows), infer_signature(rows[FEATURES].head(3), numpy.zeros((3, 2), dtype=numpy.float32))
    onnx_model = converted(model)
    with measure.workspace() as folder:
        disk = measure.fdatasync_ms(folder)
        bodies(folder, rows[FEATURES].iloc[0])
        project = Project(folder)
        project.accept()
        with measure.cairn_up(folder, "--grpc-listen", "127.0.0.1:0") as (server, uri):
            project.promote(uri, rows, onnx_model, signature)
            scored = ours(uri, folder, "/invocations", "scoring.json", 50_000)
            inferred = ours(uri, folder, f"/v2/models/{MODEL}/infer", "infer.json", 50_000)
            nothing = measure.load(uri, "/v2/health/live", "", 100_000, method="GET")
            logging_costs(report, project, uri, folder)
            added(report, uri, server.grpc, folder, rows[FEATURES].iloc[0], 20_000)
            batches(report, uri, folder, rows[FEATURES].head(BATCH), onnx_model)
        rate(report, "/invocations, one row, beside MLflow's", scored, peer(folder, model, signature, 1000), 60, f"; fdatasync {disk:.3f} ms")
        rate(report, "v2 infer, one row, beside MLServer's", inferred, mlserver(folder, onnx_model, 2000), 25)
        rate(report, "the same beside a call that does nothing", inferred, nothing, 0.5)
    report.end()


if __name__ == "__main__":
    main()
