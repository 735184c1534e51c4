"""Five reasons to change a finished project, and what `cairn status` then names: exactly what rests on what has changed, and nothing else."""

import shutil
import subprocess

import pytest
from small_project import CONFIGURATION, MODEL, go_wrong, judged, make, write_rows

# Ben makes it, Ada answers for it; nothing runs before she has signed the charter. What goes wrong is looked at by people.
FINISHED = (
    CONFIGURATION.replace("charter:\n", "charter:\n  problem: Passengers are told too late\n  objective: Say it early\n", 1)
    .replace("  risk: limited\n", """  success: [{metric: log_loss, comparator: "<=", target: 90}]
  cost: {false_positive: 1, false_negative: 3, unit: EUR}
  heuristic: [{when: "carrier = 'UA'", score: 0.3}, {otherwise: 0.2}]
  signatures: {required: [ada]}
  risk: limited
""")
    .replace("  rules:\n", """  rules:
    - {name: near the rule of thumb, metric: brier, against: heuristic, margin: 1}
    - {name: honest, metric: log_loss, max: 90}
    - {name: balanced, metric: balanced_accuracy, min: 0.01, judged_by: value}
    - {name: data under contract, contract: passed}
""")
)
FINISHED = FINISHED[: FINISHED.index("triggers:")]

CHARTER, DATASET, VERSION, DEPLOYMENT = ("charter", "charter"), ("dataset", "rows"), ("model", f"{MODEL}/1"), ("deployment", f"{MODEL}@production")
GATES = {("gate", name) for name in ("near the rule of thumb", "honest", "balanced", "data under contract", "answers in time")}
EVERYTHING = {CHARTER, DATASET, VERSION, DEPLOYMENT} | GATES


class Project:
    """A finished project: its charter is signed, its model was made, let through and answers."""

    def __init__(self, folder, binary):
        self.cairn = make(folder, binary, FINISHED)
        self.folder, self.ask = folder, self.cairn.ask
        self.ask("charter", "sign", "--sign", "ada", actor="ada")
        self.release(1)
        self.kept = folder.parent / "kept"
        shutil.copytree(folder, self.kept, symlinks=True)

    def release(self, version):
        server = self.cairn.start()
        try:
            assert self.ask("run")["state"] == "finished"
            self.ask("model", "approve", judged(server, version)["id"], "--sign", "ada", actor="ada")
        finally:
            assert server.stop() == 0

    def restore(self):
        """As it was when it was finished, at the same place."""
        shutil.rmtree(self.folder)
        shutil.copytree(self.kept, self.folder, symlinks=True)

    def status(self, *words):
        done = subprocess.run([self.cairn.binary, "status", *words], cwd=self.folder, env=self.cairn.environment("ben"), capture_output=True, text=True)
        assert done.returncode in (0, 1) and done.stderr == "", done.stderr
        return done

    def look(self):
        """What is out of date, with its causes; that the stages are listed as well; and that both doors say the same."""
        look = self.ask("status", findings=True)
        things = {(one["kind"], one["name"]): one for one in look["things"]}
        assert things.keys() >= EVERYTHING - {VERSION} and len(things) == len(look["things"])
        assert all(one["outdated"] == bool(one["causes"]) for one in look["things"])
        outdated = {key: " ".join(cause["sentence"] for cause in one["causes"]) for key, one in things.items() if one["outdated"]}
        shown = [line.split(": ", 1)[0] for line in self.status().stdout.splitlines()]
        for kind, name in things:
            assert ((kind if kind == "charter" else f"{kind} '{name}'") in shown) == ((kind, name) in outdated)
        return outdated, {stage["name"] for stage in look["stages"] if stage["stale"]}

    def change(self, name, old, new):
        text = (self.folder / name).read_text()
        assert old in text
        (self.folder / name).write_text(text.replace(old, new))

    def apply(self):
        self.ask("apply", "--sign", "ada", actor="ada")


@pytest.fixture(scope="module")
def finished(tmp_path_factory, cairn_binary):
    return Project(tmp_path_factory.mktemp("scenarios") / "project", cairn_binary)


@pytest.fixture
def project(finished):
    yield finished
    finished.restore()


def decay(project):
    """Live answers turn out wrong, and the monitor says so."""
    server = project.cairn.start()
    try:
        go_wrong(server)
        server.post("/api/v1/monitors/advance", {})
        assert [alert["monitor"] for alert in server.get("/api/v1/alerts")["items"]] == ["quality"]
    finally:
        assert server.stop() == 0


def new_data(project):
    """The answer to decay: more rows."""
    decay(project)
    write_rows(project.folder / "second.csv", 400)
    project.ask("data", "add", "second.csv", "--to", "rows")


def unobtainable(project):
    """Nobody delivers the carrier any more."""
    project.change("cairn.yaml", "        carrier: {type: string}\n", "")
    project.apply()


def reformulated(project):
    """The answer to that: the charter does without it."""
    unobtainable(project)
    project.change("cairn.yaml", "carrier = 'UA'", "hour >= 17")
    project.apply()
    project.ask("charter", "sign", "--sign", "ada", actor="ada")


def relabelled(project):
    """The same rows, with other labels."""
    text = (project.folder / "first.csv").read_text()
    (project.folder / "first.csv").write_text(text.replace(",late\n", ",LATE\n").replace(",on time\n", ",late\n").replace(",LATE\n", ",on time\n"))
    project.ask("data", "add", "first.csv", "--to", "rows", "--replace", "--reason", "labelled anew")


def wrong_assumption(project):
    """The model was of the wrong kind: the program that trains it becomes another."""
    project.change("train.py", 'mlflow.log_param("rows"', 'mlflow.log_param("files"')


def other_goal(project):
    """The business wants something else, and what counts as good enough is stricter."""
    project.change("cairn.yaml", "target: 90}]", "target: 80}]")
    project.apply()


def other_cost(project):
    """A missed flight costs more than was thought: the same cost matrix decides the threshold."""
    project.change("cairn.yaml", "false_negative: 3", "false_negative: 9")
    project.apply()


def other_objective(project):
    project.change("cairn.yaml", "objective: Say it early", "objective: Say it before boarding")
    project.apply()


MADE = {VERSION, DEPLOYMENT}

SCENARIOS = [
    # The scenario, what is out of date besides stages, whether the stage is, and words that name what changed.
    (decay, {DATASET} | MADE, False, {DATASET: "rows@1 is older than what monitor 'quality' found", VERSION: "monitor 'quality' found it beyond its bound"}),
    (new_data, MADE, True, {VERSION: "trained on rows@1, and rows@2 is the newest", DEPLOYMENT: f"serves {MODEL}/1, which is out of date"}),
    (unobtainable, {CHARTER, DATASET, ("gate", "data under contract"), ("gate", "near the rule of thumb")} | MADE, False,
     {CHARTER: "its heuristic reads 'carrier', which the contract of rows does not promise any more", DATASET: "rows@1 has 'carrier'"}),
    (reformulated, {DATASET, ("gate", "data under contract"), ("gate", "near the rule of thumb")} | MADE, False, {("gate", "near the rule of thumb"): "charter 2 governs now: the heuristic has changed"}),
    (relabelled, MADE, True, {VERSION: "trained on rows@1, and rows@2 is the newest"}),
    (wrong_assumption, MADE, True, {VERSION: "since the stage 'train' made it: train.py changed"}),
    (other_goal, {CHARTER, ("gate", "honest")} | MADE, False,
     {CHARTER: "charter 2 is not signed by ada", ("gate", "honest"): "made from charter 1 when late-arrival/1 was judged, and charter 2 governs now: the target of success by log_loss was 90, is 80",
      VERSION: "was judged before the gates 'honest' became what they are now"}),
    (other_cost, {CHARTER, ("gate", "balanced")} | MADE, False, {("gate", "balanced"): "false_negative of the cost of errors was 3, is 9"}),
    (other_objective, {CHARTER} | GATES | MADE, False, {("gate", "answers in time"): "the objective was Say it early, is Say it before boarding"}),
]


def test_nothing_changed_nothing_is_out_of_date(project):
    assert project.look() == ({}, set())
    done = project.status()
    assert (done.returncode, done.stdout) == (0, "Everything is up to date.\n")
    # What concerns nobody but readers reaches nothing but the charter that says it: not before it is accepted either.
    project.change("cairn.yaml", "Passengers are told too late", "Nobody is told in time")
    outdated, stale = project.look()
    assert (outdated.keys(), stale) == ({CHARTER}, set())
    assert "cairn.yaml says otherwise than charter 1, which governs, of problem: `cairn apply`" in outdated[CHARTER]
    project.ask("apply", actor="ada")
    assert project.look()[0].keys() == {CHARTER}
    project.ask("charter", "sign", "--sign", "ada", actor="ada")
    assert project.look() == ({}, set())


@pytest.mark.parametrize("scenario, expected, stage, words", SCENARIOS, ids=[one[0].__name__ for one in SCENARIOS])
def test_each_change_names_what_rests_on_it_and_no_others(project, scenario, expected, stage, words):
    scenario(project)
    outdated, stale = project.look()
    assert outdated.keys() == expected
    assert stale == ({"train"} if stage else set())
    for thing, sentence in words.items():
        assert sentence in outdated[thing], outdated[thing]
    done = project.status("--why")
    assert done.returncode == (1 if stage else 0)
    assert f"Out of date besides stages: {len(expected)} things." in done.stdout


def test_who_answers_a_change_is_up_to_date_again(project):
    other_goal(project)
    relabelled(project)
    project.ask("charter", "sign", "--sign", "ada", actor="ada")
    # Accepted and signed: the gates are what they are from now on, but nothing was held against them yet.
    assert project.look()[0].keys() == {("gate", "honest")} | MADE
    project.release(2)
    assert project.look() == ({}, set())


def test_the_version_that_was_overtaken_says_by_what(project):
    wrong_assumption(project)
    server = project.cairn.start()
    try:
        assert project.ask("run")["state"] == "finished"
        judged(server, 2)
    finally:
        assert server.stop() == 0
    # The stage is fresh and so is the candidate; what answers is still the old one.
    outdated, stale = project.look()
    assert (outdated.keys(), stale) == (MADE, set())
    assert "the stage 'train', which made it, ran again since: train.py changed" in outdated[VERSION]
