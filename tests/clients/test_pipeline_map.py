"""A stage that is run item by item (`map` in cairn.yaml), and stays an ordinary stage for the real dvc."""

import json
import os
import signal
import subprocess

import pytest
from dvc_project import CAIRN, begin

STAGES = """\
stages:
  thumbs:
    cmd: sh whole.sh
    deps: [images, thumb.sh]
    params: [size]
    outs: [thumbs]
  sheet:
    cmd: ls thumbs | sort > sheet.txt
    deps: [thumbs]
    outs: [sheet.txt]
"""
MAP = """\
pipeline:
  stages:
    thumbs:
      map: {over: images, call: "sh thumb.sh ${in} ${out}", into: "thumbs/${item}.txt"}
"""
WHOLE = 'mkdir thumbs\nfor image in images/*; do sh thumb.sh "$image" "thumbs/${image#images/}.txt"; done\n'
THUMB = 'echo "$1" >> calls\n[ ! -e broken ] || case "$1" in *c) exit 9;; esac\n{ grep size params.yaml; tr a-z A-Z < "$1"; } > "$2"\n'
ITEMS = ("a", "b", "c")


@pytest.fixture
def project(tmp_path):
    made = begin(tmp_path)
    for name, text in {"dvc.yaml": STAGES, "cairn.yaml": MAP, "params.yaml": "size: 9\n", "whole.sh": WHOLE, "thumb.sh": THUMB}.items():
        made.write(name, text)
    for item in ITEMS:
        made.write(f"images/{item}", item)
    return made


def calls(project):
    """The items that were called since this was asked last."""
    noted = project.folder / "calls"
    lines = noted.read_text().splitlines() if noted.exists() else []
    noted.unlink(missing_ok=True)
    return sorted(line.removeprefix("images/") for line in lines)


def is_up_to_date_for_dvc(project):
    return json.loads(project.dvc("status", "--json").stdout) == {}


def test_only_new_and_changed_items_are_called_and_dvc_finds_all_up_to_date(project):
    said = project.cairn("run").stdout
    assert "thumbs: done in" in said and "3 of 3 items called" in said
    assert calls(project) == [*ITEMS] and is_up_to_date_for_dvc(project)
    project.write("images/b", "bb")
    project.write("images/d", "d")
    (project.folder / "images/a").unlink()
    why = project.cairn("status", "--why", code=1).stdout
    assert "thumbs (2 calls, 3 items):\n  data         images: 1 new (d), 1 changed (b), 1 gone (a)\n" in why
    assert "(2 calls, 3 items)" in project.cairn("run", "--dry-run").stdout and calls(project) == []
    look = json.loads(project.cairn("status", "--json", code=1).stdout)
    assert [(stage["name"], stage.get("calls"), stage.get("items")) for stage in look["stages"]] == [("thumbs", 2, 3), ("sheet", None, None)]
    assert "2 of 3 items called" in project.cairn("run").stdout
    assert calls(project) == ["b", "d"]
    assert sorted(path.name for path in (project.folder / "thumbs").iterdir()) == ["b.txt", "c.txt", "d.txt"]
    assert (project.folder / "thumbs/b.txt").read_text() == "size: 9\nBB" and (project.folder / "sheet.txt").read_text() == "b.txt\nc.txt\nd.txt\n"
    assert is_up_to_date_for_dvc(project)
    assert "didn't change" in project.dvc("repro").stdout and calls(project) == []
    project.cairn("status")


def test_the_lock_is_what_dvc_would_have_written(project):
    project.cairn("run")
    ours = (project.folder / "dvc.lock").read_bytes()
    project.dvc("repro", "--force")
    assert (project.folder / "dvc.lock").read_bytes() == ours


def test_what_dvc_ran_as_a_whole_is_gone_on_from_item_by_item(project):
    project.as_dvc("add", "images")
    project.dvc("repro")
    assert calls(project) == [*ITEMS]
    project.cairn("status")
    project.write("images/b", "bb")
    assert "images: 1 changed (b)" in project.cairn("status", code=1).stdout
    project.cairn("run")
    assert calls(project) == ["b"] and not [key for key in json.loads(project.dvc("status", "--json").stdout) if not key.endswith(".dvc")]
    project.write("images/c", "cc")
    project.as_dvc("add", "images")
    project.dvc("repro")
    assert calls(project) == ["a", "b", "c"]
    project.write("images/d", "d")
    project.cairn("run")
    assert calls(project) == ["d"], "what the items were is in the cache, as the listing that dvc.lock names"


def test_everything_is_called_again_when_anything_else_changed(project):
    project.cairn("run")
    calls(project)
    for name, text in (("params.yaml", "size: 8\n"), ("thumb.sh", THUMB + "# more\n"), ("cairn.yaml", MAP.replace("sh thumb.sh", "sh -e thumb.sh")),
                       ("dvc.yaml", STAGES.replace("sh whole.sh", "sh -e whole.sh"))):
        project.write(name, text)
        assert "(3 calls, 3 items)" in project.cairn("status", code=1).stdout, name
        project.cairn("run")
        assert calls(project) == [*ITEMS], name
    project.cairn("run", "--force", "--only", "thumbs")
    assert calls(project) == [*ITEMS]


def test_outputs_that_somebody_touched_are_made_again_and_no_other(project):
    project.cairn("run")
    calls(project)
    project.write("thumbs/c.txt", "by hand")
    project.write("thumbs/stray", "by hand")
    assert "thumbs is not what the stage made: the outputs of c, and thumbs/stray, which no item makes" in project.cairn("status", code=1).stdout
    project.cairn("run")
    assert calls(project) == ["c"] and not (project.folder / "thumbs/stray").exists() and is_up_to_date_for_dvc(project)
    os.utime(project.folder / "images/a")
    project.cairn("status")  # Touched, and the same bytes.


def test_a_failing_item_is_named_and_what_succeeded_is_kept(project):
    project.write("broken", "")
    failed = project.cairn("run", code=1)
    assert "item 'c': 'sh thumb.sh images/c thumbs/c.txt' ended with exit code 9; 2 of 3 calls are done and kept" in failed.stdout
    assert "> sh thumb.sh images/c thumbs/c.txt" in failed.stderr, "the end of the log"
    assert "sheet: blocked" in failed.stdout and calls(project) == [*ITEMS]
    assert "(1 call, 3 items)" in project.cairn("status", code=1).stdout
    (project.folder / "broken").unlink()
    project.cairn("run")
    assert calls(project) == ["c"] and is_up_to_date_for_dvc(project)


def test_a_run_that_was_killed_goes_on_with_the_items_that_are_left(project):
    project.write("cairn.yaml", MAP.replace("into:", "at_once: 1, into:"))
    os.mkfifo(project.folder / "reached")
    os.mkfifo(project.folder / "never")
    project.write("thumb.sh", 'case "$1" in *c) [ -e go ] || { echo half > "$2"; echo > reached; cat never; };; esac\n' + THUMB)
    for item in ("d", "e"):
        project.write(f"images/{item}", item)
    running = subprocess.Popen([CAIRN, "run"], cwd=project.folder, env=project.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    (project.folder / "reached").read_text()
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert calls(project) == ["a", "b"]
    project.write("go", "")
    assert "(3 calls, 5 items)" in project.cairn("status", code=1).stdout
    project.cairn("run")
    assert calls(project) == ["c", "d", "e"] and (project.folder / "thumbs/c.txt").read_text() == "size: 9\nC" and is_up_to_date_for_dvc(project)


def test_several_outputs_odd_names_and_folders(project):
    project.write("dvc.yaml", "stages:\n  thumbs: {cmd: 'false', wdir: work, deps: [../images], outs: [small, ../words]}\n")
    project.write("cairn.yaml", """
pipeline:
  resources: {cpu: 3}
  stages:
    thumbs:
      map:
        over: ../images
        call: "cp ${in} ${out.small} && echo ${item} > ${out.words}"
        into: {small: "small/${item}", words: "../words/${stem}.words"}
""")
    (project.folder / "work").mkdir()
    odd = ["deep/er/x.tar.gz", "it's.png", "two words.png", "größe $(touch oops).png", "-r.png"]
    for name in odd:
        project.write(f"images/{name}", name)
    project.cairn("run")
    for name in odd:
        assert (project.folder / "work/small" / name).read_text() == name
        assert (project.folder / "words" / (name.rsplit(".", 1)[0] + ".words")).read_text() == name + "\n"
    assert not list(project.folder.rglob("oops)*")) and is_up_to_date_for_dvc(project)
    project.write("images/it's.jpg", "twice")
    failed = project.cairn("run", code=1).stdout
    assert "would both make 'words/it's.words'" in failed


def test_what_is_wrong_is_refused_before_anything_runs(project):
    for wrong, said in (
        (MAP.replace("over: images", "over: pictures"), "'pictures' is none of the deps of stage 'thumbs' in dvc.yaml"),
        (MAP.replace("thumbs/${item}.txt", "out/${item}"), "'out/${item}' lies in none of the outs of stage 'thumbs'"),
        (MAP.replace("${in}", "'${in}'"), "without quotes"),
        (MAP.replace("${in}", "${input}"), "'${input}' is nothing that a call knows"),
    ):
        project.write("cairn.yaml", wrong)
        refused = project.cairn("run", code=2)
        assert said in refused.stderr and "cairn.yaml:4:" in refused.stderr and calls(project) == []


CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: parts
version: 1.0.0
status: active
schema:
- name: parts
  properties:
  - {name: id, logicalType: integer, required: trueUNIQUE}
"""


def test_rules_about_the_whole_table_are_not_held_to_each_file(tmp_path):
    project = begin(tmp_path)
    project.write("dvc.yaml", "stages:\n  check: {cmd: 'true', deps: [parts, contract.yaml], outs: [reports]}\n")
    call = f"{CAIRN} data contract check ${{in}} --contract contract.yaml --junit ${{out}}"
    project.write("cairn.yaml", f'pipeline: {{stages: {{check: {{map: {{over: parts, call: "{call}", into: "reports/${{stem}}.xml"}}}}}}}}\n')
    for name in ("a", "b"):
        project.write(f"parts/{name}.csv", "id\n1\n2\n")
    project.write("contract.yaml", CONTRACT.replace("UNIQUE", ""))
    project.cairn("run")
    assert 'failures="0"' in (project.folder / "reports" / "b.xml").read_text(), "rules about single rows are"
    project.write("contract.yaml", CONTRACT.replace("UNIQUE", ", unique: true"))
    refused = project.cairn("run", code=None)
    assert refused.returncode != 0
    log = "".join(path.read_text() for path in (project.folder / ".cairn" / "logs").rglob("check.log"))
    assert "about the whole table, and this is the call for one item of a stage" in log and "id: unique" in log, log
    # All files together break it, and each alone does not.
    assert "unique" in project.cairn("data", "contract", "check", "parts/*.csv", "--contract", "contract.yaml", code=1).stdout
    project.write("cairn.yaml", (project.folder / "cairn.yaml").read_text().replace("--junit", "--alone --junit"))
    project.cairn("run")
