"""Each thing that a dvc.yaml can say, in a project of its own that Cairn and the real dvc both run: the bytes of dvc.lock, what each finds clean, and what a change makes stale.

CAIRN names the cairn program (default build/release/cairn), CAIRN_DVC the dvc program (default build/env/dvc/bin/dvc).
"""

import json
import os
import random

import pytest
from dvc_project import DVC, begin

FREEZABLE = """stages:
  first:
    cmd: cp raw.txt first.txt
    deps: [raw.txt]
    params: [lr]
    outs: [first.txt]
  second:
    cmd: cp first.txt second.txt
    deps: [first.txt]
    outs: [second.txt]
"""

PYTHON = '''"""A file that holds all that Python can assign."""
from a import (b,
               c)
whole, real, hexa = 1, 2, 3
WHOLE: int = -1_000
REAL = .5e-3
HEXA = 0xFF; AFTER = 0b11
TEXT = "one" 'two' r"\\d"  # not = this
LONG = """three
lines = 4 # no remark
"""
YES, NO = True, False
ON = True; OFF = (False); NIL = None
LIST = [1, [2, "x"], {"k": (3)},]
TUPLE = 1, 2.0
DICT = {
    "b": 1,  # the order stays
    "a": {"z": [], "y": {}},
}
both = also = 1
SUM = 1 + 1
CALL = dict(a=1)
LAMBDA = lambda x=1: x
only: int
if WHOLE == 1:
    INSIDE = 1
else: OTHER = 1
for i in range(3): LOOP = 1; TWICE = 2
try:
    TRIED = 1
finally:
    LAST = 1
@decorated(x=1)
def function(a=1, *, b=2):
    LOCAL = 1
class Outer(Base):
    """With words."""
    one = 1
    class Inner:
        two = "\\u00e9\\t'"
    def __init__(self, x=(1, 2)) -> None:
        self.three = 3
        four = 4
        self.five.six = 5
    def other(self):
        self.seven = 7
class Line: eight = 8; nine = 9
WHOLE = 5
END = \\
    "end"
'''

# What lies in the project; what is then written anew, and the stages that this makes stale.
FEATURES = {
    "foreach over a list": (
        {
            "dvc.yaml": "stages:\n  place:\n    foreach: [us, 1.5, true]\n    do:\n      cmd: cat ${item}.txt > out-${item}.txt\n      deps: ['${item}.txt']\n      outs: ['out-${item}.txt']\n",
            "us.txt": "1\n", "1.5.txt": "2\n", "true.txt": "3\n",
        },
        {"us.txt": "9\n"},
        ["place@us"],
    ),
    "foreach over a map": (
        {
            "dvc.yaml": "stages:\n  row:\n    foreach: ${rows}\n    do:\n      cmd: echo ${item.n} > ${key}.txt\n      outs: ['${key}.txt']\n",
            "params.yaml": "rows:\n  left: {n: 1}\n  right: {n: 2}\n",
        },
        {"params.yaml": "rows:\n  left: {n: 1}\n  right: {n: 3}\n"},
        ["row@right"],
    ),
    "matrix": (
        {
            "dvc.yaml": "stages:\n  grid:\n    matrix:\n      size: [s, l]\n      model: ${models}\n    cmd: cat raw.txt > ${item.size}-${item.model}.txt\n    deps: [raw.txt]\n    outs: ['${item.size}-${item.model}.txt']\n",
            "params.yaml": "models: [cnn, 7]\n", "raw.txt": "raw\n",
        },
        {"raw.txt": "other\n"},
        ["grid@s-cnn", "grid@s-7", "grid@l-cnn", "grid@l-7"],
    ),
    "templating": (
        {
            "dvc.yaml": "stages:\n  say:\n    cmd: echo ${opts} ${list[1]} ${flag} ${deep.word} \\${HOME_IS} > said.txt; echo > ${deep.name}.txt\n    params: [opts]\n    outs: ['${deep.name}.txt', said.txt]\n",
            "params.yaml": "opts: {lr: 0.001, fast: true, slow: false, layers: [8, 4]}\nlist: [x, y]\nflag: false\ndeep: {word: a word, name: more}\n",
        },
        {"params.yaml": "opts: {lr: 0.002, fast: true, slow: false, layers: [8, 4]}\nlist: [x, y]\nflag: false\ndeep: {word: a word, name: more}\n"},
        ["say"],
    ),
    "vars": (
        {
            "dvc.yaml": "vars:\n  - more.json:price\n  - unit: kg\nstages:\n  say:\n    vars: [own.yaml, {colour: red}]\n    cmd: echo ${price} ${unit} ${own} ${colour} > said.txt\n    outs: [said.txt]\n",
            "more.json": '{"price": 1.50, "unused": 1}', "own.yaml": "own: mine\n",
        },
        {"more.json": '{"price": 2.50, "unused": 1}'},
        ["say"],
    ),
    "params": (
        {
            "dvc.yaml": "stages:\n  train:\n    cmd: echo trained > model.txt\n    params:\n      - lr\n      - net.layers\n      - more.json: [depth]\n      - whole.yaml:\n    outs: [model.txt]\n",
            "params.yaml": "lr: 1e-5\nnet: {layers: [64, 0.5, big], other: 1}\n", "more.json": '{"depth": 3, "width": 4}', "whole.yaml": "a: 1\nb: {c: null, d: [[1, 2], {e: '='}]}\n",
        },
        {"whole.yaml": "a: 1\nb: {c: null, d: [[1, 3], {e: '='}]}\n"},
        ["train"],
    ),
    "params that are not asked for": (
        {"dvc.yaml": "stages:\n  train:\n    cmd: echo trained > model.txt\n    params: [lr]\n    outs: [model.txt]\n", "params.yaml": "lr: 1\nother: 2\n"},
        {"params.yaml": "other: 3\nlr: 1 # the same\n"},
        [],
    ),
    "metrics": (
        {
            "dvc.yaml": "stages:\n  score:\n    cmd: cp raw.json kept.json && cp raw.json shown.json\n    deps: [raw.json]\n    metrics:\n      - kept.json\n      - shown.json: {cache: false}\nmetrics: [shown.json]\n",
            "raw.json": '{"loss": 0.5}',
        },
        {"raw.json": '{"loss": 0.25}'},
        ["score"],
    ),
    "plots": (
        {
            "dvc.yaml": "stages:\n  draw:\n    cmd: cp raw.csv a.csv && mkdir -p curves && cp raw.csv curves/b.csv\n    deps: [raw.csv]\n    plots:\n      - a.csv: {x: step, y: loss, title: Loss, cache: false}\n      - curves\nplots:\n  - a.csv: {y: loss}\n  - both: {x: step, y: {a.csv: loss}}\n",
            "raw.csv": "step,loss\n1,2\n",
        },
        {"raw.csv": "step,loss\n1,3\n"},
        ["draw"],
    ),
    "wdir": (
        {
            "dvc.yaml": "stages:\n  inner:\n    wdir: sub/deep\n    cmd: cat ../../raw.txt own.txt > made.txt\n    deps: [../../raw.txt, own.txt]\n    params: [lr]\n    outs: [made.txt]\n  outer:\n    cmd: cp sub/deep/made.txt copy.txt\n    deps: [sub/deep/made.txt]\n    outs: [copy.txt]\n",
            "raw.txt": "raw\n", "sub/deep/own.txt": "own\n", "sub/deep/params.yaml": "lr: 1\n",
        },
        {"sub/deep/own.txt": "other\n"},
        ["inner", "outer"],
    ),
    "persist": (
        {
            "dvc.yaml": "stages:\n  grow:\n    cmd: echo line >> log.txt && echo line >> fresh.txt\n    deps: [raw.txt]\n    outs:\n      - log.txt: {persist: true}\n      - fresh.txt\n",
            "raw.txt": "raw\n", "log.txt": "there before\n", "fresh.txt": "there before\n",
        },
        {"raw.txt": "other\n"},
        ["grow"],
    ),
    "cache: false": (
        {"dvc.yaml": "stages:\n  make:\n    cmd: cp raw.txt small.txt && cp raw.txt large.txt\n    deps: [raw.txt]\n    outs:\n      - small.txt: {cache: false}\n      - large.txt\n", "raw.txt": "raw\n"},
        {"raw.txt": "other\n"},
        ["make"],
    ),
    "desc, meta, push, remote, type and labels": (
        {
            "dvc.yaml": "stages:\n  make:\n    desc: makes it\n    meta: {owner: ada, since: 2020}\n    cmd: cp raw.txt made.txt\n    deps: [raw.txt]\n    outs:\n      - made.txt: {desc: what is made, push: false, remote: far, type: text, labels: [a, b], meta: {key: value}}\n",
            "raw.txt": "raw\n", ".dvc/config": "['remote \"far\"']\n    url = /nowhere/far\n",
        },
        {"dvc.yaml": "stages:\n  make:\n    desc: said otherwise\n    cmd: cp raw.txt made.txt\n    deps: [raw.txt]\n    outs:\n      - made.txt: {desc: as is this}\n"},
        [],
    ),
    "artifacts": (
        {
            "dvc.yaml": "stages:\n  train:\n    cmd: cp raw.txt model.txt\n    deps: [raw.txt]\n    outs: [model.txt]\nartifacts:\n  late-arrival:\n    path: model.txt\n    type: model\n    desc: how late\n    labels: [a]\n    meta: {framework: none}\n",
            "raw.txt": "raw\n",
        },
        {"raw.txt": "other\n"},
        ["train"],
    ),
    "folders, links of commands and programs": (
        {
            "dvc.yaml": "stages:\n  split:\n    cmd:\n      - mkdir -p parts/b\n      - cp raw/one.txt 'parts/zwei ä.txt' && printf '#!/bin/sh\\n' > parts/b/run && chmod +x parts/b/run\n    deps: [raw]\n    outs: [parts]\n  join:\n    cmd: |\n      cat parts/* > all.txt 2> /dev/null || true\n      echo end >> all.txt\n    deps: [parts]\n    outs: [all.txt]\n",
            "raw/one.txt": "1\n", "raw/two.txt": "2\n",
        },
        {"raw/two.txt": "3\n"},
        ["split", "join"],
    ),
    "parameters in TOML": (
        {
            "dvc.yaml": "stages:\n  some:\n    cmd: 'true'\n    params: [pyproject.toml: [tool.z.lr, tool.z.deep]]\n  all:\n    cmd: 'true'\n    params: [more.toml: ]\n",
            "pyproject.toml": "[tool.z]\nother = 1\nlr = 1e-4\ndeep = {z = 1, a = [1, 'two', true]}\n",
            "more.toml": "z = 1\n[b]\nz = 1_000\na = -0.5\n[[list]]\nn = 0xff\n",
        },
        {"pyproject.toml": "[tool.z]\nother = 2\nlr = 2e-4\ndeep = {z = 1, a = [1, 'two', true]}\n"},
        ["some"],
    ),
    "parameters in Python": (
        {
            "dvc.yaml": "stages:\n  some:\n    cmd: 'true'\n    params: [conf/train.py: [LR, Model.units, Model.opts.b]]\n  all:\n    cmd: 'true'\n    params: [params.py: ]\n",
            "conf/train.py": "import os\nLR = 1e-4\nHOME = os.getcwd()\nclass Model:\n    opts = {'a': 1, 'b': [1, 2]}\n    def __init__(self):\n        self.units = (8, 4)\n",
            "params.py": PYTHON,
        },
        {"conf/train.py": "LR = 2e-4\nclass Model:\n    opts = {'a': 1, 'b': [1, 2]}\n    units = (8, 4)\n"},
        ["some"],
    ),
    "frozen": (
        {"dvc.yaml": FREEZABLE, "raw.txt": "raw\n", "params.yaml": "lr: 1\n"},
        {"dvc.yaml": FREEZABLE.replace("  first:\n", "  first:\n    frozen: true\n"), "raw.txt": "other\n", "params.yaml": "lr: 2\n"},
        [],
    ),
    "stages in another order than they need each other": (
        {
            "dvc.yaml": "stages:\n  last:\n    cmd: cat c.txt b.txt > d.txt\n    deps: [c.txt, b.txt]\n    outs: [d.txt]\n  slow:\n    cmd: cat a.txt > b.txt\n    deps: [a.txt]\n    outs: [b.txt]\n  alone:\n    cmd: echo > e.txt\n    outs: [e.txt]\n  quick:\n    cmd: cat a.txt > c.txt\n    deps: [a.txt]\n    outs: [c.txt]\n  first:\n    cmd: cat raw.txt > a.txt\n    deps: [raw.txt]\n    outs: [a.txt]\n",
            "raw.txt": "raw\n",
        },
        {"raw.txt": "other\n"},
        ["first", "quick", "slow", "last"],
    ),
}


def both(tmp_path_factory, files):
    """The project, in two folders: run by Cairn in one and by dvc in the other."""
    ran = {}
    for tool in ("cairn", "dvc"):
        project = ran[tool] = begin(tmp_path_factory.mktemp(tool))
        for name, text in files.items():
            project.write(name, text)
        project.cairn("run") if tool == "cairn" else project.dvc("repro", "-q")
    return ran["cairn"], ran["dvc"]


def stale(project):
    """By each program."""
    ours = [stage["name"] for stage in json.loads(project.cairn("status", "--json", code=None).stdout)["stages"] if stage["stale"]]
    theirs = json.loads(project.dvc("status", "--json").stdout)
    return sorted(ours), sorted(theirs)


def lock_of(project):
    return (project.folder / "dvc.lock").read_bytes()


@pytest.mark.parametrize("files, change, changed", FEATURES.values(), ids=FEATURES)
def test_both_run_it_write_the_same_lock_and_find_it_clean(tmp_path_factory, files, change, changed):
    ours, theirs = both(tmp_path_factory, files)
    assert lock_of(ours).decode() == lock_of(theirs).decode()
    for project in (ours, theirs):
        assert stale(project) == ([], [])
        for name, text in change.items():
            project.write(name, text)
        found, by_dvc = stale(project)
        assert found == sorted(changed)
        # dvc looks at each stage as its inputs lie there now: what comes after a change is not stale to it before that has run.
        assert set(by_dvc) <= set(changed) and bool(by_dvc) == bool(changed)
    ours.cairn("run")
    theirs.dvc("repro", "-q")
    assert lock_of(ours).decode() == lock_of(theirs).decode()
    assert stale(ours) == stale(theirs) == ([], [])


def test_a_frozen_stage_never_runs_and_what_is_there_counts_as_what_it_made(tmp_path_factory):
    """Also where it never ran, its command changed or its out was written by hand."""
    frozen = FREEZABLE.replace("  first:\n", "  first:\n    frozen: true\n")
    files = {"dvc.yaml": frozen, "raw.txt": "raw\n", "params.yaml": "lr: 1\n", "first.txt": "by hand\n"}
    ours, theirs = both(tmp_path_factory, files)
    assert lock_of(ours) == lock_of(theirs) and b"first:" in lock_of(ours)
    for project in (ours, theirs):
        project.write("first.txt", "another\n")
        project.write("dvc.yaml", frozen.replace("cp raw.txt", "cp -f raw.txt"))
        project.write("raw.txt", "other\n")
    assert "it is frozen: what is there counts as what it made" in ours.cairn("run").stdout
    theirs.dvc("repro", "-q")
    assert lock_of(ours) == lock_of(theirs) and stale(ours) == stale(theirs) == ([], [])
    for project in (ours, theirs):
        (project.folder / "first.txt").unlink()
    before = lock_of(ours)
    said = ours.cairn("run", code=1)
    assert "stage 'first' is frozen and does not run, and its out 'first.txt' is not there: bring it back" in said.stdout + said.stderr
    assert theirs.dvc("repro", "-q", code=255).returncode == 255 and lock_of(ours) == before


def test_always_changed_is_stale_to_both_after_each_run(tmp_path_factory):
    text = "stages:\n  always:\n    always_changed: true\n    cmd: cp raw.txt made.txt\n    deps: [raw.txt]\n    outs: [made.txt]\n  after:\n    cmd: cp made.txt copy.txt\n    deps: [made.txt]\n    outs: [copy.txt]\n"
    ours, theirs = both(tmp_path_factory, {"dvc.yaml": text, "raw.txt": "raw\n"})
    assert lock_of(ours) == lock_of(theirs)
    for project in (ours, theirs):
        told = json.loads(project.dvc("status", "--json").stdout)
        assert told == {"always": ["always changed"]}
        look = {stage["name"]: [cause["level"] for cause in stage["causes"]] for stage in json.loads(project.cairn("status", "--json", code=1).stdout)["stages"] if stage["stale"]}
        assert look == {"always": ["always"], "after": ["upstream"]}
    ours.cairn("run")
    theirs.dvc("repro", "-q")
    assert lock_of(ours) == lock_of(theirs), "what came out is the same"


def test_stages_that_end_in_another_order_make_the_same_lock(tmp_path):
    """The first waits until the others are done, beside each other."""
    project = begin(tmp_path)
    project.write("cairn.yaml", "pipeline: {resources: {cpu: 2}}\n")
    project.write("dvc.yaml", "stages:\n  first:\n    cmd: until [ -e done ]; do read -t 0.05 x <> fifo || true; done; echo > a.txt\n    outs: [a.txt]\n  second:\n    cmd: echo > b.txt\n    outs: [b.txt]\n"
                              "  third:\n    cmd: touch done; echo > c.txt\n    deps: [b.txt]\n    outs: [c.txt]\n")
    os.mkfifo(project.folder / "fifo")
    project.cairn("run")
    assert [line for line in (project.folder / "dvc.lock").read_text().splitlines() if line.startswith("  ") and line[2] != " "] == ["  first:", "  second:", "  third:"]
    ran = lock_of(project)
    (project.folder / "dvc.lock").unlink()
    project.dvc("repro", "-q", "--force")
    assert lock_of(project).decode() == ran.decode()


SET_TOML = """# what is tuned
title = "é"  # shown
lr = 0.1   # rate
[train]
depth = 3 # levels
layers = [1, 2] # two
opt = {name = "adam", beta = 0.9}
flag = true
"""
SET_PYTHON = """# what is tuned
LR = 0.1  # rate
LAYERS = [1, 2]
BEST: int = 3
TRAIN = {"depth": 3, "beta": 0.9}
NAME = 'x'
TIGHT=5


class Train:
    epochs = 10
    flag = True

    def __init__(self):
        self.size = 4
"""
SETTINGS = ["params.toml:title=hello world", "params.toml:lr=1e-5", "params.toml:train.depth=5", "params.toml:train.layers=[3,4]", "params.toml:train.opt.beta=1.0", "params.toml:train.opt.name=sgd",
            "params.toml:train.flag=false", "conf/params.py:LR=0.5", "conf/params.py:LAYERS=[5,6]", "conf/params.py:BEST=5", "conf/params.py:Train.epochs=11", "conf/params.py:Train.size=8", "conf/params.py:Train.flag=false"]


def test_a_sweep_sets_parameters_in_toml_and_python_as_dvc_does(tmp_path):
    """The files byte for byte, and what the stage's lock says of them."""
    for name in ("ours", "theirs"):
        (tmp_path / name).mkdir()
    ours, theirs = begin(tmp_path / "ours"), begin(tmp_path / "theirs")
    for project in (ours, theirs):
        project.write("params.toml", SET_TOML)
        project.write("conf/params.py", SET_PYTHON)
        project.write("dvc.yaml", "stages:\n  train:\n    cmd: cat params.toml conf/params.py > out\n    params:\n    - params.toml:\n    - conf/params.py:\n    outs: [out]\n")
        project.commit("begin")
    words = [word for setting in SETTINGS for word in ("-S", setting)]
    theirs.dvc("exp", "run", "-q", *words)
    # Commas make a grid here: a list is one value in brackets for both.
    ours.cairn("exp", "run", *words)
    trial = json.loads(ours.cairn("exp", "show", "--json").stdout)["items"][0]
    assert (ours.folder / "params.toml").read_text() == SET_TOML, "the tree stays as it is"
    ours.cairn("exp", "apply", trial["id"])
    for file in ("params.toml", "conf/params.py", "out", "dvc.lock"):
        assert (ours.folder / file).read_text() == (theirs.folder / file).read_text(), file
    assert "up to date" in ours.dvc("status").stdout


def test_a_sweep_also_sets_what_dvc_leaves_as_it_is_in_python(tmp_path):
    """DVC looks for ` = VALUE` on the line and changes nothing where that is written otherwise, without a word."""
    project = begin(tmp_path)
    project.write("params.py", SET_PYTHON)
    project.write("dvc.yaml", "stages: {train: {cmd: cp params.py out, params: [params.py: ], outs: [out]}}\n")
    project.commit("begin")
    settings = ["params.py:TRAIN.depth=7", "params.py:NAME=hello", "params.py:TIGHT=9"]
    words = [word for setting in settings for word in ("-S", setting)]
    project.dvc("exp", "run", "-q", *words)
    assert (project.folder / "params.py").read_text() == SET_PYTHON
    project.git("reset", "-q", "--hard")
    project.cairn("exp", "run", *words)
    project.cairn("exp", "apply", json.loads(project.cairn("exp", "show", "--json").stdout)["items"][0]["id"])
    names = {}
    exec((project.folder / "params.py").read_text(), names)
    assert (names["TRAIN"], names["NAME"], names["TIGHT"]) == ({"depth": 7, "beta": 0.9}, "hello", 9)
    assert (project.folder / "params.py").read_text() == SET_PYTHON.replace('"depth": 3', '"depth": 7').replace("'x'", '"hello"').replace("TIGHT=5", "TIGHT=9")


def test_what_cannot_be_set_in_toml_or_python_is_named(tmp_path):
    project = begin(tmp_path)
    project.write("params.py", "lr = 1\nclass Train:\n    depth = 3\n")
    project.write("more.toml", "[train]\ndepth = 3\n")
    project.write("dvc.yaml", "stages: {train: {cmd: 'true', params: [params.py: [lr]]}}\n")
    project.commit("begin")
    for setting, said in {"params.py:Train=2": "'Train' holds other parameters", "more.toml:train=2": "'train' holds other parameters", "more.toml:train.dept=2": "'train.depth'",
                          "more.toml:train.depth=null": "TOML has no word", "params.py:lrr=2": "'lr'"}.items():
        refused = project.cairn("exp", "run", "-S", setting, code=None)
        assert refused.returncode != 0 and said in refused.stderr + refused.stdout, (setting, refused)


WORDS = ["a", "the", "word", "it's", 'say "x"', "--flag", "-", "#", "x:", "y: z", "ä", "größe", "日本語", "😀", "\\n", "\\", "w" * 30, "v" * 95, "'q'", "true", "1e3", "null", "[a]", "{b}", "&", "*", "!t", "%", "@", "`", "?", "---",
         "...", "=", "<<", "~"]
# dvc's own code reads the lock that Cairn wrote, writes each stage of it again, and says where that differs; but not where its own text does not read back.
WRITE_AGAIN = """
import io, json, re
from dvc.utils.serialize._yaml import _get_yaml, parse_yaml

text = open("dvc.lock", encoding="utf-8").read()
stages = parse_yaml(text, "dvc.lock")["stages"]
blocks = re.split(r"(?m)^(?=  s[0-9]+:)", text)[1:]
differing = []
for block, (name, stage) in zip(blocks, stages.items(), strict=True):
    out = io.StringIO()
    _get_yaml().dump({"stages": {name: stage}}, out)
    theirs = out.getvalue().split("\\n", 1)[1]
    if theirs != block and parse_yaml(out.getvalue(), "")["stages"][name] == stage:
        differing.append([block, theirs])
print(json.dumps([len(blocks), differing]))
"""


def test_whatever_stands_in_the_lock_stands_there_as_dvc_writes_it(tmp_path, thorough):
    choose = random.Random(11)
    between = [" "] * 12 + ["  ", "   ", ",", ";", "\t", "\u00a0", "\n", "\n "]

    def text(most):
        return "".join(choose.choice(WORDS) + (choose.choice(between) if choose.random() < 0.8 else " ") for _ in range(choose.randint(1, most))).strip()

    def value(depth=0):
        kind = choose.random()
        if depth < 3 and kind < 0.2:
            return [value(depth + 1) for _ in range(choose.randint(0, 3))]
        if depth < 3 and kind < 0.4:
            return {f"{choose.choice(['k', 'key two', 'x-y', 'ä', '1', 'a: b'])}{i}": value(depth + 1) for i in range(choose.randint(0, 3))}
        return choose.choice([None, True, False, 0, -5, 10**18, 1.5, 1e-7, 1e22, 100.0, 0.1, 1e16, 123456789.123]) if kind < 0.5 else text(20)

    def command():
        return "true # " + text(40).replace("\n", "\n# ")

    count = 600 if thorough else 100
    stages = {f"s{i}": {"cmd": command() if choose.random() < 0.7 else [command() for _ in range(choose.randint(1, 3))], "params": [f"p{i}"]} for i in range(count)}
    project = begin(tmp_path)
    project.write("dvc.yaml", json.dumps({"stages": stages}, ensure_ascii=False))
    project.write("params.yaml", json.dumps({f"p{i}": value() for i in range(count)}, ensure_ascii=False))
    project.cairn("run")
    assert "up to date" in project.cairn("status").stdout, "it reads back what it wrote"
    found, differing = json.loads(project.run(DVC.parent / "python", "-c", WRITE_AGAIN).stdout)
    assert (found, differing) == (count, [])
