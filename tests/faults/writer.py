"""A client that writes to a tracking server without pause, and says what was acknowledged: python writer.py mlflow|raw NAME.

On standard input one line of JSON per round, {"uri", "experiment"}; on standard output {"acknowledged": deed} for each answer, and
{"broken": deed, "why"} when one did not come: then the next round is waited for. A deed is {"do", "run", …}, as apply() of
written.py reads it."""

import hashlib
import http.client
import itertools
import json
import os
import random
import sys
import urllib.parse

KINDS = ["metric", "metrics", "metrics", "params", "tags", "artifact", "end"]
NEW_RUN_EVERY = 20


class Raw:
    """The REST calls, on one connection."""

    def __init__(self, uri):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(uri).netloc, timeout=60)

    def call(self, method, path, body):
        self.connection.request(method, path, body, {"Content-Type": "application/json"} if method == "POST" else {})
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]}")
        return content

    def post(self, path, **body):
        return json.loads(self.call("POST", "/api/2.0/mlflow/" + path, json.dumps(body)))

    def new_run(self, experiment):
        return self.post("runs/create", experiment_id=experiment, start_time=1)["run"]["info"]["run_id"]

    def metrics(self, run, points):
        self.post("runs/log-batch", run_id=run, metrics=[dict(zip(("key", "value", "timestamp", "step"), p)) for p in points])

    def metric(self, run, point):
        self.post("runs/log-metric", run_id=run, **dict(zip(("key", "value", "timestamp", "step"), point)))

    def params(self, run, values):
        self.post("runs/log-batch", run_id=run, params=[{"key": k, "value": v} for k, v in values.items()])

    def tags(self, run, values):
        self.post("runs/log-batch", run_id=run, tags=[{"key": k, "value": v} for k, v in values.items()])

    def artifact(self, experiment, run, path, text):
        self.call("PUT", f"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/{path}", text.encode())

    def finish(self, run):
        self.post("runs/update", run_id=run, status="FINISHED", end_time=2)


class Mlflow:
    """The real client, which is not to try again by itself."""

    def __init__(self, uri):
        os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
        import mlflow
        from mlflow.entities import Metric, Param, RunTag

        mlflow.set_tracking_uri(uri)
        self.client, self.entities = mlflow.MlflowClient(uri), (Metric, Param, RunTag)

    def new_run(self, experiment):
        return self.client.create_run(experiment, start_time=1).info.run_id

    def metrics(self, run, points):
        self.client.log_batch(run, metrics=[self.entities[0](*point) for point in points])

    def metric(self, run, point):
        key, value, timestamp, step = point
        self.client.log_metric(run, key, value, timestamp, step)

    def params(self, run, values):
        self.client.log_batch(run, params=[self.entities[1](k, v) for k, v in values.items()])

    def tags(self, run, values):
        self.client.log_batch(run, tags=[self.entities[2](k, v) for k, v in values.items()])

    def artifact(self, experiment, run, path, text):
        self.client.log_text(run, text, path)

    def finish(self, run):
        self.client.set_terminated(run, "FINISHED", 2)


def deeds(name, chance):
    """What to do next, without end; the run is the newest one."""
    for number in itertools.count():
        kind = "run" if number % NEW_RUN_EVERY == 0 else chance.choice(KINDS)
        point = [chance.choice(["loss", "accuracy", "f1"]), chance.random(), 1000 + number, number]
        deed = {"do": kind}
        if kind == "metric":
            deed["points"] = [point]
        elif kind == "metrics":
            deed["points"] = [[point[0], chance.random(), 1000 + number, number * 1000 + i] for i in range(chance.randrange(1, 120))]
        elif kind in ("params", "tags"):
            deed["values"] = {f"{kind[0]}.{number}.{i}": f"{name} {number} {i}" for i in range(chance.randrange(1, 6))}
        elif kind == "artifact":
            deed["path"] = f"{chance.choice(['a', 'b/c', 'b/d'])}/{number % 3}.txt"
            deed["text_of"] = [number, chance.randrange(1, 60_000)]
        yield deed


def perform(client, experiment, deed, run):
    """Gives the deed as it is to be remembered."""
    done = {**deed, "run": run}
    if deed["do"] == "metric":
        client.metric(run, deed["points"][0])
    elif deed["do"] == "metrics":
        client.metrics(run, deed["points"])
    elif deed["do"] == "params":
        client.params(run, deed["values"])
    elif deed["do"] == "tags":
        client.tags(run, deed["values"])
    elif deed["do"] == "artifact":
        client.artifact(experiment, run, deed["path"], text_of(*done["text_of"]))
    elif deed["do"] == "end":
        client.finish(run)
    return done


def text_of(number, length):
    """The text of an artifact, from what a deed says of it."""
    line = hashlib.sha256(str(number).encode()).hexdigest()
    return (line * (length // len(line) + 1))[:length]


def say(**what):
    print(json.dumps(what), file=sys.__stdout__, flush=True)


def one_round(client, experiment, sequence):
    run = None
    for deed in sequence:
        if run is None:
            deed = {"do": "run"}
        try:
            if deed["do"] == "run":
                run = None
                run = client.new_run(experiment)
                say(acknowledged={"do": "run", "run": run})
            else:
                say(acknowledged=perform(client, experiment, deed, run))
        except Exception as error:  # every way in which a library tells that no answer came
            say(broken={**deed, "run": run}, why=repr(error)[:500])
            return


def main():
    sys.stdout = open(os.devnull, "w")  # the client prints as well
    kind, name = sys.argv[1:]
    sequence = deeds(name, random.Random(name))
    for line in sys.stdin:
        given = json.loads(line)
        one_round((Mlflow if kind == "mlflow" else Raw)(given["uri"]), given["experiment"], sequence)


if __name__ == "__main__":
    main()
