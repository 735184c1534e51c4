"""MLflow's own scoring server beside this one: the same model, the same bodies, the same answers and errors."""

import contextlib
import json
import pathlib
import socket
import subprocess
import threading
import time

import mlflow
import numpy
import onnx
import pandas
import pytest
import requests
import uvicorn
from mlflow.deployments import get_deploy_client
from mlflow.models import infer_signature
from mlflow.pyfunc import scoring_server
from running import Server
from serving_project import Project

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "src" / "loop" / "runtime" / "testdata"
MODEL = onnx.load(FIXTURES / "regression.onnx")  # one matrix [N,3] in, "variable" [N,1] out
# A score, as the gates want it: the figure between 0 and 1.
MODEL.graph.node[-1].output[0] = "figure"
MODEL.graph.node.append(onnx.helper.make_node("Sigmoid", ["figure"], ["variable"]))
COLUMNS = ["a", "b", "c"]
ROWS = numpy.array(json.loads((FIXTURES / "regression.json").read_text())["rows"], dtype="float32")[:5]


def frame():
    return pandas.DataFrame(ROWS, columns=COLUMNS)


@contextlib.contextmanager
def mlflows_own(model_folder):
    """mlflow.pyfunc.scoring_server on a free port."""
    app = scoring_server.init(mlflow.pyfunc.load_model(str(model_folder)))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive()
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The addresses of MLflow's server and of ours, with the same model in both."""
    folder = tmp_path_factory.mktemp("scoring")
    running = Server(folder / "data-folder", folder)
    try:
        project = Project(folder, running)
        project.begin(frame(), dict.fromkeys(COLUMNS, "number"), assertions="none")
        signature = infer_signature(frame(), numpy.zeros((3,), "float32"))
        project.promote(project.register(MODEL, signature))
        mlflow.onnx.save_model(MODEL, str(folder / "model"), signature=signature, pip_requirements=["onnx", "onnxruntime"])
        with mlflows_own(folder / "model") as theirs:
            yield theirs, running.uri
    finally:
        code = running.stop()
        running.log.close()
    assert code == 0


@pytest.fixture(scope="module")
def unsigned(tmp_path_factory):
    """MLflow's server with the same model, logged without a signature."""
    folder = tmp_path_factory.mktemp("unsigned") / "model"
    mlflow.onnx.save_model(MODEL, str(folder), pip_requirements=["onnx", "onnxruntime"])
    with mlflows_own(folder) as uri:
        yield uri


def ask(uri, body, kind="application/json"):
    data = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return requests.post(f"{uri}/invocations", data=data, headers={"Content-Type": kind}, timeout=30)


def numbers(predictions):
    """Predictions with their numbers rounded as far as two builds of one runtime agree."""
    if isinstance(predictions, dict):
        return {name: numbers(value) for name, value in predictions.items()}
    if isinstance(predictions, list):
        return [numbers(value) for value in predictions]
    return float(f"{predictions:.5g}") if isinstance(predictions, float) else predictions


RECORDS = frame().astype(float).to_dict(orient="records")
SPLIT = {"columns": COLUMNS, "data": ROWS.astype(float).tolist()}
SAME = {
    "split": {"dataframe_split": SPLIT},
    "split with an index": {"dataframe_split": {**SPLIT, "index": [9, 8, 7, 6, 5]}},
    "split in another order": {"dataframe_split": {"columns": ["c", "a", "b"], "data": frame()[["c", "a", "b"]].astype(float).to_numpy().tolist()}},
    "records": {"dataframe_records": RECORDS},
    "records in another order": {"dataframe_records": [{"c": row["c"], "b": row["b"], "a": row["a"]} for row in RECORDS]},
    "params beside it": {"dataframe_records": RECORDS, "params": {"temperature": 1}},
    "params that are none": {"dataframe_records": RECORDS, "params": None},
    "named instances": {"instances": RECORDS},
    "columns as inputs": {"inputs": {name: [row[name] for row in RECORDS] for name in COLUMNS}},
    "unknown keys beside it": {"dataframe_split": SPLIT, "other": 1},
}


@pytest.mark.parametrize("body", SAME.values(), ids=SAME.keys())
def test_each_form_is_answered_as_mlflow_answers_it(both, body):
    theirs, ours = (ask(uri, body) for uri in both)
    assert theirs.status_code == 200, theirs.text
    assert ours.status_code == 200, ours.text
    assert numbers(ours.json()) == numbers(theirs.json())


NAMELESS = {
    "rows as inputs": {"inputs": ROWS.astype(float).tolist()},
    "rows as instances": {"instances": ROWS.astype(float).tolist()},
    "the model's own input": {"inputs": {"X": ROWS.astype(float).tolist()}},
    "split without columns": {"dataframe_split": {"data": ROWS.astype(float).tolist()}},
}


@pytest.mark.parametrize("body", NAMELESS.values(), ids=NAMELESS.keys())
def test_rows_without_names_are_answered_as_mlflow_answers_them_without_a_signature(both, unsigned, body):
    """With a signature by columns MLflow refuses these; here they are taken in the model's order."""
    theirs, ours = ask(unsigned, body), ask(both[1], body)
    assert ask(both[0], body).status_code == 400 and theirs.status_code == 200
    assert ours.status_code == 200, ours.text
    assert numbers(ours.json()) == numbers(theirs.json())


CSV = {
    "plain": "a,b,c\n1.5,-2,3e-1\n4,5,6\n",
    "without a last line end": "a,b,c\n1,2,3",
    "carriage returns": "a,b,c\r\n1,2,3\r\n",
    "in another order": "c,b,a\n1,2,3\n",
    "quoted": '"a","b","c"\n"1","2","3"\n',
    "empty lines": "\na,b,c\n\n1,2,3\n\n",
    "spaces": "a,b,c\n 1, 2 ,3\n",
}


@pytest.mark.parametrize("body", CSV.values(), ids=CSV.keys())
@pytest.mark.parametrize("kind", ["text/csv", "text/csv; charset=utf-8", "text/csv;charset=UTF-8"])
def test_csv_is_answered_as_mlflow_answers_it(both, body, kind):
    theirs, ours = (ask(uri, body, kind) for uri in both)
    assert theirs.status_code == 200, theirs.text
    assert ours.status_code == 200, ours.text
    assert numbers(ours.json()) == numbers(theirs.json())


REFUSED = {
    "no json": "{",
    "no utf-8": b'{"dataframe_split": "\xff"}',
    "a bare list": "[1, 2]",
    "a bare number": "7",
    "nothing": "{}",
    "two forms": {"instances": [], "inputs": []},
    "no form": {"rows": [[1, 2, 3]]},
    "ragged split": {"dataframe_split": {"columns": COLUMNS, "data": [[1, 2]]}},
    "split that is a list": {"dataframe_split": [1]},
    "split without data": {"dataframe_split": {"columns": COLUMNS}},
    "split with more": {"dataframe_split": {**SPLIT, "dtypes": []}},
    "records that are a dictionary": {"dataframe_records": {"a": 1}},
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED.keys())
def test_what_mlflow_refuses_is_refused_alike(both, body):
    theirs, ours = (ask(uri, body) for uri in both)
    assert (ours.status_code, ours.json()["error_code"]) == (theirs.status_code, theirs.json()["error_code"]) == (400, "BAD_REQUEST")
    first = theirs.json()["message"].split(".")[0]
    assert ours.json()["message"].startswith("Invalid input.") == (first == "Invalid input")


@pytest.mark.parametrize("kind", ["text/plain", "application/json; charset=latin-1", "application/json; version=2", "text/csv; header=none"])
def test_other_content_types_are_refused_alike(both, kind):
    theirs, ours = (ask(uri, {"dataframe_split": SPLIT}, kind) for uri in both)
    assert ours.status_code == theirs.status_code == 415
    assert ours.headers["Content-Type"].split(";")[0] == theirs.headers["Content-Type"].split(";")[0] == "text/plain"


@pytest.mark.parametrize("body", [{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2]]}}, {"dataframe_records": [{"a": "x", "b": 1, "c": 2}]}], ids=["a column missing", "a text"])
def test_a_broken_schema_is_the_callers_mistake_with_its_column(both, body):
    """MLflow answers 400 here; this server says 422, and names the column alone."""
    theirs, ours = (ask(uri, body) for uri in both)
    assert theirs.status_code == 400 and ours.status_code == 422
    assert "'a'" in ours.json()["message"] or "'c'" in ours.json()["message"]


def test_ping_and_version(both):
    theirs, ours = both
    for uri in both:
        assert requests.get(f"{uri}/ping", timeout=10).status_code == 200
        assert requests.get(f"{uri}/ping", timeout=10).text == "\n"
    assert requests.get(f"{ours}/version", timeout=10).text == requests.get(f"{theirs}/version", timeout=10).text
    assert requests.get(f"{ours}/health", timeout=10).status_code == requests.get(f"{theirs}/health", timeout=10).status_code == 200


def test_mlflows_client_for_deployments_gets_the_same(both):
    _, ours = both
    client = get_deploy_client(ours)
    (endpoint,) = client.list_endpoints()
    assert client.get_endpoint(endpoint.name) == endpoint and endpoint.endpoint_url == f"{ours}/endpoints/{endpoint.name}/invocations"
    due = ask(ours, {"dataframe_split": SPLIT}).json()
    for body in ({"dataframe_split": SPLIT}, {"dataframe_records": RECORDS}, {"inputs": {name: [row[name] for row in RECORDS] for name in COLUMNS}}):
        assert client.predict(endpoint=endpoint.name, inputs=body) == due
    with pytest.raises(requests.HTTPError, match="422"):
        client.predict(endpoint=endpoint.name, inputs={"dataframe_records": [{**RECORDS[0], "a": "text"}]})
    for ask_for in (lambda: client.predict(endpoint="another", inputs={"dataframe_split": SPLIT}), lambda: client.get_endpoint("another")):
        with pytest.raises(requests.HTTPError, match="another"):
            ask_for()


def test_curl_gets_the_same_by_both_protocols(both):
    _, ours = both

    def curl(path, body):
        command = ["curl", "--silent", "--fail-with-body", "--header", "Content-Type: application/json", "--data", json.dumps(body), ours + path]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    due = [row["variable"] if isinstance(row, dict) else row for row in ask(ours, {"dataframe_split": SPLIT}).json()["predictions"]]
    assert numbers(curl("/invocations", {"dataframe_split": SPLIT})["predictions"]) == numbers(ask(ours, {"dataframe_split": SPLIT}).json()["predictions"])
    name = get_deploy_client(ours).list_endpoints()[0].name
    inputs = requests.get(f"{ours}/v2/models/{name}", timeout=30).json()["inputs"]
    asked = {"inputs": [{"name": inputs[0]["name"], "datatype": inputs[0]["datatype"], "shape": list(ROWS.shape), "data": ROWS.ravel().tolist()}]}
    (output,) = curl(f"/v2/models/{name}/infer", asked)["outputs"]
    assert numpy.allclose(numpy.ravel(output["data"]), numpy.ravel(due), atol=1e-6)
