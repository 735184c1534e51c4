"""Everything that a dvc.yaml can say about stages, run by Cairn and by the real dvc: the same stages, the same commands, the same dvc.lock."""

import json

import pytest
import yaml
from dvc_project import begin

FILES = {
    "dvc.yaml": r"""
vars:
  - more.yaml
  - other.json:tables,names
  - opts: {lr: 0.001, layers: [8, 4], fast: true, slow: false, deep: {seed: 7}}
  - opts: {note: it's one}
stages:
  plain:
    desc: a stage as most are
    cmd: cat raw.txt > plain.txt && echo ${title} ${price} ${big} ${flag} ${nothing} ${list[1]} ${list.0} \${kept} >> plain.txt
    deps: [raw.txt]
    params: [title, train.depth, more.yaml: [price], other.json: ]
    outs:
      - plain.txt: {desc: kept, cache: true}
  flags:
    cmd: echo ${opts} > flags.txt
    outs: [flags.txt: {persist: true}]
  places:
    foreach: [us, 1.5, true]
    do:
      cmd: echo ${item} > place-${item}.txt
      deps: [raw.txt]
      outs: ['place-${item}.txt']
  tables:
    foreach: ${tables}
    do:
      wdir: ${key}
      vars: [local.yaml, {unit: kg}]
      cmd: echo ${item.rows} ${unit} ${own} > rows.txt
      deps: [../raw.txt]
      outs: [rows.txt: {cache: false}]
  runs:
    foreach:
      - {name: a, of: [1, 2]}
      - {name: b, of: [3, 4]}
    do:
      cmd: echo ${item.name} ${item.of[1]} > run-${item.name}.txt
      outs: ['run-${item.name}.txt']
  grid:
    matrix:
      size: [s, l]
      model: ${models}
      extra: [1, {deep: x}]
    cmd: echo ${item.size} ${item.model} > grid-${key}.txt
    deps: [plain.txt]
    outs: ['grid-${key}.txt']
  figures:
    cmd:
      - mkdir -p figures
      - echo '{"loss":1}' > figures/m.json && printf 'step,loss\n1,2\n' > figures/p.csv
    deps: [grid-s-cnn-1.txt]
    metrics: [figures/m.json: {cache: false}]
    plots:
      - figures/p.csv: {x: step, y: loss, title: Loss}
""",
    "params.yaml": "title: Two words\ntrain: {depth: 3}\nflag: false\nnothing: null\nlist: [x, y]\nmodels: [cnn, 7]\nbig: 1e3\n",
    "more.yaml": "price: 0.10\n",
    "other.json": json.dumps({"tables": {"left": {"rows": 3}, "right": {"rows": 4}}, "names": [1], "unused": 1}),
    "left/local.yaml": "own: l\n",
    "right/local.yaml": "own: r\n",
    "raw.txt": "raw\n",
}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The same project, run by each; and what each then says."""
    found = {}
    for tool in ("cairn", "dvc"):
        folder = tmp_path_factory.mktemp(tool)
        project = found[tool] = begin(folder)
        for name, text in FILES.items():
            project.write(name, text)
        project.commit("all")
        project.cairn("run") if tool == "cairn" else project.dvc("repro", "-q")
    return found


def lock_of(project):
    return yaml.safe_load((project.folder / "dvc.lock").read_text())


def test_both_find_the_same_stages_and_run_the_same_commands(ran):
    ours, theirs = lock_of(ran["cairn"]), lock_of(ran["dvc"])
    assert len(theirs["stages"]) == 2 + 3 + 2 + 2 + 8 + 1
    assert set(ours["stages"]) == set(theirs["stages"])
    for name, stage in theirs["stages"].items():
        assert ours["stages"][name] == stage, name


def test_each_finds_clean_what_the_other_ran(ran):
    assert "up to date" in ran["cairn"].dvc("status").stdout
    ran["dvc"].cairn("status")


def test_a_group_runs_alone(ran):
    project = ran["cairn"]
    assert "place-us.txt" not in project.cairn("run", "--dry-run", "--force", "--json", "tables").stdout
    plan = json.loads(project.cairn("run", "--dry-run", "--force", "--json", "tables").stdout)
    assert {stage["name"] for stage in plan["stages"]} == {"tables@left", "tables@right"}


def names(project, *words):
    return {stage["name"] for stage in json.loads(project.cairn("run", "--dry-run", "--force", "--json", *words).stdout)["stages"]}


def test_stages_reach_as_far_as_dvc_lets_them(ran):
    """--only, --downstream and --from beside dvc's --single-item and --downstream."""
    ours, theirs = ran["cairn"], ran["dvc"]

    def by_dvc(*words):
        told = theirs.dvc("repro", "--dry", "--force", *words).stdout
        return {line.split("'")[1] for line in told.splitlines() if line.startswith("Running stage '")}

    assert names(ours, "grid") == by_dvc("grid")
    assert names(ours, "--only", "grid") == by_dvc("--single-item", "grid")
    assert names(ours, "plain", "--downstream") == by_dvc("--downstream", "plain")
    assert names(ours, "--from", "plain") == by_dvc("--downstream", "plain")
    both = ours.cairn("run", "--only", "--downstream", "plain", code=2)
    assert "give one of them" in both.stderr
    assert "name the stages" in ours.cairn("run", "--only", code=2).stderr


def test_a_change_in_what_one_stage_of_a_group_reads_makes_only_that_one_stale(ran):
    for tool in ("cairn", "dvc"):
        project = ran[tool]
        project.write("other.json", json.dumps({"tables": {"left": {"rows": 5}, "right": {"rows": 4}}, "names": [1], "unused": 1}))
        look = json.loads(project.cairn("status", "--json", "tables", code=1).stdout)
        assert [stage["name"] for stage in look["stages"] if stage["stale"]] == ["tables@left"]
        told = json.loads(project.dvc("status", "--json", "tables").stdout)
        assert list(told) == ["tables@left"]
        project.cairn("run", "tables") if tool == "cairn" else project.dvc("repro", "-q", "tables")
    assert (ran["cairn"].folder / "left" / "rows.txt").read_text() == (ran["dvc"].folder / "left" / "rows.txt").read_text() == "5 kg l\n"


MISTAKES = [
    ("stages: {s: {foreach: [1], do: {cmd: 'x ${nope}'}}}", "nope"),
    ("stages: {s: {foreach: '${one}', do: {cmd: x}}}", "foreach"),
    ("stages: {s: {foreach: [1, 2], do: {cmd: x, outs: [a]}}}", "'a'"),
    ("stages: {s: {foreach: [1], do: {cmd: x, vars: [{item: 2}]}}}", "item"),
    ("vars: [{one: 2}]\nstages: {s: {cmd: x}}", "one"),
    ("vars: [{a: '${one}'}]\nstages: {s: {cmd: x}}", "vars"),
    ("vars: [gone.yaml]\nstages: {s: {cmd: x}}", "gone.yaml"),
    ("vars: ['params.yaml:one']\nstages: {s: {cmd: x}}", "params.yaml"),
    ("stages: {s: {cmd: x, deps: ['${many}']}}", "many"),
    ("stages: {s: {matrix: {a: 1}, cmd: x}}", "a"),
]


@pytest.mark.parametrize("text, named", MISTAKES)
def test_what_dvc_refuses_is_refused(tmp_path, text, named):
    project = begin(tmp_path)
    project.write("params.yaml", "one: 1\nmany: [1, 2]\n")
    project.write("dvc.yaml", text + "\n")
    assert project.dvc("stage", "list", code=None).returncode != 0 or project.dvc("repro", "--dry", code=None).returncode != 0
    refused = project.cairn("status", code=2)
    assert named in refused.stderr and "dvc.yaml:" in refused.stderr
    assert not (project.folder / "dvc.lock").exists()
