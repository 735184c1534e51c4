"""What writers were told is written, and what a server says is there."""

import collections
import copy
import hashlib

import requests

from writer import text_of


def new_run():
    return {"params": {}, "tags": {}, "points": collections.Counter(), "artifacts": {}, "ended": False}


def apply(state, deed):
    if deed["do"] in ("metric", "metrics"):
        state["points"].update({tuple(point): 1 for point in deed["points"]})
    elif deed["do"] in ("params", "tags"):
        state[deed["do"]].update(deed["values"])
    elif deed["do"] == "artifact":
        state["artifacts"][deed["path"]] = hashlib.sha256(text_of(*deed["text_of"]).encode()).hexdigest()
    elif deed["do"] == "end":
        state["ended"] = True


class Written:
    """The acknowledged state of every run, and what may or may not have been written beside it."""

    def __init__(self):
        self.runs, self.touched, self.pending = {}, set(), []

    def acknowledged(self, deed):
        self.touched.add(deed["run"])
        apply(self.runs.setdefault(deed["run"], new_run()), deed)

    def broken(self, deed):
        if deed["run"] is not None:
            self.pending.append(deed)

    def check(self, uri, experiment, runs=None):
        """Every acknowledged write of `runs` (of those touched since the last check) is there once; of an unacknowledged one
        nothing or all."""
        found = collections.Counter(run_ids(uri, experiment))
        for run in self.touched if runs is None else runs:
            assert found[run] == 1, f"the acknowledged run {run} is there {found[run]} times"
            actual, expected = state_of(uri, experiment, run, self.paths_of(run)), self.runs[run]
            for deed in (d for d in self.pending if d["run"] == run):
                with_it = copy.deepcopy(expected)
                apply(with_it, deed)
                if actual == with_it:
                    expected = with_it
            assert actual == expected, f"run {run}: {difference(actual, expected)}"
            self.runs[run] = expected
        self.touched, self.pending = set(), []

    def paths_of(self, run):
        pending = {deed["path"] for deed in self.pending if deed["run"] == run and deed["do"] == "artifact"}
        return pending | set(self.runs[run]["artifacts"])


def difference(actual, expected):
    parts = []
    for name in expected:
        if actual[name] == expected[name]:
            continue
        if name == "ended":
            parts.append(f"ended is {actual[name]}")
            continue
        lost = {k: v for k, v in expected[name].items() if actual[name].get(k) != v}
        more = {k: v for k, v in actual[name].items() if expected[name].get(k) != v}
        parts.append(f"{len(lost)} of {len(expected[name])} acknowledged {name} are not there {str(lost)[:200]}; "
                     f"{len(more)} others are {str(more)[:200]}")
    return "; ".join(parts)


def run_ids(uri, experiment):
    page = None
    while page != "":
        body = {"experiment_ids": [experiment], "max_results": 1000, "page_token": page or ""}
        answer = requests.post(f"{uri}/api/2.0/mlflow/runs/search", json=body, timeout=60).json()
        yield from (run["info"]["run_id"] for run in answer.get("runs", []))
        page = answer.get("next_page_token", "")


def state_of(uri, experiment, run, paths):
    with requests.Session() as session:
        got = session.get(f"{uri}/api/2.0/mlflow/runs/get", params={"run_id": run}, timeout=60).json()["run"]
        state, data = new_run(), got["data"]
        state["params"] = {p["key"]: p["value"] for p in data.get("params", [])}
        state["tags"] = {t["key"]: t["value"] for t in data.get("tags", []) if t["key"].startswith("t.")}
        state["ended"] = got["info"]["status"] == "FINISHED"
        for metric in data.get("metrics", []):
            asked = {"run_id": run, "metric_key": metric["key"]}
            history = session.get(f"{uri}/api/2.0/mlflow/metrics/get-history", params=asked, timeout=60).json()
            state["points"].update((p["key"], p["value"], p["timestamp"], p["step"]) for p in history["metrics"])
        for path in paths:
            url = f"{uri}/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/{path}"
            answer = session.get(url, timeout=60)
            if answer.status_code == 200:
                state["artifacts"][path] = hashlib.sha256(answer.content).hexdigest()
            else:
                assert answer.status_code == 404, answer.text
    return state
