"""Files that change while they are read, cannot be read, lead in circles, or have names that are no text.

CAIRN names the cairn program (default build/release/cairn).
"""

import itertools
import json
import os
import subprocess
import threading

import pytest

from tracked_tree import CAIRN, TrackedTree, assert_whole, contents

NOBODY = 65534


@pytest.fixture
def tree(tmp_path):
    return TrackedTree.begin(tmp_path)


def texts(tree):
    return {path.name: path.read_bytes() for path in [*tree.folder.glob("*.dvc"), tree.folder / ".gitignore"] if path.is_file()}


class Changing:
    """Makes a file grow for some MiB, and then writes over its beginning without end."""

    def __init__(self, path):
        self.path, self.over = path, threading.Event()
        self.grown = threading.Event()

    def __enter__(self):
        def change():
            with open(self.path, "ab", buffering=0) as file:
                for _ in range(20_000):
                    file.write(b"x" * 1000)
                    self.grown.set()
            with open(self.path, "r+b", buffering=0) as file:
                for i in itertools.count():
                    if self.over.is_set():
                        break
                    os.pwrite(file.fileno(), b"%d" % (i % 10), 0)

        self.thread = threading.Thread(target=change)
        self.thread.start()
        assert self.grown.wait(60)

    def __exit__(self, *failure):
        self.over.set()
        self.thread.join()


@pytest.mark.parametrize("path, size", [("busy.bin", 30 << 20), ("raw/busy.bin", 30 << 20), ("raw/small", 1000)])
def test_a_file_that_changes_while_it_is_read_is_refused_and_added_when_it_rests(tree, path, size):
    target = path.split("/")[0]
    (tree.folder / path).parent.mkdir(exist_ok=True)
    (tree.folder / path).write_bytes(b"0" * size)
    if target == "raw":
        for i in range(300):
            (tree.folder / f"raw/{i}").write_bytes(bytes([i % 256]) * 50_000)
    with Changing(tree.folder / path):
        refused = tree.cairn("data", "add", target, code=4)
    assert path in refused.stderr and "changed while" in refused.stderr and len(refused.stderr.strip().splitlines()) == 1, refused.stderr
    assert texts(tree) == {}
    tree.cairn("data", "add", target)
    assert_whole(tree.cache)
    tree.cairn("data", "check")
    whole = contents(tree.folder)
    tree.run("rm", "-rf", tree.folder / target)
    tree.cairn("data", "checkout")
    assert contents(tree.folder) == whole


def as_nobody(tree, *words, code=0):
    """Root may read everything, so that this needs somebody else; who is nobody's equal runs it as he is."""
    drop = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    done = subprocess.run([str(CAIRN), *words], cwd=tree.folder, env=tree.environment, capture_output=True, text=True, timeout=120, **drop)
    assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture
def others(tree, tmp_path_factory):
    """The tree, owned by nobody and reachable for him."""
    for i in range(20):
        tree.write(f"raw/{i}", f"{i}\n")
    tree.write("one.txt", "one\n")
    if os.geteuid() == 0:
        for path in [tree.folder.parent, *tree.folder.parent.rglob("*")]:
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        for folder in tree.folder.parents:
            if folder.stat().st_uid == 0 and not folder.stat().st_mode & 0o001:
                folder.chmod(folder.stat().st_mode | 0o001)
    return tree


@pytest.mark.parametrize("target, unreadable", [("raw", "raw/7"), ("one.txt", "one.txt"), ("raw", "raw")])
def test_what_may_not_be_read_is_named_and_nothing_changes(others, target, unreadable):
    mode = (others.folder / unreadable).stat().st_mode & 0o777
    (others.folder / unreadable).chmod(0)
    refused = as_nobody(others, "data", "add", target, code=5)
    assert unreadable in refused.stderr and "permission denied" in refused.stderr and len(refused.stderr.strip().splitlines()) == 1, refused.stderr
    assert texts(others) == {}
    (others.folder / unreadable).chmod(mode)
    as_nobody(others, "data", "add", target)
    (others.folder / unreadable).chmod(0)
    # What is known by its stamp need not be read; what is not is said, and not taken for changed or the same.
    (others.folder / unreadable).chmod(mode)
    as_nobody(others, "data", "status")


def test_a_cache_that_may_not_be_written_is_named(others):
    (others.folder / ".dvc").chmod(0o555)
    refused = as_nobody(others, "data", "add", "one.txt", code=5)
    assert ".dvc" in refused.stderr and "permission denied" in refused.stderr, refused.stderr
    assert texts(others) == {}
    (others.folder / ".dvc").chmod(0o755)
    as_nobody(others, "data", "add", "one.txt")


def test_links_that_lead_in_circles_end(tree):
    tree.write("raw/sub/a", "a\n")
    (tree.folder / "raw/sub/up").symlink_to("..")
    (tree.folder / "raw/here").symlink_to(".")
    tree.cairn("data", "add", "raw")
    assert json.loads(tree.cairn("data", "ls", "-R", "--json").stdout)[0]["path"] == "raw/sub/a"
    (tree.folder / "raw/loop").symlink_to("loop")
    (tree.folder / "pair").symlink_to("riap")
    (tree.folder / "riap").symlink_to("pair")
    before = texts(tree)
    for target, named in (("raw", "raw/loop"), ("pair", "pair")):
        refused = tree.cairn("data", "add", target, code=None)
        assert refused.returncode in (2, 3) and named in refused.stderr, refused.stderr
        assert texts(tree) == before
    (tree.folder / "raw/loop").unlink()
    tree.cairn("data", "status")


ODD = [b"new\nline", b"\xff\xfe", b"tab\tand\rreturn", b" spaces ", b"quote\"'", b"back\\slash", b"-dash", b"#hash", "\u202eright to left".encode(), b"a" * 255]


def test_names_of_any_bytes_survive_every_command(tree):
    folder = os.fsencode(tree.folder)
    os.mkdir(folder + b"/raw")
    for i, name in enumerate(ODD):
        os.mkdir(folder + b"/raw/d" + name[:200])
        for path in (folder + b"/raw/" + name, folder + b"/raw/d" + name[:200] + b"/" + name):
            with open(path, "wb") as file:
                file.write(b"%d\n" % i)
    names = {os.path.join(where, name) for where, _, files in os.walk(folder + b"/raw") for name in files}
    tree.cairn("data", "remote", "add", "--default", "store", tree.store)
    tree.cairn("data", "add", "raw")
    tree.commit("data")
    tree.cairn("data", "push")
    tree.cairn("data", "check")
    listed = tree.cairn("data", "ls", "-R", "--json").stdout
    assert len(json.loads(listed)) == len(names) == 2 * len(ODD), "one JSON document, whatever the names are"
    other = tree.clone("other")
    other.cairn("data", "pull")
    elsewhere = os.fsencode(other.folder)
    assert {os.path.join(where, name).replace(elsewhere, folder) for where, _, files in os.walk(elsewhere + b"/raw") for name in files} == names
    for i, name in enumerate(ODD):
        with open(elsewhere + b"/raw/" + name, "rb") as file:
            assert file.read() == b"%d\n" % i
    other.cairn("data", "status")
    with open(elsewhere + b"/raw/\xff\xfe", "wb") as file:
        file.write(b"changed\n")
    assert "raw" in other.cairn("data", "status", "--granular", code=1).stdout
    other.cairn("data", "checkout", "--force")
    other.cairn("data", "status")


@pytest.mark.parametrize("name", [b"new\nline.csv", b" spaces  ", b"#hash!.csv", b"star*[a].csv", b"tab\t.csv", b"back\\slash", b"return\r"])
def test_a_file_of_an_odd_name_is_tracked_by_itself(tree, name):
    path = os.path.join(os.fsencode(tree.folder), name)
    with open(path, "wb") as file:
        file.write(b"a\n")
    tree.cairn("data", "add", os.fsdecode(name))
    ignored = subprocess.run(["git", "status", "--porcelain", "-z", "--ignored"], cwd=tree.folder, env=tree.environment, capture_output=True, check=True).stdout
    assert ignored.count(b"!! " + name + b"\0") == 1, ignored
    os.unlink(path)
    tree.cairn("data", "checkout")
    with open(path, "rb") as file:
        assert file.read() == b"a\n"
    tree.cairn("data", "status")
    tree.cairn("data", "rm", os.fsdecode(name) + ".dvc")
    assert not (tree.folder / ".gitignore").exists()
