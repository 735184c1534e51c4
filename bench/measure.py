"""What every benchmark does: start a server, load it, and print one line per figure."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
CAIRN = os.environ.get("CAIRN", str(ROOT / "build" / "release" / "cairn"))
PYTHON = os.environ.get("CAIRN_PYTHON", sys.executable)
DVC = os.environ.get("CAIRN_DVC", str(ROOT / "build" / "env" / "dvc" / "bin" / "dvc"))
FASTTRACKML = os.environ.get("CAIRN_FASTTRACKML", str(ROOT / "build" / "env" / "fasttrackml" / "bin" / "fml"))
LOAD = str(ROOT / "build" / "bench" / "load")
BARE_GRPC = str(ROOT / "build" / "bench" / "bare_grpc")
BARE_FILES = str(ROOT / "build" / "bench" / "bare_files")
GRPC_LOAD = str(ROOT / "build" / "bench" / "grpc_load")
PATIENCE = 180  # seconds until a server that does not answer is given up


class Report:
    """Collects whether every figure met its bar."""

    def __init__(self):
        self.missed = []

    def line(self, name, ours, peer, bar, met, note=""):
        verdict = "pass" if met else "FAIL"
        print(f"{name:<44} ours {ours:<26} peer {peer:<26} bar {bar:<22} {verdict}{'  ' + note if note else ''}", flush=True)
        if not met:
            self.missed.append(name)

    def rate(self, name, ours, peer, bar, disk):
        """Ours at least `bar` times the peer; both as the load generator gives them."""
        ratio = ours["per_second"] / peer["per_second"]
        note = f"{ratio:.1f} x; p50 {ours['p50_ms']:.3f} ms, peer's {peer['p50_ms']:.3f} ms; fdatasync {disk:.3f} ms"
        self.line(name, f"{ours['per_second']:,.0f}/s", f"{peer['per_second']:,.0f}/s", f">= {bar} x", ratio >= bar, note)

    def end(self):
        sys.exit(1 if self.missed else 0)


@contextlib.contextmanager
def workspace():
    """A folder on the disk that the project lies on: a memory file system would flatter everybody."""
    below = ROOT / "build" / "bench"
    below.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(dir=below))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fdatasync_ms(folder, times=200):
    """The median time of making 4 KiB durable: what no durable write can beat."""
    taken = []
    with open(folder / "fdatasync", "wb") as file:
        for _ in range(times):
            began = time.perf_counter()
            os.write(file.fileno(), b"x" * 4096)
            os.fdatasync(file.fileno())
            taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(uri):
    try:
        with urllib.request.urlopen(uri, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


@contextlib.contextmanager
def running(command, health, log, **options):
    """A server with its own process group, up when `health` answers."""
    with open(log, "ab") as words:
        process = subprocess.Popen(command, stdout=words, stderr=words, start_new_session=True, **options)
    try:
        until = time.monotonic() + PATIENCE
        while not answers(health):
            if process.poll() is not None or time.monotonic() > until:
                sys.exit(f"{' '.join(map(str, command))} did not come up:\n{pathlib.Path(log).read_text()[-2000:]}")
            time.sleep(0.05)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def cairn_up(folder, *more):
    """`cairn up` on a free port; gives the process and its address, and in the process's `grpc` that of gRPC, if it was asked for."""
    command = [CAIRN, "up", "--listen", "127.0.0.1:0", "--data", str(folder / "data"), "--json", *more]
    with open(folder / "cairn.log", "ab") as words:
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=words, text=True)
    try:
        line = process.stdout.readline()
        if not line:
            sys.exit(f"{' '.join(command)} did not come up:\n{(folder / 'cairn.log').read_text()[-2000:]}")
        said = json.loads(line)
        process.grpc = said.get("grpc")
        yield process, said["listening"]
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


@contextlib.contextmanager
def mlflow_server(folder, store=None):
    """`mlflow server` on SQLite, or on `store`, with as many workers as it takes by itself."""
    port = free_port()
    command = [PYTHON, "-m", "mlflow", "server", "--backend-store-uri", store or f"sqlite:///{folder}/mlflow.db",
               "--default-artifact-root", str(folder / "mlruns"), "--port", str(port),
               # By itself it takes workers for dead that a busy machine lets wait for five seconds.
               "--uvicorn-opts", "--timeout-worker-healthcheck 60"]
    with running(command, f"http://127.0.0.1:{port}/health", folder / "mlflow.log", cwd=folder):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def fasttrackml_server(folder, durable=True):
    """FastTrackML's server, a Go program, on SQLite. As it comes it is not `durable`: it syncs when SQLite copies its log, and
    a machine that stops loses what was answered since."""
    port = free_port()
    database = f"sqlite://{folder}/fasttrackml-{port}.db" + ("?_synchronous=FULL" if durable else "")
    command = [FASTTRACKML, "server", "--listen-address", f"127.0.0.1:{port}", "--database-uri", database,
               "--default-artifact-root", str(folder / "fasttrackml")]
    with running(command, f"http://127.0.0.1:{port}/health", folder / "fasttrackml.log", cwd=folder):
        yield f"http://127.0.0.1:{port}"


def post(uri, path, body):
    request = urllib.request.Request(uri + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def load(uri, path, body_file, requests, connections=8, method="POST", content_type="application/json", ids=None):
    """Many requests; ends the program when one of them was refused. `ids`: a file with what {id} stands for, one a line."""
    address = uri.removeprefix("http://")
    return _tally([LOAD, address, method, path, str(body_file), content_type, str(connections), str(requests), *([str(ids)] if ids else [])])


def grpc_load(address, method, message_file, calls, connections=8):
    """The same over gRPC."""
    return _tally([GRPC_LOAD, address, method, str(message_file), str(connections), str(calls)])


@contextlib.contextmanager
def bare_grpc():
    """The address of a gRPC server that does nothing at all (bare_grpc.cc): no call of gRPC takes less here."""
    with subprocess.Popen([BARE_GRPC], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield f"127.0.0.1:{process.stdout.readline().strip()}"
        process.stdin.close()


def _tally(command):
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode != 0:
        sys.exit(f"{' '.join(command)}: {ended.stdout}{ended.stderr}")
    return json.loads(ended.stdout)
