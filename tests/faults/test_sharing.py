"""What is logged twice and how much room it takes, on a file system that can share blocks and on one that cannot."""

import os
import pathlib
import subprocess
import urllib.request

import pytest
from cairn_server import Server

MIB = 1024 * 1024
SIZE = 24 * MIB
FILES = "/api/2.0/mlflow-artifacts/artifacts/"


@pytest.fixture
def sharing_folder(tmp_path):
    """A folder on an XFS of its own where this user may mount one, else one like all others; and whether it is one."""
    image, folder = tmp_path / "disk.img", tmp_path / "disk"
    folder.mkdir()
    with open(image, "wb") as disk:
        disk.truncate(400 * MIB)
    mounted = (
        os.geteuid() == 0
        and subprocess.run(["mkfs.xfs", "-q", image], capture_output=True).returncode == 0
        and subprocess.run(["mount", "-o", "loop", image, folder], capture_output=True).returncode == 0
    )
    try:
        yield folder, mounted or can_share(folder)
    finally:
        if mounted:
            subprocess.run(["umount", folder], check=True)


def can_share(folder):
    one, two = folder / "probe", folder / "probe-too"
    one.write_bytes(b"x" * 4096)
    shares = subprocess.run(["cp", "--reflink=always", one, two], capture_output=True).returncode == 0
    for file in (one, two):
        file.unlink(missing_ok=True)
    return shares


def put(server, path, content):
    urllib.request.urlopen(urllib.request.Request(server.uri + FILES + path, content, method="PUT"), timeout=60).close()


def got(server, path):
    with urllib.request.urlopen(server.uri + FILES + path, timeout=60) as answer:
        return answer.read()


def used(folder):
    os.sync()
    status = os.statvfs(folder)
    return (status.f_blocks - status.f_bfree) * status.f_frsize


def test_what_is_logged_twice_is_stored_once_where_the_file_system_shares(sharing_folder):
    folder, shares = sharing_folder
    content, other = os.urandom(SIZE), os.urandom(SIZE)
    with Server(folder / "data") as server:
        assert server.start(), server.words()
        put(server, "0/one/artifacts/model.bin", content)
        before = used(folder)
        for run in ("two", "three", "four"):
            put(server, f"0/{run}/artifacts/model.bin", content)
        grown = used(folder) - before
        if shares:
            assert grown < SIZE / 4, f"three copies of {SIZE:,} bytes took {grown:,}"
        put(server, "0/one/artifacts/other.bin", other)
        if shares:
            assert used(folder) - before > SIZE / 2, "the measure sees what is not shared"
        files = [pathlib.Path(folder / "data" / "artifacts" / "0" / run / "artifacts" / "model.bin") for run in ("one", "two", "three", "four")]
        assert len({file.stat().st_ino for file in files}) == 4, "each path is a file of its own"
        with open(files[1], "r+b") as edited:
            edited.write(b"edited")
        assert got(server, "0/one/artifacts/model.bin") == content and got(server, "0/three/artifacts/model.bin") == content
        assert got(server, "0/two/artifacts/model.bin") == b"edited" + content[6:]
        files[0].unlink()
        assert got(server, "0/four/artifacts/model.bin") == content, "what is shared outlives the file it was shared with"
