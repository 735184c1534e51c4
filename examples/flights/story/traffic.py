"""Departures as live requests: all that leave one airport in one hour are one request, sent in order of time."""

import functools
import http.client
import json
import math
import threading
import time
from dataclasses import dataclass, field

import pandas as pd

from story.flights import COLUMNS
from story.program import Refused, Server

INPUTS = [name for name in COLUMNS if name != "late"]


@dataclass
class Departures:
    """One request, and what later turned out about its flights."""

    rows: list[list]
    late: list[int]

    @functools.cached_property
    def body(self) -> bytes:
        return json.dumps({"dataframe_split": {"columns": INPUTS, "data": self.rows}}).encode()


@dataclass
class Answered:
    request: str
    version: int
    scores: list[float]
    late: list[int]


@dataclass
class Replay:
    answers: list[Answered] = field(default_factory=list)
    seconds: float = 0
    latencies_ms: list[float] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(len(answer.scores) for answer in self.answers)

    def latency_ms(self, share: float) -> float:
        return sorted(self.latencies_ms)[min(len(self.latencies_ms) - 1, int(share * len(self.latencies_ms)))]

    def by_version(self) -> dict[int, int]:
        counts: dict[int, int] = {}
        for answer in self.answers:
            counts[answer.version] = counts.get(answer.version, 0) + len(answer.scores)
        return dict(sorted(counts.items()))

    def log_loss(self) -> float:
        return log_loss([pair for answer in self.answers for pair in zip(answer.scores, answer.late)])


def log_loss(pairs: list[tuple[float, int]]) -> float:
    return -sum(math.log(max(score if late else 1 - score, 1e-15)) for score, late in pairs) / len(pairs)


def departures(flights: pd.DataFrame) -> list[Departures]:
    """In order of time."""
    ordered = flights.sort_values(["time_hour", "origin"], kind="stable")
    rows, late = ordered[INPUTS].values.tolist(), ordered["late"].tolist()
    sizes = ordered.groupby(["time_hour", "origin"], sort=True).size()
    ends = sizes.cumsum()
    return [Departures(rows[end - size : end], late[end - size : end]) for size, end in zip(sizes, ends)]


def chances_in(predictions: dict) -> list[float]:
    """The chance of being late in each row, from the model's output `probabilities`."""
    return [row[-1] for row in predictions["probabilities"]]


def answered(response: http.client.HTTPResponse, asked: Departures) -> Answered:
    text = response.read()
    if response.status != 200:
        raise Refused(f"a request was answered {response.status}: {text[:300].decode(errors='replace')}", response.status)
    scores = chances_in(json.loads(text)["predictions"])
    request, version = response.headers["X-Cairn-Prediction-Id"], int(response.headers["X-Cairn-Model-Version"])
    return Answered(request, version, scores, asked.late)


def replay(server: Server, requests: list[Departures], progress, connections: int = 3) -> Replay:
    """Sends the requests over kept-open connections; each takes the next one in time."""
    queue, lock = iter([(asked, asked.body) for asked in requests]), threading.Lock()
    result, failures = Replay(), []

    def caller() -> None:
        connection = server.connect()
        try:
            while not failures:
                with lock:
                    asked, body = next(queue, (None, b""))
                if asked is None:
                    return
                began = time.perf_counter()
                connection.request("POST", "/invocations", body, {"Content-Type": "application/json"})
                answer = answered(connection.getresponse(), asked)
                took = (time.perf_counter() - began) * 1000
                with lock:
                    result.answers.append(answer)
                    result.latencies_ms.append(took)
        except Exception as problem:
            failures.append(problem)
        finally:
            connection.close()

    began = time.perf_counter()
    callers = [threading.Thread(target=caller) for _ in range(connections)]
    for one in callers:
        one.start()
    for one in callers:
        while one.is_alive():
            one.join(0.1)
            progress(len(result.answers), len(requests))
    result.seconds = time.perf_counter() - began
    if failures:
        raise failures[0]
    return result


def tensors(rows: list[list], datatypes: dict[str, str]) -> list[dict]:
    """The columns of some rows as inputs of the Open Inference Protocol, in the types that the model's metadata names."""
    inputs = []
    for name, values in zip(INPUTS, zip(*rows)):
        datatype = datatypes.get(name, "BYTES" if isinstance(values[0], str) else "INT64")
        inputs.append({"name": name, "shape": [len(rows), 1], "datatype": datatype, "data": list(values)})
    return inputs


def infer(server: Server, model: str, rows: list[list], version: int | None = None) -> tuple[str, list[float]]:
    """By the Open Inference Protocol: the version that answered, and the chance of being late in each row."""
    path = f"/v2/models/{model}" + (f"/versions/{version}" if version else "")
    datatypes = {port["name"]: port["datatype"] for port in server.get(path)["inputs"]}
    answer = server.post(f"{path}/infer", {"inputs": tensors(rows, datatypes)})
    chances = next(output["data"] for output in answer["outputs"] if output["name"] == "probabilities")
    return answer["model_version"], chances[1::2]


def asked_of(server: Server, model: str, version: int, requests: list[Departures]) -> list[tuple[float, int]]:
    """What one version says to the same flights, beside what became of them."""
    rows = [row for request in requests for row in request.rows]
    _, chances = infer(server, model, rows, version)
    return list(zip(chances, (late for request in requests for late in request.late)))


def labels_of(answers: list[Answered]) -> list[dict]:
    """What became of each flight, under the id of its prediction."""
    pairs = ((answer.request, row, late) for answer in answers for row, late in enumerate(answer.late))
    return [{"id": f"{request}.{row}", "value": late} for request, row, late in pairs]
