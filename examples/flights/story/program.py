"""Cairn as its users meet it: the command line, and the addresses of a running server."""

import contextlib
import http.client
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.parse


class Refused(Exception):
    """An answer that says no, with its sentence, and its exit code or status."""

    def __init__(self, sentence: str, code: int):
        super().__init__(sentence)
        self.sentence, self.code = sentence, code


class Cairn:
    """Commands of the program in one project folder."""

    def __init__(self, binary: str, folder: pathlib.Path):
        self.binary, self.folder = str(pathlib.Path(binary).resolve()), folder
        self.identities = folder / "ids"

    def environment(self, actor: str) -> dict[str, str]:
        """The stages find the Python that runs this."""
        path = f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        # What the caller's shell says to mlflow (another server, another experiment) is not meant for this story.
        own = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
        return own | {"CAIRN_ID_DIR": str(self.identities), "CAIRN_ACTOR": actor, "PATH": path}

    def ask(self, *words: str, actor: str = "ben", findings: bool = False) -> dict:
        """The answer of a command as JSON. Refused when it says no; with `findings`, exit code 1 (a check found problems) is an
        answer too."""
        done = subprocess.run([self.binary, *words, "--json"], cwd=self.folder, env=self.environment(actor),
                              capture_output=True, text=True)
        answer = json.loads(done.stdout) if done.stdout.strip() else {}
        if done.returncode == 0 or (findings and done.returncode == 1):
            return answer
        sentence = answer.get("error", {}).get("message") or done.stderr.strip()
        raise Refused(sentence or f"`cairn {' '.join(words)}` ended with exit code {done.returncode}", done.returncode)

    def start(self, actor: str = "ben") -> "Server":
        log = self.folder / "server.log"
        process = subprocess.Popen([self.binary, "up", "--listen", "127.0.0.1:0", "--json"], cwd=self.folder,
                                   env=self.environment(actor), stdout=subprocess.PIPE, stderr=log.open("ab"), text=True)
        if line := process.stdout.readline():
            return Server(process, json.loads(line)["listening"])
        raise Refused(f"the server ended before it listened: {log.read_text()[-500:]}", process.wait())


class Server:
    def __init__(self, process: subprocess.Popen, address: str):
        self.process, self.address = process, address
        parts = urllib.parse.urlsplit(address)
        self.host, self.port = parts.hostname, parts.port

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.host, self.port, timeout=60)

    def get(self, path: str) -> dict:
        return self._call("GET", path, None)

    def post(self, path: str, body: dict) -> dict:
        return self._call("POST", path, json.dumps(body))

    def _call(self, method: str, path: str, body: str | None) -> dict:
        with contextlib.closing(self.connect()) as connection:
            connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
            response = connection.getresponse()
            answer = json.loads(response.read() or b"{}")
        if response.status >= 400:
            error = answer.get("error", answer)
            raise Refused(error if isinstance(error, str) else error.get("message", str(answer)), response.status)
        return answer

    def wait_for(self, what: str, look, seconds: float):
        """What `look` gives as soon as it is something, asked ten times a second. Refused when the time is over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := look():
                return found
            if self.process.poll() is not None:
                raise Refused(f"the server ended while waiting for {what}", self.process.returncode)
            time.sleep(0.1)
        raise Refused(f"waited {seconds:.0f} s in vain for {what}", 1)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)
