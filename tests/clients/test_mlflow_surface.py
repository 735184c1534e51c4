"""The same requests to this server and to MLflow's own: status, error code and the form of every answer must agree.

Where the two differ on purpose, the case says what each of them answers, so that the note stays true on both sides.
"""

import json
import os
import queue
import re
import subprocess
import sys
import threading
from dataclasses import dataclass, field

import pytest
import requests

# What newer MLflow servers add and clients do not need.
BEYOND = {"sqlstate", "error_class", "workspace", "effective_trace_archival_retention"}


class Peer:
    """MLflow's own server on a free port."""

    def __init__(self, folder):
        environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        places = ["--backend-store-uri", f"sqlite:///{folder}/peer.db", "--artifacts-destination", f"{folder}/files"]
        command = [sys.executable, "-m", "mlflow", "server", *places, "--port", "0", "--workers", "1"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, start_new_session=True)
        found = queue.Queue()
        self.words = []
        self.reader = threading.Thread(target=self.read, args=[found])
        self.reader.start()
        self.uri = found.get(timeout=120)
        assert self.uri, "mlflow server ended before it listened: " + "".join(self.words)

    def read(self, found):
        for line in self.process.stdout:
            self.words.append(line)
            if address := re.search(r"running on (http://\S+)", line):
                found.put(address[1])
        found.put(None)

    def stop(self):
        os.killpg(self.process.pid, 15)
        self.process.wait(timeout=30)
        self.reader.join()
        self.process.stdout.close()


class Side:
    """One of the two servers, with the ids that it gave to what both were told."""

    def __init__(self, uri):
        self.uri = uri
        self.session = requests.Session()
        self.names = {}

    def ask(self, method, path, body=None, data=None, headers=None):
        address = self.uri + (path if path.startswith("/") else f"/api/2.0/mlflow/{path}")
        if data is None and method != "GET":
            data, headers = json.dumps({} if body is None else body), {"Content-Type": "application/json", **(headers or {})}
        return self.session.request(method, address, data=data, headers=headers, timeout=60, allow_redirects=False)

    def fill(self, value):
        """`value` with {names} replaced by this server's ids."""
        if isinstance(value, str):
            return re.sub(r"\{(\w+)\}", lambda found: str(self.names.get(found[1], found[0])), value)
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        return {key: self.fill(item) for key, item in value.items()} if isinstance(value, dict) else value

    def tell(self, method, path, body=None, **rest):
        answer = self.ask(method, self.fill(path), self.fill(body), **rest)
        assert answer.status_code == 200, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else {}

    def settle(self):
        """What the cases ask about."""
        names, tell = self.names, self.tell
        for name in ("trial", "second", "gone"):
            names[name] = tell("POST", "experiments/create", {"name": name, "tags": [{"key": "team", "value": "blue"}]})["experiment_id"]
        tell("POST", "experiments/delete", {"experiment_id": "{gone}"})
        for number, name in enumerate(["run", "other", "dead"]):
            made = {"experiment_id": "{trial}", "run_name": name, "start_time": 1000 + number, "user_id": "ada", "tags": [{"key": "kind", "value": name}]}
            names[name] = tell("POST", "runs/create", made)["run"]["info"]["run_id"]
            metrics = [{"key": "loss", "value": 1 / (step + 1), "timestamp": step, "step": step} for step in range(20)]
            metrics += [{"key": "odd", "value": value, "timestamp": 5, "step": 0} for value in ("NaN", "Infinity", "-Infinity")]
            # The last metric is that of the highest step, then time, then value, in whatever order they came.
            metrics += [{"key": "late", "value": value, "timestamp": at, "step": step} for step, at, value in ((5, 1, 7.0), (5, 9, 1.0), (5, 9, 3.0), (2, 99, 8.0))]
            metrics += [{"key": "signs", "value": value, "timestamp": 1, "step": step} for step, value in ((-4, 0.1 + 0.2), (-9, 5e-324), (0, -0.0), (-1, "NaN"))]
            tell("POST", "runs/log-batch", {"run_id": f"{{{name}}}", "metrics": metrics, "params": [{"key": "depth", "value": "3"}]})
        # For what one server refuses whole and the other keeps half of.
        names["spare"] = tell("POST", "runs/create", {"experiment_id": "{second}", "run_name": "spare", "start_time": 1})["run"]["info"]["run_id"]
        tell("POST", "runs/update", {"run_id": "{other}", "status": "FINISHED", "end_time": 5000})
        tell("POST", "runs/delete", {"run_id": "{dead}"})
        dataset = {"name": "rows", "digest": "d1", "source_type": "local", "source": "{}", "schema": "{}", "profile": "{}"}
        tell("POST", "runs/log-inputs", {"run_id": "{run}", "datasets": [{"tags": [{"key": "mlflow.data.context", "value": "train"}], "dataset": dataset}]})
        model = {"experiment_id": "{trial}", "name": "net", "model_type": "Agent", "source_run_id": "{run}", "params": [{"key": "p", "value": "1"}]}
        model["tags"] = [{"key": "t", "value": "2"}]
        names["model"] = tell("POST", "logged-models", model)["model"]["info"]["model_id"]
        tell("POST", "runs/outputs", {"run_id": "{run}", "models": [{"model_id": "{model}", "step": 3}]})
        tell("PATCH", "logged-models/{model}", {"model_id": "{model}", "status": "LOGGED_MODEL_READY"})
        for place in ("{trial}/{run}/artifacts/notes/a.txt", "{trial}/{run}/artifacts/b.json", "{trial}/models/{model}/artifacts/MLmodel"):
            tell("PUT", f"/api/2.0/mlflow-artifacts/artifacts/{place}", data=b"0123456789")
        tell("POST", "registered-models/create", {"name": "churn", "description": "who leaves", "tags": [{"key": "a", "value": "b"}]})
        tell("POST", "registered-models/create", {"name": "empty"})
        for _ in range(2):
            tell("POST", "model-versions/create", {"name": "churn", "source": "models:/{model}", "run_id": "{run}", "model_id": "{model}"})
        tell("POST", "registered-models/alias", {"name": "churn", "alias": "best", "version": "1"})


@pytest.fixture(scope="module")
def sides(server, tmp_path_factory):
    peer = Peer(tmp_path_factory.mktemp("peer"))
    try:
        pair = Side(server.uri), Side(peer.uri)
        for side in pair:
            side.settle()
        yield pair
    finally:
        peer.stop()


@dataclass
class Case:
    """A request; {names} in it are ids. `differs` and `codes` are (here, there) where status or error code are meant to differ."""

    method: str
    path: str
    body: dict = None
    differs: tuple = None
    codes: tuple = None
    data: bytes = None
    headers: dict = field(default_factory=dict)
    form: bool = True  # Whether the form of the answers must agree as well.

    def __str__(self):
        return re.sub(r"[^\w./?=&{}-]+", " ", f"{self.method} {self.path} {json.dumps(self.body) if self.body else ''}").strip()[:100]


def get(path, **rest):
    return Case("GET", path, **rest)


def post(path, body=None, **rest):
    return Case("POST", path, body, **rest)


AJAX2, AJAX3 = "/ajax-api/2.0/mlflow", "/ajax-api/3.0/mlflow"
FILES = "/api/2.0/mlflow-artifacts"
LONG = "x" * 300
STATEMENT = {"artifact_path": "m", "flavors": {"f": {"config": 1, "v": 2}}, "utc_time_created": "now"}

CASES = [
    # Experiments
    post("experiments/create", {}),
    post("experiments/create", {"name": "trial"}),
    post("experiments/create", {"name": "y" * 501}),
    post("experiments/create", {"name": "taggy", "tags": [{"key": "z" * 251, "value": "v"}]}),
    post("experiments/create", {"name": "placed", "artifact_location": "s3://b/p#frag"}),
    post("experiments/create", {"name": 5}),
    get("experiments/get?experiment_id={trial}"),
    get("experiments/get?experiment_id={gone}"),
    get("experiments/get?experiment_id=999"),
    get("experiments/get"),
    get("experiments/get?experiment_id=abc"),
    get("experiments/get-by-name?experiment_name=trial"),
    get("experiments/get-by-name?experiment_name=gone"),
    get("experiments/get-by-name?experiment_name=nobody"),
    post("experiments/search", {}),
    post("experiments/search", {"max_results": 50001}),
    post("experiments/search", {"max_results": "2"}),
    get("experiments/search?max_results=10&order_by=name+ASC&view_type=ALL"),
    get("experiments/search?max_results=10&order_by=last_update_time+DESC&filter=tags.%60mlflow.experiment.isGateway%60+IS+NULL"),
    post("experiments/search", {"max_results": 5, "page_token": "nonsense"}),
    post("experiments/search", {"max_results": 5, "filter": "name LIKE 'tri%'"}),
    post("experiments/search", {"max_results": 5, "filter": "nothing = 'x'"}),
    post("experiments/search", {"max_results": 5, "view_type": "SOME"}, differs=(400, 200)),
    post("experiments/update", {"experiment_id": "{trial}", "new_name": "second"}, codes=("RESOURCE_ALREADY_EXISTS", "BAD_REQUEST")),
    post("experiments/update", {"experiment_id": "{gone}", "new_name": "risen"}, differs=(400, 500)),
    post("experiments/delete", {"experiment_id": "{gone}"}),
    post("experiments/restore", {"experiment_id": "{trial}"}),
    post("experiments/set-experiment-tag", {"experiment_id": "{gone}", "key": "a", "value": "b"}),
    post("experiments/set-experiment-tag", {"experiment_id": "{trial}", "key": "a", "value": "b"}),
    post("experiments/delete-experiment-tag", {"experiment_id": "{trial}", "key": "unknown"}),
    post(f"{AJAX2}/experiments/search-datasets", {"experiment_ids": ["{trial}"]}),
    post(f"{AJAX2}/experiments/search-datasets", {}),
    post(f"{AJAX2}/experiments/search-datasets", {"experiment_ids": ["{trial}"] * 21}),
    # Runs
    post("runs/create", {"experiment_id": "{trial}", "run_name": "a", "tags": [{"key": "mlflow.runName", "value": "b"}]}),
    post("runs/create", {"experiment_id": "{gone}"}),
    post("runs/create", {"experiment_id": "{second}", "start_time": 1.0, "userId": "bob"}),
    post("runs/create", {"experiment_id": "{trial}", "start_time": "soon"}),
    get("runs/get?run_id={run}"),
    get("runs/get?run_uuid={dead}"),
    get("runs/get?run_id=" + "0" * 32),
    get("runs/get"),
    post("runs/update", {"run_id": "{other}", "run_name": "renamed"}),
    post("runs/update", {"run_id": "{dead}", "status": "FAILED"}),
    post("runs/update", {"run_id": "{other}", "status": "DREAMING"}, differs=(400, 200)),
    post("runs/delete", {"run_id": "{dead}"}),
    post("runs/restore", {"run_id": "{run}"}),
    post("runs/search", {"experiment_ids": ["{trial}"], "order_by": ["metrics.loss ASC", "start_time DESC"]}),
    post("runs/search", {"experiment_ids": ["{trial}"], "filter": "metrics.loss < 0.2 and params.depth = '3'", "max_results": 1}),
    post("runs/search", {"experiment_ids": ["{trial}"], "run_view_type": "ALL", "filter": "tags.kind != 'run'"}),
    post("runs/search", {"experiment_ids": ["{trial}"], "filter": "datasets.name = 'rows'"}),
    post("runs/search", {"experiment_ids": []}),
    post("runs/search", {"experiment_ids": ["{trial}"], "max_results": 0}),
    post("runs/search", {"experiment_ids": ["{trial}"], "max_results": 50001}),
    post("runs/search", {"experiment_ids": ["{trial}"], "filter": "metrics.loss < 'a'"}),
    post("runs/search", {"experiment_ids": ["{trial}"], "filter": "params.depth > '1'"}, form=False),
    post("runs/search", {"experiment_ids": ["{trial}"], "order_by": ["nothing"]}),
    post("runs/search", {"experiment_ids": ["{trial}"], "page_token": "?"}),
    post("runs/log-metric", {"run_id": "{run}", "key": "m", "value": 1, "timestamp": 1}),
    post("runs/log-metric", {"run_id": "{run}", "key": "m", "value": "1.5", "timestamp": "7", "step": "-3"}),
    post("runs/log-metric", {"run_id": "{run}", "key": "m", "value": "many", "timestamp": 1}),
    post("runs/log-metric", {"run_id": "{run}", "key": "m", "value": 1, "timestamp": -1}),
    post("runs/log-metric", {"run_id": "{run}", "key": "m", "timestamp": 1}),
    post("runs/log-metric", {"run_id": "{run}", "key": LONG, "value": 1, "timestamp": 1}),
    post("runs/log-metric", {"run_id": "{run}", "key": "../up", "value": 1, "timestamp": 1}),
    post("runs/log-metric", {"run_id": "{dead}", "key": "m", "value": 1, "timestamp": 1}),
    post("runs/log-metric", {"run_id": "none", "key": "m", "value": 1, "timestamp": 1}),
    post("runs/log-parameter", {"run_id": "{run}", "key": "depth", "value": "4"}),
    post("runs/log-parameter", {"run_id": "{run}", "key": "depth", "value": "3"}),
    post("runs/log-parameter", {"run_id": "{run}", "value": "3"}),
    post("runs/log-parameter", {"run_id": "{run}", "key": "b@d", "value": "3"}),
    post("runs/log-parameter", {"run_id": "{run}", "key": "long", "value": "v" * 6001}),
    post("runs/log-batch", {"run_id": "{run}", "metrics": [{"key": "m", "value": 1, "timestamp": 1}] * 1001}),
    post("runs/log-batch", {"run_id": "{run}", "params": [{"key": f"p{i}", "value": "1"} for i in range(101)]}),
    post("runs/log-batch", {"run_id": "{run}", "tags": [{"key": f"t{i}", "value": "1"} for i in range(101)]}),
    post("runs/log-batch", {"run_id": "{run}", "params": [{"key": "twice", "value": "1"}, {"key": "twice", "value": "2"}]}),
    post("runs/log-batch", {"run_id": "{run}", "metrics": [{"key": "m", "value": 1}]}),
    post("runs/log-batch", {"run_id": "b@d"}),
    post("runs/log-batch", {}),
    post("runs/set-tag", {"run_id": "{run}", "key": "kind", "value": "run"}),
    post("runs/set-tag", {"run_id": "{run}", "key": "", "value": "x"}),
    post("runs/delete-tag", {"run_id": "{run}", "key": "unknown"}),
    post("runs/log-inputs", {"run_id": "{run}", "models": [{"model_id": "{model}"}]}),
    post("runs/outputs", {"run_id": "{run}"}),
    post("runs/log-model", {"run_id": "{run}", "model_json": json.dumps({**STATEMENT, "run_id": "x"})}),
    post("runs/log-model", {"run_id": "{run}", "model_json": json.dumps(STATEMENT)}),
    post("runs/log-model", {"run_id": "{run}", "model_json": "{"}),
    post("runs/log-model", {"run_id": "{run}"}),
    post("runs/log-model", {"run_id": "{dead}", "model_json": json.dumps({**STATEMENT, "run_id": "x"})}),
    # Histories
    get("metrics/get-history?run_id={run}&metric_key=loss"),
    get("metrics/get-history?run_id={run}&metric_key=odd"),
    get("metrics/get-history?run_id={run}&metric_key=loss&max_results=3"),
    get("metrics/get-history?run_id={run}&metric_key=loss&max_results=0"),
    get("metrics/get-history?run_id=unknown&metric_key=loss"),
    get("metrics/get-history?run_id={run}"),
    get(f"{AJAX2}/metrics/get-history-bulk?metric_key=loss&run_id={{run}}&run_id={{other}}&max_results=30"),
    get(f"{AJAX2}/metrics/get-history-bulk?metric_key=loss"),
    get(f"{AJAX2}/metrics/get-history-bulk?run_id={{run}}"),
    get(f"{AJAX2}/metrics/get-history-bulk?metric_key=loss&max_results=0&run_id={{run}}"),
    get(f"{AJAX2}/metrics/get-history-bulk?metric_key=loss" + "&run_id=a" * 101),
    get("metrics/get-history-bulk?metric_key=loss&run_id={run}"),
    get("metrics/get-history-bulk-interval?metric_key=loss&run_ids={run}&run_ids={other}&max_results=5"),
    get("metrics/get-history-bulk-interval?metric_key=loss&run_ids={run}&start_step=3&end_step=7"),
    get("metrics/get-history-bulk-interval?metric_key=loss&run_ids={run}&start_step=3"),
    get("metrics/get-history-bulk-interval?metric_key=loss&run_ids={run}&start_step=7&end_step=3"),
    get("metrics/get-history-bulk-interval?metric_key=loss&run_ids={run}&max_results=2501"),
    get("metrics/get-history-bulk-interval?metric_key=loss&run_ids={run}&max_results=0"),
    get("metrics/get-history-bulk-interval?metric_key=loss"),
    get("metrics/get-history-bulk-interval?metric_key=loss" + "&run_ids=a" * 101),
    # Logged models
    get("logged-models/{model}"),
    get("logged-models/m-none"),
    get("logged-models/m-none?allow_deleted=true"),
    post("logged-models", {}),
    post("logged-models", {"experiment_id": "{trial}", "name": "a/b"}),
    post("logged-models/search", {"experiment_ids": ["{trial}"]}),
    post("logged-models/search", {}),
    post("logged-models/search", {"experiment_ids": ["{trial}"], "filter": "params.p = '1'", "order_by": [{"field_name": "creation_time"}]}),
    post("logged-models/search", {"experiment_ids": ["{trial}"], "order_by": [{"ascending": True}]}),
    post("logged-models/search", {"experiment_ids": ["{trial}"], "filter": "nothing"}),
    Case("PATCH", "logged-models/{model}", {}),
    Case("PATCH", "logged-models/{model}/tags", {"tags": [{"key": "k", "value": "v"}]}),
    Case("DELETE", "logged-models/{model}/tags/unknown"),
    post("logged-models/{model}/params", {"params": [{"key": "p", "value": "1"}]}),
    get("logged-models/{model}/artifacts/directories"),
    get(f"{AJAX2}/logged-models/{{model}}/artifacts/files?artifact_file_path=MLmodel"),
    get(f"{AJAX2}/logged-models/{{model}}/artifacts/files", codes=("INVALID_PARAMETER_VALUE", "BAD_REQUEST")),
    get(f"{AJAX2}/logged-models/{{model}}/artifacts/files?artifact_file_path=../x"),
    # Registry
    post("registered-models/create", {"name": "churn"}),
    post("registered-models/create", {"name": "a/b"}),
    post("registered-models/create", {}),
    get("registered-models/get?name=churn"),
    get("registered-models/get?name=none"),
    get("registered-models/search"),
    get("registered-models/search?max_results=25&order_by=name+ASC&filter="),
    get("registered-models/search?max_results=1"),
    get("registered-models/search?max_results=1001"),
    get("registered-models/search?filter=size+%3E+3"),
    get("registered-models/search?order_by=size"),
    get("registered-models/get-latest-versions?name=churn"),
    post("registered-models/get-latest-versions", {"name": "churn", "stages": ["none"]}),
    post("registered-models/get-latest-versions", {"name": "churn", "stages": ["somewhere"]}),
    post("registered-models/rename", {"name": "empty", "new_name": "churn"}),
    post("registered-models/rename", {"name": "none", "new_name": "some"}),
    Case("PATCH", "registered-models/update", {"name": "churn", "description": "who goes"}),
    post("registered-models/set-tag", {"name": "churn", "key": LONG, "value": "v"}),
    post("registered-models/set-tag", {"name": "churn", "key": "k", "value": "v"}),
    Case("DELETE", "registered-models/delete-tag", {"name": "churn", "key": "unknown"}),
    Case("DELETE", "registered-models/delete", {"name": "none"}),
    get("registered-models/alias?name=churn&alias=best"),
    get("registered-models/alias?name=churn&alias=latest"),
    get("registered-models/alias?name=churn&alias=none"),
    post("registered-models/alias", {"name": "churn", "alias": "v3", "version": "1"}),
    post("registered-models/alias", {"name": "churn", "alias": "latest", "version": "1"}),
    post("registered-models/alias", {"name": "churn", "alias": "odd one", "version": "1"}),
    post("registered-models/alias", {"name": "churn", "alias": "a", "version": "99"}),
    Case("DELETE", "registered-models/alias", {"name": "churn", "alias": "none"}),
    post("model-versions/create", {"name": "none", "source": "models:/{model}", "model_id": "{model}"}),
    post("model-versions/create", {"name": "churn"}),
    post("model-versions/create", {"name": "churn", "source": "s3://b/../../x"}),
    post("model-versions/create", {"name": "churn", "source": "file:///etc"}),
    get("model-versions/get?name=churn&version=1"),
    get("model-versions/get?name=churn&version=9"),
    get("model-versions/get?name=churn&version=x"),
    get("model-versions/get-download-uri?name=churn&version=1"),
    get("model-versions/search?filter=name%3D%27churn%27&order_by=version_number+DESC"),
    get("model-versions/search?filter=run_id%3D%27{run}%27"),
    get("model-versions/search?max_results=200001"),
    get("model-versions/search?filter=tags.%60mlflow.prompt.run_ids%60+ILIKE+%22%25x%25%22+AND+tags.%60mlflow.prompt.is_prompt%60+%3D+%22true%22"),
    Case("PATCH", "model-versions/update", {"name": "churn", "version": "1", "description": "first"}),
    post("model-versions/transition-stage", {"name": "churn", "version": "1", "stage": "staging", "archive_existing_versions": False}),
    post("model-versions/transition-stage", {"name": "churn", "version": "1", "stage": "Attic", "archive_existing_versions": False}),
    post("model-versions/transition-stage", {"name": "churn", "version": "1"}),
    post("model-versions/set-tag", {"name": "churn", "version": "1", "key": "k", "value": "v"}),
    Case("DELETE", "model-versions/delete-tag", {"name": "churn", "version": "1", "key": "unknown"}),
    Case("DELETE", "model-versions/delete", {"name": "churn", "version": "77"}),
    # Artifacts
    get("artifacts/list?run_id={run}"),
    get("artifacts/list?run_uuid={run}&path=notes"),
    get("artifacts/list?run_id={run}&path=b.json"),
    get("artifacts/list?run_id={run}&path=nowhere"),
    get("artifacts/list?run_id={run}&path=../.."),
    get("artifacts/list?run_id={run}&path=%252e%252e/x"),
    get("artifacts/list"),
    get(f"{FILES}/artifacts?path={{trial}}/{{run}}/artifacts"),
    get(f"{FILES}/artifacts?path={{trial}}/{{run}}/artifacts/b.json"),
    get(f"{FILES}/artifacts?path=.."),
    get(f"{FILES}/artifacts/{{trial}}/{{run}}/artifacts/notes/a.txt"),
    get(f"{FILES}/artifacts/{{trial}}/{{run}}/artifacts/notes", form=False),
    get(f"{FILES}/artifacts/{{trial}}/{{run}}/artifacts/none"),
    get(f"{FILES}/artifacts/{{trial}}/%252e%252e/x"),
    Case("PUT", f"{FILES}/artifacts/{{trial}}/%252e%252e/x", data=b"1"),
    Case("PUT", "/ajax-api/2.0/mlflow-artifacts/artifacts/{trial}/{run}/artifacts/c.txt", data=b"1"),
    Case("DELETE", f"{FILES}/artifacts/{{trial}}/{{run}}/artifacts/c.txt"),
    get("/get-artifact?run_id={run}&path=notes/a.txt"),
    get("/get-artifact?run_uuid={run}&path=b.json"),
    get("/get-artifact?run_uuid={run}&path=/etc/passwd"),
    get("/get-artifact?run_uuid={run}&path=none"),
    get("/model-versions/get-artifact?name=churn&version=1&path=MLmodel"),
    get("/model-versions/get-artifact?name=churn&version=9&path=MLmodel"),
    get("/model-versions/get-artifact?name=churn&version=1&path=../MLmodel"),
    post(f"{AJAX2}/upload-artifact?run_uuid={{run}}&path=up/d.txt", data=b"text"),
    post(f"{AJAX2}/upload-artifact?run_uuid={{run}}&path=up/d.txt", data=b""),
    post(f"{AJAX2}/upload-artifact?run_uuid={{run}}", data=b"text"),
    post(f"{AJAX2}/upload-artifact?path=x", data=b"text"),
    post(f"{AJAX2}/upload-artifact?run_uuid={{run}}&path=../x", data=b"text"),
    post(f"{AJAX2}/upload-artifact?run_uuid={{run}}&path=big", data=b"0" * (10 * 1024 * 1024 + 1)),
    get(f"{FILES}/presigned/{{trial}}/x"),
    post("artifacts/presigned-upload-url", {"run_id": "{run}", "path": "x"}),
    post("artifacts/presigned-upload-url", {"path": "x"}),
    # Calls of MLflow's page about what is not here, and what is no call at all
    get(f"{AJAX2}/gateway-proxy?gateway_path=api/2.0/endpoints/"),
    get(f"{AJAX3}/ui-telemetry"),
    post(f"{AJAX3}/ui-telemetry", {"events": []}),
    get(f"{AJAX3}/assistant/config"),
    get(f"{AJAX3}/server-info", form=False),
    get(f"{AJAX2}/users/current"),
    get("/health"),
    get("/version"),
    post("/api/3.0/mlflow/traces/search", {"locations": [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "{trial}"}}]}),
    get("traces?experiment_ids={trial}"),
    post("/api/3.0/mlflow/datasets/search", {"experiment_ids": ["{trial}"]}),
    get("runs/nothing"),
    get("/gateway/nothing/invocations", differs=(404, 404), form=False),
    get("/signup", form=False),
    # Where one is easily stricter than MLflow, or laxer
    post("runs/log-metric", {"run_id": "{spare}", "key": "of nothing", "value": 1, "timestamp": 1, "model_id": "m-" + "0" * 32}, codes=("INVALID_PARAMETER_VALUE", "BAD_REQUEST")),
    post("runs/log-batch", {"run_id": "{spare}", "metrics": [{"key": "of nothing", "value": 1, "timestamp": 1, "model_id": "none"}]}, codes=("INVALID_PARAMETER_VALUE", "BAD_REQUEST")),
    post("runs/log-metric", {"run_id": "{run}", "key": "of a model", "value": 1, "timestamp": 1, "model_id": "{model}"}),
    post("runs/log-metric", {"run_id": "{run}", "key": "of a model", "value": 1, "timestamp": 1, "model_id": ""}),
    post("runs/log-batch", {"run_id": "{run}", "metrics": [{"key": "of a model", "value": 2, "timestamp": 2, "model_id": "{model}"}]}),
    *(post("model-versions/create", {"name": "churn", "source": source, **named})
      for source in ("http://host/x", "https://host/x", "HTTP://host/x", "http:/x", "ftp://host/x", "sftp://host/x", "hdfs://host/x", "viewfs:/x", "abfss://a@b/x", "r2://b@h/x",
                     "b2://b@h/x", "mlflow-artifacts://host/x", "gs://b/x", "dbfs:/x", "wasbs://a@b.blob.core.windows.net/x", "s3://b/x", "s3:/b/x", "s3://b", "odd:x", "odd:/x",
                     "oci://b@n/x", "file:relative", "relative/x", "", " ", "s3://b/ü/%20x", "s3://b//x", "s3://b/x/", "s3://b/./x", "s3://b/x?a=b#c",
                     "http://host/api/2.0/mlflow-artifacts/artifacts/x", "runs:/none/m", "runs:/{run}/m", "models:/none/1", "models:/churn/99", "models:/churn@none", "models:/churn",
                     "models:/m-none", "mlflow-artifacts:/x")
      for named in ({}, {"run_id": "{run}"})),
    post("model-versions/create", {"name": "churn", "source": "file://host/x", "run_id": "{run}"}, differs=(400, 500)),
    *(post("experiments/create", {"name": f"at {number}", "artifact_location": location})
      for number, location in enumerate(("http://host/x", "https://host/x", "ftp://host/x", "hdfs:/x", "mlflow-artifacts://host/x", "s3://b/x", "gs://b", "dbfs:/x", "runs:/x/y",
                                         "models:/x", "s3://b/x;p=1", "s3://b/x?a=b", "s3://b/x?a=../..", "file:///tmp/x", "odd:x", "/tmp/x y"))),
    post("runs/create", {"experiment_id": "{second}", "start_time": 1, "tags": [{"key": "git@branch (x)", "value": "main"}, {"key": "a=b", "value": ""}]}),
    post("runs/create", {"experiment_id": "{second}", "start_time": 1, "tags": [{"key": "k" * 300, "value": "v"}]}),
    post("logged-models", {"experiment_id": "{second}", "params": [{"key": "y (z)", "value": "b" * 7000}], "tags": [{"key": "a@b", "value": "c"}]}),
    post("logged-models", {"experiment_id": "{second}", "params": [{"key": "twice", "value": "1"}, {"key": "twice", "value": "2"}]}, codes=("INVALID_PARAMETER_VALUE", "BAD_REQUEST")),
    Case("PATCH", "logged-models/{model}/tags", {"model_id": "{model}", "tags": [{"key": "odd (x)", "value": "1"}]}),
    post("logged-models/{model}/params", {"model_id": "{model}", "params": [{"key": "odd (x)", "value": "1"}]}),
    post("runs/log-metric", {"run_id": "{run}", "key": "half", "value": 1, "timestamp": 1, "dataset_name": "rows"}),
    post("runs/log-metric", {"run_id": "{run}", "key": "half", "value": 1, "timestamp": 1, "dataset_digest": "d1"}),
    post("runs/set-tag", {"run_id": "{run}", "key": "..a", "value": "1"}),
    post("runs/log-parameter", {"run_id": "{run}", "key": "..a/b", "value": "1"}),
    post("runs/search", {"experiment_ids": ["{trial}"], "filter": "metrics.'loss' > 0.01 and tags.'kind' = 'run'"}),
    post("runs/search", {"experiment_ids": ["{trial}"], "order_by": ["metrics.'loss' ASC"]}),
    post("logged-models/search", {"experiment_ids": ["{trial}"], "filter": "creation_timestamp > 0 and model_type = 'Agent'"}),
    Case("PUT", f"{FILES}/artifacts/{{trial}}/{{run}}/artifacts/a:b.txt", data=b"1"),
    get("/get-artifact?run_id={run}&path=a:b.txt"),
    get("artifacts/list?run_id={run}&path=c:/b"),
    Case("DELETE", f"{FILES}/artifacts/{{trial}}/{{run}}/artifacts/never-there.txt"),
    post("model-versions/create", {"name": "churn", "source": "/etc", "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}]}),
    post("model-versions/create", {"name": "churn", "source": "s3://b/x", "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}]}),
    # Forms of a body
    post("runs/search", data=b"{", headers={"Content-Type": "application/json"}, differs=(400, 200), form=False),
    post("runs/search", data=b"{}", headers={"Content-Type": "text/plain"}),
    post("runs/search", data=b"[]", headers={"Content-Type": "application/json"}, differs=(400, 200)),
    post("runs/search", data=b'"{\\"experiment_ids\\": []}"', headers={"Content-Type": "application/json"}),
    post("runs/search", data=b"", headers={"Content-Type": "application/json"}),
]


def form(value):
    """The names and kinds in a message, without its values."""
    if isinstance(value, dict):
        # A version of a model names its logged model here; MLflow's server takes the id but does not give it back.
        beyond = BEYOND | {"model_id"} if "current_stage" in value else BEYOND
        return {key: form(item) for key, item in sorted(value.items()) if key not in beyond}
    if isinstance(value, list):
        return [form(item) for item in value]
    return {bool: "flag", str: "text", type(None): "null"}.get(type(value), "number")


def message(answer):
    try:
        return answer.json()
    except ValueError:
        return None


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_answer_is_mlflows(sides, case):
    answers = [side.ask(case.method, side.fill(case.path), side.fill(case.body), case.data, case.headers) for side in sides]
    ours, theirs = answers
    said = f"here {ours.status_code} {ours.text[:500]}\nthere {theirs.status_code} {theirs.text[:500]}"
    assert (ours.status_code, theirs.status_code) == (case.differs or (theirs.status_code,) * 2), said
    if ours.status_code >= 400:
        assert set(ours.json()) == {"error_code", "message"}, said
    told = message(theirs)
    if case.differs or told is None:
        return
    if ours.status_code >= 400:
        if "error_code" in told:  # MLflow's newer routes have another form of refusal.
            assert (ours.json()["error_code"], told["error_code"]) == (case.codes or (told["error_code"],) * 2), said
    elif case.form:
        assert form(ours.json()) == form(told), said


VALUES = [
    *(f"metrics/get-history?run_id={{run}}&metric_key={key}" for key in ("loss", "odd", "late", "signs")),
    "metrics/get-history?run_id={run}&metric_key=loss&max_results=7",
    *(f"metrics/get-history-bulk-interval?metric_key={key}&run_ids={{run}}&run_ids={{other}}&max_results={most}"
      for key in ("loss", "odd", "late", "signs") for most in (1, 2, 3, 7, 19, 20, 21)),
    "metrics/get-history-bulk-interval?metric_key=loss&run_ids={run}&start_step=3&end_step=17&max_results=4",
    "metrics/get-history-bulk-interval?metric_key=signs&run_ids={run}&start_step=-9&end_step=-1&max_results=2",
    f"{AJAX2}/metrics/get-history-bulk?metric_key=odd&run_id={{run}}&run_id={{other}}",
]


def known(side, value):
    """`value` with this server's ids replaced by the names of what they stand for, and NaN by its name."""
    text = json.dumps(value)
    for name, made in side.names.items():
        text = text.replace(f'"{made}"', f'"{{{name}}}"')
    return json.loads(text.replace("NaN", "not a number").replace('"not a number"', "not a number").replace("not a number", '"not a number"'))


@pytest.mark.parametrize("path", VALUES)
def test_the_points_of_a_metric_are_mlflows(sides, path):
    ours, theirs = (known(side, side.ask("GET", side.fill(path)).json()) for side in sides)
    for answer in (ours, theirs):
        answer.pop("next_page_token", None)  # Each server's own.
        if "get-history-bulk?" in path:  # By the runs' ids, which only one server has.
            answer["metrics"].sort(key=lambda metric: metric["run_id"])
    assert ours == theirs


def test_the_last_values_of_metrics_and_what_searches_make_of_them_are_mlflows(sides):
    last, found = [], []
    for side in sides:
        data = side.tell("GET", "runs/get?run_id={run}")["run"]["data"]
        last.append({metric["key"]: (str(metric["value"]), metric["timestamp"], metric["step"]) for metric in data["metrics"] if metric["key"] in ("loss", "odd", "late", "signs")})
        question = {"experiment_ids": ["{trial}"], "run_view_type": "ALL", "order_by": ["metrics.late", "start_time"]}
        filters = ["metrics.late = 3", "metrics.late > 3", "metrics.odd != 1", "metrics.odd < 1.7e308", "metrics.signs <= 0", "metrics.loss < 0.0500001"]
        found.append([[run["info"]["run_name"] for run in side.tell("POST", "runs/search", {**question, "filter": one}).get("runs", [])] for one in filters])
    assert last[0] == last[1]
    assert found[0] == found[1]


def test_what_no_call_sees_is_refused_in_mlflows_form(server):
    """Sent by hand: clients and proxies alter such requests."""
    for path in ("/api/2.0/mlflow/runs/search", "/ajax-api/2.0/mlflow/runs/search", "/graphql", "/v1/traces"):
        large = requests.post(server.uri + path, data=b"[" + b"0," * (33 * 1024 * 1024) + b"0]", headers={"Content-Type": "application/json"}, timeout=60)
        assert large.status_code == 413 and set(large.json()) == {"error_code", "message"}, large.text
        assert large.json()["error_code"] == "INVALID_PARAMETER_VALUE"
        host = requests.post(server.uri + path, json={}, headers={"Host": "evil.example"}, timeout=60)
        assert host.status_code == 403 and host.text.startswith("Invalid Host header"), host.text
        origin = requests.post(server.uri + path, json={}, headers={"Origin": "https://evil.example"}, timeout=60)
        assert origin.status_code == 403 and origin.text.startswith("Cross-origin request blocked"), origin.text
        assert requests.post(server.uri + path, json={}, headers={"Origin": "http://localhost:3000"}, timeout=60).status_code != 403
    for path in ("/gateway/x", "/signup", "/api/3.0/mlflow/nothing", "/mlflow/ajax-api/2.0/mlflow/nothing", "/v1/traces"):
        missing = requests.get(server.uri + path, timeout=60)
        expected = 405 if path == "/v1/traces" else 404
        assert (missing.status_code, missing.json()["error_code"]) == (expected, "ENDPOINT_NOT_FOUND"), missing.text


@pytest.mark.parametrize("path", ["/api/2.0/mlflow/traces", "/ajax-api/2.0/mlflow/traces"])
def test_a_trace_that_an_older_client_begins_gets_the_answer_that_ends_its_trying(server, path):
    answer = requests.post(server.uri + path, json={"experiment_id": "0"}, timeout=60)
    assert (answer.status_code, answer.json()["error_code"]) == (404, "ENDPOINT_NOT_FOUND")


def test_a_page_may_ask_whether_it_may(server):
    def ask(origin, path="/api/2.0/mlflow/runs/create"):
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
        return requests.options(server.uri + path, headers=headers, timeout=60)

    allowed = ask("http://localhost:3000")
    assert allowed.status_code == 200 and allowed.headers["Access-Control-Allow-Origin"] == "http://localhost:3000"
    assert allowed.headers["Access-Control-Allow-Credentials"] == "true"
    assert ask("https://evil.example").status_code == 400
    assert ask("http://localhost:3000", "/api/v1/holds").status_code == 400, "what only Cairn has stays its own pages'"


def test_a_file_comes_in_parts_and_is_not_sent_again_unchanged(sides):
    for side in sides:
        address = side.fill(f"{FILES}/artifacts/{{trial}}/{{run}}/artifacts/notes/a.txt")
        whole = side.ask("GET", address)
        assert whole.content == b"0123456789"
        assert whole.headers["Content-Type"].split(";")[0] == "text/plain"
        assert whole.headers["Content-Disposition"].startswith("attachment; filename=") and "a.txt" in whole.headers["Content-Disposition"]
        assert whole.headers["X-Content-Type-Options"] == "nosniff"
        part = side.ask("GET", address, headers={"Range": "bytes=2-4"})
        assert (part.status_code, part.content, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
        assert side.ask("GET", address, headers={"Range": "bytes=90-"}).status_code == 416
    ours = sides[0]
    address = ours.fill(f"{FILES}/artifacts/{{trial}}/{{run}}/artifacts/notes/a.txt")
    tag = ours.ask("GET", address).headers["ETag"]
    again = ours.ask("GET", address, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    ours.tell("PUT", address, data=b"other bytes")
    assert ours.ask("GET", address, headers={"If-None-Match": tag}).content == b"other bytes"
    assert ours.ask("GET", address, headers={"Range": "bytes=0-1", "If-Range": tag}).content == b"other bytes"


def test_a_model_logged_the_elder_way_is_listed_in_the_runs_tag(sides):
    kept = []
    for side in sides:
        run = side.tell("POST", "runs/create", {"experiment_id": "{second}"})["run"]["info"]["run_id"]
        for path in ("one", "two"):
            model = {**STATEMENT, "artifact_path": path, "run_id": "r", "model_uuid": "u"}
            side.tell("POST", "runs/log-model", {"run_id": run, "model_json": json.dumps(model)})
        tags = {tag["key"]: tag["value"] for tag in side.tell("GET", f"runs/get?run_id={run}")["run"]["data"]["tags"]}
        kept.append(json.loads(tags["mlflow.log-model.history"]))
    assert kept[0] == kept[1]
    assert [model["artifact_path"] for model in kept[0]] == ["one", "two"]


QUERIES = [
    '{test(inputString:"x"){output}}',
    "query Q($i:MlflowGetRunInput!)@component(name:\"a\"){mlflowGetRun(input:$i){run{info{runId endTime startTime status __typename}"
    " data{metrics{key timestamp step datasetName}params{key value}} inputs{datasetInputs{tags{key} dataset{name}} modelInputs{modelId}}"
    " outputs{modelOutputs{step}} experiment{name tags{key}} modelVersions{name version aliases}} apiError{code}}}",
    '{mlflowGetExperiment(input:{experimentId:"{trial}"}){experiment{...F}}} fragment F on MlflowExperiment{name id:experimentId lastUpdateTime}',
    '{mlflowGetExperiment(input:{experimentId:"999"}){experiment{name}}}',
    '{mlflowSearchRuns(input:{experimentIds:["{trial}"],maxResults:1}){runs{info{runName}} nextPageToken}}',
    '{mlflowSearchModelVersions(input:{filter:"name=\'churn\'"}){modelVersions{name version tags{key}}}}',
    '{mlflowListArtifacts(input:{runId:"{run}",path:"notes"}){rootUri files{path isDir fileSize}}}',
    'mutation{mlflowSearchDatasets(input:{experimentIds:["{trial}"]}){datasetSummaries{name digest context}}}',
    '{mlflowGetMetricHistoryBulkInterval(input:{runIds:["{run}"],metricKey:"loss"}){metrics{key value timestamp step runId}}}',
    "{mlflowGetRun(input:{runId:\"{run}\"}){run{info{nosuch}}}}",
    "{mlflowGetRun(input:{runId:\"{run}\"}){run{info}}}",
    "{mlflowGetRun(input:{runId:\"{run}\",wrong:1}){run{info{runId}}}}",
    "{mlflowGetRun(input:{runId:\"{run}\"}){run{...Unknown}}}",
    "query Q($i:MlflowGetRunInput!){mlflowGetRun(input:$i){run{info{runId}}}} query P{__typename}",
    "fragment F on Query{...F} {...F}",
    "{" + " ".join(f'a{i}:test(inputString:"x"){{output}}' for i in range(11)) + "}",
    '{test(inputString:"x"){' + " ".join(f"a{i}:output" for i in range(11)) + "}}",
    '{test(inputString:"x"){' + "output " * 1001 + "}}",
    "{a{b{c{d{e{f{g{h{i{j{k}}}}}}}}}}}",
]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: re.sub(r"\W+", " ", query)[:60])
def test_graphql_answers_as_mlflow_does(sides, query):
    answers = []
    for side in sides:
        question = {"query": side.fill(query), "variables": {"i": {"runId": side.names["run"]}}}
        answer = side.ask("POST", "/graphql", question)
        assert answer.status_code == 200, answer.text
        answers.append(answer.json())
    ours, theirs = answers
    assert set(ours) == {"data", "errors"}
    assert form(ours["data"]) == form(theirs["data"])
    assert bool(ours["errors"]) == bool(theirs["errors"]), (ours, theirs)


def test_a_query_that_is_no_graphql_is_told_where(sides):
    answer = sides[0].ask("POST", "/graphql", {"query": "{mlflowGetRun("})
    assert answer.json() == {"data": None, "errors": ["Syntax Error: expected a name, found the end (line 1, column 15)."]}
    assert sides[0].ask("POST", "/graphql", {}).json()["error_code"] == "INVALID_PARAMETER_VALUE"
