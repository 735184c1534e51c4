"""The built program as a server that tests kill, starve and start again."""

import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAIRN = os.environ.get("CAIRN", str(ROOT / "build" / "release" / "cairn"))
PATIENCE = 60  # seconds until a program that should have ended or answered counts as hung


def cairn(*words, data=None, cwd=None, **options):
    """Runs one command to its end, without a key folder of the person who runs the tests."""
    command = [CAIRN, *words, *(["--data", str(data)] if data else [])]
    environment = {**os.environ, "CAIRN_ID_DIR": str(pathlib.Path(cwd or data or ".") / "ids"), **options.pop("env", {})}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=PATIENCE, **options)


class Server:
    """One server on a data folder of its own. `start` gives whether it came to listen. At the end of a `with` it is gone."""

    def __init__(self, data, environment=None, options=()):
        self.data, self.options = pathlib.Path(data), options
        self.errors = self.data.with_suffix(".log")
        self.environment, self.process, self.uri, self.first_answer_ms = environment, None, None, None

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        if self.process and self.process.poll() is None:
            self.kill()

    def start(self, environment=None):
        command = [CAIRN, "up", "--data", str(self.data), "--listen", "127.0.0.1:0", "--json", *self.options]
        began = time.monotonic()
        with open(self.errors, "ab") as errors:
            self.process = subprocess.Popen(
                command, cwd=self.data.parent, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment or self.environment)
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(PATIENCE)
            return False
        self.uri = json.loads(line)["listening"]
        try:
            with urllib.request.urlopen(self.uri + "/health", timeout=PATIENCE) as answer:
                assert answer.read() == b"OK"
        except OSError:
            if self.process.wait(PATIENCE) == -signal.SIGKILL:
                return False
            raise
        self.first_answer_ms = (time.monotonic() - began) * 1000
        return True

    def words(self):
        return self.errors.read_text(errors="replace")

    def kill(self):
        self.process.kill()
        return self.end()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.end()

    def end(self):
        """The exit code, when the process has ended or is about to."""
        code = self.process.wait(PATIENCE)
        self.process.stdout.close()
        return code

    def verify(self):
        """The verdict of `cairn audit verify`, and its exit code."""
        ended = cairn("audit", "verify", "--json", data=self.data)
        return json.loads(ended.stdout), ended.returncode
