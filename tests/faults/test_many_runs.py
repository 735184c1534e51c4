"""A store with many runs, most of which nobody ever ended: it starts at once, and searches answer at once, the first one too."""

import concurrent.futures
import http.client
import json
import os
import pathlib
import statistics

import pytest
from cairn_server import Server

API = "/api/2.0/mlflow/"
WRITERS = 8
STEPS = 25
KEYS = [f"metric_{i}" for i in range(9)] + ["loss"]


class Calls:
    """One connection."""

    def __init__(self, uri):
        self.wire = http.client.HTTPConnection(uri.removeprefix("http://"), timeout=60)

    def post(self, path, body):
        self.wire.request("POST", API + path, json.dumps(body), {"Content-Type": "application/json"})
        answer = self.wire.getresponse()
        text = answer.read()
        assert answer.status == 200, text
        return json.loads(text)


def fill(uri, experiments, numbers):
    calls = Calls(uri)
    for number in numbers:
        made = {"experiment_id": experiments[number % len(experiments)], "start_time": number, "run_name": str(number)}
        run = calls.post("runs/create", made)["run"]["info"]["run_id"]
        metrics = [{"key": key, "value": number * 7919 % 10007 + step / 100, "timestamp": step, "step": step} for step in range(STEPS) for key in KEYS]
        calls.post("runs/log-batch", {"run_id": run, "metrics": metrics, "params": [{"key": "depth", "value": str(number % 5)}]})
        if number % 10 == 0:
            calls.post("runs/update", {"run_id": run, "status": "FINISHED", "end_time": number + 1})


def processor_ms(process):
    """What a process has used until now: unlike the clock on the wall, it does not run on while others have the machine."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def expected(numbers, experiments, searched, below):
    """The names of the hundred runs of the question, worked out by hand."""
    value = {n: n * 7919 % 10007 + (STEPS - 1) / 100 for n in numbers}
    found = [n for n in numbers if experiments[n % len(experiments)] in searched and n % 5 == 3 and value[n] < below]
    return [str(n) for n in sorted(found, key=lambda n: (value[n], -n))[:100]]


@pytest.mark.timeout(1800)
def test_many_runs_that_nobody_ended_are_searched_at_once(tmp_path, thorough):
    numbers = range(20_000 if thorough else 600)
    with Server(tmp_path / "data") as server:
        assert server.start(), server.words()
        calls = Calls(server.uri)
        experiments = [calls.post("experiments/create", {"name": f"e{n}"})["experiment_id"] for n in range(3)]
        with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
            for done in [pool.submit(fill, server.uri, experiments, numbers[start::WRITERS]) for start in range(WRITERS)]:
                done.result()
        assert server.stop() == 0
        assert server.start(), server.words()
        assert server.first_answer_ms < 1500, f"the first answer came after {server.first_answer_ms:.0f} ms"
        calls = Calls(server.uri)
        for searched in (experiments[:1], experiments[1:], experiments):
            question = {"experiment_ids": searched, "filter": "metrics.loss < 5003 and params.depth = '3'", "order_by": ["metrics.loss ASC"], "max_results": 100}
            times = []
            for _ in range(15):
                began = processor_ms(server.process)
                found = calls.post("runs/search", question)["runs"]
                times.append(processor_ms(server.process) - began)
            assert [run["info"]["run_name"] for run in found] == expected(numbers, experiments, searched, 5003)
            assert all(len(run["data"]["metrics"]) == len(KEYS) for run in found)
            # Folding all runs, or looking at each of them, takes far longer.
            assert times[0] < 1500 and statistics.median(times) < 100, [round(one) for one in times]
