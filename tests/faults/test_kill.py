"""A server that is killed under load, again and again: nothing that a client was told is written is ever lost."""

import json
import pathlib
import queue
import random
import subprocess
import sys
import threading

import pytest
import requests

import power_loss
from cairn_server import PATIENCE, Server
from written import Written

HERE = pathlib.Path(__file__).resolve().parent


class Writers:
    """One process of the real client and two that speak HTTP themselves; they live through all rounds."""

    def __init__(self, name):
        self.said = queue.Queue()
        self.processes = [self.begin(kind, f"{name}-{n}") for n, kind in enumerate(["mlflow", "raw", "raw"])]

    def begin(self, kind, name):
        process = subprocess.Popen([sys.executable, HERE / "writer.py", kind, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=lambda: [self.said.put(json.loads(line)) for line in process.stdout], daemon=True).start()
        return process

    def start(self, uri, experiment):
        for process in self.processes:
            process.stdin.write(json.dumps({"uri": uri, "experiment": experiment}) + "\n")
            process.stdin.flush()

    def listen(self, written, server, kill_after=None):
        """Until all have lost the server; it is killed after so many acknowledgements, unless it dies by itself."""
        acknowledged, working = 0, len(self.processes)
        while working:
            said = self.said.get(timeout=PATIENCE)
            if "broken" in said:
                assert server.end() == -9, f"the server refused a write: {said['why']}\n{server.words()[-2000:]}"
                written.broken(said["broken"])
                working -= 1
            else:
                written.acknowledged(said["acknowledged"])
                acknowledged += 1
                if acknowledged == kill_after:
                    server.process.kill()
        return acknowledged

    def end(self):
        for process in self.processes:
            process.stdin.close()
            assert process.wait(PATIENCE) == 0
            process.stdout.close()


@pytest.fixture
def writers(request):
    begun = Writers(request.node.name)
    yield begun
    begun.end()


@pytest.fixture
def server(tmp_path, writers):
    """Ended before the writers, which go on as long as it answers."""
    (tmp_path / "data").mkdir()
    with Server(tmp_path / "data") as running:
        yield running


def new_experiment(uri):
    return requests.post(f"{uri}/api/2.0/mlflow/experiments/create", json={"name": "load"}, timeout=60).json()["experiment_id"]


def check(server, written, experiment, runs=None):
    written.check(server.uri, experiment, runs)
    verdict, code = server.verify()
    assert (verdict["sound"], verdict["problems"], code) == (True, [], 0)


def report(title, times, total):
    print(f"{title}: {len(times)} restarts, {total} acknowledged writes, first answer after {min(times):.0f} to {max(times):.0f} ms")


def test_no_acknowledged_write_is_lost_by_kill_9(server, writers, thorough):
    chance, written, times, total = random.Random(9), Written(), [], 0
    assert server.start()
    experiment = new_experiment(server.uri)
    for _ in range(50 if thorough else 10):
        writers.start(server.uri, experiment)
        total += writers.listen(written, server, kill_after=chance.randrange(20, 300))
        assert server.start(), server.words()
        times.append(server.first_answer_ms)
        check(server, written, experiment)
    check(server, written, experiment, runs=list(written.runs))
    assert server.stop() == 0
    report("kill -9", times, total)


def test_no_acknowledged_write_is_lost_when_unsynced_bytes_are(tmp_path, server, writers, thorough):
    chance, written, times, total, lost = random.Random(7), Written(), [], 0, 0
    data, journal = server.data, tmp_path / "journal"
    library = power_loss.build_shim(tmp_path)
    assert server.start()
    experiment = new_experiment(server.uri)
    assert server.stop() == 0
    for _ in range(50 if thorough else 10):
        # Now and then so early that it dies while it is starting.
        end = chance.randrange(1, 60) if chance.random() < 0.2 else chance.randrange(200, 6000)
        if server.start(power_loss.preloaded(library, data, journal, UNSYNCED_DIE_AT=end)):
            writers.start(server.uri, experiment)
            total += writers.listen(written, server)
        else:
            assert server.end() == -9, server.words()
        lost += power_loss.fail(data, journal, chance)
        assert server.start(), server.words()
        times.append(server.first_answer_ms)
        check(server, written, experiment)
        assert server.stop() == 0
    assert server.start()
    check(server, written, experiment, runs=list(written.runs))
    assert server.stop() == 0
    assert total > 0 and lost > 0, "the rounds neither wrote nor lost anything, so they have shown nothing"
    report(f"power lost with {lost} changes", times, total)
