"""The real dvc and Cairn on one project: what one has run, the other finds up to date.

CAIRN names the cairn program (default build/release/cairn), CAIRN_DVC the dvc program (default build/env/dvc/bin/dvc).
"""

import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAIRN = pathlib.Path(os.environ.get("CAIRN", ROOT / "build/release/cairn")).resolve()
DVC = pathlib.Path(os.environ.get("CAIRN_DVC", ROOT / "build/env/dvc/bin/dvc"))

PARAMS = """\
lr: 1e-5
big: 1e3
whole: 100.0
flag: true
off: false
word: yes
number_like: '123'
colon: 'a: b'
hash: 'x #y'
quote: "it's"
empty: ''
nothing: null
unicode: größe
layers: [64, 32, 0.5]
words: [a, 'true', 'b c']
train:
  seed: 42
  opts: {b: true, a: [1, 2, 'q r']}
"""

STAGES = """\
stages:
  prep:
    cmd: mkdir -p prepared && cp raw.txt prepared/one.txt && cp raw.txt "prepared/zwei ä.txt"
    deps: [raw.txt]
    params: [lr, big, whole, flag, off, word, number_like, colon, hash, quote, empty, nothing, unicode, layers, words]
    outs: [prepared]
  train:
    cmd:
    - cat prepared/one.txt settings.json > model.bin
    - echo '{"loss":' ${train.seed} '}' > metrics.json
    deps: [prepared]
    params:
    - train
    - settings.json: [depth]
    outs: [model.bin]
    metrics:
    - metrics.json: {cache: false}
  script:
    cmd: |
      echo first > first.txt
      echo --lr ${lr} ${whole} ${flag} > second.txt
    deps: [raw.txt]
    outs:
    - first.txt
    - second.txt: {persist: true}
  tool:
    cmd: printf '#!/bin/sh\\nexit 0\\n' > tool.sh && chmod +x tool.sh
    deps: [raw.txt]
    outs: [tool.sh]
"""


class Project:
    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.environment = {**os.environ, "HOME": str(folder.parent), "DVC_NO_ANALYTICS": "1", "CAIRN_ACTOR": "tester"}
        for name, text in {"raw.txt": "raw\n", "params.yaml": PARAMS, "dvc.yaml": STAGES, "settings.json": '{"depth": 3}'}.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def call(self, *words: object) -> subprocess.CompletedProcess:
        return subprocess.run([str(word) for word in words], cwd=self.folder, env=self.environment, capture_output=True, text=True)

    def cairn(self, *words: str, code: int = 0) -> str:
        done = self.call(CAIRN, *words)
        assert done.returncode == code, f"cairn {words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def dvc(self, *words: str) -> str:
        done = self.call(DVC, *words)
        assert done.returncode == 0, f"dvc {words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def assert_dvc_is_clean(self) -> None:
        assert "Data and pipelines are up to date" in self.dvc("status")

    def assert_cairn_is_clean(self) -> None:
        assert "up to date" in self.cairn("status")


@pytest.fixture(params=["git", "without git"])
def project(request, tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    if request.param == "git":
        subprocess.run(["git", "init", "-q", str(folder)], check=True)
    made = Project(folder)
    made.with_git = request.param == "git"
    return made


def test_dvc_finds_clean_what_cairn_ran(project):
    project.cairn("run")
    project.assert_dvc_is_clean()
    assert "didn't change" in project.dvc("repro")
    project.assert_cairn_is_clean()


def test_cairn_finds_clean_what_dvc_ran(project):
    project.dvc("init", "-q", *([] if project.with_git else ["--no-scm"]))
    project.dvc("repro", "-q")
    project.assert_cairn_is_clean()
    assert "nothing ran" in project.cairn("run")


def test_both_go_on_after_each_other(project):
    project.cairn("run")
    project.write("raw.txt", "changed by hand\n")
    assert "raw.txt changed" in project.cairn("status", code=1)
    project.dvc("repro", "-q")
    project.assert_cairn_is_clean()
    project.write("params.yaml", PARAMS.replace("seed: 42", "seed: 43"))
    out = project.cairn("run")
    assert "seed" in out and "prep:" not in out
    project.assert_dvc_is_clean()
    project.write("settings.json", '{"depth": 3.0, "other": 1}')
    project.assert_cairn_is_clean()
    project.assert_dvc_is_clean()


def test_dvc_restores_outs_from_the_objects_cairn_stored(project):
    project.cairn("run")
    for name in ("model.bin", "first.txt", "prepared/one.txt"):
        (project.folder / name).unlink()
    assert "missing" in project.cairn("status", code=1)
    project.dvc("checkout", "-q")
    project.assert_cairn_is_clean()
    project.assert_dvc_is_clean()


READ_LOCKS = """
import json, sys
from ruamel.yaml import YAML
print(json.dumps([YAML(typ="safe").load(open(path, encoding="utf-8")) for path in sys.argv[1:]]))
"""


def test_both_write_the_same_lock(project):
    project.cairn("run")
    (project.folder / "dvc.lock").rename(project.folder / "ours.lock")
    project.dvc("repro", "-q", "-f")
    read = project.call(DVC.parent / "python", "-c", READ_LOCKS, "ours.lock", "dvc.lock")
    assert read.returncode == 0, read.stderr
    ours, theirs = json.loads(read.stdout)
    assert ours == theirs


def test_git_ignores_what_the_cache_keeps(project):
    project.cairn("run")
    ignored = project.folder / ".gitignore"
    if not project.with_git:
        assert not ignored.exists()
        return
    assert set(ignored.read_text().split()) == {"/prepared", "/model.bin", "/first.txt", "/second.txt", "/tool.sh"}
