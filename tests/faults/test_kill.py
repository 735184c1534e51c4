"""A server that is killed under load, again and again: nothing that a client was told is written is ever lost."""

import json
import os
import pathlib
import queue
import random
import subprocess
import sys
import threading

import pytest
import requests

import power_loss
from cairn_server import PATIENCE, ROOT, Server
from written import Written

HERE = pathlib.Path(__file__).resolve().parent


class Writers:
    """Processes that write: one of them the real client, the others speak HTTP themselves; they live through all rounds."""

    def __init__(self, name, number):
        self.said = queue.Queue()
        self.processes = [self.begin("raw" if n else "mlflow", f"{name}-{n}") for n in range(number)]

    def begin(self, kind, name):
        process = subprocess.Popen([sys.executable, HERE / "writer.py", kind, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=lambda: [self.said.put((process, json.loads(line))) for line in process.stdout], daemon=True).start()
        return process

    def start(self, uri, experiment):
        for process in self.processes:
            self.go_on(process, uri, experiment)

    def go_on(self, process, uri, experiment):
        process.stdin.write(json.dumps({"uri": uri, "experiment": experiment}) + "\n")
        process.stdin.flush()

    def listen(self, written, server, kill_after=None):
        """Until all have lost the server; it is killed after so many acknowledgements, unless it dies by itself."""
        acknowledged, working = 0, len(self.processes)
        while working:
            _, said = self.said.get(timeout=PATIENCE)
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
def writers(request, thorough):
    begun = Writers(request.node.name, 16 if thorough else 3)
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
    for _ in range(200 if thorough else 10):
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


@pytest.fixture
def postgres(request):
    """A PostgreSQL of its own: its URL, and what kills it and starts it again."""
    tool, name = str(ROOT / "tools" / "postgres.sh"), f"restarted-{os.getpid()}"
    run = lambda verb: subprocess.run([tool, verb, name], check=True, capture_output=True, text=True, timeout=PATIENCE).stdout.strip()
    yield run("start"), lambda: run("restart")
    run("stop")


def test_no_acknowledged_write_is_lost_or_doubled_when_postgresql_restarts(tmp_path, writers, postgres, thorough):
    url, restart = postgres
    chance, written, refusals = random.Random(5), Written(), 0
    (tmp_path / "data").mkdir()
    with Server(tmp_path / "data", options=["--store", url]) as server:
        assert server.start(), server.words()
        experiment = new_experiment(server.uri)
        writers.start(server.uri, experiment)
        for _ in range(20 if thorough else 3):
            for _ in range(chance.randrange(20, 200)):
                refusals += heard(writers, written, server, experiment)
            restart()
        server.process.kill()
        writers.listen(written, server)
        assert refusals > 0, "no writer noticed a restart, so the rounds have shown nothing"
        assert server.start(), server.words()
        check(server, written, experiment, runs=list(written.runs))
        assert server.stop() == 0


def heard(writers, written, server, experiment):
    """One more word of a writer; whoever was refused begins again. Gives the number of refusals."""
    process, said = writers.said.get(timeout=PATIENCE)
    if "acknowledged" in said:
        written.acknowledged(said["acknowledged"])
        return 0
    assert server.process.poll() is None, f"the server ended: {server.words()[-2000:]}"
    written.broken(said["broken"])
    writers.go_on(process, server.uri, experiment)
    return 1

