"""A real Ray cluster of two nodes on this machine, in a network namespace of its own: Ray listens on every address that a machine has, for
anybody, and `ray stop` would end every Ray there is. Each node is a process namespace too, so that it can die at once and whole, as a machine does."""

import json
import os
import pathlib
import shutil
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
RAY = pathlib.Path(os.environ.get("CAIRN_RAY", ROOT / "build" / "env" / "ray" / "bin" / "python"))
PATIENCE = 120  # seconds until a cluster that should have come up, or seen a node die, counts as broken
HEAD, OTHER = "127.0.0.1", "127.0.0.2"
GCS_PORT, API_PORT = 6399, 8265  # of the namespace, where nobody else listens
ASK = """
import sys, urllib.request
method, url = sys.argv[1:]
with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=10) as answer:
    sys.stdout.write(answer.read().decode())
"""


class RayCluster:
    def __init__(self, folder, alone=False, **environment):
        """Of two nodes, or of the head `alone` until others are started."""
        assert RAY.exists(), f"{RAY} is not there: tools/setup/python.sh ray tests/requirements/ray.txt makes it, and CAIRN_RAY may name another"
        self.folder, self.alone, self.nodes = pathlib.Path(folder), alone, {}
        self.address = f"http://{HEAD}:{API_PORT}"
        self.environment = {**os.environ, "PATH": f"{RAY.parent}:{os.environ['PATH']}", "RAY_USAGE_STATS_ENABLED": "0", "RAY_health_check_period_ms": "500", "RAY_health_check_failure_threshold": "4", **environment}

    def __enter__(self):
        self.folder.mkdir()
        root = os.geteuid() == 0
        self.holder = subprocess.Popen(["unshare", "-n" if root else "-rn", "sh", "-c", "ip link set lo up && echo up && exec cat"],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.holder.stdout.readline() != "up\n":
            why = self.holder.communicate()[1].strip()
            raise AssertionError(f"this machine gives no network namespace of its own, without which Ray would be open to whoever reaches the machine: {why}")
        self.enter = ["nsenter", "-t", str(self.holder.pid), "-n", *([] if root else ["-U", "--preserve-credentials"])]
        try:
            self.start(HEAD, "--head", f"--port={GCS_PORT}", f"--dashboard-host={HEAD}", f"--dashboard-port={API_PORT}", f"--temp-dir={self.folder}")
            self.await_nodes(HEAD)
            if not self.alone:
                self.add_other()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *failure):
        for name in list(self.nodes):
            self.kill(name)
        self.holder.stdin.close()
        self.holder.wait(PATIENCE)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, name, *options):
        alone = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
        command = [*self.enter, *alone, RAY.parent / "ray", "start", "--block", "--num-cpus=1", f"--node-ip-address={name}", "--object-store-memory=80000000", "--disable-usage-stats", *options]
        with open(self.folder / f"{name}.log", "ab") as words:
            self.nodes[name] = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=words, stderr=words, env=self.environment, cwd=self.folder)

    def add_other(self):
        self.start(OTHER, f"--address={HEAD}:{GCS_PORT}")
        self.await_nodes(HEAD, OTHER)

    def kill(self, name):
        """The whole node at once, as when its machine loses power."""
        node = self.nodes.pop(name)
        node.kill()
        node.wait(PATIENCE)

    def words(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def ask(self, path, method="GET"):
        """The answer of the dashboard, or nothing."""
        done = subprocess.run([*self.enter, str(RAY), "-c", ASK, method, self.address + path], capture_output=True, text=True, timeout=60)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def await_nodes(self, *names):
        until = time.monotonic() + PATIENCE
        while True:
            answer = self.ask("/api/v0/nodes")
            alive = {node["node_ip"] for node in answer["data"]["result"]["result"] if node["state"] == "ALIVE"} if answer else set()
            if alive == set(names):
                return
            dead = [name for name, node in self.nodes.items() if node.poll() is not None]
            assert not dead and time.monotonic() < until, f"the nodes {sorted(names)} should be up, and are {sorted(alive)}: " + "".join(self.words(name)[-2000:] for name in names)
            time.sleep(0.2)
