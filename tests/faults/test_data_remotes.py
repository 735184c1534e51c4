"""Remotes where things go wrong: requests that fail, and commands that are killed while they push, fetch or collect.

CAIRN names the cairn program (default build/release/cairn).
"""

import json
import random
import shutil
import time

import pytest

from failing_proxy import FailingProxy
from tracked_tree import TrackedTree, assert_whole, contents, fill, objects_below
from moto_server import Moto


@pytest.fixture
def tree(tmp_path):
    return TrackedTree.begin(tmp_path)


@pytest.fixture(scope="module")
def moto():
    with Moto() as running:
        yield running


def use_bucket(tree, moto, endpoint, bucket):
    moto.client().create_bucket(Bucket=bucket)
    tree.cairn("data", "remote", "add", "--default", "s3", f"s3://{bucket}/some/prefix")
    tree.cairn("data", "remote", "modify", "s3", "endpointurl", endpoint)


def keys_in(moto, bucket):
    pages = moto.client().get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {item["Key"] for page in pages for item in page.get("Contents", [])}


def test_a_bucket_that_fails_one_request_in_five_is_used_as_if_it_did_not(tree, moto):
    fill(tree.folder, random.Random(5), files=150, large=40 << 20)  # The large one goes in parts.
    with FailingProxy(moto.port, 5) as proxy:
        use_bucket(tree, moto, proxy.endpoint, "one-in-five")
        tree.cairn("data", "add", "raw", "large.bin")
        tree.commit("data")
        tree.cairn("data", "push")
        assert keys_in(moto, "one-in-five") == {f"some/prefix/files/md5/{name[:2]}/{name[2:]}" for name in objects_below(tree.cache)}
        other = tree.clone("other")
        other.cairn("data", "pull")
        assert contents(other.folder) == contents(tree.folder)
        (tree.folder / "raw/0/0.txt").write_text("changed\n")
        tree.cairn("data", "add", "raw")
        tree.cairn("data", "push")
        freed = json.loads(tree.cairn("data", "gc", "-w", "-c", "--older-than", "0s", "--delete", "--json").stdout)
        assert len(freed["remote"]) == 2
        assert keys_in(moto, "one-in-five") == {f"some/prefix/files/md5/{name[:2]}/{name[2:]}" for name in objects_below(tree.cache)}
    assert set(proxy.failed) == set(FailingProxy.FATES) and len(proxy.failed) > 50


def pushed_and_committed(tree, chance, message):
    fill(tree.folder, chance)
    tree.cairn("data", "add", "raw", "large.bin")
    tree.commit(message)
    tree.cairn("data", "push")


def whole_time(work):
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def test_kill_9_while_data_goes_to_a_bucket_and_comes_back(tree, moto, thorough):
    chance, kills = random.Random(17), 0
    use_bucket(tree, moto, moto.endpoint, "killed")
    tree.commit("remote")
    took = whole_time(lambda: pushed_and_committed(tree, chance, "first"))
    for round_ in range(40 if thorough else 3):
        fill(tree.folder, chance)
        tree.cairn("data", "add", "raw", "large.bin")
        tree.commit(f"round {round_}")
        kills += tree.killed(took * chance.random(), "data", "push") < 0
        held = {key.removeprefix("some/prefix/files/md5/").replace("/", "") for key in keys_in(moto, "killed")}
        for name in held:
            if name.endswith(".dir"):
                listing = json.loads(objects_below(tree.cache)[name].read_bytes())
                assert {entry["md5"] for entry in listing} <= held, f"{name} is there before its files"
        tree.cairn("data", "push")
        other = tree.clone(f"clone {round_}")
        kills += other.killed(took * chance.random(), "data", "pull") < 0
        assert_whole(other.cache)
        other.cairn("data", "pull")
        assert contents(other.folder) == contents(tree.folder)
        other.cairn("data", "check")
    assert kills >= 3, "the kills came too late to say anything"


def test_random_kills_of_add_push_fetch_and_gc_lose_nothing_acknowledged(tree, thorough):
    """What a commit of git needs was added and must stay in the cache; what a push said it pushed must stay in the remote."""
    wanted, chance, kills, commands = 500 if thorough else 24, random.Random(23), 0, 0
    tree.cairn("data", "remote", "add", "--default", "store", tree.store)
    added, pushed, versions, known = set(), set(), [], set()
    last = {"add": 0.3, "push": 0.3, "gc": 0.2, "fetch": 0.2}
    other = None

    def attempt(where, name, *words):
        """Until the command ends by itself; everything it may do is looked at after each kill."""
        nonlocal kills, commands
        for after in (last[name] * chance.random(), last[name] * chance.random(), None):
            commands += 1
            begun = time.monotonic()
            code = where.killed(after, "data", *words)
            if code == 0:
                last[name] = 0.5 * last[name] + 0.5 * (time.monotonic() - begun)
                return
            assert code == -9, f"{words} ended with {code}"
            kills += 1
            assert added <= assert_whole(tree.cache, known)
            if tree.store.exists():
                assert pushed <= assert_whole(tree.store, known)
            if other is not None and other.cache.exists():
                assert_whole(other.cache, known)
        raise AssertionError(f"{words} did not end")

    while kills < wanted:
        fill(tree.folder, chance)
        attempt(tree, "add", "add", "raw", "large.bin")
        if chance.random() < 0.4:
            continue  # Nobody keeps this one: it is what gc finds.
        tree.commit(f"version {len(versions)}")
        versions.append(contents(tree.folder))
        needed = {line.split()[-1] for line in (tree.folder / "raw.dvc").read_text().splitlines() + (tree.folder / "large.bin.dvc").read_text().splitlines() if "md5: " in line}
        needed |= {entry["md5"] for name in needed if name.endswith(".dir") for entry in json.loads(objects_below(tree.cache)[name].read_bytes())}
        added |= needed
        attempt(tree, "push", "push")
        pushed |= needed
        attempt(tree, "gc", "gc", "--all-commits", "--cloud", "--older-than", "0s", "--delete")
        other = tree.clone(f"clone {len(versions)}")
        attempt(other, "fetch", "fetch")
        other.cairn("data", "checkout")
        assert contents(other.folder) == versions[-1]
        shutil.rmtree(other.folder)
    assert kills >= commands // 5, "the kills came too late to say anything"
    assert "sound" in tree.cairn("data", "check").stdout
    assert added <= assert_whole(tree.cache) and pushed <= assert_whole(tree.store)
    assert not [path for store in (tree.cache, tree.store) for path in (store / "files").rglob(".*")], "gc takes away what killed commands left"
    for i, version in enumerate(versions[-10:]):
        tree.git("checkout", "-q", "-f", f"main~{len(versions[-10:]) - 1 - i}")
        tree.cairn("data", "checkout", "--force")
        assert contents(tree.folder) == version
