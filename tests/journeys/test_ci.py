"""`cairn ci` on a real git repository: what a change touches is tested, and the reports say what came of it."""

import json
import os
import pathlib
import subprocess
import sys
import xml.etree.ElementTree as xml

import pytest

PATIENCE = 300
CONFIGURATION = """project: small
data:
  rows:
    path: rows
    contract: {columns: {id: {type: integer}, size: {type: number, min: 0}}}
ci:
  code: [{name: unit, run: "python3 -m pytest -q -p no:cacheprovider --junitxml $CAIRN_JUNIT"}]
  data: [{name: enough, run: "test $(cat rows/*.csv | wc -l) -gt 2"}]
  model: [{name: not empty, run: test -s model.txt}]
  metrics: [{name: score, at_least: 1, worse_by: 0.5}]
"""
STAGES = """stages:
  train:
    cmd: python3 train.py
    deps: [train.py, rows]
    params: [lr]
    outs: [model.txt]
    metrics: [{metrics.json: {cache: false}}]
    plots: [{loss.csv: {x: step, y: loss, title: Loss}}]
"""
TRAIN = """import json, pathlib
lr = float(pathlib.Path("params.yaml").read_text().split("lr:")[1].split()[0])
pathlib.Path("model.txt").write_text(str(lr))
pathlib.Path("loss.csv").write_text("step,loss\\n" + "".join(f"{i},{lr / (i + 1)}\\n" for i in range(9)))
pathlib.Path("metrics.json").write_text(json.dumps({"score": 3 - lr}))
"""


class Repository:
    def __init__(self, folder, binary):
        self.folder, self.binary = folder, binary
        self.environment = {**os.environ, "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}", "GIT_CONFIG_GLOBAL": os.devnull}
        folder.mkdir()
        self.write({"cairn.yaml": CONFIGURATION, "dvc.yaml": STAGES, "params.yaml": "lr: 0.5  # rate\n", "train.py": TRAIN, "lib.py": "two = 2\n",
                    "test_lib.py": "from lib import two\n\n\ndef test_two():\n    assert two == 2\n", "rows/one.csv": "id,size\n1,2.5\n2,3\n",
                    ".gitignore": "/.cairn\n__pycache__\n", "README.md": "words\n"})
        for words in ("init -q -b main", "config user.email ada@example.org", "config user.name ada"):
            self.git(*words.split())
        subprocess.run([binary, "run"], cwd=folder, env=self.environment, check=True, capture_output=True)
        self.git("add", ".")
        self.git("commit", "-q", "-m", "begin")
        self.git("checkout", "-q", "-b", "work")

    def write(self, files):
        for name, text in files.items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(text)

    def git(self, *words):
        subprocess.run(["git", *words], cwd=self.folder, env=self.environment, check=True, capture_output=True)

    def ci(self, *words, code=0):
        done = subprocess.run([self.binary, "ci", *words, "--out", "out", "--json"], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        answer = json.loads(done.stdout)
        if code < 2:
            answer["cases"] = {f"{suite['name']}: {case['name']}": case["state"] for suite in answer["suites"] for case in suite["cases"]}
            answer["junit"] = {f"{suite.get('name')}: {case.get('name')}": "failed" if case.find("failure") is not None else "skipped" if case.find("skipped") is not None else "passed"
                               for suite in xml.parse(self.folder / "out" / "junit.xml").getroot() for case in suite}
            answer["report"] = (self.folder / "out" / "report.md").read_text()
            assert answer["cases"] == answer["junit"]
        return answer


@pytest.fixture
def repository(tmp_path, cairn_binary):
    return Repository(tmp_path / "project", cairn_binary)


def ran(answer):
    return {name for name, state in answer["cases"].items() if state != "skipped"}


BOUND = "model: score: at least 1, at most 0.5 worse"


def test_each_kind_of_change_runs_its_own_tests_and_the_minimal_set(repository):
    repository.write({"README.md": "other words\n"})
    assert ran(repository.ci()) == {BOUND}
    repository.write({"lib.py": "two = 1 + 1\n"})
    answer = repository.ci()
    assert ran(answer) == {"code: unit", BOUND}
    assert xml.parse(repository.folder / "out" / "unit.xml").getroot()[0].get("tests") == "1"
    repository.git("checkout", "-q", ".")

    repository.write({"rows/two.csv": "id,size\n3,1\n"})
    assert ran(repository.ci("--no-run")) == {"data: rows: rows/two.csv", "data: enough", BOUND}
    answer = repository.ci()
    assert ran(answer) == {"data: rows: rows/two.csv", "data: enough", "pipeline: train", "model: not empty", BOUND}
    assert answer["stages"] == [{"stage": "train", "why": "rows changed"}]
    repository.git("add", ".")
    repository.git("commit", "-q", "-m", "more rows")
    assert "pipeline: train" not in ran(repository.ci()), "it is up to date by now"

    repository.write({"params.yaml": "lr: 0.75  # rate\n"})
    answer = repository.ci()
    assert {"pipeline: train", "model: not empty", BOUND} <= ran(answer)
    assert answer["metrics"] == [{"name": "score", "was": 2.5, "is": 2.25, "bound": "at least 1, at most 0.5 worse", "broken": ""}]
    assert "| score | 2.5 | 2.25 | -0.25 | at least 1, at most 0.5 worse |" in answer["report"]
    assert "| lr | 0.5 | 0.75 |" in answer["report"]
    assert "![Loss](plots/1.svg)" in answer["report"]
    lines = xml.parse(repository.folder / "out" / "plots" / "1.svg").findall("{http://www.w3.org/2000/svg}polyline")
    assert [len(line.get("points").split()) for line in lines] == [9, 9], "of the target branch, out of the cache, and here"


def test_failures_are_in_the_report_the_junit_file_and_the_exit_code(repository):
    repository.write({"lib.py": "two = 3\n"})
    answer = repository.ci(code=1)
    assert answer["cases"] == {"code: unit": "failed", "data: enough": "skipped"}
    assert "assert 3 == 2" in answer["report"] and "This change fails" in answer["report"]
    assert "assert 3 == 2" in xml.parse(repository.folder / "out" / "junit.xml").find(".//failure").text
    repository.git("checkout", "-q", ".")

    repository.write({"rows/bad.csv": "id,size\n4,-1\n"})
    assert repository.ci(code=1)["cases"]["data: rows: rows/bad.csv"] == "failed"
    (repository.folder / "rows" / "bad.csv").unlink()

    repository.write({"params.yaml": "lr: 1.25\n"})
    answer = repository.ci(code=1)
    assert answer["cases"][BOUND] == "failed"
    assert answer["metrics"][0]["broken"] == "worse by 0.75 than on the target branch"

    repository.write({"train.py": "raise SystemExit('no luck')\n"})
    answer = repository.ci(code=1)
    assert answer["cases"]["pipeline: train"] == "failed"
    assert "no luck" in answer["report"]


def test_a_changed_contract_is_held_against_all_that_is_there(repository):
    repository.write({"cairn.yaml": CONFIGURATION.replace("min: 0", "min: 3")})
    assert repository.ci(code=1)["cases"]["data: rows: rows/one.csv"] == "failed"
    repository.write({"cairn.yaml": CONFIGURATION.replace("min: 0", "min: 1")})
    assert repository.ci("--no-run")["cases"]["data: rows: rows/one.csv"] == "passed"


@pytest.mark.parametrize("form", ["short", "file"])
def test_a_contract_that_promises_less_than_the_target_branch_fails(repository, form):
    odcs = "apiVersion: v3.1.0\nkind: DataContract\nid: rows\nversion: 1.0.0\nstatus: active\nschema:\n  - name: rows\n    properties:\n      - {name: id, logicalType: integer, required: true}\n      - {name: size, logicalType: number}\n"
    written = {"cairn.yaml": CONFIGURATION}
    if form == "file":
        written = {"cairn.yaml": CONFIGURATION.split("    contract:")[0] + "    contract: rows.odcs.yaml\nci:" + CONFIGURATION.split("ci:")[1], "rows.odcs.yaml": odcs}
        repository.write(written)
        repository.git("add", ".")
        repository.git("commit", "-q", "-m", "the contract in a file of its own")
    name = list(written)[-1]
    base = ["--base", "HEAD"]

    def changed(old, new):
        assert old in written[name]
        repository.write({name: written[name].replace(old, new)})

    changed(*((", size: {type: number, min: 0}", "") if form == "short" else ("      - {name: size, logicalType: number}\n", "")))
    answer = repository.ci(*base, "--no-run", code=1)
    assert answer["cases"]["data: rows: contract"] == "failed" and answer["cases"]["data: rows: rows/one.csv"] == "passed", answer["cases"]
    assert "promises consumers less" in answer["report"] and "size" in answer["report"]
    assert repository.ci(*base, "--no-run", "--allow-breaking")["cases"]["data: rows: contract"] == "passed"
    changed(*(("min: 0", "min: 1") if form == "short" else ("logicalType: number", "logicalType: number, required: true")))
    assert repository.ci(*base, "--no-run")["cases"]["data: rows: contract"] == "passed", "it promises more"
    repository.write(written)
    assert "data: rows: contract" not in repository.ci(*base, "--no-run")["cases"]


def test_what_cannot_be_compared_is_named(repository, tmp_path, cairn_binary):
    assert "fetch it" in repository.ci("--base", "nowhere", code=3)["error"]["message"]
    repository.write({"cairn.yaml": CONFIGURATION.replace("run: test -s", "rum: test -s")})
    assert "'run'" in repository.ci(code=2)["error"]["message"]
    done = subprocess.run([cairn_binary, "ci"], cwd=tmp_path, env={**repository.environment, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}, capture_output=True, text=True)
    assert done.returncode == 2 and "git" in done.stderr
