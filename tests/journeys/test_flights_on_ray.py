"""The project's own demonstration, its files unchanged, on a real Ray cluster that loses a node half-way: what comes out is what comes out here."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import pytest
import yaml
from ray_cluster import HEAD, OTHER, PATIENCE, RAY, RayCluster

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "flights"
sys.path.insert(0, str(EXAMPLE))

from demo import PROJECT  # noqa: E402
from story import flights as source  # noqa: E402
from story.program import Cairn  # noqa: E402

HOLD = "stages: {hold: {cmd: 'touch begun; while [ ! -e GATE ]; do sleep 0.05; done; touch held', outs: [held]}}\n"


@pytest.fixture(scope="module")
def cluster():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ray"))  # Sockets of Ray lie in it, and their paths must be short.
    try:
        with RayCluster(folder / "c", alone=True) as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def extracts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("feed")
    source.write_extracts(source.table(0.2), folder, [1, 2, 3])
    return sorted(map(str, folder.iterdir()))


def project_in(folder, binary, extracts, pipeline=""):
    """The demonstration's project with three months of flights, as it is before its first run."""
    folder.mkdir()
    for name in PROJECT:
        shutil.copy(EXAMPLE / name, folder / name)
    cairn = Cairn(binary, folder)
    text = (folder / "cairn.yaml").read_text()
    for person in ("ada", "ben"):
        text = text.replace(f"KEY-OF-{person.upper()}", cairn.ask("id", "new", person)["key"])
    (folder / "cairn.yaml").write_text(text + pipeline)
    cairn.ask("apply", actor="ada")
    cairn.ask("data", "add", *extracts, "--to", "flights")
    return cairn


def on_ray(cluster, folder):
    """The project's Python is another than Ray's, as where the cluster is not the project's own."""
    ray = {"address": cluster.address, "store": str(folder / "store"), "python": str(RAY), "path": str(pathlib.Path(sys.executable).parent)}
    return f"\npipeline: {json.dumps({'executor': 'ray', 'ray': ray})}\n"


@contextlib.contextmanager
def serving(cairn, enter=()):
    """`cairn up`, in the cluster's network where `enter` leads there. Commands reach it by its socket in the project's folder."""
    entry = cairn.folder.parent / f"enter-{cairn.folder.name}"
    entry.write_text(f"#!/bin/sh\nexec {' '.join(enter)} '{cairn.binary}' \"$@\"\n")
    entry.chmod(0o755)
    server = Cairn(str(entry), cairn.folder).start()
    try:
        yield
    finally:
        server.stop()


def begin(cairn):
    return subprocess.Popen([cairn.binary, "run", "--json"], cwd=cairn.folder, env=cairn.environment("ben"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def await_that(process, what):
    until = time.monotonic() + PATIENCE
    while not (found := what()):
        assert process.poll() is None and time.monotonic() < until, process.communicate()
        time.sleep(0.05)
    return found


@contextlib.contextmanager
def busy(cluster, folder, binary):
    """While it holds, the one node that is there works on something else. Gives what ends that."""
    folder.mkdir()
    gate = folder / "gate"
    (folder / "dvc.yaml").write_text(HOLD.replace("GATE", str(gate)))
    (folder / "cairn.yaml").write_text(on_ray(cluster, folder))
    with subprocess.Popen([*cluster.enter, binary, "run", "--json"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}) as process:
        try:
            await_that(process, lambda: any(f"> on {HEAD}\n" in log.read_text() for log in folder.glob(".cairn/logs/*/hold.log")))
            yield gate.touch
        finally:
            gate.touch()
            process.communicate(timeout=PATIENCE)


def outs_of(cairn):
    """The digests of all that the stages made."""
    lock = yaml.safe_load((cairn.folder / "dvc.lock").read_text())
    return {stage: [(out["path"], out["md5"]) for out in entry["outs"]] for stage, entry in lock["stages"].items()}


def test_the_flights_come_out_the_same_where_a_node_is_lost(cluster, extracts, cairn_binary, tmp_path):
    here = project_in(tmp_path / "here", cairn_binary, extracts)
    with serving(here):
        assert here.ask("run")["state"] == "finished"
    there = project_in(tmp_path / "there", cairn_binary, extracts, on_ray(cluster, tmp_path))
    with serving(there, cluster.enter), busy(cluster, tmp_path / "other", cairn_binary) as let_go:
        cluster.add_other()
        with begin(there) as process:
            (log,) = await_that(process, lambda: [log for log in there.folder.glob(".cairn/logs/*/train.log") if f"> on {OTHER}\n> " in log.read_text()])
            cluster.kill(OTHER)
            let_go()
            out, err = process.communicate(timeout=PATIENCE)
        run = json.loads(out)
        assert run["state"] == "finished", (out, err, log.read_text())
        assert f"> on {OTHER}\n> once more, on {HEAD}\n" in log.read_text()
        assert [stage["name"] for stage in run["stages"]] == ["prepare", "train", "explain"]
        assert outs_of(there) == outs_of(here)
        for made in ("validation.json", "importance.csv"):
            assert (there.folder / "build" / made).read_bytes() == (here.folder / "build" / made).read_bytes()
        assert there.ask("run")["stale"] is False
