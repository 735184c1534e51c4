"""`cairn run`, killed at any moment: what is recorded as finished stays finished, and the next run does the rest, once."""

import contextlib
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import time

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAIRN = os.environ.get("CAIRN", str(ROOT / "build" / "release" / "cairn"))
AT_ONCE = 2
DVC_YAML = """
stages:
  a: {cmd: 'echo a >> $RAN; cat raw.txt raw.txt > a', deps: [raw.txt], outs: [a]}
  b: {cmd: 'echo b >> $RAN; mkdir -p b && for i in $(seq 40); do echo $i $(cat raw.txt) > b/$i; done', deps: [raw.txt], outs: [b]}
  c: {cmd: 'echo c >> $RAN; cat a > c', deps: [a], outs: [c]}
  d: {cmd: 'echo d >> $RAN; cat b/7 c > d', deps: [b, c], outs: [d]}
  e: {cmd: 'echo e >> $RAN; head -c 3000000 /dev/zero | tr "\\0" x > e; cat raw.txt >> e', deps: [raw.txt], outs: [e]}
  f: {cmd: 'echo f >> $RAN; wc -c < e > f', deps: [e], outs: [f: {cache: false}]}
  g: {cmd: 'echo g >> $RAN; cat d f > g', deps: [d, f], outs: [g: {persist: true}]}
  apart: {cmd: 'echo apart >> $RAN; echo same > apart', outs: [apart]}
"""


class Pipeline:
    def __init__(self, folder):
        self.folder, self.log = folder / "project", folder / "ran"
        self.folder.mkdir()
        (self.folder / "dvc.yaml").write_text(DVC_YAML)
        (self.folder / "cairn.yaml").write_text(f"pipeline: {{resources: {{cpu: {AT_ONCE}}}}}\n")
        self.environment = {**os.environ, "RAN": str(self.log)}
        self.set(0)

    def set(self, number):
        (self.folder / "raw.txt").write_text(f"raw {number}\n")
        self.log.write_text("")

    def ran(self):
        return self.log.read_text().split()

    def begin(self):
        return subprocess.Popen([CAIRN, "run"], cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def run(self):
        done = subprocess.run([CAIRN, "run"], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr

    def stale(self):
        done = subprocess.run([CAIRN, "status", "--json"], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=120)
        assert done.returncode in (0, 1), done.stderr
        return {stage["name"] for stage in json.loads(done.stdout)["stages"] if stage["stale"]}

    def newest(self):
        """The newest run's id, and the stages that the store knows as finished in it."""
        with contextlib.closing(sqlite3.connect(self.folder / ".cairn" / "cairn.db")) as store:
            (run,) = store.execute("SELECT id FROM pipeline_run ORDER BY id DESC LIMIT 1").fetchone()
            return run, {name for (name,) in store.execute("SELECT name FROM pipeline_stage WHERE run = ? AND state = 'finished'", (run,))}

    def lock(self):
        return yaml.safe_load((self.folder / "dvc.lock").read_text())["stages"]


@pytest.fixture
def pipeline(tmp_path):
    return Pipeline(tmp_path)


def test_a_run_that_is_killed_anywhere_goes_on_where_it_was(pipeline, tmp_path, thorough):
    chance = random.Random(7)
    began = time.monotonic()
    pipeline.run()
    whole = time.monotonic() - began
    for number in range(1, 501 if thorough else 13):
        pipeline.set(number)
        before, _ = pipeline.newest()
        killed = pipeline.begin()
        try:
            killed.wait(chance.uniform(0, whole))
        except subprocess.TimeoutExpired:
            pass
        killed.kill()
        killed.wait()
        (run, finished), stale = pipeline.newest(), pipeline.stale()
        assert run == before or not finished & stale, f"round {number}: {finished & stale} were finished and would run again"
        assert "apart" not in stale, "what nothing touched stays"
        pipeline.run()
        ran = pipeline.ran()
        # What was under way when the program died runs again, and nothing else does.
        again = sorted(name for name in set(ran) if ran.count(name) > 1)
        assert set(ran) == set("abcdefg") and len(ran) <= 7 + AT_ONCE and len(again) == len(ran) - 7, f"round {number}: {ran}"
        assert pipeline.stale() == set()
        assert (pipeline.folder / "g").read_text() == f"7 raw {number}\n" + f"raw {number}\n" * 2 + f"{3000000 + len(f'raw {number}') + 1}\n"
    (tmp_path / "other").mkdir()
    undisturbed = Pipeline(tmp_path / "other")
    undisturbed.set(number)
    undisturbed.run()
    assert pipeline.lock() == undisturbed.lock()
    assert not list((pipeline.folder / ".dvc" / "tmp" / "cairn").glob("*.journal")), "nothing is left of the journal"


def test_a_run_that_is_killed_before_it_wrote_dvc_lock_is_taken_over_by_a_look(pipeline):
    """The lock is written at most once a second: a short run leaves it to the journal until its end."""
    text = DVC_YAML + "  last: {cmd: 'touch up; sleep 1000', deps: [g], outs: [last]}\n"
    (pipeline.folder / "dvc.yaml").write_text(text)
    running = pipeline.begin()
    while not (pipeline.folder / "up").exists():
        assert running.poll() is None
        time.sleep(0.01)
    running.kill()
    running.wait()
    assert pipeline.stale() == {"last"}
    assert set(pipeline.lock()) == {"a", "b", "c", "d", "e", "f", "g", "apart"}, "the look has written what the dead program could not"
    (pipeline.folder / "dvc.yaml").write_text(DVC_YAML)
    pipeline.run()
    assert pipeline.ran().count("a") == 1
