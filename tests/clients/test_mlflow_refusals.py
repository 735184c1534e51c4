"""Calls that are wrong somehow, beside MLflow's own server: both give the same status and error code."""

import pytest
import requests
from mlflow_peer import peer_in


class Prepared:
    """A server with a few records; the words in braces stand for their ids, which each server gives itself."""

    def __init__(self, uri):
        self.uri, self.session = uri, requests.Session()
        self.words = {}
        self.words["experiment"] = self.done("POST", "experiments/create", name="alpha")["experiment_id"]
        self.words["dropped"] = self.done("POST", "experiments/create", name="dropped")["experiment_id"]
        self.done("POST", "experiments/delete", experiment_id="{dropped}")
        for name in ("run", "gone"):
            self.words[name] = self.done("POST", "runs/create", experiment_id="{experiment}", start_time=1)["run"]["info"]["run_id"]
        self.done("POST", "runs/delete", run_id="{gone}")
        self.done("POST", "runs/log-parameter", run_id="{run}", key="depth", value="3")
        for model in ("churn", "other"):
            self.done("POST", "registered-models/create", name=model)
        self.done("POST", "model-versions/create", name="churn", source="s3://models/churn")
        self.done("POST", "registered-models/alias", name="churn", alias="best", version="1")
        self.words["model"] = self.done("POST", "logged-models", experiment_id="{experiment}", name="m")["model"]["info"]["model_id"]

    def filled(self, value):
        if isinstance(value, str):
            for word, given in self.words.items():
                value = value.replace("{" + word + "}", given)
            return value
        if isinstance(value, dict):
            return {key: self.filled(each) for key, each in value.items()}
        return [self.filled(each) for each in value] if isinstance(value, list) else value

    def call(self, method, path, /, **fields):
        given = {"params" if method == "GET" else "json": self.filled(fields)}
        return self.session.request(method, f"{self.uri}/api/2.0/mlflow/{self.filled(path)}", timeout=30, **given)

    def done(self, method, path, /, **fields):
        answer = self.call(method, path, **fields)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    def outcome(self, method, path, /, **fields):
        answer = self.call(method, path, **fields)
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        return answer.status_code, answer.json().get("error_code", "") if answer.status_code != 200 and is_json else ""


class Remembered(Prepared):
    """Answers each call once: it stands beside ours on both engines, and keeps some of what it should refuse."""

    def __init__(self, uri):
        self.outcomes = {}
        super().__init__(uri)

    def outcome(self, method, path, /, **fields):
        key = f"{method} {path} {fields}"
        if key not in self.outcomes:
            self.outcomes[key] = super().outcome(method, path, **fields)
        return self.outcomes[key]


@pytest.fixture(scope="module")
def ours(server_on_each):
    return Prepared(server_on_each.uri)


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    with peer_in(tmp_path_factory.mktemp("peer")) as running:
        yield Remembered(running.uri)


UNKNOWN_RUN, ODD_RUN = "0" * 32, "no such/run"
ODD_NAMES = ("a/b", "a:b", "", " ", ".", "..", "none")
ODD_ALIASES = ("a/b", "", "latest", "v12", "none", "x" * 256)

CALLS = [
    # Experiments
    *[("GET", "experiments/get", {"experiment_id": each}) for each in ("77", "x", "-1", "", "{dropped}")],
    ("GET", "experiments/get", {}),
    *[("GET", "experiments/get-by-name", {"experiment_name": each}) for each in ("none", "", "dropped")],
    ("GET", "experiments/get-by-name", {}),
    *[("POST", "experiments/create", {"name": each}) for each in ("alpha", "", "x" * 501, "dropped", 7)],
    ("POST", "experiments/create", {}),
    ("POST", "experiments/create", {"name": "new", "artifact_location": "x" * 2000}),
    ("POST", "experiments/create", {"name": "new", "artifact_location": "runs:/1/a"}),
    ("POST", "experiments/create", {"name": "new", "artifact_location": "s3://b/a#b"}),
    ("POST", "experiments/create", {"name": "new", "tags": [{"key": "", "value": "1"}]}),
    *[("POST", f"experiments/{deed}", {"experiment_id": each}) for deed in ("delete", "restore") for each in ("77", "x", "")],
    ("POST", "experiments/delete", {"experiment_id": "{dropped}"}),
    ("POST", "experiments/restore", {"experiment_id": "{experiment}"}),
    *[("POST", "experiments/update", {"experiment_id": "{experiment}", **more}) for more in ({}, {"new_name": ""}, {"new_name": "x" * 501})],
    ("POST", "experiments/update", {"experiment_id": "77", "new_name": "z"}),
    *[("POST", "experiments/set-experiment-tag", {"experiment_id": "{experiment}", **more})
      for more in ({}, {"key": ""}, {"key": "a"}, {"key": "a/../b", "value": "1"}, {"key": "x" * 251, "value": "1"}, {"key": "a", "value": "x" * 5001}, {"key": "/a", "value": "1"})],
    ("POST", "experiments/set-experiment-tag", {"experiment_id": "{dropped}", "key": "a", "value": "1"}),
    ("POST", "experiments/delete-experiment-tag", {"experiment_id": "{experiment}", "key": "none"}),
    *[("POST", "experiments/search", more) for more in ({}, {"max_results": 0}, {"max_results": 50001}, {"max_results": -1}, {"max_results": 1, "page_token": "x"})],
    # Runs
    *[("POST", "runs/create", {"experiment_id": each}) for each in ("77", "x", "{dropped}")],
    ("POST", "runs/create", {"experiment_id": "{experiment}", "tags": [{"key": "mlflow.runName", "value": "a"}], "run_name": "b"}),
    ("POST", "runs/create", {"experiment_id": "{experiment}", "start_time": "x"}),
    *[("GET", "runs/get", {"run_id": each}) for each in (UNKNOWN_RUN, ODD_RUN, "", "x" * 300)],
    ("GET", "runs/get", {}),
    *[("POST", f"runs/{deed}", {"run_id": each}) for deed in ("delete", "restore") for each in (UNKNOWN_RUN, ODD_RUN, "")],
    *[("POST", "runs/update", {"run_id": each, "status": "FINISHED"}) for each in (UNKNOWN_RUN, ODD_RUN, "", "{gone}")],
    *[("POST", "runs/update", {"run_id": "{run}", **more}) for more in ({"status": 99}, {"end_time": "x"}, {"run_name": 7})],
    *[("POST", "runs/log-metric", {"key": "a", "value": 1, "timestamp": 1, "run_id": each}) for each in (UNKNOWN_RUN, ODD_RUN, "", "{gone}")],
    *[("POST", "runs/log-metric", {"run_id": "{run}", "key": "a", "value": 1.5, "timestamp": 1, **more})
      for more in ({"key": ""}, {"key": "x" * 251}, {"key": "a//b"}, {"key": "../a"}, {"value": "x"}, {"value": None}, {"timestamp": None}, {"timestamp": "x"}, {"timestamp": -1},
                   {"step": "x"}, {"key": "a\u0001"}, {"key": 7}, {"value": True})],
    *[("POST", "runs/log-parameter", {"run_id": "{run}", "key": "a", "value": "1", **more})
      for more in ({"key": ""}, {"key": "x" * 251}, {"key": "a//b"}, {"value": "x" * 6001}, {"key": "depth", "value": "4"}, {"value": None}, {"value": 7}, {"key": "depth", "value": "3"})],
    *[("POST", "runs/log-parameter", {"run_id": each, "key": "a", "value": "1"}) for each in (UNKNOWN_RUN, ODD_RUN, "", "{gone}")],
    *[("POST", "runs/set-tag", {"run_id": "{run}", "key": "a", "value": "1", **more}) for more in ({"key": ""}, {"key": "x" * 251}, {"value": "x" * 8001}, {"value": None}, {"key": "a//b"})],
    *[("POST", "runs/set-tag", {"run_id": each, "key": "a", "value": "1"}) for each in (UNKNOWN_RUN, ODD_RUN, "", "{gone}")],
    ("POST", "runs/delete-tag", {"run_id": "{run}", "key": "none"}),
    *[("POST", "runs/delete-tag", {"run_id": each, "key": "a"}) for each in (UNKNOWN_RUN, "{gone}")],
    *[("POST", "runs/log-batch", {"run_id": each}) for each in (UNKNOWN_RUN, ODD_RUN, "", "{gone}", "{run}")],
    *[("POST", "runs/log-batch", {"run_id": "{run}", **more})
      for more in ({"metrics": [{"key": "a", "value": 1, "timestamp": 1}] * 1001}, {"params": [{"key": "b", "value": "1"}, {"key": "b", "value": "2"}]},
                   {"params": [{"key": "b", "value": "1"}, {"key": "b", "value": "1"}]}, {"params": [{"key": f"p{i}", "value": "1"} for i in range(101)]},
                   {"tags": [{"key": f"t{i}", "value": "1"} for i in range(101)]}, {"metrics": [{"value": 1, "timestamp": 1}]},
                   {"metrics": [{"key": "a", "timestamp": 1}]}, {"metrics": "x"}, {"params": [{"key": "depth", "value": "9"}]}, {"tags": [{"key": "a"}]},
                   {"params": [{"key": "c"}]}, {"metrics": [{"key": "a", "value": 1}]})],
    *[("POST", "runs/log-inputs", {"run_id": "{run}", **more})
      for more in ({}, {"datasets": []}, {"datasets": [{"dataset": {"name": "d" * 501, "digest": "1", "source_type": "local", "source": "s"}}]},
                   {"models": [{"model_id": "m-none"}]}, {"datasets": [{"dataset": {"name": "d", "digest": "1" * 37, "source_type": "local", "source": "s"}}]})],
    *[("POST", "runs/log-inputs", {"run_id": each, "datasets": []}) for each in (UNKNOWN_RUN, ODD_RUN)],
    ("POST", "runs/outputs", {"run_id": UNKNOWN_RUN, "models": [{"model_id": "{model}", "step": 0}]}),
    *[("POST", "runs/log-model", {"run_id": "{run}", **more}) for more in ({}, {"model_json": "x"}, {"model_json": "{}"})],
    *[("POST", "runs/search", {"experiment_ids": ["{experiment}"], **more}) for more in ({"max_results": 50001}, {"max_results": -1}, {"filter": "a"}, {"page_token": "x"}, {"filter": 7})],
    # Metrics
    *[("GET", "metrics/get-history", {"run_id": each, "metric_key": "a"}) for each in (UNKNOWN_RUN, "{gone}", "")],
    ("GET", "metrics/get-history", {"run_id": "{run}"}),
    *[("GET", "metrics/get-history", {"run_id": "{run}", "metric_key": "none", **more}) for more in ({}, {"max_results": 0}, {"page_token": "x"})],
    *[("GET", "artifacts/list", {"run_id": each}) for each in (UNKNOWN_RUN, "")],
    *[("GET", "artifacts/list", {"run_id": "{run}", "path": each}) for each in ("../x", "/etc", "a/../..", "none", "%2e%2e")],
    # Registered models, versions, aliases, tags
    *[("GET", "registered-models/get", {"name": each}) for each in ODD_NAMES],
    *[("DELETE", "registered-models/delete", {"name": each}) for each in ODD_NAMES],
    *[("PATCH", "registered-models/update", {"name": each, "description": "d"}) for each in ODD_NAMES],
    *[("POST", "registered-models/rename", {"name": each, "new_name": "z"}) for each in ODD_NAMES],
    *[("POST", "registered-models/rename", {"name": "churn", "new_name": each}) for each in (*ODD_NAMES[:-1], "other")],
    ("POST", "registered-models/rename", {"name": "churn"}),
    *[("POST", "registered-models/create", {"name": each}) for each in (*ODD_NAMES[:-1], "churn")],
    *[("POST", "registered-models/set-tag", {"name": each, "key": "a", "value": "1"}) for each in ODD_NAMES],
    *[("POST", "registered-models/set-tag", {"name": "churn", **more}) for more in ({}, {"key": ""}, {"key": "a"}, {"key": "x" * 251, "value": "1"}, {"key": "a", "value": "x" * 100001}, {"key": "a//b", "value": "1"})],
    *[("DELETE", "registered-models/delete-tag", {"name": each, "key": "none"}) for each in (*ODD_NAMES, "churn")],
    *[("POST", "registered-models/get-latest-versions", {"name": each}) for each in ODD_NAMES],
    ("POST", "registered-models/get-latest-versions", {"name": "churn", "stages": ["Nowhere"]}),
    *[("POST", "registered-models/alias", {"name": each, "alias": "a", "version": "1"}) for each in ODD_NAMES],
    *[("POST", "registered-models/alias", {"name": "churn", "alias": each, "version": "1"}) for each in ODD_ALIASES[:4]],
    *[("POST", "registered-models/alias", {"name": "churn", "alias": "a", "version": each}) for each in ("2", "x", "", "-1", "0")],
    *[("GET", "registered-models/alias", {"name": "churn", "alias": each}) for each in ODD_ALIASES],
    *[("GET", "registered-models/alias", {"name": each, "alias": "best"}) for each in ODD_NAMES],
    *[("DELETE", "registered-models/alias", {"name": "churn", "alias": each}) for each in ODD_ALIASES],
    *[("DELETE", "registered-models/alias", {"name": each, "alias": "best"}) for each in ODD_NAMES],
    *[("POST", "model-versions/create", {"name": each, "source": "s3://a/b"}) for each in ODD_NAMES],
    *[("POST", "model-versions/create", {"name": "churn", **more}) for more in ({}, {"source": ""}, {"source": "/etc"}, {"source": "file:///etc"}, {"source": "models:/none/1"}, {"source": "s3://b/../c"}, {"source": "runs:/x"})],
    *[("GET", "model-versions/get", {"name": each, "version": "1"}) for each in ODD_NAMES],
    *[("GET", "model-versions/get", {"name": "churn", "version": each}) for each in ("2", "x", "", "0", "1.0")],
    *[("PATCH", "model-versions/update", {"name": each, "version": "1", "description": "d"}) for each in ("a/b", "none")],
    *[("PATCH", "model-versions/update", {"name": "churn", "version": each, "description": "d"}) for each in ("2", "x", "")],
    *[("DELETE", "model-versions/delete", {"name": "churn", "version": each}) for each in ("2", "x", "")],
    ("DELETE", "model-versions/delete", {"name": "a/b", "version": "1"}),
    *[("POST", "model-versions/transition-stage", {"name": "churn", "version": "1", **more}) for more in ({}, {"stage": "Nowhere"}, {"stage": ""})],
    ("POST", "model-versions/transition-stage", {"name": "churn", "version": "2", "stage": "Staging"}),
    ("POST", "model-versions/transition-stage", {"name": "a/b", "version": "1", "stage": "Staging"}),
    *[("POST", "model-versions/set-tag", {"name": "churn", "version": "1", **more}) for more in ({}, {"key": ""}, {"key": "x" * 251, "value": "1"}, {"key": "a//b", "value": "1"})],
    *[("POST", "model-versions/set-tag", {"name": each, "version": "1", "key": "a", "value": "1"}) for each in ("a/b", "none")],
    ("POST", "model-versions/set-tag", {"name": "churn", "version": "2", "key": "a", "value": "1"}),
    *[("DELETE", "model-versions/delete-tag", {"name": "churn", "version": each, "key": "none"}) for each in ("1", "2", "x")],
    *[("GET", "model-versions/get-download-uri", {"name": each, "version": "1"}) for each in ("a/b", "none", "churn")],
    *[("GET", f"{what}/search", {"max_results": each}) for what in ("registered-models", "model-versions") for each in ("x", "1001", "200001")],
    *[("GET", f"{what}/search", {"filter": each}) for what in ("registered-models", "model-versions") for each in ("name", "name = churn", "color = 'a'", "name IN ()", "run_id IN ()", "name ILIKE '%CH%'")],
    # Logged models
    *[("GET", f"logged-models/{each}", {}) for each in ("m-none", "none")],
    *[("DELETE", f"logged-models/{each}", {}) for each in ("m-none",)],
    *[("PATCH", f"logged-models/{each}", {"model_id": each, "status": 2}) for each in ("m-none",)],
    *[("POST", "logged-models", more) for more in ({}, {"experiment_id": "77"}, {"experiment_id": "x"}, {"experiment_id": "{experiment}", "name": "a/b"}, {"experiment_id": "{experiment}", "name": "a:b"},
                                                   {"experiment_id": "{experiment}", "source_run_id": UNKNOWN_RUN}, {"experiment_id": "{dropped}"}, {"experiment_id": "{experiment}", "params": [{"key": "x" * 251, "value": "1"}]})],
    ("PATCH", "logged-models/{model}/tags", {"tags": [{"key": "", "value": "1"}]}),
    ("DELETE", "logged-models/{model}/tags/none", {}),
    *[("POST", "logged-models/search", {"experiment_ids": ["{experiment}"], **more}) for more in ({"filter": "x"}, {"filter": "name IN ('m')"})],
]

WRONG = (400, "INVALID_PARAMETER_VALUE")
TAKEN, BROKEN, HIDDEN = (200, ""), (500, ""), (400, "BAD_REQUEST")

# Where MLflow's server breaks, shows a sentence of its database, or takes something else than what was said: what each answers.
APART = [
    ("GET", "experiments/get", {"experiment_id": "1" * 30}, WRONG, (500, "INTERNAL_ERROR")),
    ("POST", "experiments/create", {"name": " "}, WRONG, TAKEN),
    ("POST", "experiments/update", {"experiment_id": "{experiment}", "new_name": "dropped"}, (400, "RESOURCE_ALREADY_EXISTS"), HIDDEN),
    ("POST", "experiments/update", {"experiment_id": "{dropped}", "new_name": "z"}, WRONG, (500, "INVALID_STATE")),
    # It means the default experiment, and trips over a key of its database.
    ("POST", "runs/create", {}, TAKEN, HIDDEN),
    ("POST", "runs/create", {"experiment_id": ""}, TAKEN, HIDDEN),
    ("POST", "runs/create", {"experiment_id": "{experiment}", "tags": {"a": 1}}, WRONG, TAKEN),
    ("POST", "runs/update", {"run_id": "{run}", "status": "DONE"}, WRONG, TAKEN),
    *[("POST", "runs/log-metric", {"run_id": "{run}", "key": "a", "value": 1.5, "timestamp": 1, "step": each}, WRONG, TAKEN) for each in (1.5, 2**63)],
    ("POST", "runs/log-metric", {"run_id": "{run}", "key": "a", "value": 1.5, "timestamp": 1, "model_id": "m-none"}, WRONG, HIDDEN),
    ("POST", "runs/log-batch", {"run_id": "{run}", "metrics": [{"key": "a", "value": "x", "timestamp": 1}]}, WRONG, TAKEN),
    ("POST", "runs/log-batch", {"run_id": "{run}", "metrics": [7]}, WRONG, BROKEN),
    *[("POST", "runs/log-inputs", {"run_id": "{run}", "datasets": [each]}, WRONG, TAKEN) for each in ({}, {"dataset": {"name": "d"}})],
    ("POST", "runs/log-model", {"run_id": "{run}", "model_json": "[]"}, WRONG, BROKEN),
    ("POST", "runs/search", {"experiment_ids": ["{experiment}"], "run_view_type": "X"}, WRONG, TAKEN),
    ("GET", "metrics/get-history", {"run_id": "{run}", "metric_key": "none", "max_results": "x"}, WRONG, TAKEN),
    ("POST", "registered-models/create", {"name": "x" * 300}, WRONG, TAKEN),
    ("POST", "model-versions/transition-stage", {"name": "churn", "version": "1", "stage": "None", "archive_existing_versions": True}, WRONG, (500, "INTERNAL_ERROR")),
    *[("GET", "registered-models/search", {"max_results": each}, WRONG, TAKEN) for each in ("0", "-1")],
    ("POST", "logged-models/search", {"experiment_ids": ["{experiment}"], "max_results": -1}, WRONG, TAKEN),
    ("POST", "logged-models/search", {"experiment_ids": ["{experiment}"], "filter": "name IN ()"}, WRONG, TAKEN),
    ("POST", "logged-models/search", {"experiment_ids": ["{experiment}"], "page_token": "x"}, WRONG, BROKEN),
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call[1]} {call[2]}"[:80].replace("/", "."))
def test_a_wrong_call_is_answered_as_by_mlflow(ours, peer, call):
    method, path, fields = call
    assert ours.outcome(method, path, **fields) == peer.outcome(method, path, **fields)


@pytest.mark.parametrize("call", APART, ids=lambda call: f"{call[1]} {call[2]}"[:80].replace("/", "."))
def test_where_mlflow_breaks_or_guesses_the_call_is_refused(ours, peer, call):
    method, path, fields, answered, mlflow = call
    assert (ours.outcome(method, path, **fields), peer.outcome(method, path, **fields)) == (answered, mlflow)
