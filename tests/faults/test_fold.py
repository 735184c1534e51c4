"""A server killed while it folds logged points into chunks: every acknowledged point is there once, and no other twice."""

import random
import threading

import pytest
import requests

from cairn_server import Server

KEYS = ["loss", "accuracy", "f1", "late"]
RUNS = 3
BATCH = 200


def call(uri, method, path, **content):
    answer = requests.request(method, f"{uri}/api/2.0/mlflow/{path}", timeout=60, **content)
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
    return answer.json()


class Load:
    """One thread logs to each run, two search without pause, so that folds come as often as batches do."""

    def __init__(self, uri, experiment, runs, sent):
        self.uri, self.experiment, self.broken = uri, experiment, threading.Event()
        self.acknowledged, self.arrived, self.refused = 0, threading.Condition(), []
        loops = [lambda run=run: self.log(run, sent[run]) for run in runs] + [self.search] * 2
        self.threads = [threading.Thread(target=self.until_broken, args=(loop,)) for loop in loops]
        for thread in self.threads:
            thread.start()

    def until_broken(self, loop):
        try:
            while not self.broken.is_set():
                loop()
        except requests.exceptions.RequestException:
            self.broken.set()
        except AssertionError as refusal:
            self.refused.append(refusal)
            self.broken.set()
        finally:
            with self.arrived:
                self.arrived.notify_all()

    def log(self, run, sent):
        """Steps rise, but those of the last key fall: its points go in among chunks that are there."""
        first = len(sent) * BATCH
        points = [(KEYS[n % len(KEYS)], n / 7, 1000 + n, 10**6 - n if n % len(KEYS) == 3 else n) for n in range(first, first + BATCH)]
        sent.append({"points": points, "acknowledged": False})
        metrics = [dict(zip(("key", "value", "timestamp", "step"), point)) for point in points]
        call(self.uri, "POST", "runs/log-batch", json={"run_id": run, "metrics": metrics})
        with self.arrived:
            sent[-1]["acknowledged"] = True
            self.acknowledged += 1
            self.arrived.notify_all()

    def search(self):
        call(self.uri, "POST", "runs/search", json={"experiment_ids": [self.experiment], "filter": "metrics.loss > 0"})

    def wait_for(self, acknowledged):
        with self.arrived:
            assert self.arrived.wait_for(lambda: self.acknowledged >= acknowledged or self.broken.is_set(), timeout=60)

    def join(self):
        for thread in self.threads:
            thread.join(60)
            assert not thread.is_alive()
        assert not self.refused


def points_of(uri, run, key):
    metrics = call(uri, "GET", "metrics/get-history", params={"run_id": run, "metric_key": key})["metrics"]
    return [(key, m["value"], m["timestamp"], m["step"]) for m in metrics]


def check(uri, experiment, sent):
    """All of a batch or nothing of it, and all of an acknowledged one. A batch that nobody answered is from now on what was found."""
    found = call(uri, "POST", "runs/search", json={"experiment_ids": [experiment]})["runs"]
    latest = {run["info"]["run_id"]: {m["key"]: m["step"] for m in run["data"]["metrics"]} for run in found}
    for run, batches in sent.items():
        there = {key: points_of(uri, run, key) for key in KEYS}
        for key, points in there.items():
            assert len(points) == len(set(points)), f"{key} of {run} has points twice"
        everything = {point for points in there.values() for point in points}
        for number, batch in enumerate(batches):
            count = len(everything & set(batch["points"]))
            assert count in ((BATCH,) if batch["acknowledged"] else (0, BATCH)), f"batch {number} of {run}: {count} of {BATCH} points"
            batch["acknowledged"] = count == BATCH
        known = {point for batch in batches if batch["acknowledged"] for point in batch["points"]}
        assert everything == known
        assert latest[run] == {key: max(point[3] for point in points) for key, points in there.items() if points}
        # The next round numbers its batches by how many there are, so one that is lost is sent again.
        while batches and not batches[-1]["acknowledged"]:
            batches.pop()


@pytest.fixture
def server(tmp_path):
    (tmp_path / "data").mkdir()
    with Server(tmp_path / "data") as running:
        yield running


def test_a_kill_in_the_middle_of_folding_loses_and_doubles_nothing(server, thorough):
    chance = random.Random(3)
    assert server.start()
    experiment = call(server.uri, "POST", "experiments/create", json={"name": "folds"})["experiment_id"]
    runs = [call(server.uri, "POST", "runs/create", json={"experiment_id": experiment, "start_time": 1})["run"]["info"]["run_id"] for _ in range(RUNS)]
    sent = {run: [] for run in runs}
    for _ in range(60 if thorough else 12):
        load = Load(server.uri, experiment, runs, sent)
        load.wait_for(chance.randrange(3, 40))
        assert server.kill() == -9
        load.join()
        assert server.start(), server.words()
        check(server.uri, experiment, sent)
    assert sum(len(batches) for batches in sent.values()) > 30
    assert server.stop() == 0
