"""`cairn data add` and `checkout` killed anywhere: no half file has a name, and both tools agree on what is there.

CAIRN names the cairn program (default build/release/cairn), CAIRN_DVC the dvc program (default build/env/dvc/bin/dvc).
"""

import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import time

import pytest

from tracked_tree import assert_whole, fill, killed, objects_below

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAIRN = pathlib.Path(os.environ.get("CAIRN", ROOT / "build/release/cairn")).resolve()
DVC = pathlib.Path(os.environ.get("CAIRN_DVC", ROOT / "build/env/dvc/bin/dvc"))


class Tree:
    def __init__(self, folder):
        self.folder = folder / "project"
        self.folder.mkdir()
        self.environment = {**os.environ, "HOME": str(folder), "DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": str(folder / "site")}
        self.cairn("data", "init", "--no-scm")
        self.seen = set()

    def run(self, program, *words, code=0):
        done = subprocess.run([str(program), *words], cwd=self.folder, env=self.environment, capture_output=True, text=True)
        assert code is None or done.returncode == code, f"{program} {words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def cairn(self, *words, code=0):
        return self.run(CAIRN, *words, code=code)

    def killed(self, after, *words):
        """Whether the command was killed before it ended."""
        return killed(self.folder, self.environment, after, *words) != 0

    def assert_whole(self):
        """What is as it was when it was last read is not read again: the test would take hours."""
        cache = self.folder / ".dvc/cache"
        assert_whole(cache, self.seen)
        for path in objects_below(cache).values():
            assert path.stat().st_mode & 0o777 == 0o444

    def begin_anew(self):
        """With an empty cache: it would grow with each round, and so would what it takes to look at all of it."""
        shutil.rmtree(self.folder / ".dvc/cache/files")
        self.seen.clear()

    def assert_agreed(self):
        theirs, ours = (json.loads(self.run(*words).stdout) for words in ((DVC, "status", "--json"), (CAIRN, "dvc", "status", "--json")))
        assert theirs == ours
        return ours

    def assert_tidy(self):
        """What killed processes left aside is gone."""
        assert not list((self.folder / ".dvc/cache/.cairn-intake").glob("*"))
        assert not [path for path in (self.folder / ".dvc/tmp").rglob("*") if path.is_file() and path.stat().st_size > 1 << 20 and path.name != "digests"]


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path)


def took(work):
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def test_an_addition_that_is_killed(tree, thorough):
    chance = random.Random(7)
    rounds, kills = 150 if thorough else 5, 0
    fill(tree.folder, chance, files=1500, large=24 << 20)
    whole = took(lambda: tree.cairn("data", "add", "raw", "large.bin"))
    for round in range(1, rounds + 1):
        fill(tree.folder, chance, files=1500, large=24 << 20)
        if round % 10 == 0:
            tree.begin_anew()
        for _ in range(3):
            kills += tree.killed(whole * chance.random(), "data", "add", "raw", "large.bin")
            tree.assert_whole()
        if round % 2:
            tree.assert_agreed()
        tree.cairn("data", "add", "raw", "large.bin")
        tree.assert_whole()
        tree.assert_tidy()
        if round % 2:
            assert tree.assert_agreed() == {}
        tree.cairn("data", "status")
    tree.seen.clear()
    tree.assert_whole()
    tree.cairn("data", "check")
    assert kills >= rounds // 2, "the kills came too late to say anything"


def test_a_checkout_that_is_killed(tree, thorough):
    chance = random.Random(11)
    rounds, kills = 150 if thorough else 5, 0
    texts, data = [], []
    for version in range(2):
        fill(tree.folder, chance, files=1500, large=24 << 20)
        tree.cairn("data", "add", "raw", "large.bin")
        texts.append({name: (tree.folder / name).read_bytes() for name in ("raw.dvc", "large.bin.dvc")})
        data.append(contents(tree.folder / "raw") | contents(tree.folder, "large.bin"))
    whole = None
    for round in range(rounds):
        version = round % 2
        for name, text in texts[version].items():
            (tree.folder / name).write_bytes(text)
        if round % 5 == 4:
            subprocess.run(["rm", "-rf", str(tree.folder / "raw")], check=True)
        if whole is None:
            whole = took(lambda: tree.cairn("data", "checkout"))
        for _ in range(3):
            kills += tree.killed(whole * chance.random(), "data", "checkout")
            tree.assert_whole()
            for name, content in (contents(tree.folder / "raw") | contents(tree.folder, "large.bin")).items():
                assert content in (data[0].get(name), data[1].get(name)), f"{name} is neither of both versions"
        if round % 2:
            tree.assert_agreed()
        # Nothing here is unsaved work, so that it goes on without --force.
        tree.cairn("data", "checkout")
        assert contents(tree.folder / "raw") | contents(tree.folder, "large.bin") == data[version]
        tree.cairn("data", "status")
        if round % 2:
            assert tree.assert_agreed() == {}
    assert kills >= rounds // 2, "the kills came too late to say anything"


def contents(folder, pattern="**/*"):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).digest() for path in folder.glob(pattern) if path.is_file()}
