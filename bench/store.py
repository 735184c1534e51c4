"""A store of 200,000 runs with 50,000,000 metric points: start, memory, and searches over 8 connections while some runs are not folded.

    store.py [--small]    --small: a tenth of the runs"""

import argparse
import contextlib
import json
import os
import threading
import time

import measure
from tracking import CONNECTIONS, API, FILTER, Table

RUNS = 200_000
KEYS = ["loss"] + [f"metric_{i}" for i in range(9)]
STEPS = 25
SHARES = (0.5, 0.25, 0.15, 0.1)  # of the runs that each experiment has
LIVE = 100  # one run in so many is never ended
SEARCHES = 2000  # About two seconds: what else the machine does for a moment does not decide.
LOGGING = 16  # runs that log while searches go on


class BigStore:
    """The experiments of one server, and what fills them."""

    def __init__(self, uri, folder):
        self.uri, self.folder, self.experiments = uri, folder, []

    def load(self, call, name, body, requests, ids=None):
        file = self.folder / f"{name}.json"
        file.write_text(body)
        return measure.load(self.uri, API + call, file, requests, CONNECTIONS, ids=ids)

    def fill(self, runs):
        # The last step's value is what is searched: scattered over the runs, and apart from the parameter.
        points = ",".join(f'{{"key":"{key}","value":{{n*7919%99991}}.{step}e-5,"timestamp":{1_700_000_000_000 + step},"step":{step}}}'
                          for step in range(STEPS) for key in KEYS)
        params = '{"key":"depth","value":"{n%5}"},{"key":"seed","value":"{n}"}'
        for number, share in enumerate(SHARES):
            experiment = measure.post(self.uri, API + "experiments/create", {"name": f"big {number}"})["experiment_id"]
            self.experiments.append(experiment)
            count = int(runs * share)
            self.load("runs/create", "new", f'{{"experiment_id":"{experiment}","start_time":1{{n}},"tags":[{{"key":"mlflow.user","value":"bench"}}]}}', count)
            ids = self.ids_of(experiment)
            assert len(ids) == count
            self.load("runs/log-batch", "batch", f'{{"run_id":"{{id}}","metrics":[{points}],"params":[{params}]}}', count, self.listed("all", ids))
            ended = [run for place, run in enumerate(ids) if place % LIVE]
            self.load("runs/update", "end", '{"run_id":"{id}","status":"FINISHED","end_time":2}', len(ended), self.listed("ended", ended))

    def listed(self, name, ids):
        file = self.folder / f"{name}.ids"
        file.write_text("".join(run + "\n" for run in ids))
        return file

    def ids_of(self, experiment):
        ids, page = [], ""
        while True:
            found = measure.post(self.uri, API + "runs/search", {"experiment_ids": [experiment], "max_results": 20_000, "page_token": page})
            ids += [run["info"]["run_id"] for run in found["runs"]]
            page = found.get("next_page_token", "")
            if not page:
                return ids

    def search(self, experiments, **changed):
        """The times of one search, after a look at its answer."""
        question = {"experiment_ids": experiments, **FILTER, **changed}
        found = measure.post(self.uri, API + "runs/search", question)["runs"]
        assert len(found) == 100, f"{len(found)} runs were found"
        for run in found:
            assert {param["key"]: param["value"] for param in run["data"]["params"]}["depth"] == "3"
        # Each another one, so that none is answered as the one before.
        return self.load("runs/search", "search", json.dumps(question).replace("loss < 0.5", "loss < 0.5{n}"), SEARCHES)

    @contextlib.contextmanager
    def logging(self):
        """Some runs log a point every tenth of a second each, as trainers do."""
        runs = [measure.post(self.uri, API + "runs/create", {"experiment_id": self.experiments[0], "start_time": 3})["run"]["info"]["run_id"]
                for _ in range(LOGGING)]
        ended = threading.Event()

        def log():
            step = 0
            while not ended.wait(0.1 / LOGGING):
                point = {"run_id": runs[step % LOGGING], "key": "loss", "value": 0.9, "timestamp": step, "step": step}
                measure.post(self.uri, API + "runs/log-metric", point)
                step += 1

        thread = threading.Thread(target=log)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def memory_mib(process):
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--small", action="store_true")
    runs = RUNS // 10 if options.parse_args().small else RUNS
    table = Table()
    with measure.workspace() as folder:
        with measure.cairn_up(folder) as (_, uri):
            store = BigStore(uri, folder)
            began = time.monotonic()
            store.fill(runs)
            print(f"{runs:,} runs with {runs * STEPS * len(KEYS):,} points in {time.monotonic() - began:,.0f} s, "
                  f"{(folder / 'data' / 'cairn.db').stat().st_size / 2**20:,.0f} MiB", flush=True)
        os.sync()  # What the filling left to be written is not the searches' to wait for.
        began = time.monotonic()
        with measure.cairn_up(folder) as (process, store.uri):
            assert measure.answers(store.uri + "/health")
            table.time(f"start with {runs:,} runs", (time.monotonic() - began) * 1000, 200)
            table.time("idle memory", memory_mib(process), 60, "MiB")
            searches(table, store)
            table.time("memory after searches", memory_mib(process), 60, "MiB")
    table.report.end()


def searches(table, store):
    began = time.monotonic()
    measure.post(store.uri, API + "runs/search", {"experiment_ids": store.experiments, **FILTER})
    table.time("runs/search, the first after a start", (time.monotonic() - began) * 1000, 500)
    largest, smallest = store.experiments[:1], store.experiments[-1:]
    for what, experiments in (("largest experiment", largest), ("smallest experiment", smallest), ("all experiments", store.experiments)):
        table.time(f"runs/search, {what}, p50", store.search(experiments)["p50_ms"], 10)
    table.time("runs/search, newest first, p50", store.search(largest, order_by=[])["p50_ms"], 10)
    with store.logging():
        table.time(f"runs/search while {LOGGING} runs log, p50", store.search(largest)["p50_ms"], 10)


if __name__ == "__main__":
    main()
