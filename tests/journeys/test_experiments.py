"""Other parameters tried through the command line: in copies, in parallel, across `kill -9`, and brought back into the project."""

import csv
import hashlib
import io
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

import pytest
from scipy.stats import qmc

PATIENCE = 300
STAGES = """stages:
  prepare:
    cmd: cat rows.txt rows.txt > prepared.txt
    deps: [rows.txt]
    outs: [prepared.txt]
  train:
    cmd: python3 train.py
    deps: [train.py, prepared.txt]
    params: [lr, train.depth]
    outs: [model.txt]
  evaluate:
    cmd: python3 evaluate.py
    deps: [evaluate.py, model.txt]
    metrics: [{metrics.json: {cache: false}}]
"""
PARAMS = """# what is tuned
lr: 0.1    # the rate
train:
  depth: 3   # levels
"""
TRAIN = """import os, pathlib, re
text = pathlib.Path("params.yaml").read_text()
lr, depth = (float(re.search(name + r": ([-+.e0-9]+)", text)[1]) for name in ("lr", "depth"))
if log := os.environ.get("TRAINED"):
    with open(log, "a") as file:
        file.write(f"{lr} {depth:.0f}\\n")
print("trained with", lr, depth)
pathlib.Path("model.txt").write_text(f"{lr} {depth}\\n")
"""
EVALUATE = """import json, os, pathlib
if hold := os.environ.get("HOLD"):
    if os.path.exists(hold):
        with open(os.environ["UP"], "w") as up:
            up.write("up\\n")
        open(hold).read()
lr, depth = map(float, pathlib.Path("model.txt").read_text().split())
pathlib.Path("metrics.json").write_text(json.dumps({"score": depth - lr}))
"""


class Project:
    def __init__(self, folder, binary):
        self.folder, self.binary = folder, binary
        self.environment = {**os.environ, "CAIRN_ACTOR": "ada", "TRAINED": str(folder.parent / "trained.txt"), "GIT_CONFIG_GLOBAL": os.devnull}
        folder.mkdir()
        for name, text in {"dvc.yaml": STAGES, "params.yaml": PARAMS, "train.py": TRAIN, "evaluate.py": EVALUATE, "rows.txt": "rows\n", ".gitignore": "/.cairn\n"}.items():
            (folder / name).write_text(text)
        for words in ("init -q -b main", "config user.email ada@example.org", "config user.name ada", "add .", "commit -q -m begin"):
            self.git(*words.split())

    def git(self, *words):
        return subprocess.run(["git", *words], cwd=self.folder, env=self.environment, check=True, capture_output=True, text=True).stdout

    def run(self, *words, code=0):
        done = subprocess.run([self.binary, *words], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def ask(self, *words, code=0):
        done = subprocess.run([self.binary, *words, "--json"], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout)

    def trials(self):
        return self.ask("exp", "show")["items"]

    def trained(self):
        return pathlib.Path(self.environment["TRAINED"]).read_text().split("\n")[:-1]


@pytest.fixture
def project(tmp_path, cairn_binary):
    return Project(tmp_path / "project", cairn_binary)


def test_a_hundred_queued_trials_in_parallel_are_all_done_and_all_have_their_logs(project):
    project.run("run")
    before = {path.name: path.read_bytes() for path in project.folder.iterdir() if path.is_file()}
    pathlib.Path(project.environment["TRAINED"]).unlink()
    for depth in range(10):
        project.run("exp", "run", "--queue", "-S", f"train.depth={depth}", "-S", "lr=range(1,11)")
    project.run("exp", "queue", "start", "--jobs", "8")
    trials = project.trials()
    assert len(trials) == 100
    assert {trial["state"] for trial in trials} == {"finished"}
    assert sorted(project.trained()) == sorted(f"{lr:.1f} {depth}" for lr in range(1, 11) for depth in range(10))
    for trial in trials:
        assert trial["metrics"]["score"] == trial["params"]["train.depth"] - trial["params"]["lr"]
    for trial in trials[::9]:
        logs = project.ask("exp", "logs", trial["id"])["logs"]
        assert set(logs) == {"train", "evaluate"}, "what the parameters do not touch is not done again"
        assert f"trained with {trial['params']['lr']:.1f} " in logs["train"]
    assert {path.name: path.read_bytes() for path in project.folder.iterdir() if path.is_file()} == before
    runs = project.ask("runs", "list", "--limit", "500")["items"]
    assert sum(1 for run in runs if run["tags"].get("cairn.trial")) == 100
    assert {run["tags"]["mlflow.parentRunId"] for run in runs if run["tags"].get("cairn.trial")} == {
        run["run_id"] for run in runs if run["tags"].get("cairn.space")}


def test_a_killed_sweep_goes_on_where_it_was_and_does_each_trial_once(project):
    up, hold = project.folder.parent / "up", project.folder.parent / "hold"
    os.mkfifo(up)
    os.mkfifo(hold)
    sweep = project.ask("exp", "run", "--queue", "-S", "lr=range(1,25)")["id"]
    killed = subprocess.Popen([project.binary, "exp", "queue", "start", "--jobs", "3"], cwd=project.folder, start_new_session=True,
                              env={**project.environment, "HOLD": str(hold), "UP": str(up)}, stdout=subprocess.DEVNULL)
    # Some trials are let through the gate before their metrics; then one of those under way stands there for sure.
    for _ in range(7):
        up.read_text()
        hold.write_text("go")
    up.read_text()
    killed.send_signal(signal.SIGKILL)
    killed.wait(PATIENCE)
    states = [trial["state"] for trial in project.trials()]
    assert states.count("finished") >= 4 and states.count("queued") >= 14, states
    project.run("exp", "queue", "start", "--jobs", "3")
    trials = project.trials()
    assert [trial["state"] for trial in trials] == ["finished"] * 24
    assert {trial["sweep"] for trial in trials} == {sweep}
    assert max(trial["beginnings"] for trial in trials) == 2
    # A trial that was begun once trained once, and so did that at the gate; another may have been killed in the middle of it.
    trained = project.trained()
    for trial in trials:
        times = trained.count(f"{trial['params']['lr']:.1f} 3")
        assert times == 1 if trial["beginnings"] == 1 else times in (1, 2)
    assert len(trained) < 24 + 3
    assert len({trial["tracked"] for trial in trials}) == 24


def test_a_trial_is_applied_becomes_a_branch_and_is_compared(project):
    project.run("run")
    project.git("add", ".")
    project.git("commit", "-q", "-m", "ran")
    project.run("exp", "run", "-S", "lr=1e-5,2", "-S", "train.depth=4")
    first, second = (trial["id"] for trial in project.trials())
    shown = list(csv.DictReader(io.StringIO(project.run("exp", "show", "--csv", "--sort", "score", "--descending"))))
    assert [(row["trial"], float(row["lr"])) for row in shown] == [(first, 1e-5), (second, 2)]
    differences = project.ask("exp", "diff", first, second)
    assert [one["name"] for one in differences["params"]] == ["lr"]
    assert differences["metrics"][0]["change"] == pytest.approx(-1.99999)
    assert project.ask("exp", "diff", first)["params"][-1] == {"name": "train.depth", "was": 4, "is": 3, "change": -1.0}

    (project.folder / "params.yaml").write_text(PARAMS.replace("0.1 ", "0.7 "))
    assert "params.yaml" in project.run("exp", "apply", first, code=4)
    assert (project.folder / "params.yaml").read_text() == PARAMS.replace("0.1 ", "0.7 ")
    project.run("exp", "apply", first, "--force")
    assert (project.folder / "params.yaml").read_text() == PARAMS.replace("0.1 ", "1.0e-05 ").replace("depth: 3", "depth: 4")
    assert (project.folder / "model.txt").read_text() == "1e-05 4.0\n"
    assert "up to date" in project.run("status")
    assert project.git("status", "--porcelain") == " M dvc.lock\n M metrics.json\n M params.yaml\n"

    project.run("exp", "branch", second, "two")
    assert "lr: 2    # the rate" in project.git("show", "two:params.yaml")
    assert project.git("rev-parse", "two~1") == project.git("rev-parse", "main")
    assert "two" in project.run("exp", "branch", first, "two", code=4)
    project.git("stash", "-q")
    project.git("checkout", "-q", "two")
    project.run("data", "checkout")
    assert "up to date" in project.run("status")


def test_what_trials_made_outlives_a_collection_and_goes_with_the_last_of_them(project):
    project.run("exp", "run", "-S", "lr=2,3")
    first, second = (trial["id"] for trial in project.trials())
    models = [next(out["md5"] for out in trial["outs"] if out["path"] == "model.txt") for trial in project.trials()]
    assert project.ask("data", "gc", "--workspace", "--older-than", "0s", "--delete")["cache"] == []
    project.run("exp", "apply", second)
    assert (project.folder / "model.txt").read_text() == "3.0 3.0\n"
    project.run("exp", "queue", "remove", first, second)
    gone = {one["md5"] for one in project.ask("data", "gc", "--workspace", "--older-than", "0s")["cache"]}
    assert [model in gone for model in models] == [True, False], "the first one's model; the second's is in the project"


def test_dvc_finds_an_applied_trial_up_to_date(project):
    dvc = os.environ.get("CAIRN_DVC", str(pathlib.Path(__file__).resolve().parents[2] / "build" / "env" / "dvc" / "bin" / "dvc"))
    project.run("exp", "run", "-S", "lr=2")
    project.run("exp", "apply", project.trials()[0]["id"])
    done = subprocess.run([dvc, "status"], cwd=project.folder, env=project.environment, capture_output=True, text=True, timeout=PATIENCE)
    assert "up to date" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("dimensions", [1, 2, 3, 7, 21, 64])
def test_sobol_points_are_scipys(project, dimensions):
    (project.folder / "params.yaml").write_text("".join(f"x{i}: 0\n" for i in range(dimensions)))
    sets = [word for i in range(dimensions) for word in ("-S", f"x{i}=uniform(0,1)")]
    asked = project.ask("exp", "run", "--dry-run", "--search", "sobol", "--trials", "300", *sets)["proposals"]
    points = [[setting["value"] for setting in settings] for settings in asked]
    assert points == qmc.Sobol(dimensions, scramble=False).random(512)[:300].tolist()


def test_a_goal_ends_a_sweep_and_a_failed_trial_can_be_tried_again(project):
    project.run("exp", "run", "-S", "train.depth=1,2,3,4", "-S", "lr=0", "--until", "score>=2")
    assert [trial["state"] for trial in project.trials()] == ["finished", "finished", "skipped", "skipped"]
    (project.folder / "train.py").write_text("raise SystemExit('no luck')\n")
    said = project.run("exp", "run", "-S", "lr=5", code=1)
    assert "1 failed" in said
    failed = project.trials()[-1]
    assert "no luck" in project.run("exp", "logs", failed["id"], "train")
    assert "stage 'train'" in failed["problem"]
    project.run("exp", "queue", "retry", failed["id"])
    project.run("exp", "queue", "start", code=1)
    assert project.trials()[-1]["beginnings"] == 2
    project.run("exp", "queue", "remove", failed["id"])
    assert failed["id"] not in [trial["id"] for trial in project.trials()]


CURVE_STAGES = """stages:
  split:
    cmd: python3 split.py
    deps: [split.py, all.csv]
    outs: [parts]
  train:
    cmd: python3 train.py
    deps: [train.py, parts]
    metrics: [{metrics.json: {cache: false}}]
"""
SPLIT = """import pathlib
head, *rows = pathlib.Path("all.csv").read_text().splitlines()
pathlib.Path("parts").mkdir()
for name, part in (("train", rows[:1500]), ("test", rows[1500:])):
    pathlib.Path("parts", name + ".csv").write_text("\\n".join([head, *part]) + "\\n")
"""
CURVE_TRAIN = """import json, pathlib, sys
import numpy
from sklearn.linear_model import LogisticRegression

def read(name):
    table = numpy.loadtxt("parts/" + name + ".csv", delimiter=",", skiprows=1)
    return table[:, :-1], table[:, -1]

model = LogisticRegression(max_iter=1000).fit(*read("train"))
pathlib.Path("metrics.json").write_text(json.dumps({"accuracy": model.score(*read("test"))}))
"""


def curve_project(tmp_path, cairn_binary, dimensions):
    import numpy

    project = Project(tmp_path / "project", cairn_binary)
    random = numpy.random.default_rng(5)
    x = random.normal(size=(4000, dimensions))
    y = (x @ random.normal(size=dimensions) + random.logistic(size=4000) * 0.7 > 0).astype(int)
    rows = [",".join([*(f"{value:.6f}" for value in row), str(label)]) for row, label in zip(x, y)]
    for name, text in {"all.csv": "\n".join([",".join(f"x{i}" for i in range(dimensions)) + ",y", *rows]) + "\n", "split.py": SPLIT, "train.py": CURVE_TRAIN, "dvc.yaml": CURVE_STAGES.replace("python3", sys.executable)}.items():
        (project.folder / name).write_text(text)
    project.git("add", ".")
    project.git("commit", "-q", "-m", "curve")
    project.run("run")
    return project


def test_a_learning_curve_is_scikit_learns_on_the_same_rows(tmp_path, cairn_binary):
    """The training file is made by a stage: what makes it does not run again, the test rows stay whole."""
    import numpy
    import yaml
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import learning_curve

    project = curve_project(tmp_path, cairn_binary, 60)
    lock = (project.folder / "dvc.lock").read_text()
    page = tmp_path / "curve.html"
    curve = project.ask("exp", "curve", "parts/train.csv", "--metric", "accuracy", "--shares", "10%,25%,50%,100%", "--draws", "2", "--jobs", "2", "--report", str(page))
    assert (project.folder / "dvc.lock").read_text() == lock, "the project stays as it is"

    def read(name):
        return (project.folder / "parts" / f"{name}.csv").read_text().splitlines()[1:]

    def table(rows):
        numbers = numpy.array([[float(value) for value in row.split(",")] for row in rows])
        return numbers[:, :-1], numbers[:, -1]

    def place(row, draw):
        return int.from_bytes(hashlib.sha256(f"{draw}\n{row}".encode()).digest()[:8], "big") / 2**64

    train, test = read("train"), read("test")
    expected = {}
    for draw in (1, 2):
        # A smaller share is a beginning of a larger one, which is how scikit-learn takes them.
        order = sorted(range(len(train)), key=lambda at: place(train[at], draw))
        sizes = [150, 375, 750] + ([1500] if draw == 1 else [])
        x, y = table([train[at] for at in order] + test)
        split = [(numpy.arange(len(train)), numpy.arange(len(train), len(train) + len(test)))]
        rows, _, scores = learning_curve(LogisticRegression(max_iter=1000), x, y, train_sizes=sizes, cv=split, scoring="accuracy")
        for size, score in zip(rows, scores[:, 0]):
            expected.setdefault(int(size), []).append(score)
    assert {int(point["rows"]): point["value"] for point in curve["points"]} == {size: pytest.approx(numpy.mean(scores), abs=2e-3) for size, scores in expected.items()}
    assert [(point["trainings"], point["low"] is not None) for point in curve["points"]] == [(2, True)] * 3 + [(1, False)]
    document = yaml.safe_load((pathlib.Path(__file__).resolve().parents[2] / "api" / "openapi.yaml").read_text())
    assert set(curve) == set(document["components"]["responses"]["LearningCurve"]["content"]["application/json"]["schema"]["properties"])
    assert curve["trials"] == 7 and curve["missing"] == 0 and curve["verdict"] in ("yes", "no", "unclear")
    assert "Would more data help?" in page.read_text() and "<svg" in page.read_text()

    trials = project.trials()
    assert {trial["params"]["parts/train.csv:rows"] for trial in trials} == set(expected)
    assert "learning curve" in project.run("exp", "apply", trials[0]["id"], code=4)
    assert project.ask("exp", "curve", "--sweep", curve["sweep"], "--metric", "accuracy", "--worth", "0.9")["verdict"] == "no"
    evaluated = tmp_path / "evaluated.html"
    (tmp_path / "scored.csv").write_text("y,p\n" + "".join(f"{i % 2},{0.2 + 0.6 * (i % 2) + (i % 5) / 50}\n" for i in range(60)))
    project.run("evaluate", "--on", str(tmp_path / "scored.csv"), "--target", "y", "--predictions", "p", "--curve", f"{curve['sweep']}:accuracy", "--report", str(evaluated))
    assert "Would more data help?" in evaluated.read_text()


LAW = """import hashlib, json, pathlib
text = pathlib.Path("rows.csv").read_text()
chance = int(hashlib.md5(text.encode()).hexdigest()[:8], 16) / 2**32 - 0.5
rows = text.count("\\n") - 1
pathlib.Path("metrics.json").write_text(json.dumps({"accuracy": 0.9 - 2 * rows**-EXPONENT + 0.1 * chance / rows**0.5}))
"""


@pytest.mark.parametrize("exponent, verdict", [(0.4, "Yes"), (1.5, "No")])
def test_a_learning_curve_says_whether_more_data_would_help(project, exponent, verdict):
    """Of a training whose law is known."""
    (project.folder / "dvc.yaml").write_text("stages:\n  train: {cmd: python3 law.py, deps: [law.py, rows.csv], metrics: [metrics.json: {cache: false}]}\n")
    (project.folder / "law.py").write_text(LAW.replace("EXPONENT", str(exponent)))
    (project.folder / "rows.csv").write_text("x\n" + "".join(f"{i}\n" for i in range(2000)))
    project.run("run")
    said = project.run("exp", "curve", "rows.csv", "--metric", "accuracy", "--jobs", "2")
    assert f"Would more data help? {verdict}" in said, said


def test_mistakes_about_a_learning_curve_are_named(project):
    project.run("run")
    for words, code, expected in [(("nowhere.csv", "--metric", "score"), 3, "nowhere.csv"), (("rows.txt", "--metric", "score"), 2, "CSV"), (("rows.txt",), 2, "--metric"), ((), 2, "--metric"),
                                  (("rows.txt", "--metric", "score", "--shares", "10%,100%"), 2, "three"), (("rows.txt", "--metric", "score", "--shares", "10%,x,100%"), 2, "'x'")]:
        said = project.run("exp", "curve", *words, code=code)
        assert expected in said, (words, said)
    assert project.trials() == []


def test_mistakes_are_named_and_leave_nothing(project):
    assert "train.depth" in project.run("exp", "run", "-S", "train.dept=4", code=3)
    assert "--trials" in project.run("exp", "run", "-S", "lr=uniform(0,1)", "--search", "random", code=2)
    assert "grid" in project.run("exp", "run", "-S", "lr=uniform(0,1)", code=2)
    assert "exp show" in project.run("exp", "apply", "nonsense", code=2)
    assert project.trials() == []
    assert not (project.folder / ".cairn" / "sweeps").exists()
