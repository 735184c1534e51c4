"""What Cairn must not do to a repository that DVC works in: the real dvc says what is refused.

CAIRN names the cairn program (default build/release/cairn), CAIRN_DVC the dvc program (default build/env/dvc/bin/dvc).
"""

import json
import os
import shutil
import subprocess

import pytest
from dvc_project import CAIRN, begin, tree


@pytest.fixture
def project(tmp_path):
    made = begin(tmp_path)
    made.write("tool.sh", "#!/bin/sh\ntouch ran\n")
    (made.folder / "tool.sh").chmod(0o755)
    made.as_dvc("add", "-q", "tool.sh")
    made.as_dvc("remote", "add", "-q", "-d", "store", "../store")
    made.commit("tool")
    return made


RESERVED = [".git/hooks/post-checkout", ".dvc/config.local", "sub/.git/config", ".hg/hgrc"]


@pytest.mark.parametrize("path", RESERVED)
def test_no_text_puts_data_where_git_or_dvc_keep_their_own(project, path):
    project.write("evil.dvc", (project.folder / "tool.sh.dvc").read_text().replace("path: tool.sh", f"path: {path}"))
    (project.folder / "tool.sh").unlink()
    for words in (("checkout",), ("checkout", "-f"), ("status",), ("push",), ("gc", "-w", "-f"), ("data", "status")):
        ours, theirs = project.as_dvc(*words, code=None), project.dvc(*words, code=None)
        assert ours.returncode == theirs.returncode != 0, (words, ours.stderr, theirs.stderr)
        assert path in ours.stderr and path in theirs.stderr
    for words in (("data", "checkout"), ("data", "pull"), ("data", "status")):
        assert path in project.cairn(*words, code=2).stderr
    assert not (project.folder / path).exists()
    project.git("checkout", "-q", "-b", "other")
    assert not (project.folder / "ran").exists()


def test_an_update_of_an_import_stays_in_the_repository(project, tmp_path):
    (tmp_path / "second").mkdir()
    source = begin(tmp_path / "second")
    source.write("tool.sh", "#!/bin/sh\ntouch ran\n")
    source.as_dvc("add", "-q", "tool.sh")
    source.commit("tool")
    project.as_dvc("import", source.folder, "tool.sh", "-o", "taken.sh")
    text = (project.folder / "taken.sh.dvc").read_text()
    for path in (".git/hooks/post-checkout", "../outside.sh", "sub/../../outside.sh"):
        project.write("taken.sh.dvc", text.replace("path: taken.sh", f"path: {path}"))
        refused = project.as_dvc("update", "taken.sh.dvc", code=1)
        assert path in refused.stderr
        assert not (project.folder / path).exists()


def test_a_link_does_not_lead_data_to_gits_hooks(project):
    shutil.copy(project.folder / "tool.sh.dvc", project.folder / "evil.dvc")
    project.write("evil.dvc", (project.folder / "tool.sh.dvc").read_text().replace("path: tool.sh", "path: link/post-checkout"))
    (project.folder / "link").symlink_to(".git/hooks")
    (project.folder / "tool.sh").unlink()
    assert "link/post-checkout" in project.cairn("data", "checkout", code=1).stderr
    assert not (project.folder / ".git/hooks/post-checkout").exists()
    # The others are put back all the same.
    assert (project.folder / "tool.sh").exists()


def lose_listing(project):
    (listing,) = (project.cache / "files").rglob("*.dir")
    listing.unlink()


def test_a_collection_asks_the_remote_for_a_listing_that_the_cache_lacks(project):
    project.write("raw/a", "a\n")
    project.write("raw/b", "b\n")
    project.as_dvc("add", "-q", "raw")
    project.as_dvc("push", "-q")
    lose_listing(project)
    before = tree(project.cache / "files")
    for run, words in ((project.cairn, ("data", "gc", "--workspace", "--older-than", "0s", "--delete")), (project.as_dvc, ("gc", "-w", "-f")), (project.dvc, ("gc", "-w", "-f"))):
        run(*words)
        assert tree(project.cache / "files").items() >= before.items(), words
    project.cairn("data", "pull")


def test_a_collection_stops_where_nobody_knows_what_a_folder_needs(project):
    project.write("raw/a", "a\n")
    project.as_dvc("add", "-q", "raw")
    lose_listing(project)
    before = tree(project.cache / "files")
    for have_remote in (True, False):
        if not have_remote:
            project.as_dvc("remote", "remove", "store")
        for run, words, code in ((project.cairn, ("data", "gc", "--workspace", "--older-than", "0s", "--delete"), 3), (project.as_dvc, ("gc", "-w", "-f"), 255)):
            refused = run(*words, code=code)
            assert "'raw'" in refused.stderr and "nothing is freed" in refused.stderr and "--skip-missing" in refused.stderr
            assert tree(project.cache / "files") == before
    project.cairn("data", "gc", "--workspace", "--older-than", "0s", "--delete", "--skip-missing")
    assert len(tree(project.cache / "files")) == len(before) - 1
    project.as_dvc("add", "-q", "raw")
    assert project.dvc("status").stdout == "Data and pipelines are up to date.\n"


ODD = b"line\nbreak\x1b[31m", b"\xff.txt"


def test_names_that_would_break_a_line_are_shown_escaped(project):
    for name in ODD:
        project.write("raw/a", "a\n")
        with open(os.fsencode(project.folder) + b"/raw/" + name, "wb") as file:
            file.write(name)
    project.cairn("data", "add", "raw")
    project.commit("odd")
    for name in ODD:
        with open(os.fsencode(project.folder) + b"/raw/" + name, "ab") as file:
            file.write(b"changed")
    for words, code in ((("status", "--granular"), 1), (("diff",), 0), (("ls", "-R"), 0)):
        shown = project.cairn("data", *words, code=code)
        assert "raw/line\\nbreak\\x1b[31m" in shown.stdout and "raw/\\xff.txt" in shown.stdout, shown.stdout
        # What is printed for programs holds the bytes, and any reader of JSON takes it.
        told = subprocess.run([str(CAIRN), "data", *words, "--json"], cwd=project.folder, env=project.environment, capture_output=True, check=False).stdout
        names = json.dumps(json.loads(told.decode("utf-8")))
        assert json.dumps("raw/" + os.fsdecode(ODD[0]))[1:-1] in names and "raw/\\udcff.txt" in names
    # Once more as DVC prints it.
    assert json.loads(project.as_dvc("data", "status", "--granular", "--json").stdout)["uncommitted"]["modified"]


def test_what_lies_too_deep_to_be_opened_is_named_and_not_left_out(project):
    project.write("deep/a", "a\n")
    name = "d" * 200
    at = os.open(project.folder / "deep", os.O_RDONLY)
    open_folders = [at]
    try:
        for _ in range(22):
            os.mkdir(name, dir_fd=open_folders[-1])
            open_folders.append(os.open(name, os.O_RDONLY, dir_fd=open_folders[-1]))
        refused = project.cairn("data", "add", "deep", code=2)
        assert "deep/ddd" in refused.stderr and "move it up" in refused.stderr
        assert not (project.folder / "deep.dvc").exists()
    finally:
        os.close(open_folders.pop())
        while open_folders:
            os.rmdir(name, dir_fd=open_folders[-1])
            os.close(open_folders.pop())
    project.cairn("data", "add", "deep")
