"""The built program, started for a test on a free port with a data folder of its own."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import urllib.parse
import uuid

import psycopg2

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAIRN = os.environ.get("CAIRN", str(ROOT / "build" / "release" / "cairn"))


@contextlib.contextmanager
def new_database():
    """The URL of a database of its own on the tests' PostgreSQL."""
    server = os.environ["CAIRN_TEST_POSTGRES"]
    name = f"clients_{uuid.uuid4().hex}"
    connection = psycopg2.connect(server)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        yield urllib.parse.urlsplit(server)._replace(path="/" + name).geturl()
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        connection.close()


class Server:
    """One running server; `uri` is what clients are pointed at."""

    def __init__(self, data, project=None, options=(), environment=None):
        """`project` is the folder it works in; none for the folder of the tests."""
        self.data = data
        self.project = project
        self.options = options
        self.environment = {**os.environ, **(environment or {})}
        self.log = open(pathlib.Path(data).with_suffix(".log"), "ab")
        self.process = None
        self.start()

    def start(self):
        command = [CAIRN, "up", "--data", str(self.data), "--listen", "127.0.0.1:0", "--json", *self.options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True, cwd=self.project, env=self.environment)
        line = self.process.stdout.readline()
        assert line, f"{' '.join(command)} ended before it listened; its words are in {self.log.name}"
        said = json.loads(line)
        self.uri, self.grpc = said["listening"], said.get("grpc")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        return code

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=30)
        self.process.stdout.close()
