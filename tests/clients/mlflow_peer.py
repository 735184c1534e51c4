"""MLflow's own server, started for a test beside ours."""

import contextlib
import os
import re
import subprocess
import sys
import threading


class Peer:
    """`mlflow server` on a free port, with SQLite."""

    def __init__(self, folder):
        environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        places = ["--backend-store-uri", f"sqlite:///{folder}/peer.db", "--artifacts-destination", f"{folder}/files"]
        command = [sys.executable, "-m", "mlflow", "server", *places, "--port", "0", "--workers", "1"]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, start_new_session=True
        )
        said = []
        for line in self.process.stdout:
            said.append(line)
            if found := re.search(r"running on (http://\S+)", line):
                self.uri = found[1]
                # What it says of every request must not fill the pipe.
                self.reader = threading.Thread(target=lambda: [None for _ in self.process.stdout])
                self.reader.start()
                return
        raise AssertionError("mlflow server ended before it listened: " + "".join(said))

    def stop(self):
        os.killpg(self.process.pid, 15)
        self.process.wait(timeout=30)
        self.reader.join(timeout=30)
        self.process.stdout.close()


@contextlib.contextmanager
def peer_in(folder):
    running = Peer(folder)
    try:
        yield running
    finally:
        running.stop()
