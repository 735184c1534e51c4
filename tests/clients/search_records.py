"""Records for searches: the same on each server that is loaded with them, so that what two servers find can be compared."""

import json
import re
import time

import requests


class Loaded:
    """A server with the records of this file, and the ids that it gave them by the names that they have on both."""

    def __init__(self, uri):
        self.uri = uri
        self.session = requests.Session()
        self.ids = {}
        self.load_experiments()
        self.load_runs()
        self.load_logged_models()
        self.load_registry()

    def call(self, method, path, **body):
        answer = self.session.request(method, f"{self.uri}/api/2.0/mlflow/{path}", json=body, timeout=30)
        return answer.status_code, answer.json()

    def done(self, method, path, **body):
        status, answer = self.call(method, path, **body)
        assert status == 200, (path, body, answer)
        # The next record gets a later time, since equal times are told apart by ids that only one server has.
        told = time.time_ns() // 1_000_000
        while time.time_ns() // 1_000_000 == told:
            pass
        return answer

    def load_experiments(self):
        for name, tags in [("alpha", {"team": "blue"}), ("beta", {"team": "Red", "a b": "1"}), ("Gamma", {}), ("delta", {"team": ""}), ("gone", {})]:
            pairs = [{"key": key, "value": value} for key, value in tags.items()]
            self.ids[name] = self.done("POST", "experiments/create", name=name, tags=pairs)["experiment_id"]
        self.done("POST", "experiments/delete", experiment_id=self.ids["gone"])

    def load_runs(self):
        kinds = ["tree", "forest", "Tree", "a%b"]
        ends = ["FINISHED", "FAILED", "KILLED"]
        for i in range(24):
            name = f"r{i:02}"
            experiment = self.ids["alpha" if i % 4 else "beta"]
            created = self.done("POST", "runs/create", experiment_id=experiment, run_name=name, start_time=1000 + i * 7 % 24, user_id=f"user{i % 3}")
            run = self.ids[name] = created["run"]["info"]["run_id"]
            metrics = [{"key": "val loss", "value": i / 10, "timestamp": 1, "step": 0}]
            if i % 5 == 0:
                metrics = []
            elif i % 7 == 0:
                metrics[0]["value"] = "NaN"
            metrics += [{"key": "acc", "value": (i * 5 % 24 + step) / 10, "timestamp": 1 + step, "step": step} for step in (0, 1)]
            params = [{"key": "lr", "value": str(0.01 * (i % 6))}] + ([{"key": "kind", "value": kinds[i % 4]}] if i % 6 else [])
            tags = [{"key": "my color", "value": ["red", "RED", "it's", ""][i % 4]}] if i % 2 else []
            self.done("POST", "runs/log-batch", run_id=run, metrics=metrics, params=params, tags=tags)
            if i % 3 == 0:
                source = {"name": f"set{i % 2}", "digest": f"d{i}", "source_type": "http", "source": "{}"}
                context = [{"key": "mlflow.data.context", "value": ["training", "eval"][i % 2]}]
                self.done("POST", "runs/log-inputs", run_id=run, datasets=[{"dataset": source, "tags": context}])
            if i % 8:
                self.done("POST", "runs/update", run_id=run, status=ends[i % 3], end_time=2000 + i)
        self.done("POST", "runs/delete", run_id=self.ids["r23"])

    def load_logged_models(self):
        for i in range(6):
            wanted = {"experiment_id": self.ids["alpha"], "name": f"m{i}", "source_run_id": self.ids["r01" if i % 2 else "r02"]}
            if i != 3:
                wanted["model_type"] = ["sklearn", "Torch"][i % 2]
            wanted["params"] = [{"key": "depth", "value": str(i)}]
            wanted["tags"] = [{"key": "stage", "value": ["old", "New"][i % 2]}] if i else []
            made = self.done("POST", "logged-models", **wanted)["model"]["info"]["model_id"]
            self.ids[f"m{i}"] = made
            if i % 3:
                status = ["LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED"][i % 3 - 1]
                self.done("PATCH", f"logged-models/{made}", model_id=made, status=status)
            for step in range(2 if i % 3 else 0):
                metric = {"key": "f1", "value": i / 10 - step / 2, "timestamp": 10 + step, "step": step, "model_id": made}
                metric |= {"dataset_name": f"set{step}", "dataset_digest": f"d{i}"}
                self.done("POST", "runs/log-batch", run_id=self.ids["r01"], metrics=[metric])

    def load_registry(self):
        for i, name in enumerate(["churn", "Churn2", "fraud", "greeting"]):
            tags = [{"key": "team", "value": ["blue", "Red"][i % 2]}] if i != 2 else []
            if name == "greeting":
                tags.append({"key": "mlflow.prompt.is_prompt", "value": "true"})
            self.done("POST", "registered-models/create", name=name, tags=tags)
            for version in range(1, 4):
                tags = [{"key": "ok", "value": f"v{version}"}] if version > 1 else []
                if name == "greeting":
                    tags.append({"key": "mlflow.prompt.is_prompt", "value": "true"})
                source = "dummy-source" if name == "greeting" else f"s3://bucket/{name}/{version}"
                self.done("POST", "model-versions/create", name=name, source=source, run_id=self.ids[f"r0{version}"], tags=tags)
        self.done("PATCH", "registered-models/update", name="churn", description="newer")

    def find(self, kind, filter_string, order, **more):
        """What a search gives: names in order and "" for no error, or no names and the code of the error."""
        filter_string = re.sub(r"\{(\w+)\}", lambda name: self.ids[name[1]], filter_string)
        body = {"filter": filter_string, "max_results": 100, **more}
        if order:
            body["order_by"] = order
        if kind in ("runs", "logged-models"):
            body.setdefault("experiment_ids", [self.ids["alpha"], self.ids["beta"]])
        path = {"models": "registered-models", "versions": "model-versions"}.get(kind, kind) + "/search"
        if kind in ("models", "versions"):
            answer = self.session.get(f"{self.uri}/api/2.0/mlflow/{path}", params=body, timeout=30)
            status, found = answer.status_code, answer.json() if answer.status_code < 500 else {"error_code": "broken"}
        else:
            status, found = self.call("POST", path, **body)
        if status != 200:
            return status, found["error_code"], []
        return status, "", [NAMES[kind](one) for one in found.get(LISTS[kind], [])]


LISTS = {"runs": "runs", "experiments": "experiments", "models": "registered_models", "versions": "model_versions", "logged-models": "models"}
NAMES = {
    "runs": lambda run: run["info"]["run_name"],
    "experiments": lambda experiment: experiment["name"],
    "models": lambda model: model["name"],
    "versions": lambda version: f"{version['name']} {version['version']}",
    "logged-models": lambda model: model["info"]["name"],
}


class Remembered(Loaded):
    """One whose records stay as they are: it is asked each question once, however many others are compared with it."""

    def __init__(self, uri):
        self.answers = {}
        super().__init__(uri)

    def find(self, *question, **more):
        return self.once(super().find, *question, **more)

    def call(self, method, path, **body):
        return self.once(super().call, method, path, **body) if path.endswith("search") else super().call(method, path, **body)

    def once(self, ask, *question, **more):
        key = ask.__name__ + json.dumps([question, more], sort_keys=True)
        if key not in self.answers:
            self.answers[key] = ask(*question, **more)
        return self.answers[key]
