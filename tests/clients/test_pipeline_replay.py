"""`cairn replay`: a run's stages once more, on the files and inputs that it had, whatever became of the project since."""

import json

import pytest
from dvc_project import begin

DVC_YAML = """
stages:
  prep: {cmd: sh prep.sh > clean, deps: [prep.sh, raw.csv], outs: [clean]}
  train: {cmd: cat clean params.yaml > model && wc -c < model > size.json, deps: [clean], params: [seed], outs: [model], metrics: [size.json: {cache: false}]}
"""


@pytest.fixture
def project(tmp_path):
    made = begin(tmp_path)
    made.write("dvc.yaml", DVC_YAML)
    made.write("params.yaml", "seed: 1\n")
    made.write("prep.sh", "cat raw.csv\n")
    made.write("raw.csv", "1,2\n")
    made.write(".gitignore", "/.cairn\n")
    made.cairn("data", "add", "raw.csv")
    made.commit("all")
    return made


def run(project):
    return json.loads(project.cairn("run", "--json").stdout)["id"]


def state_of(project):
    return {str(path): path.read_bytes() for path in project.folder.rglob("*") if path.is_file() and ".cairn" not in path.parts and ".git" not in path.parts and ".dvc" not in path.parts}


def test_a_run_repeats_after_everything_in_the_project_has_changed(project):
    first = run(project)
    project.write("params.yaml", "seed: 2\n")
    project.write("prep.sh", "echo other\n")
    project.write("raw.csv", "3,4\n")
    project.commit("another time")
    run(project)
    before = state_of(project)
    assert "The run repeats" in project.cairn("replay", first).stdout
    assert state_of(project) == before, "nothing in the project changes"
    assert json.loads(project.cairn("replay", first, "--json").stdout)["same"] is True


def test_a_run_that_began_from_changes_is_replayed_with_them(project):
    project.write("prep.sh", "cat raw.csv; echo not committed\n")
    first = run(project)
    project.git("checkout", "-q", "prep.sh")
    assert "The run repeats" in project.cairn("replay", first).stdout


def test_what_does_not_repeat_is_named(project):
    project.write("prep.sh", "date +%N; cat raw.csv\n")
    project.commit("a clock")
    first = run(project)
    told = project.cairn("replay", first, code=1).stdout
    assert "prep: output clean was " in told
    assert "train: input clean was " in told
    assert "train: output model was " in told
    assert 'metrics then: {"size.json":' in told


def test_what_is_gone_is_named(project):
    first = run(project)
    project.git("checkout", "-q", "-b", "other")
    for path in project.cache.rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.unlink()
    assert "stage 'prep' read 'raw.csv', which is not in git" in project.cairn("replay", first, code=3).stderr
    assert "there is no pipeline run" in project.cairn("replay", "nothing", code=3).stderr
