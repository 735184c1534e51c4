"""What a change makes stale: the exact stages and the exact kinds of change, beside the real dvc."""

import itertools
import json
import os

import pytest
from dvc_project import begin

FILES = {
    "dvc.yaml": """
stages:
  prepare: {cmd: sh prepare.sh, deps: [prepare.sh, raw.csv, weather.csv], params: [columns], outs: [clean.csv]}
  features: {cmd: sh features.sh, deps: [features.sh, clean.csv], outs: [features.csv]}
  train: {cmd: sh train.sh, deps: [train.sh, features.csv, labels.csv, base.onnx], params: [train], outs: [model.onnx]}
  evaluate: {cmd: sh evaluate.sh --threshold 0.5, deps: [evaluate.sh, model.onnx, holdout.csv], metrics: [metrics.json: {cache: false}]}
  report: {cmd: sh report.sh, deps: [report.sh, metrics.json], outs: [report.md]}
""",
    "cairn.yaml": "pipeline: {stages: {train: {environment: [uv.lock]}}}\n",
    "params.yaml": "columns: [a, b]\ntrain: {model: tree, depth: 3}\n",
    "uv.lock": "numpy 2.1\n",
    "raw.csv": "1,2\n",
    "weather.csv": "sun\n",
    "labels.csv": "0\n",
    "holdout.csv": "3,4\n",
    "base.onnx": "weights\n",
    "prepare.sh": "cat raw.csv weather.csv params.yaml > clean.csv\n",
    "features.sh": "cat clean.csv features.sh > features.csv\n",
    "train.sh": "cat features.csv labels.csv base.onnx params.yaml train.sh > model.onnx\n",
    "evaluate.sh": "echo '{\"loss\": '$(wc -c < model.onnx)'}' > metrics.json; echo $* > /dev/null\n",
    "report.sh": "cat metrics.json > report.md\n",
}
ALL = ["prepare", "features", "train", "evaluate", "report"]
FROM_TRAIN = ["train", "evaluate", "report"]


def also(name, text):
    return {name: FILES[name] + text}


def instead(name, *pairs):
    text = FILES[name]
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return {name: text}


# What is written; what each stage that is itself concerned is stale by; all that would run.
SCENARIOS = {
    "the model decays: new data": (also("raw.csv", "5,6\n"), {"prepare": {"data"}}, ALL),
    "data can no longer be had: the problem is put anew": (
        {**instead("dvc.yaml", (", weather.csv", "")), **instead("params.yaml", ("[a, b]", "[a]")), **instead("prepare.sh", (" weather.csv", ""))},
        {"prepare": {"data", "params", "code"}},
        ALL,
    ),
    "labels were wrong: labelled again": ({"labels.csv": "1\n"}, {"train": {"data"}}, FROM_TRAIN),
    "an assumption was wrong: another model": (instead("params.yaml", ("tree", "forest")), {"train": {"params"}}, FROM_TRAIN),
    "the goal changed: another algorithm": (
        {**instead("train.sh", ("cat", "cat -s")), **instead("dvc.yaml", ("--threshold 0.5", "--threshold 0.2"))},
        {"train": {"code"}, "evaluate": {"command"}},
        FROM_TRAIN,
    ),
}
LEVELS = {
    "data": (also("raw.csv", "7,8\n"), {"prepare": {"data"}}, ALL),
    "model": ({"base.onnx": "other weights\n"}, {"train": {"model"}}, FROM_TRAIN),
    "code": (also("features.sh", "true\n"), {"features": {"code"}}, ["features"] + FROM_TRAIN),
}
MIXES = {
    " and ".join(mix): (
        {name: text for level in mix for name, text in LEVELS[level][0].items()},
        {stage: why for level in mix for stage, why in LEVELS[level][1].items()},
        [stage for stage in ALL if any(stage in LEVELS[level][2] for level in mix)],
    )
    for size in (1, 2, 3)
    for mix in itertools.combinations(LEVELS, size)
}
NOTHING = {
    "a comment in dvc.yaml": (also("dvc.yaml", "# a comment\n"), {}, []),
    "a comment and another order in params.yaml": ({"params.yaml": "# why\ntrain: {depth: 3, model: tree}\ncolumns: [a, b]\n"}, {}, []),
    "a comment in cairn.yaml": (also("cairn.yaml", "# a comment\n"), {}, []),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    made = begin(tmp_path_factory.mktemp("staleness"))
    for name, text in FILES.items():
        made.write(name, text)
    made.cairn("run")
    assert "up to date" in made.dvc("status").stdout
    return made


def why(project):
    """By stage, the kinds of its causes; and the stages that would run, as --why names them too."""
    ended = project.cairn("status", "--json", code=None)
    stages = [stage for stage in json.loads(ended.stdout)["stages"] if stage["stale"]]
    assert ended.returncode == (1 if stages else 0)
    shown = project.cairn("status", "--why", code=None).stdout
    for stage in stages:
        for cause in stage["causes"]:
            assert any(line.split()[:1] == [cause["level"]] and line.endswith(cause["sentence"]) for line in shown.splitlines()), shown
    return {stage["name"]: {cause["level"] for cause in stage["causes"]} for stage in stages}


@pytest.mark.parametrize("written, direct, stale", [*SCENARIOS.values(), *MIXES.values(), *NOTHING.values()], ids=[*SCENARIOS, *MIXES, *NOTHING])
def test_a_change_makes_stale_what_hangs_on_it_and_nothing_else(project, written, direct, stale):
    for name, text in written.items():
        project.write(name, text)
    try:
        found = why(project)
        assert sorted(found) == sorted(stale)
        assert {stage: levels - {"upstream"} for stage, levels in found.items() if levels != {"upstream"}} == direct
        by_dvc = json.loads(project.dvc("status", "--json").stdout)
        assert set(by_dvc) == set(direct), "the real dvc finds the same stages changed"
    finally:
        for name in written:
            project.write(name, FILES[name])
    assert why(project) == {}, "and back again"


def test_the_environment_is_a_cause_that_dvc_does_not_know(project):
    project.write("uv.lock", "numpy 2.2\n")
    try:
        found = why(project)
        assert found == {"train": {"environment"}, "evaluate": {"upstream"}, "report": {"upstream"}}
        assert json.loads(project.dvc("status", "--json").stdout) == {}
    finally:
        project.write("uv.lock", FILES["uv.lock"])
    assert why(project) == {}


def test_a_file_that_was_only_touched_changes_nothing(project):
    for name in FILES:
        os.utime(project.folder / name)
    assert why(project) == {}


def test_what_is_said_to_be_stale_is_what_runs(project):
    project.write("labels.csv", "2\n")
    said = json.loads(project.cairn("run", "--dry-run", "--json").stdout)
    run = json.loads(project.cairn("run", "--json").stdout)
    assert [stage["name"] for stage in said["stages"] if stage["stale"]] == [stage["name"] for stage in run["stages"]] == FROM_TRAIN
    assert "up to date" in project.dvc("status").stdout
    project.write("labels.csv", FILES["labels.csv"])
    project.cairn("run")


def test_what_dvc_ran_is_clean_for_cairn_whatever_its_environment(project):
    project.write("uv.lock", "numpy 3\n")
    project.write("labels.csv", "3\n")
    project.dvc("repro", "-q")
    assert why(project) == {}
