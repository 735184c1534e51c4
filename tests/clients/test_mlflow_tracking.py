"""MLflow's own client, unmodified, against the tracking half of the server."""

import math
import pathlib
import time
import uuid

import matplotlib.figure
import mlflow
import numpy as np
import pandas as pd
import pytest
import requests
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException


@pytest.fixture(autouse=True)
def quick_failures(monkeypatch):
    # A test that meets a 5xx shall say so at once instead of after minutes of retries.
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "30")


@pytest.fixture
def client(server):
    mlflow.set_tracking_uri(server.uri)
    yield MlflowClient(server.uri)
    while mlflow.active_run():
        mlflow.end_run()


@pytest.fixture
def experiment(client):
    experiment_id = client.create_experiment(f"trial {uuid.uuid4().hex}")
    mlflow.set_experiment(experiment_id=experiment_id)
    return experiment_id


def call(server, method, path, version="2.0", **arguments):
    return requests.request(method, f"{server.uri}/api/{version}/mlflow/{path}", timeout=30, **arguments)


# Experiments


def test_a_new_store_has_the_default_experiment(client):
    default = client.get_experiment("0")
    assert (default.name, default.lifecycle_stage) == ("Default", "active")
    assert default.artifact_location == "mlflow-artifacts:/0"


def test_experiments_are_created_found_renamed_and_tagged(client):
    name = f"churn {uuid.uuid4().hex}"
    experiment_id = client.create_experiment(name, tags={"team": "blue"})
    assert int(experiment_id) > 10**17
    found = client.get_experiment_by_name(name)
    assert found.experiment_id == experiment_id
    assert found.artifact_location == f"mlflow-artifacts:/{experiment_id}"
    assert found.tags["team"] == "blue"
    client.set_experiment_tag(experiment_id, "team", "green")
    client.rename_experiment(experiment_id, name + " 2")
    again = client.get_experiment(experiment_id)
    assert (again.name, again.tags["team"]) == (name + " 2", "green")
    assert again.last_update_time >= again.creation_time
    client.delete_experiment_tag(experiment_id, "team")
    assert "team" not in client.get_experiment(experiment_id).tags
    assert client.get_experiment_by_name("no such experiment") is None


def test_a_deleted_experiment_keeps_its_name_and_takes_its_runs_along(client):
    name = uuid.uuid4().hex
    experiment_id = client.create_experiment(name)
    run_id = client.create_run(experiment_id).info.run_id
    client.delete_experiment(experiment_id)
    assert client.get_experiment(experiment_id).lifecycle_stage == "deleted"
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
    with pytest.raises(MlflowException, match="already exists"):
        client.create_experiment(name)
    with pytest.raises(MlflowException, match="must be in the 'active' state"):
        client.create_run(experiment_id)
    with pytest.raises(MlflowException, match="No Experiment with id="):
        client.delete_experiment(experiment_id)
    client.restore_experiment(experiment_id)
    assert client.get_run(run_id).info.lifecycle_stage == "active"


def test_experiments_are_searched_with_filter_order_and_pages(client):
    mark = uuid.uuid4().hex
    ids = [client.create_experiment(f"{mark}-{letter}", tags={"mark": mark, "letter": letter}) for letter in "abc"]
    filter_string = f"tags.mark = '{mark}'"

    def names(**search):
        return [e.name[-1] for e in client.search_experiments(**search)]

    assert names(filter_string=filter_string, order_by=["name ASC"]) == ["a", "b", "c"]
    assert names(filter_string=filter_string, order_by=["name DESC"]) == ["c", "b", "a"]
    assert names(filter_string=filter_string) == ["c", "b", "a"]
    assert names(filter_string=f"name LIKE '{mark}%' AND tags.letter != 'b'", order_by=["name"]) == ["a", "c"]
    assert names(filter_string=f"name ILIKE '{mark.upper()}-A'") == ["a"]
    first = client.search_experiments(filter_string=filter_string, order_by=["name"], max_results=2)
    rest = client.search_experiments(filter_string=filter_string, order_by=["name"], max_results=2, page_token=first.token)
    assert [e.name[-1] for e in list(first) + list(rest)] == ["a", "b", "c"]
    assert not rest.token
    client.delete_experiment(ids[0])
    assert names(filter_string=filter_string, view_type=ViewType.DELETED_ONLY) == ["a"]
    assert len(names(filter_string=filter_string, view_type=ViewType.ALL)) == 3


# Runs


def test_a_run_begins_and_ends_with_its_block(client, experiment):
    with mlflow.start_run(run_name="first", tags={"kind": "plain"}, description="words") as run:
        assert client.get_run(run.info.run_id).info.status == "RUNNING"
        mlflow.log_param("depth", 3)
    ended = client.get_run(run.info.run_id)
    assert (ended.info.status, ended.info.run_name) == ("FINISHED", "first")
    assert ended.info.end_time >= ended.info.start_time
    assert ended.data.params == {"depth": "3"}
    assert ended.data.tags["kind"] == "plain"
    assert ended.data.tags["mlflow.runName"] == "first"
    assert ended.info.artifact_uri == f"mlflow-artifacts:/{experiment}/{run.info.run_id}/artifacts"
    with pytest.raises(ZeroDivisionError):
        with mlflow.start_run() as failing:
            1 / 0
    assert client.get_run(failing.info.run_id).info.status == "FAILED"
    assert client.get_run(failing.info.run_id).info.run_name


def test_runs_nest(client, experiment):
    with mlflow.start_run() as parent:
        with mlflow.start_run(nested=True) as child:
            mlflow.log_metric("loss", 1)
        mlflow.log_metric("loss", 2)
    assert client.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == parent.info.run_id
    children = mlflow.search_runs(filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'")
    assert list(children.run_id) == [child.info.run_id]


def test_a_run_is_named_by_argument_or_tag_and_renamed_by_either(client, experiment):
    run_id = client.create_run(experiment, tags={"mlflow.runName": "by tag"}).info.run_id
    assert client.get_run(run_id).info.run_name == "by tag"
    client.set_tag(run_id, "mlflow.runName", "second")
    assert client.get_run(run_id).info.run_name == "second"
    client.update_run(run_id, name="third")
    assert client.get_run(run_id).data.tags["mlflow.runName"] == "third"
    with pytest.raises(MlflowException, match="mlflow.runName"):
        client.create_run(experiment, run_name="a", tags={"mlflow.runName": "b"})


def test_a_deleted_run_can_be_read_but_not_written(client, experiment):
    run_id = client.create_run(experiment).info.run_id
    client.log_metric(run_id, "m", 1)
    client.delete_run(run_id)
    client.delete_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
    for write in (
        lambda: client.log_metric(run_id, "m", 2),
        lambda: client.log_param(run_id, "p", 2),
        lambda: client.set_tag(run_id, "t", 2),
        lambda: client.log_batch(run_id, metrics=[Metric("m", 2, 1, 1)]),
        lambda: client.set_terminated(run_id),
    ):
        with pytest.raises(MlflowException, match="must be in the 'active' state"):
            write()
    client.restore_run(run_id)
    client.log_metric(run_id, "m", 2, step=1)
    assert client.get_run(run_id).data.metrics == {"m": 2}


def test_tags_are_set_overwritten_and_deleted(client, experiment):
    run_id = client.create_run(experiment).info.run_id
    client.set_tag(run_id, "a/b", "one")
    client.set_tag(run_id, "a/b", "")
    assert client.get_run(run_id).data.tags["a/b"] == ""
    client.delete_tag(run_id, "a/b")
    assert "a/b" not in client.get_run(run_id).data.tags
    with pytest.raises(MlflowException, match="No tag with name: a/b") as caught:
        client.delete_tag(run_id, "a/b")
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


# Params and metrics


def test_params_do_not_change(client, experiment):
    run_id = client.create_run(experiment).info.run_id
    client.log_param(run_id, "p", "x")
    client.log_param(run_id, "p", "x")
    with pytest.raises(MlflowException, match="Changing param values is not allowed"):
        client.log_param(run_id, "p", "y")
    with pytest.raises(MlflowException, match="Changing param values is not allowed"):
        client.log_batch(run_id, params=[Param("q", "1"), Param("p", "y")], metrics=[Metric("m", 1, 1, 0)])
    assert client.get_run(run_id).data.params == {"p": "x"}
    assert client.get_run(run_id).data.metrics == {}
    client.log_param(run_id, "long", "ä" * 7000)
    assert client.get_run(run_id).data.params["long"] == "ä" * 6000
    client.log_param(run_id, "empty", "")
    assert client.get_run(run_id).data.params["empty"] == ""


def test_metrics_keep_their_history_and_the_latest_by_step(client, experiment):
    run_id = client.create_run(experiment).info.run_id
    for step, value in [(0, 5.0), (10, 1.5), (2, 3.0)]:
        client.log_metric(run_id, "loss", value, timestamp=1000 + step, step=step)
    client.log_metric(run_id, "loss", 1.5, timestamp=1010, step=10)
    client.log_metric(run_id, "loss", 9.0, timestamp=900, step=-4)
    history = client.get_metric_history(run_id, "loss")
    assert [(m.timestamp, m.step, m.value) for m in history] == [(900, -4, 9.0), (1000, 0, 5.0), (1002, 2, 3.0), (1010, 10, 1.5)]
    assert client.get_run(run_id).data.metrics["loss"] == 1.5
    client.log_metric(run_id, "loss", 1.25, timestamp=1010, step=10)
    assert client.get_run(run_id).data.metrics["loss"] == 1.5
    client.log_metric(run_id, "loss", 1.75, timestamp=1010, step=10)
    assert client.get_run(run_id).data.metrics["loss"] == 1.75
    assert client.get_metric_history(run_id, "no such metric") == []


def test_nan_and_infinity_travel(client, experiment):
    run_id = client.create_run(experiment).info.run_id
    client.log_metric(run_id, "nan", math.nan)
    client.log_metric(run_id, "up", math.inf)
    client.log_metric(run_id, "down", -math.inf)
    client.log_metric(run_id, "tenth", 0.1)
    client.log_metric(run_id, "tiny", 5e-324)
    metrics = client.get_run(run_id).data.metrics
    assert math.isnan(metrics["nan"])
    assert (metrics["up"], metrics["down"]) == (1.7976931348623157e308, -1.7976931348623157e308)
    assert (metrics["tenth"], metrics["tiny"]) == (0.1, 5e-324)
    assert math.isnan(client.get_metric_history(run_id, "nan")[0].value)


def test_a_batch_holds_many_of_each(client, experiment):
    run_id = client.create_run(experiment).info.run_id
    now = int(time.time() * 1000)
    client.log_batch(
        run_id,
        metrics=[Metric("loss", 1 / (1 + i), now + i, i) for i in range(800)],
        params=[Param(f"p{i}", str(i)) for i in range(100)],
        tags=[RunTag(f"t{i}", str(i)) for i in range(98)] + [RunTag("t0", "last"), RunTag("x", "")],
    )
    run = client.get_run(run_id)
    assert run.data.metrics["loss"] == 1 / 800
    assert len(run.data.params) == 100
    assert run.data.tags["t0"] == "last"
    assert len(client.get_metric_history(run_id, "loss")) == 800


def test_steps_of_an_autologging_loop_arrive_through_the_background_thread(client, experiment):
    with mlflow.start_run() as run:
        pending = [mlflow.log_metric("loss", i * 0.5, step=i, synchronous=False) for i in range(20)]
        pending.append(mlflow.log_params({"a": 1, "b": 2}, synchronous=False))
        pending.append(mlflow.set_tags({"c": "3"}, synchronous=False))
        for operation in pending:
            operation.wait()
    run = client.get_run(run.info.run_id)
    assert (run.data.metrics, run.data.params, run.data.tags["c"]) == ({"loss": 9.5}, {"a": "1", "b": "2"}, "3")
    assert len(client.get_metric_history(run.info.run_id, "loss")) == 20


def test_the_sampled_history_keeps_first_and_last(server, client, experiment):
    run_id = client.create_run(experiment).info.run_id
    client.log_batch(run_id, metrics=[Metric("loss", i, i, i) for i in range(1000)])
    query = {"run_ids": [run_id, "unknown"], "metric_key": "loss", "max_results": 10}
    points = call(server, "GET", "metrics/get-history-bulk-interval", params=query).json()["metrics"]
    assert [p["step"] for p in points] == [0, 100, 200, 300, 400, 500, 600, 700, 800, 999]
    assert {p["run_id"] for p in points} == {run_id}
    query.update(start_step=100, end_step=104)
    points = call(server, "GET", "metrics/get-history-bulk-interval", params=query).json()["metrics"]
    assert [p["step"] for p in points] == [100, 101, 102, 103, 104]


# Inputs


def test_data_sets_are_logged_as_inputs_once(client, experiment):
    frame = pd.DataFrame({"a": [1, 2, 3], "y": [0, 1, 0]})
    dataset = mlflow.data.from_pandas(frame, name="flights", targets="y")
    with mlflow.start_run() as run:
        mlflow.log_input(dataset, context="training", tags={"month": "1"})
        mlflow.log_input(dataset, context="validation")
    inputs = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert [i.dataset.name for i in inputs] == ["flights"]
    assert inputs[0].dataset.digest == dataset.digest
    assert {t.key: t.value for t in inputs[0].tags} == {"mlflow.data.context": "training", "month": "1"}
    found = client.search_runs([experiment], "datasets.name = 'flights' AND dataset.context = 'training'")
    assert [r.info.run_id for r in found] == [run.info.run_id]
    assert found[0].inputs.dataset_inputs[0].dataset.name == "flights"


# Search


@pytest.fixture
def searched(client, experiment):
    """Five runs, told apart by the tag `n`."""
    values = [(0.5, "tree", "red"), (0.25, "forest", "blue"), (math.nan, "tree", None), (None, "tree", "RED"), (0.75, None, "a%b")]
    for n, (loss, model, color) in enumerate(values):
        run_id = client.create_run(experiment, start_time=1000 + n, run_name=f"run {n}", tags={"n": str(n)}).info.run_id
        if loss is not None:
            client.log_metric(run_id, "val.loss", loss)
        if model is not None:
            client.log_param(run_id, "model", model)
        if color is not None:
            client.set_tag(run_id, "my color", color)
        client.set_terminated(run_id, "FAILED" if n == 4 else "FINISHED", end_time=2000 + n)

    def search(filter_string="", order_by=None, **rest):
        return [int(r.data.tags["n"]) for r in client.search_runs([experiment], filter_string, order_by=order_by, **rest)]

    return search


@pytest.mark.parametrize(
    ("filter_string", "expected"),
    [
        ("", [4, 3, 2, 1, 0]),
        ("metrics.val.loss > 0.3", [4, 0]),
        ("metric.`val.loss` <= 0.5 and params.model = 'tree'", [0]),
        ("metrics.val.loss != 0.5", [4, 2, 1]),
        ("params.model != 'tree'", [1]),
        ("params.model LIKE 'f%'", [1]),
        ("params.model ILIKE 'TR_E'", [3, 2, 0]),
        ("tags.`my color` = 'red'", [0]),
        ('tags."my color" ILIKE "red"', [3, 0]),
        ("attributes.status = 'FAILED'", [4]),
        ("status != 'FAILED' AND start_time >= 1002", [3, 2]),
        ("end_time < 2001", [0]),
        ("run_name = 'run 3'", [3]),
        ("attributes.`run name` LIKE 'run%' and metrics.val.loss = 0.25", [1]),
        ("params.nothing = 'x'", []),
    ],
)
def test_runs_are_found_by_filter(searched, filter_string, expected):
    assert searched(filter_string) == expected


@pytest.mark.parametrize(
    ("order_by", "expected"),
    [
        (["metrics.val.loss"], [1, 0, 4, 2, 3]),
        (["metrics.val.loss DESC"], [4, 0, 1, 2, 3]),
        (["params.model ASC", "start_time ASC"], [1, 0, 2, 3, 4]),
        (["params.model DESC", "attributes.start_time DESC"], [3, 2, 0, 1, 4]),
        (["status DESC", "end_time"], [0, 1, 2, 3, 4]),
        (["tags.`n` DESC"], [4, 3, 2, 1, 0]),
    ],
)
def test_runs_come_in_order_with_missing_values_last(searched, order_by, expected):
    assert searched(order_by=order_by) == expected


def test_runs_come_in_pages(client, experiment, searched):
    assert searched()
    seen, token = [], None
    while True:
        page = client.search_runs([experiment], order_by=["start_time"], max_results=2, page_token=token)
        seen += [r.data.tags["n"] for r in page]
        token = page.token
        if not token:
            break
    assert seen == ["0", "1", "2", "3", "4"]
    frame = mlflow.search_runs([experiment], order_by=["metrics.val.loss"])
    assert list(frame["metrics.val.loss"])[:3] == [0.25, 0.5, 0.75]
    assert list(frame["params.model"].dropna()) == ["forest", "tree", "tree", "tree"]


@pytest.mark.parametrize(
    "filter_string",
    ["params.model = tree", "metrics.a > 'x'", "metrics.a > 1 OR", "wrong.a = 'x'", "attributes.wrong = 'x'",
     "params.a > 'x'", "metrics.a >", "metrics.a LIKE 'x'", "start_time = 'x'", "a = 'x"],
)
def test_a_wrong_filter_is_refused_with_the_place(client, experiment, filter_string):
    with pytest.raises(MlflowException, match=r"Invalid clause\(s\) in filter string: at position \d+") as caught:
        client.search_runs([experiment], filter_string)
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"


def test_a_wrong_order_or_page_is_refused(client, experiment):
    with pytest.raises(MlflowException, match="Invalid order_by clause"):
        client.search_runs([experiment], order_by=["metrics.a SIDEWAYS"])
    with pytest.raises(MlflowException, match="contains duplicate fields"):
        client.search_runs([experiment], order_by=["metrics.a", "metrics.a DESC"])
    with pytest.raises(MlflowException, match="Invalid page token"):
        client.search_runs([experiment], page_token="bm9uc2Vuc2U=")


# Artifacts


def test_artifacts_go_up_and_come_back(client, experiment, tmp_path):
    folder = tmp_path / "out"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.bin").write_bytes(bytes(range(256)) * 1000)
    (folder / "deep" / "ü b.txt").write_text("words")
    with mlflow.start_run() as run:
        mlflow.log_text("hello", "notes/readme.txt")
        mlflow.log_dict({"a": [1, 2]}, "config.json")
        mlflow.log_artifacts(str(folder), "out")
        mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), "picture.png")
        mlflow.log_table({"x": [1, 2]}, "table.json")
    run_id = run.info.run_id
    top = client.list_artifacts(run_id)
    assert [(f.path, f.is_dir) for f in top] == [
        ("config.json", False), ("notes", True), ("out", True), ("picture.png", False), ("table.json", False)]
    assert [f.path for f in client.list_artifacts(run_id, "out")] == ["out/a.bin", "out/deep"]
    assert client.list_artifacts(run_id, "out")[0].file_size == 256000
    assert client.list_artifacts(run_id, "config.json") == []
    assert client.list_artifacts(run_id, "nowhere") == []
    assert mlflow.artifacts.load_text(f"runs:/{run_id}/notes/readme.txt") == "hello"
    assert mlflow.artifacts.load_dict(f"runs:/{run_id}/config.json") == {"a": [1, 2]}
    down = pathlib.Path(client.download_artifacts(run_id, "", str(tmp_path)))
    assert (down / "out" / "a.bin").read_bytes() == (folder / "a.bin").read_bytes()
    assert (down / "out" / "deep" / "ü b.txt").read_text() == "words"
    assert mlflow.load_table("table.json", [run_id])["x"].tolist() == [1, 2]
    with mlflow.start_run(run_id=run_id):
        mlflow.log_text("second", "notes/readme.txt")
    assert mlflow.artifacts.load_text(f"runs:/{run_id}/notes/readme.txt") == "second"


def test_artifacts_lie_as_plain_files_in_the_data_folder(server, client, experiment):
    with mlflow.start_run() as run:
        mlflow.log_text("plain", "a/b.txt")
    place = server.data / "artifacts" / experiment / run.info.run_id / "artifacts" / "a" / "b.txt"
    assert place.read_text() == "plain"


def test_a_figure_is_logged(client, experiment):
    figure = matplotlib.figure.Figure()
    figure.subplots().plot([1, 2, 3])
    with mlflow.start_run() as run:
        mlflow.log_figure(figure, "figure.png")
    assert client.list_artifacts(run.info.run_id)[0].path == "figure.png"


@pytest.mark.parametrize("path", ["..%2fx", "%252e%252e/x", "a/..%2f..%2fx", "%2fetc/passwd", "a%5cb", "c%3a/x", "a%23b"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_no_path_leads_outside(server, method, path):
    target = f"{server.uri}/api/2.0/mlflow-artifacts/artifacts/{path}"
    answer = requests.request(method, target, data=b"x" if method == "PUT" else None, timeout=30)
    assert answer.status_code == 400
    assert answer.json() == {"error_code": "INVALID_PARAMETER_VALUE", "message": "Invalid path"}


def test_missing_artifacts_and_folders_are_told_apart(server, client, experiment):
    with mlflow.start_run() as run:
        mlflow.log_text("x", "a/b.txt")
    root = f"{server.uri}/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run.info.run_id}/artifacts"
    missing = requests.get(f"{root}/none.txt", timeout=30)
    assert (missing.status_code, missing.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert requests.get(f"{root}/a", timeout=30).status_code == 400
    got = requests.get(f"{root}/a/b.txt", timeout=30)
    assert got.headers["Content-Type"].startswith("text/plain")
    assert got.headers["Content-Disposition"].startswith("attachment")
    page = requests.get(f"{server.uri}/get-artifact", params={"run_uuid": run.info.run_id, "path": "a/b.txt"}, timeout=30)
    assert page.text == "x"
    assert requests.delete(f"{root}/a", timeout=30).status_code == 200
    assert requests.get(f"{root}/a/b.txt", timeout=30).status_code == 404


# Models


@pytest.fixture
def classifier():
    from sklearn.linear_model import LogisticRegression

    features = np.array([[0.0], [1.0], [2.0], [3.0]])
    return LogisticRegression().fit(features, [0, 0, 1, 1]), features


def test_a_model_is_logged_and_loaded_by_both_addresses(client, experiment, classifier):
    model, features = classifier
    with mlflow.start_run() as run:
        logged = mlflow.sklearn.log_model(model, name="model", input_example=features[:1], params={"C": "1.0"})
        mlflow.log_metric("accuracy", 1.0, model_id=logged.model_id)
    assert logged.model_id.startswith("m-")
    assert logged.model_uri == f"models:/{logged.model_id}"
    for uri in (logged.model_uri, f"runs:/{run.info.run_id}/model"):
        assert mlflow.sklearn.load_model(uri).predict(features).tolist() == [0, 0, 1, 1]
    assert mlflow.pyfunc.load_model(logged.model_uri).predict(features).tolist() == [0, 0, 1, 1]
    kept = client.get_logged_model(logged.model_id)
    assert (str(kept.status), kept.name, kept.source_run_id) == ("READY", "model", run.info.run_id)
    assert kept.params["C"] == "1.0"
    assert kept.metrics[0].value == 1.0
    assert [o.model_id for o in client.get_run(run.info.run_id).outputs.model_outputs] == [logged.model_id]


def test_logged_models_are_searched(client, experiment):
    ids = []
    for n in range(3):
        model = client.create_logged_model(experiment, name=f"net-{n}", params={"depth": str(n)}, tags={"team": "a"})
        ids.append(model.model_id)
        with mlflow.start_run():
            mlflow.log_metric("auc", n / 10, model_id=model.model_id)

    def search(filter_string=None, order_by=None):
        found = client.search_logged_models([experiment], filter_string, order_by=order_by)
        return [ids.index(m.model_id) for m in found]

    ascending = [{"field_name": "metrics.auc", "ascending": True}]
    assert search() == [2, 1, 0]
    assert search("metrics.auc > 0.05", ascending) == [1, 2]
    assert search("name LIKE 'net-%' AND params.depth = '1'") == [1]
    assert search("tags.team = 'a'", [{"field_name": "name"}]) == [0, 1, 2]
    client.set_logged_model_tags(ids[0], {"team": "b"})
    client.delete_logged_model_tag(ids[1], "team")
    assert search("tags.team = 'a'") == [2]
    client.finalize_logged_model(ids[2], "READY")
    assert search("status = 'READY'") == [2]
    client.delete_logged_model(ids[2])
    assert search() == [1, 0]
    with pytest.raises(MlflowException, match="ogged model with ID"):
        client.get_logged_model(ids[2])


def test_scikit_learn_logs_itself(client, experiment, classifier):
    from sklearn.linear_model import LogisticRegression

    _, features = classifier
    mlflow.sklearn.autolog()
    try:
        with mlflow.start_run() as run:
            LogisticRegression(C=0.5).fit(features, np.array([0, 0, 1, 1]))
    finally:
        mlflow.sklearn.autolog(disable=True)
    run = client.get_run(run.info.run_id)
    assert run.data.params["C"] == "0.5"
    assert "training_accuracy_score" in run.data.metrics
    assert run.inputs.dataset_inputs
    assert len(run.outputs.model_outputs) == 1
    loaded = mlflow.sklearn.load_model(f"models:/{run.outputs.model_outputs[0].model_id}")
    assert loaded.predict(features).tolist() == [0, 0, 1, 1]


# Errors and the wire


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "fragment"),
    [
        ("GET", "runs/get?run_id=" + "0" * 32, None, 404, "RESOURCE_DOES_NOT_EXIST", "Run with id=0000"),
        ("GET", "experiments/get?experiment_id=77", None, 404, "RESOURCE_DOES_NOT_EXIST", "No Experiment with id=77 exists"),
        ("GET", "experiments/get?experiment_id=x", None, 400, "INVALID_PARAMETER_VALUE", "Invalid experiment ID"),
        ("GET", "runs/get", None, 400, "INVALID_PARAMETER_VALUE", "Missing value for required parameter 'run_id'"),
        ("POST", "experiments/create", {"name": ""}, 400, "INVALID_PARAMETER_VALUE", "Missing value for required parameter 'name'"),
        ("POST", "experiments/create", {"name": 7}, 400, "INVALID_PARAMETER_VALUE", "Invalid value 7 for parameter 'name' supplied"),
        ("POST", "experiments/create", {"name": "Default"}, 400, "RESOURCE_ALREADY_EXISTS", "already exists"),
        ("POST", "experiments/search", {}, 400, "INVALID_PARAMETER_VALUE", "Invalid value 0 for parameter 'max_results' supplied"),
        ("POST", "runs/search", {"experiment_ids": ["0"], "max_results": 50001}, 400, "INVALID_PARAMETER_VALUE", "Invalid value 50001"),
        ("GET", "nothing/here", None, 404, "ENDPOINT_NOT_FOUND", "nothing/here"),
        ("GET", "logged-models/m-1", None, 404, "RESOURCE_DOES_NOT_EXIST", "Logged model with ID"),
    ],
)
def test_errors_have_mlflows_form(server, method, path, body, status, code, fragment):
    answer = call(server, method, path, json=body)
    assert answer.status_code == status
    assert set(answer.json()) == {"error_code", "message"}
    assert answer.json()["error_code"] == code
    assert fragment in answer.json()["message"]


@pytest.mark.parametrize(
    ("batch", "fragment"),
    [
        ({"metrics": [{"key": "a", "value": "x", "timestamp": 1}]}, "Invalid value \"x\" for parameter 'metrics[0].value' supplied"),
        ({"metrics": [{"key": "a", "value": 1}]}, "Missing value for required parameter 'metrics[0].timestamp'"),
        ({"metrics": [{"key": "a", "value": 1, "timestamp": -1}]}, "metrics[0].timestamp"),
        ({"metrics": [{"key": "a" * 251, "value": 1, "timestamp": 1}]}, "exceeds the maximum length of 250"),
        ({"params": [{"key": "a*b", "value": "1"}]}, "Names may only contain"),
        ({"params": [{"key": "../a", "value": "1"}]}, "params[0].key"),
        ({"params": [{"key": "a", "value": "1"}, {"key": "a", "value": "1"}]}, "Duplicate parameter keys"),
        ({"metrics": [{"key": "a", "value": 1, "timestamp": 1}] * 1001}, "at most 1000"),
        ({"params": [{"key": f"p{i}", "value": "1"} for i in range(101)]}, "at most 100"),
        ({"tags": "x"}, "Invalid value \"x\" for parameter 'tags' supplied"),
    ],
)
def test_a_batch_outside_the_limits_changes_nothing(server, client, experiment, batch, fragment):
    run_id = client.create_run(experiment).info.run_id
    before = client.get_run(run_id).to_dictionary()
    answer = call(server, "POST", "runs/log-batch", json={"run_id": run_id, "tags": [{"key": "k", "value": "v"}], **batch})
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "INVALID_PARAMETER_VALUE"
    assert fragment in answer.json()["message"]
    assert client.get_run(run_id).to_dictionary() == before


def test_the_wire_is_read_generously(server, client, experiment):
    run_id = client.create_run(experiment).info.run_id
    for metric in (
        {"runId": run_id, "key": "a", "value": "0.5", "timestamp": "12", "step": 3.0},
        {"run_uuid": run_id, "key": "b", "value": True, "timestamp": 1.0, "step": None, "unknown": {}},
    ):
        assert call(server, "POST", "runs/log-metric", json=metric).json() == {}
    assert client.get_run(run_id).data.metrics == {"a": 0.5, "b": 1.0}
    assert client.get_metric_history(run_id, "a")[0].step == 3
    both = call(server, "POST", "runs/log-metric", json={"run_id": run_id, "runId": run_id, "key": "a", "value": 1, "timestamp": 1})
    assert both.status_code == 400
    for body in ("{", "[]", "7", '{"run_id": NaN}'):
        answer = call(server, "POST", "runs/log-metric", data=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    text = call(server, "POST", "runs/log-metric", data="{}", headers={"Content-Type": "text/plain"})
    assert text.status_code == 400


def test_pages_find_the_same_calls_under_ajax_api(server):
    answer = requests.get(f"{server.uri}/ajax-api/2.0/mlflow/experiments/get", params={"experiment_id": "0"}, timeout=30)
    assert answer.json()["experiment"]["name"] == "Default"
    assert requests.get(f"{server.uri}/ajax-api/2.0/mlflow/none", timeout=30).json()["error_code"] == "ENDPOINT_NOT_FOUND"


def test_the_server_tells_what_it_is(server):
    assert requests.get(f"{server.uri}/health", timeout=30).text == "OK"
    assert requests.get(f"{server.uri}/version", timeout=30).text == "3.17.2"
    info = call(server, "GET", "server-info", version="3.0").json()
    assert (info["store_type"], info["workspaces_enabled"]) == ("SqlStore", False)
    assert call(server, "POST", "traces/search", version="3.0", json={}).json() == {}


def test_what_was_answered_survives_a_kill(tmp_path):
    from running import Server

    running = Server(tmp_path / "data")
    client = MlflowClient(running.uri)
    experiment_id = client.create_experiment("kept")
    run_id = client.create_run(experiment_id).info.run_id
    client.log_batch(run_id, metrics=[Metric("loss", i, i, i) for i in range(1000)])
    client.log_text(run_id, "kept", "note.txt")
    running.kill()
    running.start()
    client = MlflowClient(running.uri)
    assert len(client.get_metric_history(run_id, "loss")) == 1000
    assert client.get_run(run_id).data.metrics["loss"] == 999
    assert [f.path for f in client.list_artifacts(run_id)] == ["note.txt"]
    assert running.stop() == 0
    running.log.close()
