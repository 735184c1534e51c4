"""A disk that is full: it is said, nothing that was there is harmed, and with room again the same command does its work.

The small disk is a tmpfs in a mount namespace of its own, which goes with the process that holds it. As anybody but root it
is made in a user namespace. CAIRN names the cairn program (default build/release/cairn).
"""

import os
import pathlib
import random
import subprocess

import pytest

from tracked_tree import CAIRN, TrackedTree, assert_whole, contents

HOLD = 'mount -t tmpfs -o size="$1" small "$2" && echo mounted && exec cat'


class SmallDisk:
    """A folder on a disk of so many KiB, seen only by commands that are run through `run`, and below `seen` from outside."""

    def __init__(self, folder, kib):
        self.folder = folder
        self.folder.mkdir()
        root = os.geteuid() == 0
        self.holder = subprocess.Popen(["unshare", "-m" if root else "-rm", "sh", "-c", HOLD, "sh", f"{kib}k", str(folder)],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.holder.stdout.readline() == "mounted\n"
        self.enter = ["nsenter", "-t", str(self.holder.pid), "-m", *([] if root else ["-U", "--preserve-credentials"])]
        self.seen = pathlib.Path(f"/proc/{self.holder.pid}/root{folder}")

    def run(self, tree, *words, code=0):
        inside = [*self.enter, "sh", "-c", 'cd "$0" && exec "$@"', str(tree.folder)]
        done = subprocess.run([*inside, str(CAIRN), *map(str, words)], env=tree.environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def grow(self, kib):
        subprocess.run([*self.enter, "mount", "-o", f"remount,size={kib}k", str(self.folder)], check=True)

    def close(self):
        self.holder.communicate()


@pytest.fixture
def disk(tmp_path):
    made = SmallDisk(tmp_path / "small", 4096)
    yield made
    made.close()


@pytest.fixture
def tree(tmp_path):
    chance = random.Random(31)
    made = TrackedTree.begin(tmp_path / "main")
    for i in range(200):
        path = made.folder / f"raw/{i % 10}/{i}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(chance.randbytes(30_000))
    (made.folder / "large.bin").write_bytes(chance.randbytes(6 << 20))
    return made


def assert_said(refused):
    said = refused.stderr.strip().splitlines()
    assert len(said) == 1 and said[0].startswith("cairn: ") and "space" in said[0], refused.stderr


@pytest.mark.parametrize("name", ["raw", "large.bin"])
def test_an_addition(tree, disk, name):
    tree.cairn("data", "config", "cache.dir", disk.folder / "cache")
    before = contents(tree.folder)
    assert_said(disk.run(tree, "data", "add", name, code=6))
    assert contents(tree.folder) == before and not (tree.folder / f"{name}.dvc").exists() and not (tree.folder / ".gitignore").exists()
    assert not (disk.seen / "cache/files").exists() or not assert_whole(disk.seen / "cache")
    disk.grow(20_000)
    disk.run(tree, "data", "add", name)
    assert_whole(disk.seen / "cache")
    disk.run(tree, "data", "check")
    assert not list((disk.seen / "cache").glob(".cairn-intake/*")), "what did not fit is gone"


def test_a_push_and_a_fetch(tree, disk):
    tree.cairn("data", "add", "raw", "large.bin")
    tree.cairn("data", "remote", "add", "--default", "small", disk.folder / "store")
    tree.commit("data")
    failed = disk.run(tree, "data", "push", code=1)
    assert "space" in failed.stderr
    held = assert_whole(disk.seen / "store")
    disk.grow(20_000)
    disk.run(tree, "data", "push")
    assert held <= assert_whole(disk.seen / "store") and len(assert_whole(disk.seen / "store")) == 202
    disk.grow(14_000)
    other = tree.clone("other")
    other.cairn("data", "config", "cache.dir", disk.folder / "cache")
    assert_said(disk.run(other, "data", "fetch", code=6))
    assert_whole(disk.seen / "cache")
    disk.grow(40_000)
    disk.run(other, "data", "fetch")
    assert len(assert_whole(disk.seen / "cache")) == 202


def test_a_checkout(tree, disk):
    tree.cairn("data", "add", "raw", "large.bin")
    tree.cairn("data", "remote", "add", "--default", "store", tree.store)
    tree.cairn("data", "push")
    tree.commit("data")
    subprocess.run([*disk.enter, "git", "clone", "-q", str(tree.folder), str(disk.folder / "work")], check=True, env=tree.environment)
    other = TrackedTree(disk.folder / "work")
    disk.run(other, "data", "config", "--local", "cache.dir", tree.cache)
    assert_said(disk.run(other, "data", "checkout", code=6))
    assert not (disk.seen / "work/large.bin").exists()
    disk.grow(20_000)
    disk.run(other, "data", "checkout")
    assert contents(disk.seen / "work") == contents(tree.folder)
    assert not [path for path in (disk.seen / "work/.dvc/tmp").rglob("*") if path.is_file() and path.stat().st_size > 1 << 20 and path.name != "digests"]
