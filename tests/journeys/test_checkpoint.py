"""A training that is killed in the middle goes on from its checkpoint, and ends with the model of one that nobody disturbed."""

import hashlib
import os
import pathlib
import signal
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAIRN = os.environ.get("CAIRN", str(ROOT / "build" / "release" / "cairn"))
PATIENCE = 120
DVC_YAML = """
stages:
  train:
    cmd: python3 train.py
    deps: [train.py, rows.txt]
    params: [steps]
    outs: [model.txt, checkpoint: {persist: true}]
"""
# Gradient descent, a step a turn; which steps this process took is written outside of the project. After some it waits for its gate.
TRAIN = """
import json, os, pathlib, re, time
rows = [float(line) for line in pathlib.Path("rows.txt").read_text().split()]
steps = int(re.search(r"steps: (\\d+)", pathlib.Path("params.yaml").read_text())[1])
folder, told = pathlib.Path("checkpoint"), pathlib.Path(os.environ["TOLD"])
folder.mkdir(exist_ok=True)
kept = folder / "state.json"
state = json.loads(kept.read_text()) if kept.exists() else {"step": 0, "weight": 0.0}
while state["step"] < steps:
    row = rows[state["step"] % len(rows)]
    state = {"step": state["step"] + 1, "weight": state["weight"] - 0.1 * (state["weight"] - row)}
    (folder / "new").write_text(json.dumps(state))
    os.replace(folder / "new", kept)
    with told.open("a") as file:
        file.write(f"{state['step']}\\n")
    while state["step"] == steps // 2 and not pathlib.Path(os.environ["GATE"]).exists():
        time.sleep(0.02)
pathlib.Path("model.txt").write_text(repr(state["weight"]))
"""


class Training:
    def __init__(self, folder):
        self.folder, self.told, self.gate = folder / "project", folder / "told", folder / "gate"
        self.folder.mkdir(parents=True)
        for name, text in {"dvc.yaml": DVC_YAML, "train.py": TRAIN, "params.yaml": "steps: 40\n", "rows.txt": "1\n5\n2\n8\n"}.items():
            (self.folder / name).write_text(text)
        self.environment = {**os.environ, "TOLD": str(self.told), "GATE": str(self.gate), "CAIRN_ID_DIR": str(folder / "ids")}

    def begin(self):
        return subprocess.Popen([CAIRN, "run"], cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def steps(self):
        return [int(line) for line in self.told.read_text().split()] if self.told.exists() else []

    def model(self):
        return hashlib.sha256((self.folder / "model.txt").read_bytes()).hexdigest()


@pytest.mark.parametrize("times", [1, 3])
def test_a_killed_training_goes_on_and_comes_to_the_same_model(tmp_path, times):
    undisturbed, disturbed = Training(tmp_path / "one"), Training(tmp_path / "other")
    undisturbed.gate.touch()
    assert undisturbed.begin().wait(PATIENCE) == 0 and undisturbed.steps() == list(range(1, 41))
    for _ in range(times):
        process, until = disturbed.begin(), time.monotonic() + PATIENCE
        while 20 not in disturbed.steps():
            assert process.poll() is None and time.monotonic() < until
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
    disturbed.gate.touch()
    assert disturbed.begin().wait(PATIENCE) == 0
    steps = disturbed.steps()
    assert steps == sorted(set(steps)) and steps[-1] == 40, "no step was taken twice"
    assert disturbed.model() == undisturbed.model()
