"""A server that is killed while it answers thousands of questions a second: whatever was answered is in the prediction log, exactly once."""

import json
import pathlib
import random
import statistics
import subprocess
import sys

import numpy
import pytest
import requests
from mlflow.models import infer_signature

import cairn_server
import prediction_segments
from cairn_server import PATIENCE, Server, cairn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))
import measure  # noqa: E402
import serving  # noqa: E402

measure.CAIRN = cairn_server.CAIRN

HERE = pathlib.Path(__file__).resolve().parent
CONNECTIONS = 32
LABELS = 50_000  # that one call may bring
MONITOR = """
monitors:
  - {name: odds, protects: quick answer, quality: log_loss, window: 1d, min_rows: 1000000000, above: 10}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The project of the serving benchmark, with a monitor, its model in production, at rest."""
    folder = tmp_path_factory.mktemp("project")
    rows = serving.table()
    made = serving.Project(folder)
    configuration = folder / "cairn.yaml"
    configuration.write_text(configuration.read_text() + MONITOR)
    made.accept()
    signature = infer_signature(rows[serving.FEATURES].head(3), numpy.zeros((3, 2), "float32"))
    with Server(folder / "data") as running:
        assert running.start(), running.words()
        made.promote(running.uri, rows, serving.converted(serving.trained(rows)), signature)
        assert running.stop() == 0
    return folder


class Asked:
    """What was answered in all rounds, held against the log's own files."""

    def __init__(self, folder):
        self.folder, self.next, self.segments, self.ids, self.rates, self.unanswered = folder, 0, 0, set(), [], 0

    def ask(self, server, kill_after):
        """Asks until the server is gone, which is killed at that many answers. Gives what the asker says at its end."""
        command = [sys.executable, HERE / "asker.py", server.uri.removeprefix("http://"), serving.MODEL, str(CONNECTIONS), str(self.next)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as asker:
            for line in asker.stdout:
                said = json.loads(line)
                if isinstance(said, int) and said >= kill_after:
                    server.process.kill()
            assert asker.wait(PATIENCE) == 0
        assert server.end() == -9, server.words()[-2000:]
        self.next += said["sent"]
        self.rates.append(len(said["answered"]) / said["seconds"])
        return said["answered"]

    def check(self, answered):
        """What was answered since the last check stands in the segments written since, once, and in the order of each connection. Beside it, only what
        was asked and not answered may stand there. Gives the ids."""
        logged = self.logged({question: connection for connection, question, _ in answered})
        first = self.next - len(answered) - CONNECTIONS
        for _, question, given in answered:
            assert logged.pop(question, None) == given, f"question {question} was answered as {given}"
            assert given not in self.ids, f"{given} was given twice"
            self.ids.add(given)
        assert len(logged) <= CONNECTIONS and all(first <= question < self.next for question in logged), logged
        assert self.ids.isdisjoint(logged.values())
        self.ids.update(logged.values())
        self.unanswered += len(logged)
        return [given for _, _, given in answered]

    def logged(self, connection_of):
        """The id by the question's number, of the segments that nobody has read so far."""
        there, logged = prediction_segments.segments(self.folder), {}
        assert there == list(range(1, len(there) + 1)), f"a segment is missing of {there}"
        for number in there[self.segments :]:
            last_of = {}
            for record in prediction_segments.records(self.folder, number):
                question = int(record["inputs"]["f0"][0])
                assert question not in logged, f"question {question} is logged as {logged[question]} and as {record['id']}"
                logged[question] = record["id"]
                connection = connection_of.get(question)
                assert last_of.get(connection, -1) < question or connection is None, f"segment {number} has question {question} after {last_of[connection]}"
                last_of[connection] = question
        self.segments = len(there)
        return logged


def check_joined(server, ids):
    """Whoever knows what came true finds each answer by its id."""
    for begin in range(0, len(ids), LABELS):
        labels = [{"id": f"{given}.0", "value": 0} for given in ids[begin : begin + LABELS]]
        joined = requests.post(f"{server.uri}/api/v1/labels", json={"labels": labels}, timeout=PATIENCE)
        assert joined.json() == {"accepted": len(labels), "unknown": 0}, joined.text


def test_what_was_answered_before_kill_9_is_in_the_prediction_log_exactly_once(project, thorough):
    chance, asked = random.Random(11), Asked(project / "data" / "predictions")
    rounds = 25 if thorough else 3
    with Server(project / "data") as server:
        assert server.start(), server.words()
        for _ in range(rounds):
            # Now and then so late that segments are full and closed by then.
            answered = asked.ask(server, kill_after=chance.randrange(500, 100_000 if thorough and chance.random() < 0.2 else 10_000))
            assert server.start(), server.words()
            check_joined(server, asked.check(answered))
            whole = json.loads(cairn("serving", "verify", "--json", "--server", server.uri).stdout)
            assert (whole["segments"], whole["records"]) == (asked.segments, len(asked.ids)), whole
        assert server.stop() == 0
        verdict, code = server.verify()
        assert (verdict["sound"], verdict["problems"], code) == (True, [], 0)
    total = sum(len(prediction_segments.records(asked.folder, number)) for number in prediction_segments.segments(asked.folder))
    assert total == len(asked.ids), "what was logged before an earlier end is no longer there"
    answered = total - asked.unanswered
    print(f"kill -9 while serving: {rounds} times, at {min(asked.rates):,.0f} to {max(asked.rates):,.0f} answers a second "
          f"(median {statistics.median(asked.rates):,.0f}); {answered:,} answers, each logged once; {asked.unanswered} logged whose answer was lost on the way")
