"""DVC's own command lines, given to Cairn and to the real dvc: the same is done, and scripts read the same codes.

CAIRN names the cairn program (default build/release/cairn), CAIRN_DVC the dvc program (default build/env/dvc/bin/dvc).
"""

import json
import shutil

import pytest
from dvc_project import begin, tree


@pytest.fixture
def project(tmp_path):
    made = begin(tmp_path)
    for name, text in {"raw/a": "a\n", "raw/sub/b": "b\n", "a": "1\n", "b": "2\n"}.items():
        made.write(name, text)
    made.as_dvc("add", "-q", "raw", "a", "b")
    made.as_dvc("remote", "add", "-q", "-d", "store", "../store")
    made.commit("data")
    return made


def same(project, *words, code=0):
    ours, theirs = project.as_dvc(*words, code=code), project.dvc(*words, code=code)
    read = json.loads if "--json" in words else str
    assert read(ours.stdout) == read(theirs.stdout), words
    return ours


def other_project(project, tmp_path, name):
    """Another project with the same cache, and its object."""
    (tmp_path / name).mkdir()
    made = begin(tmp_path / name)
    made.as_dvc("config", "cache.dir", project.cache)
    made.write(f"{name}.txt", f"{name}\n")
    made.as_dvc("add", "-q", f"{name}.txt")
    return made


@pytest.mark.parametrize("order", [("-w", "-f", "-p", "{one}", "{two}"), ("-p", "{one}", "{two}", "-w", "-f"), ("-w", "-f", "-p", "{one}", "-p", "{two}")])
def test_gc_spares_every_project_that_is_named(project, tmp_path, order):
    one, two = (other_project(project, tmp_path, name) for name in ("one", "two"))
    before = tree(project.cache / "files")
    words = [word.format(one=one.folder, two=two.folder) for word in order]
    assert "No unused 'local' cache" in project.as_dvc("gc", *words).stdout
    assert tree(project.cache / "files") == before
    for made in (one, two):
        assert made.as_dvc("status").stdout == "Data and pipelines are up to date.\n"


def test_a_word_too_many_is_refused_and_nothing_is_done(project, tmp_path):
    other = other_project(project, tmp_path, "one")
    before = tree(project.cache / "files")
    for words in (("gc", "-w", "-f", str(other.folder)), ("diff", "HEAD", "HEAD", "raw"), ("root", "x"), ("move", "a", "c", "d"), ("get", ".", "a", "b"),
                  ("config", "core.remote", "x", "y"), ("gc", "-w", "-f=1"), ("gc", "-w", "--force=1")):
        ours, theirs = project.as_dvc(*words, code=None), project.dvc(*words, code=None)
        assert ours.returncode == theirs.returncode == 254, (words, ours.stderr, theirs.stderr)
    assert tree(project.cache / "files") == before


def test_diff_takes_several_targets(project):
    for name in ("raw/a", "raw/sub/b", "a", "b"):
        project.write(name, "changed\n")
    for words in (("--targets", "a", "raw"), ("HEAD", "--targets", "a", "b"), ("--targets", "raw/sub", "--", "HEAD")):
        ours, theirs = (json.loads(run("diff", "--json", *words).stdout) for run in (project.as_dvc, project.dvc))
        assert {state: [item["path"] for item in items] for state, items in ours.items()} == {state: [item["path"] for item in items] for state, items in theirs.items()}, words


def test_global_options_stand_before_the_command(project, tmp_path):
    assert project.as_dvc("--version").stdout.startswith(project.dvc("--version").stdout.strip())
    assert project.as_dvc("-V").stdout.startswith("3.")
    for words in (("-q", "status"), ("-v", "status"), ("--cd", ".", "status"), ("--cd", "raw", "root"), ("--cd=raw", "root"), ("--wait-for-lock", "status")):
        same(project, *words)
    for words in (("--cd", "nowhere", "status"), ("--frob",), ("--cd",), (), ("frob",)):
        assert project.as_dvc(*words, code=None).returncode == project.dvc(*words, code=None).returncode, words
    for words in (("-h",), ("--help",), ("add", "-h"), ("remote", "add", "--help"), ("gc", "-w", "-f", "-h")):
        assert project.as_dvc(*words).stdout.startswith("usage: dvc") and project.dvc(*words).stdout.startswith("usage: dvc")


def test_data_status_tells_of_its_targets_alone(project):
    for name in ("raw/a", "raw/sub/b", "a", "b"):
        project.write(name, "changed\n")
    for words in (("a",), ("raw",), ("a", "b"), ("nope",), ("--granular", "raw/sub"), ("--granular", "raw"), ("raw/sub",), ()):
        ours, theirs = (json.loads(run("data", "status", "--json", *words).stdout) for run in (project.as_dvc, project.dvc))
        # Of several targets DVC's order is that of a set.
        groups = [{state: {group: sorted(paths) for group, paths in told.items()} for state, told in one.items()} for one in (ours, theirs)]
        assert groups[0] == groups[1], words
    shown = project.cairn("data", "status", "--granular", "raw", code=1)
    assert "raw/sub/b" in shown.stdout and "deleted" not in shown.stdout


@pytest.mark.parametrize("verb", ["add", "commit"])
def test_files_stay_as_they_are_when_no_link_is_wanted(project, verb):
    project.as_dvc("config", "cache.type", "symlink")
    for name, words in (("plain", ("--no-relink",)), ("linked", ())):
        project.write(name, f"{name}\n")
        project.as_dvc("add", "-q", *(words or ("--no-relink",) if verb == "commit" else words), name)
        if verb == "commit":
            project.write(name, f"{name} again\n")
            project.as_dvc("commit", "-q", "-f", *words, f"{name}.dvc")
        assert (project.folder / name).is_symlink() == (name == "linked")
    assert project.dvc("status").stdout == "Data and pipelines are up to date.\n"


LISTINGS = ["ls .", "list .", "ls -R .", "ls . --json", "ls -R . --json", "ls . raw", "ls . ./raw/", "ls . raw/sub --json", "ls . raw/a", "ls . raw -R --show-hash", "ls -R --size --show-hash .", "ls . --size",
            "ls . --dvc-only", "ls . -R --dvc-only --show-hash", "ls . code --json", "ls code", "ls . big --size", "ls . missing --json"]


@pytest.mark.parametrize("line", LISTINGS)
def test_a_repository_is_listed_alike(project, line):
    """What git has, what nobody has, what is data and lies there, and data that does not; links, too."""
    for name, text in {"code/train.py": "pass\n", "code/deep/x": "x\n", "left/out": "", "big": "x" * 5000, "missing": "m\n", "odd name": "1"}.items():
        project.write(name, text)
    project.write(".dvcignore", "left\n")
    project.as_dvc("add", "-q", "missing")
    for name, target in (("link", "big"), ("folder link", "code"), ("broken", "nowhere")):
        (project.folder / name).symlink_to(target)
    (project.folder / "code" / "train.py").chmod(0o755)
    (project.folder / "missing").unlink()
    shutil.rmtree(project.folder / "raw")
    project.write("raw/new", "n\n")
    same(project, *line.split())


def test_what_is_not_in_a_repository_is_not_listed(project):
    assert "nope" in project.as_dvc("ls", ".", "nope", code=1).stderr
    assert "nope" in project.dvc("ls", ".", "nope", code=1).stderr


def test_quiet_is_quiet(project):
    project.as_dvc("push", "-q")
    shutil.rmtree(project.cache)
    (project.folder / "a").unlink()
    for words in (("fetch", "-q"), ("pull", "-q"), ("push", "-q"), ("gc", "-w", "-f", "-q"), ("gc", "-w", "--dry", "-q"), ("add", "-q", "a"), ("status", "-q"),
                  ("remote", "add", "-q", "-d", "-f", "store", "../store"), ("import", "-q", project.folder, "a", "-o", "taken"), ("push", "-q", "-r", "store")):
        done = project.as_dvc(*words)
        assert (done.stdout, done.stderr) == ("", ""), words
    assert (project.folder / "a").read_text() == "1\n"


UNCOVERED = ["push --glob x", "fetch --max-size 1", "fetch --type metrics", "gc -w -f --not-in-remote", "gc -w -f --skip-failed", "get . a --show-url",
             "import . a --no-download", "update -R .", "add --to-remote a", "diff --md", "list . --tree", "init -f", "commit --with-deps"]


@pytest.mark.parametrize("line", UNCOVERED)
def test_what_only_dvc_knows_is_named(project, line):
    before = tree(project.folder)
    refused = project.as_dvc(*line.split(), code=1)
    assert "is not covered by Cairn" in refused.stderr and "unrecognized" not in refused.stderr
    assert "unrecognized" not in project.dvc(*line.split(), "-h").stderr
    assert tree(project.folder) == before


@pytest.mark.parametrize("verb, instead", [("repro", "cairn run"), ("dag", "cairn graph"), ("exp", "cairn exp"), ("metrics", "cairn exp"), ("experiments", "cairn exp")])
def test_where_cairn_has_a_command_of_its_own_it_is_named(project, verb, instead):
    assert instead in project.as_dvc(verb, code=1).stderr
    assert project.cairn(*instead.split()[1:], "--help").returncode == 0


def test_both_add_without_storing_and_commit_later(project, tmp_path):
    (tmp_path / "second").mkdir()
    second = begin(tmp_path / "second")
    for made, run in ((project, project.as_dvc), (second, second.dvc)):
        made.write("new/x", "x\n")
        made.write("one", "one\n")
        run("add", "-q", "--no-commit", "new", "one")
    for name in ("new.dvc", "one.dvc"):
        assert (project.folder / name).read_text() == (second.folder / name).read_text()
    assert "/one\n" in (project.folder / ".gitignore").read_text()
    before = set(tree(project.cache / "files"))
    project.as_dvc("commit", "-q")
    assert set(tree(project.cache / "files")) - before == set(tree(second.cache / "files")) or second.dvc("commit", "-q").returncode == 0
    assert set(tree(project.cache / "files")) - before == set(tree(second.cache / "files"))


def test_patterns_are_added(project):
    for name in ("x1.txt", "x2.txt", ".x3.txt"):
        project.write(name, name)
    project.as_dvc("add", "-q", "--glob", "*.txt")
    assert sorted(path.name for path in project.folder.glob("*.txt.dvc")) == ["x1.txt.dvc", "x2.txt.dvc"]
    assert project.as_dvc("add", "--glob", "nope*", code=1).stderr == project.dvc("add", "--glob", "nope*", code=1).stderr


def test_remotes_are_renamed_alike(project, tmp_path):
    (tmp_path / "second").mkdir()
    second = begin(tmp_path / "second")
    for made, run in ((project, project.as_dvc), (second, second.dvc)):
        made.as_dvc("remote", "add", "-q", "-d", "-f", "store", "../store")
        made.as_dvc("remote", "modify", "store", "verify", "true")
        made.as_dvc("config", "--local", "core.remote", "store")
        run("remote", "rename", "store", "kept")
    for name in ("config", "config.local"):
        assert (project.folder / ".dvc" / name).read_text() == (second.folder / ".dvc" / name).read_text()
    project.as_dvc("remote", "add", "-q", "other", "../other")
    for words in (("remote", "rename", "nope", "x"), ("remote", "rename", "kept", "other"), ("remote", "rename", "kept")):
        assert project.as_dvc(*words, code=None).returncode == project.dvc(*words, code=None).returncode != 0, words


def test_settings_are_listed_alike(project):
    project.as_dvc("remote", "add", "-q", "--local", "near", project.folder.parent / "near")
    project.as_dvc("config", "core.autostage", "true")
    for words in (("-l",), ("-l", "--show-origin"), ("-l", "--local"), ("--show-origin", "core.remote"), ("core.autostage",), ("core.check_update",)):
        same(project, "config", *words)
    for words in (("-l", "core.remote"), ("--show-origin", "core.remote", "x"), ()):
        assert project.as_dvc("config", *words, code=None).returncode == project.dvc("config", *words, code=None).returncode == 1
