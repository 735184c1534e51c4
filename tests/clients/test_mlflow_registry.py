"""MLflow's own client, unmodified, against the registry half of the server."""

import json
import uuid

import mlflow
import numpy as np
import pytest
import requests
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.models import infer_signature
from running import Server
from sklearn.linear_model import LogisticRegression

BOUND = "late-arrival"


@pytest.fixture(autouse=True)
def quick_failures(monkeypatch):
    # A test that meets a 5xx shall say so at once instead of after minutes of retries.
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "30")


@pytest.fixture
def client(server):
    mlflow.set_tracking_uri(server.uri)
    mlflow.set_experiment(f"registry {uuid.uuid4().hex}")
    yield MlflowClient(server.uri)
    while mlflow.active_run():
        mlflow.end_run()


@pytest.fixture
def name():
    return f"churn {uuid.uuid4().hex}"


@pytest.fixture(scope="module")
def fitted():
    rows = np.random.default_rng(7).normal(size=(80, 3))
    return LogisticRegression().fit(rows, rows[:, 0] > 0), rows


def logged(fitted, **arguments):
    model, rows = fitted
    with mlflow.start_run():
        return mlflow.sklearn.log_model(
            model, name="model", signature=infer_signature(rows, model.predict(rows)), pip_requirements=["scikit-learn"], **arguments
        )


def refused(code, fragment, deed, *arguments, **named):
    with pytest.raises(MlflowException) as caught:
        deed(*arguments, **named)
    assert caught.value.error_code == code, caught.value.message
    assert fragment in caught.value.message
    return caught.value.message


# Registered models


def test_a_model_is_created_found_described_renamed_and_deleted(client, name):
    made = client.create_registered_model(name, tags={"team": "blue"}, description="who leaves")
    assert (made.name, made.description, made.tags) == (name, "who leaves", {"team": "blue"})
    refused("RESOURCE_ALREADY_EXISTS", "already exists", client.create_registered_model, name)
    assert client.update_registered_model(name, "who stays").description == "who stays"
    client.set_registered_model_tag(name, "region", "north")
    client.delete_registered_model_tag(name, "team")
    assert client.get_registered_model(name).tags == {"region": "north"}
    client.rename_registered_model(name, f"{name} again")
    renamed = client.get_registered_model(f"{name} again")
    assert renamed.name == f"{name} again"
    assert renamed.last_updated_timestamp >= made.creation_timestamp
    refused("RESOURCE_DOES_NOT_EXIST", f"Registered Model with name={name} not found", client.get_registered_model, name)
    client.delete_registered_model(f"{name} again")
    refused("RESOURCE_DOES_NOT_EXIST", "not found", client.get_registered_model, f"{name} again")


def test_names_that_cannot_be_addressed_are_refused(client):
    for bad in ("a/b", "a:b"):
        refused("INVALID_PARAMETER_VALUE", "Invalid model name", client.create_registered_model, bad)
        refused("INVALID_PARAMETER_VALUE", "Invalid model name", client.get_registered_model, bad)
        refused("INVALID_PARAMETER_VALUE", "Invalid model name", client.get_model_version, bad, 1)


def test_models_are_searched_in_pages(client):
    mark = uuid.uuid4().hex
    for letter in "abcde":
        client.create_registered_model(f"{mark} {letter}", tags={"letter": letter})
    wanted = f"name LIKE '{mark}%'"
    first = client.search_registered_models(wanted, max_results=2, order_by=["name DESC"])
    second = client.search_registered_models(wanted, max_results=2, order_by=["name DESC"], page_token=first.token)
    third = client.search_registered_models(wanted, max_results=2, order_by=["name DESC"], page_token=second.token)
    assert [m.name[-1] for page in (first, second, third) for m in page] == list("edcba")
    assert not third.token
    assert [m.name[-1] for m in client.search_registered_models(f"{wanted} AND tags.letter = 'c'")] == ["c"]
    assert [m.name[-1] for m in client.search_registered_models(f"name ILIKE '{mark.upper()}%' AND tags.letter ILIKE 'D'")] == ["d"]
    refused("INVALID_PARAMETER_VALUE", "Invalid attribute key", client.search_registered_models, "run_id = 'x'")
    refused("INVALID_PARAMETER_VALUE", "max_results", client.search_registered_models, max_results=100_000)


def test_prompts_are_kept_beside_the_models_and_hidden_among_them(client, name):
    mlflow.genai.register_prompt(name=name.replace(" ", "-"), template="Say {{word}}")
    prompt = mlflow.genai.load_prompt(f"prompts:/{name.replace(' ', '-')}/1")
    assert prompt.template == "Say {{word}}"
    wanted = f"name = '{name.replace(' ', '-')}'"
    assert client.search_registered_models(wanted) == []
    assert len(client.search_registered_models(f"{wanted} AND tags.`mlflow.prompt.is_prompt` = 'true'")) == 1


def test_prompts_live_through_all_that_the_client_does_with_them(client, name):
    prompt = name.replace(" ", "-")
    first = mlflow.genai.register_prompt(name=prompt, template="Say {{word}}", commit_message="first", tags={"tone": "plain"})
    chat = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "{{question}}"}]
    second = mlflow.genai.register_prompt(name=prompt, template=chat, commit_message="as a chat")
    assert (first.version, second.version, second.commit_message) == (1, 2, "as a chat")
    assert mlflow.genai.load_prompt(f"prompts:/{prompt}/1").format(word="hello") == "Say hello"
    assert mlflow.genai.load_prompt(f"prompts:/{prompt}/2").template == chat
    mlflow.genai.set_prompt_alias(prompt, "best", 1)
    assert mlflow.genai.load_prompt(f"prompts:/{prompt}@best").version == 1
    mlflow.genai.set_prompt_alias(prompt, "best", 2)
    assert mlflow.genai.load_prompt(f"prompts:/{prompt}@best").version == 2
    mlflow.genai.delete_prompt_alias(prompt, "best")
    refused("INVALID_PARAMETER_VALUE", "alias", client.get_model_version_by_alias, prompt, "best")
    mlflow.genai.set_prompt_tag(prompt, "team", "blue")
    assert mlflow.genai.get_prompt_tags(prompt)["team"] == "blue"
    mlflow.genai.delete_prompt_tag(prompt, "team")
    assert "team" not in mlflow.genai.get_prompt_tags(prompt)
    mlflow.genai.set_prompt_version_tag(prompt, 1, "checked", "yes")
    assert mlflow.genai.load_prompt(f"prompts:/{prompt}/1").tags["checked"] == "yes"
    assert [one.name for one in mlflow.genai.search_prompts(f"name = '{prompt}'")] == [prompt]
    assert sorted(int(one.version) for one in client.search_prompt_versions(prompt)) == [1, 2]
    client.delete_prompt_version(prompt, "2")
    assert mlflow.genai.load_prompt(f"prompts:/{prompt}/2", allow_missing=True) is None


# Versions


def test_log_model_registers_and_every_uri_loads_the_same_model(client, name, fitted):
    info = logged(fitted, registered_model_name=name)
    assert int(info.registered_model_version) == 1
    client.set_registered_model_alias(name, "best", 1)
    model, rows = fitted
    for uri in (f"models:/{name}/1", f"models:/{name}@best", f"models:/{name}/latest", info.model_uri):
        assert np.array_equal(mlflow.sklearn.load_model(uri).predict(rows), model.predict(rows)), uri
    assert len(mlflow.pyfunc.load_model(f"models:/{name}@best").predict(rows)) == len(rows)
    version = client.get_model_version(name, 1)
    assert (int(version.version), version.status, version.current_stage, version.aliases) == (1, "READY", "None", ["best"])
    assert version.source == f"models:/{info.model_id}"
    assert version.run_id == info.run_id
    assert client.get_model_version_download_uri(name, 1).startswith("mlflow-artifacts:/")


def test_an_onnx_model_is_registered_and_loaded(client, name, fitted):
    from skl2onnx import to_onnx

    model, rows = fitted
    converted = to_onnx(model, rows[:1].astype(np.float32), options={"zipmap": False}, target_opset=17)
    with mlflow.start_run():
        mlflow.onnx.log_model(converted, name="model", registered_model_name=name, pip_requirements=["onnxruntime"])
    loaded = mlflow.pyfunc.load_model(f"models:/{name}/1")
    answers = loaded.predict(rows.astype(np.float32))
    assert np.array_equal(np.asarray(answers["label"]).astype(bool), model.predict(rows))


def test_a_logged_model_says_what_it_was_registered_as(client, name, fitted):
    info = logged(fitted)
    mlflow.register_model(info.model_uri, name, tags={"by": "hand"})
    mlflow.register_model(f"runs:/{info.run_id}/model", name)
    assert client.get_model_version(name, 1).tags == {"by": "hand"}
    listed = json.loads(client.get_logged_model(info.model_id).tags["mlflow.modelVersions"])
    assert [(entry["name"], str(entry["version"])) for entry in listed] == [(name, "1"), (name, "2")]
    assert client.get_model_version(name, 2).run_id == info.run_id


def test_a_version_is_copied_to_another_model(client, name, fitted):
    logged(fitted, registered_model_name=name)
    copied = client.copy_model_version(f"models:/{name}/1", f"{name} copy")
    assert (copied.name, int(copied.version), copied.source) == (f"{name} copy", 1, f"models:/{name}/1")
    model, rows = fitted
    assert np.array_equal(mlflow.sklearn.load_model(f"models:/{name} copy/1").predict(rows), model.predict(rows))


def test_versions_are_described_tagged_searched_and_deleted(client, name):
    client.create_registered_model(name)
    for run in ("r1", "r2", "r3"):
        client.create_model_version(name, f"s3://bucket/{run}", run_id=f"{name} {run}", tags={"run": run}, description=run)
    client.update_model_version(name, 1, "first")
    assert client.get_model_version(name, "1").description == "first"
    client.set_model_version_tag(name, 2, "score", "0.9")
    assert client.get_model_version(name, 2).tags == {"run": "r2", "score": "0.9"}
    client.delete_model_version_tag(name, 2, "score")

    def numbers(wanted, **arguments):
        return [int(v.version) for v in client.search_model_versions(f"name = '{name}'" + wanted, **arguments)]

    assert numbers("", order_by=["version_number ASC"]) == [1, 2, 3]
    assert numbers(" AND version_number >= 2", order_by=["version_number DESC"]) == [3, 2]
    assert numbers(f" AND run_id IN ('{name} r1', '{name} r3')", order_by=["version_number"]) == [1, 3]
    assert numbers(" AND tags.run = 'r2'") == [2]
    assert numbers(" AND source_path ILIKE '%R3'") == [3]
    client.delete_model_version(name, 2)
    assert numbers("", order_by=["version_number"]) == [1, 3]
    refused("RESOURCE_DOES_NOT_EXIST", f"Model Version (name={name}, version=2) not found", client.get_model_version, name, 2)
    assert int(client.create_model_version(name, "s3://bucket/r4").version) == 4


def test_sources_that_lead_away_are_refused(client, name):
    client.create_registered_model(name)
    for source in ("mlflow-artifacts:/a/../../etc", "mlflow-artifacts:/a/%2e%2e/etc", "/etc", "file:///etc"):
        refused("INVALID_PARAMETER_VALUE", "Invalid model version source", client.create_model_version, name, source)


# Aliases and stages


def test_a_source_belongs_to_the_run_or_model_that_is_named(client, name, fitted):
    client.create_registered_model(name)
    model = logged(fitted)
    run, other = model.run_id, client.create_run("0").info.run_id
    root = client.get_run(run).info.artifact_uri
    kept = client.get_logged_model(model.model_id).artifact_location
    code = "INVALID_PARAMETER_VALUE"
    assert client.create_model_version(name, f"{root}/model", run_id=run).run_id == run
    assert client.create_model_version(name, f"runs:/{run}/model", run_id=run).run_id == run
    assert client.create_model_version(name, kept, model_id=model.model_id).source == kept
    version = client.create_model_version(name, f"models:/{model.model_id}", model_id=model.model_id)
    assert client.create_model_version(name, f"models:/{name}/{version.version}").run_id == run
    for source, named in (
        (f"{root}/model", {}),
        (f"{root}/model", {"run_id": other}),
        (f"{root}/model", {"run_id": "0" * 32}),
        (f"{root}-more/model", {"run_id": run}),
        (f"runs:/{run}/model", {"run_id": other}),
        (f"runs:/{run}/model", {}),
        (f"runs:/{run}/model", {"model_id": model.model_id}),
        (f"models:/{model.model_id}", {}),
    ):
        refused(code, "must identify the resource that contains the source", client.create_model_version, name, source, **named)
    elsewhere = f"http://host/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts"
    refused(code, "cannot use the 'http' scheme", client.create_model_version, name, elsewhere, run_id=other)
    refused(code, "must match the referenced model version", client.create_model_version, name, f"models:/{name}/{version.version}", run_id=other)


def test_the_servers_owner_says_which_sources_there_may_be(tmp_path, name):
    server = Server(tmp_path / "data", environment={"MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX": "^s3://models/"})
    try:
        client = MlflowClient(server.uri)
        client.create_registered_model(name)
        assert client.create_model_version(name, "s3://models/a").source == "s3://models/a"
        refused("INVALID_PARAMETER_VALUE", "Invalid model version source: 's3://other/a'", client.create_model_version, name, "s3://other/a")
    finally:
        server.stop()


def test_an_alias_is_set_moved_found_and_deleted(client, name):
    client.create_registered_model(name)
    for number in (1, 2):
        client.create_model_version(name, f"s3://bucket/{number}")
    client.set_registered_model_alias(name, "best", 1)
    client.set_registered_model_alias(name, "best", "2")
    assert int(client.get_model_version_by_alias(name, "best").version) == 2
    assert int(client.get_model_version_by_alias(name, "latest").version) == 2
    assert {k: int(v) for k, v in client.get_registered_model(name).aliases.items()} == {"best": 2}
    client.delete_registered_model_alias(name, "best")
    client.delete_registered_model_alias(name, "best")
    refused("INVALID_PARAMETER_VALUE", "Registered model alias best not found", client.get_model_version_by_alias, name, "best")
    for reserved in ("latest", "v1"):
        refused("INVALID_PARAMETER_VALUE", "reserved", client.set_registered_model_alias, name, reserved, 1)


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_stages_move_and_the_newest_of_each_is_found(client, name):
    client.create_registered_model(name)
    for number in (1, 2, 3):
        client.create_model_version(name, f"s3://bucket/{number}")
    assert client.transition_model_version_stage(name, 1, "production").current_stage == "Production"
    client.transition_model_version_stage(name, 2, "Production", archive_existing_versions=True)
    assert client.get_model_version(name, 1).current_stage == "Archived"
    newest = {v.current_stage: int(v.version) for v in client.get_latest_versions(name)}
    assert newest == {"Archived": 1, "Production": 2, "None": 3}
    assert [int(v.version) for v in client.get_latest_versions(name, ["Production"])] == [2]
    refused("INVALID_PARAMETER_VALUE", "Invalid Model Version stage", client.transition_model_version_stage, name, 1, "retired")


# What only a decision may do


@pytest.fixture(scope="module")
def bound(server):
    """The accepted configuration binds a model."""
    text = f"project: flights\ndata:\n  trips: {{path: data/trips, target: late}}\nmodel:\n  name: {BOUND}\n  dataset: trips\n"
    answer = requests.post(f"{server.uri}/api/v1/configuration", json={"text": text}, timeout=30)
    assert answer.status_code == 200, answer.text
    return BOUND


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_no_call_of_the_client_moves_what_is_in_production(client, bound, fitted):
    logged(fitted, registered_model_name=bound)
    doors = (
        (client.set_registered_model_alias, bound, "production", 1),
        (client.delete_registered_model_alias, bound, "production"),
        (client.rename_registered_model, bound, "another"),
        (client.delete_registered_model, bound),
        (client.transition_model_version_stage, bound, 1, "Production"),
    )
    for deed, *arguments in doors:
        message = refused("PERMISSION_DENIED", "`cairn model approve`", deed, *arguments)
        assert "`cairn model promote`" in message
    assert client.get_registered_model(bound).aliases == {}
    client.set_registered_model_alias(bound, "challenger", 1)
    model, rows = fitted
    assert np.array_equal(mlflow.sklearn.load_model(f"models:/{bound}@challenger").predict(rows), model.predict(rows))


def test_the_files_of_a_bound_models_versions_stay_as_they_were(client, server, bound, fitted, name):
    info = logged(fitted, registered_model_name=bound)
    folder = client.get_model_version_download_uri(bound, info.registered_model_version).removeprefix("mlflow-artifacts:/")
    files = f"{server.uri}/api/2.0/mlflow-artifacts/artifacts/{folder}"
    before = requests.get(f"{files}/MLmodel", timeout=30).content
    for method, path in (("PUT", "/MLmodel"), ("PUT", "/extra.py"), ("DELETE", "/MLmodel"), ("DELETE", "")):
        answer = requests.request(method, files + path, data=b"other", timeout=30)
        assert (answer.status_code, answer.json()["error_code"]) == (403, "PERMISSION_DENIED"), answer.text
        assert "`cairn model promote`" in answer.json()["message"]
    assert requests.get(f"{files}/MLmodel", timeout=30).content == before

    free = logged(fitted, registered_model_name=name)
    other = client.get_model_version_download_uri(name, free.registered_model_version).removeprefix("mlflow-artifacts:/")
    answer = requests.put(f"{server.uri}/api/2.0/mlflow-artifacts/artifacts/{other}/notes.txt", data=b"free", timeout=30)
    assert answer.status_code == 200, answer.text
