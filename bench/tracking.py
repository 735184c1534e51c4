"""Durable tracking beside its peers, on the same disk in the same minutes: `mlflow server` and FastTrackML, all on SQLite and
all syncing each commit. FastTrackML does not sync by itself; how it writes then is told as well, and not judged. Writes, the
history of one metric, a search. postgres.py and store.py print the same table for PostgreSQL and for a big store."""

import json

import measure

CONNECTIONS = 8
API = "/api/2.0/mlflow/"
METRICS = 100
POINTS = 50_000
RUNS = 1_000
SERIES = 10
FILTER = {"filter": "metrics.loss < 0.5 and params.depth = '3'", "order_by": ["metrics.loss ASC"], "max_results": 100}


class Table:
    """Rows as they are promised: ours, each peer's, how many times, and whether that is enough."""

    def __init__(self):
        self.report = measure.Report()
        columns = ["figure", "ours", "MLflow", "ratio", "bar", "FastTrackML", "ratio", "bar", "fdatasync", ""]
        print("{:<42}{:>12}{:>12}{:>9}{:>8}{:>14}{:>9}{:>8}{:>12}  {}".format(*columns))

    def rate(self, name, ours, mlflow, mlflow_bar, other=None, other_bar=None, sync_ms=0.0, single=False):
        """`single`: one write a request, for which four fifths of what the disk's sync allows is enough as well."""
        allowed = 0.8 * CONNECTIONS * 1000 / sync_ms if single and sync_ms else float("inf")
        met = all(ours["per_second"] >= min((bar or 0) * peer["per_second"], allowed)
                  for peer, bar in ((mlflow, mlflow_bar), (other, other_bar)) if peer)
        cells = [name, f"{ours['per_second']:,.0f}/s", *self.peer(ours, mlflow, mlflow_bar), *self.peer(ours, other, other_bar)]
        self.line(cells, sync_ms, met, f"p50 {ours['p50_ms']:.2f} ms" + (f"; the disk allows {allowed:,.0f}/s" if single else ""))

    def time(self, name, found, bar=None, unit="ms"):
        """Without a bar it is told and not judged."""
        self.line([name, f"{found:,.1f} {unit}", "", "", f"<= {bar}" if bar else "", "", "", ""], 0, not bar or found <= bar, "")

    @staticmethod
    def peer(ours, peer, bar):
        if not peer:
            return ["", "", ""]
        return [f"{peer['per_second']:,.1f}/s", f"{ours['per_second'] / peer['per_second']:.1f} x", f">= {bar}" if bar else ""]

    @staticmethod
    def verdict(cells, met):
        barred = any(cell.startswith((">=", "<=")) for cell in cells[1:])
        return "" if not barred else "pass" if met else "FAIL"

    def line(self, cells, sync_ms, met, note):
        sync = f"{sync_ms:.2f} ms" if sync_ms else ""
        print("{:<42}{:>12}{:>12}{:>9}{:>8}{:>14}{:>9}{:>8}".format(*cells) + f"{sync:>12}  {self.verdict(cells, met)}  {note}", flush=True)
        if not met:
            self.report.missed.append(cells[0])


class Writes:
    """The three writes on one server, and how many of each."""

    def __init__(self, uri, folder, batches, metrics, creations):
        self.uri, self.folder = uri, folder
        self.counts = {"runs/log-batch": batches, "runs/log-metric": metrics, "runs/create": creations}
        experiment = measure.post(uri, API + "experiments/create", {"name": "bench"})["experiment_id"]
        new_run = {"experiment_id": experiment, "start_time": 1, "run_name": "bench", "tags": [{"key": "mlflow.user", "value": "bench"}]}
        for connection in range(CONNECTIONS):
            run = measure.post(uri, API + "runs/create", new_run)["run"]["info"]["run_id"]
            points = ",".join(f'{{"key":"metric_{i}","value":0.{i}5,"timestamp":1700000000000,"step":{{n}}}}' for i in range(METRICS))
            self.body("runs/log-batch", f'{{"run_id":"{run}","metrics":[{points}]}}', connection)
            self.body("runs/log-metric", f'{{"run_id":"{run}","key":"loss","value":0.5,"timestamp":1700000000000,"step":{{n}}}}', connection)
            self.body("runs/create", json.dumps(new_run).replace('"start_time": 1', '"start_time": 1{n}'), connection)

    def body(self, call, text, connection):
        (self.folder / f"{call.replace('/', '-')}-{connection}.json").write_text(text)

    def measure(self):
        results = {}
        for call, count in self.counts.items():
            file = self.folder / (call.replace("/", "-") + "-{c}.json")
            measure.load(self.uri, API + call, file, min(100, count), CONNECTIONS)
            results[call] = measure.load(self.uri, API + call, file, count, CONNECTIONS)
        return results


def fill_for_search(uri, folder):
    experiment = measure.post(uri, API + "experiments/create", {"name": "search"})["experiment_id"]
    ids = []
    for number in range(RUNS):
        run = measure.post(uri, API + "runs/create", {"experiment_id": experiment, "start_time": number})["run"]["info"]["run_id"]
        ids.append(run)
        metrics = [{"key": key, "value": number * 7 % RUNS / RUNS, "timestamp": 1, "step": 0} for key in ("loss", "accuracy")]
        measure.post(uri, API + "runs/log-batch", {"run_id": run, "metrics": metrics, "params": [{"key": "depth", "value": str(number % 5)}]})
    (folder / "search.json").write_text(json.dumps({"experiment_ids": [experiment], **FILTER}))


def search(uri, folder, count):
    """The same search again and again, as a page that shows it does; and searches of which none was asked before."""
    fill_for_search(uri, folder)
    found = measure.post(uri, API + "runs/search", json.loads((folder / "search.json").read_text()))
    assert len(found["runs"]) == 100, f"{len(found['runs'])} runs were found"
    again = measure.load(uri, API + "runs/search", folder / "search.json", count, CONNECTIONS)
    others = (folder / "search.json").read_text().replace("loss < 0.5", "loss < 0.5{n}")
    (folder / "searches.json").write_text(others)
    return again, measure.load(uri, API + "runs/search", folder / "searches.json", count, CONNECTIONS)


def history_ms(uri):
    """The median wait for all points of one metric, transfer and all: when it is asked for first, and again."""
    run = measure.post(uri, API + "runs/create", {"experiment_id": "0", "start_time": 1})["run"]["info"]["run_id"]
    for first in range(0, POINTS, 1000):
        for series in range(SERIES):
            points = [{"key": f"loss{series}", "value": 1 / (step + 1), "timestamp": 1_700_000_000_000 + 250 * step, "step": step}
                      for step in range(first, first + 1000)]
            measure.post(uri, API + "runs/log-batch", {"run_id": run, "metrics": points})
    measure.post(uri, API + "runs/update", {"run_id": run, "status": "FINISHED", "end_time": 2})
    target = f"{API}metrics/get-history?run_id={run}&metric_key=loss"
    first = measure.load(uri, target + f"{{n%{SERIES}}}", "", SERIES, 1, "GET")["p50_ms"]
    return first, measure.load(uri, target + "0", "", 50, 1, "GET")["p50_ms"]


def on_sqlite(table):
    with measure.workspace() as folder:
        sync = measure.fdatasync_ms(folder)
        with measure.cairn_up(folder) as (_, uri):
            ours = Writes(uri, folder, 10_000, 30_000, 30_000).measure()
            history = history_ms(uri)
            searched, sought = search(uri, folder, 2_000)
        with measure.fasttrackml_server(folder) as uri:
            other = Writes(uri, folder, 1_000, 3_000, 3_000).measure()
            other_searched, other_sought = search(uri, folder, 100)
        with measure.fasttrackml_server(folder, durable=False) as uri:
            unsynced = Writes(uri, folder, 1_000, 3_000, 3_000).measure()
        with measure.mlflow_server(folder) as uri:
            mlflow = Writes(uri, folder, 300, 600, 600).measure()
            mlflow_searched, mlflow_sought = search(uri, folder, 50)
        for call, mlflow_bar, other_bar in (("runs/log-batch", 100, 10), ("runs/create", 100, 5), ("runs/log-metric", 100, 8)):
            name = call + (f", {METRICS} metrics" if call == "runs/log-batch" else "")
            table.rate(name, ours[call], mlflow[call], mlflow_bar, other[call], other_bar, sync, single=call != "runs/log-batch")
        for call, other in unsynced.items():
            table.rate(f"{call}, FastTrackML not syncing", ours[call], None, None, other)
        table.rate(f"runs/search, {RUNS:,} runs", searched, mlflow_searched, 200, other_searched, 15)
        table.rate("the same, each search another one", sought, mlflow_sought, None, other_sought, None)
        table.time(f"history of {POINTS:,} points, whole answer", history[1], 2)
        table.time("the same, when it is first asked for", history[0])


def main():
    table = Table()
    on_sqlite(table)
    table.report.end()


if __name__ == "__main__":
    main()
