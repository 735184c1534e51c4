"""An object of the cache, or of a remote, of which a bit is flipped: it is named, goes nowhere, and is fetched anew.

CAIRN names the cairn program (default build/release/cairn).
"""

import json
import os

import pytest

from tracked_tree import TrackedTree, assert_whole, contents, objects_below
from moto_server import Moto

LARGE = bytes(range(256)) * 65536  # Larger than what is copied in one piece.


@pytest.fixture
def tree(tmp_path):
    made = TrackedTree.begin(tmp_path)
    for i in range(30):
        made.write(f"raw/{i % 3}/{i}.txt", f"{i}\n" * 100)
    made.write("one.txt", "single\n")
    (made.folder / "large.bin").write_bytes(LARGE)
    made.cairn("data", "add", "raw", "one.txt", "large.bin")
    made.cairn("data", "remote", "add", "--default", "store", made.store)
    made.commit("data")
    return made


def flip(path, bit=1):
    """Changes one bit and leaves everything else: size, mode and time."""
    status = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= bit
    path.chmod(0o644)
    path.write_bytes(content)
    path.chmod(status.st_mode & 0o777)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def holding(store, content):
    (found,) = (path for path in objects_below(store).values() if path.read_bytes() == content)
    return found


CONTENTS = {"one.txt": b"single\n", "large.bin": LARGE, "raw": b"7\n" * 100}


@pytest.mark.parametrize("path", CONTENTS)
def test_a_damaged_object_is_not_checked_out_and_a_pull_replaces_it(tree, path):
    tree.cairn("data", "push")
    whole = contents(tree.folder)
    damaged = holding(tree.cache, CONTENTS[path])
    flip(damaged)
    for name in ("raw", "one.txt", "large.bin"):
        tree.run("rm", "-rf", tree.folder / name)
    refused = tree.cairn("data", "checkout", code=1)
    assert "damaged" in refused.stderr and damaged.parent.name + damaged.name in refused.stderr and path in refused.stderr
    assert {name: digest for name, digest in whole.items() if not name.startswith(path)} == contents(tree.folder), "the others are there"
    pulled = tree.cairn("data", "pull", code=0)
    assert "mended" in pulled.stderr and path in pulled.stderr
    assert contents(tree.folder) == whole
    assert_whole(tree.cache)


def test_a_pull_finds_and_replaces_all_that_is_damaged_at_once(tree):
    tree.cairn("data", "push")
    whole = contents(tree.folder)
    for i in (3, 7, 11, 28):
        flip(holding(tree.cache, f"{i}\n".encode() * 100))
    tree.run("rm", "-rf", tree.folder / "raw")
    pulled = json.loads(tree.cairn("data", "pull", "--json").stdout)
    assert [item["path"] for item in pulled["mended"]] == ["raw/0/3.txt", "raw/1/28.txt", "raw/1/7.txt", "raw/2/11.txt"]
    assert pulled["added"] == ["raw"] and pulled["failed"] == []
    assert contents(tree.folder) == whole


def test_a_file_that_is_there_stays_when_its_replacement_is_damaged(tree):
    tree.write("one.txt", "another\n")
    tree.cairn("data", "add", "one.txt")
    tree.git("checkout", "-q", "one.txt.dvc")
    flip(holding(tree.cache, b"single\n"))
    refused = tree.cairn("data", "checkout", code=1)
    assert "one.txt" in refused.stderr and "cairn data fetch" in refused.stderr
    assert (tree.folder / "one.txt").read_text() == "another\n"


@pytest.mark.parametrize("path", CONTENTS)
def test_what_is_added_again_replaces_its_damaged_object(tree, path):
    whole = contents(tree.folder)
    flip(holding(tree.cache, CONTENTS[path]))
    if path == "raw":
        flip(next(object for name, object in objects_below(tree.cache).items() if name.endswith(".dir")))
    tree.cairn("data", "add", path)  # Nothing has changed in the working tree.
    assert_whole(tree.cache)
    tree.run("rm", "-rf", tree.folder / path)
    tree.cairn("data", "checkout")
    assert contents(tree.folder) == whole


def test_a_damaged_listing_leads_nobody_astray(tree):
    tree.cairn("data", "push")
    whole = contents(tree.folder)
    (listing,) = (path for name, path in objects_below(tree.cache).items() if name.endswith(".dir"))
    flip(listing)
    tree.run("rm", "-rf", tree.folder / "raw")
    assert "damaged" in tree.cairn("data", "checkout", "raw", code=1).stderr
    assert "damaged" in tree.cairn("data", "check", code=1).stdout
    tree.cairn("data", "pull")
    assert contents(tree.folder) == whole


@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_a_damaged_object_is_not_pushed(tree, kind):
    damaged = holding(tree.cache, b"7\n" * 100)
    flip(damaged)
    if kind == "folder":
        failed = tree.cairn("data", "push", code=1)
        held = assert_whole(tree.store)
    else:
        with Moto() as moto:
            moto.client().create_bucket(Bucket="damaged")
            tree.cairn("data", "remote", "add", "s3", "s3://damaged")
            tree.cairn("data", "remote", "modify", "s3", "endpointurl", moto.endpoint)
            failed = tree.cairn("data", "push", "--remote", "s3", code=1)
            held = {item["Key"].removeprefix("files/md5/").replace("/", "") for item in moto.client().list_objects_v2(Bucket="damaged")["Contents"]}
    assert "raw/1/7.txt" in failed.stderr and "damaged" in failed.stderr
    assert damaged.parent.name + damaged.name not in held
    assert len(held) == 31 and not [name for name in held if name.endswith(".dir")], "all the others are, without the listing"


def test_a_push_takes_a_damaged_object_from_another_remote(tree):
    tree.cairn("data", "push")
    flip(holding(tree.cache, b"single\n"))
    tree.cairn("data", "remote", "add", "other", tree.folder.parent / "other")
    pushed = tree.cairn("data", "push", "--remote", "other")
    assert "mended" in pushed.stderr and "one.txt" in pushed.stderr
    assert assert_whole(tree.folder.parent / "other") == assert_whole(tree.cache)


def test_a_damaged_object_of_a_remote_does_not_get_into_the_cache(tree):
    tree.cairn("data", "push")
    flip(holding(tree.store, b"single\n"))
    other = tree.clone("other")
    failed = other.cairn("data", "pull", code=1)
    assert "one.txt" in failed.stderr and "damaged" in failed.stderr
    assert not (other.folder / "one.txt").exists() and len(list((other.folder / "raw").rglob("*.txt"))) == 30
    assert_whole(other.cache)
    # Who still has it can put it right.
    (tree.store / "files/md5" / holding(tree.cache, b"single\n").relative_to(tree.cache / "files/md5")).unlink()
    tree.cairn("data", "push")
    other.cairn("data", "pull")
    assert contents(other.folder) == contents(tree.folder)


def test_links_to_a_damaged_object_are_found_by_the_check(tree):
    """A link is made without reading what it leads to; who wants to know asks for the check, or fetches with --verify."""
    tree.cairn("data", "push")
    flip(holding(tree.cache, b"single\n"))
    found = tree.cairn("data", "check", code=1)
    assert "one.txt" in found.stdout and "damaged" in found.stdout
    fetched = tree.cairn("data", "fetch")
    assert "mended" in fetched.stderr and "one.txt" in fetched.stderr
    assert "sound" in tree.cairn("data", "check").stdout
