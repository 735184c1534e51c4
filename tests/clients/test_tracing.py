"""Programs that trace, by themselves or because a flavour's autologging does, while their tracking server keeps no traces."""

import http.server
import json
import os
import pathlib
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from running import Server

TRACES = 40


@pytest.fixture
def counted(tmp_path):
    """A server, and what it was asked: (method, path) of each request."""
    running = Server(tmp_path / "data", options=["--access-log"])

    def requests():
        lines = pathlib.Path(running.log.name).read_text().splitlines()
        return [(entry["method"], entry["path"]) for entry in map(json.loads, lines) if "path" in entry]

    yield running, requests
    assert running.stop() == 0
    running.log.close()


class Chat(http.server.BaseHTTPRequestHandler):
    """Answers every chat with one word, as the service that the openai package asks does."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        message = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "yes"}}
        body = json.dumps({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [message]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


@pytest.fixture
def chat():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Chat) as service:
        threading.Thread(target=service.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{service.server_port}/v1"
        service.shutdown()


def ran(script, uri, **environment):
    """A program of somebody's; its words on standard error."""
    settings = {**os.environ, "MLFLOW_TRACKING_URI": uri, "MLFLOW_ENABLE_ASYNC_TRACE_LOGGING": "true", **environment}
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], env=settings, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    return ended.stderr


DECORATED = f"""
    import mlflow
    mlflow.set_experiment("traced")

    @mlflow.trace
    def inner(n):
        return n + 1

    @mlflow.trace
    def outer(n):
        return inner(inner(n))

    with mlflow.start_run():
        assert [outer(n) for n in range({TRACES})] == [n + 2 for n in range({TRACES})]
        mlflow.log_metric("done", 1)
    mlflow.flush_trace_async_logging()
"""
AUTOLOGGED = f"""
    import mlflow, openai, os
    mlflow.set_experiment("traced")
    mlflow.openai.autolog()
    client = openai.OpenAI(base_url=os.environ["CHAT"], api_key="none")
    for _ in range({TRACES}):
        answer = client.chat.completions.create(model="m", messages=[{{"role": "user", "content": "sure?"}}])
        assert answer.choices[0].message.content == "yes"
    mlflow.flush_trace_async_logging()
"""


def check(words, requests):
    for bad in ("WARNING", "ERROR", "Traceback", "Failed"):
        assert bad not in words, words
    asked = requests()
    spans = asked.count(("POST", "/v1/traces"))
    traces = asked.count(("POST", "/api/3.0/mlflow/traces"))
    assert traces == TRACES
    assert spans < TRACES, f"{spans} requests with spans: the client was not told to stop"
    assert len(asked) < 2 * TRACES + 40, "nothing is asked again and again"


@pytest.mark.parametrize("asynchronous", ["true", "false"])
def test_a_program_that_traces_its_functions_runs_as_if_nothing_were(counted, asynchronous):
    server, requests = counted
    began = time.monotonic()
    words = ran(DECORATED, server.uri, MLFLOW_ENABLE_ASYNC_TRACE_LOGGING=asynchronous)
    assert time.monotonic() - began < 60, "a client that tries again waits for minutes"
    check(words, requests)


def test_a_flavour_whose_autologging_traces_is_not_held_up(counted, chat):
    server, requests = counted
    check(ran(AUTOLOGGED, server.uri, CHAT=chat), requests)


def test_the_last_client_of_mlflow_2_goes_on_as_well(counted):
    server, _ = counted
    python = pathlib.Path(sys.prefix).parent / "mlflow2" / "bin" / "python"
    script = textwrap.dedent(DECORATED).replace("mlflow.flush_trace_async_logging()", "")
    ended = subprocess.run([python, "-c", script], env={**os.environ, "MLFLOW_TRACKING_URI": server.uri}, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0 and "Traceback" not in ended.stderr, ended.stderr
