"""The power failure itself: a program that does not sync loses what it wrote, one that does keeps it."""

import pathlib
import random
import signal
import subprocess
import sys

import pytest

import power_loss

BEGIN = "import os, signal, sys; os.chdir(sys.argv[1])\n"
END = "\nos.kill(os.getpid(), signal.SIGKILL)"
NEW = "f = os.open('a', os.O_CREAT | os.O_RDWR)\n"
SYNC = "os.fsync(f)\nd = os.open('.', os.O_RDONLY)\nos.fsync(d)\n"


class Disk:
    def __init__(self, library, place):
        self.library, self.folder, self.journal = library, place / "disk", place / "journal"
        self.folder.mkdir()
        self.before = {}

    def run(self, script, **environment):
        """Runs a program that kills itself, and gives what the kernel still has."""
        command = [sys.executable, "-c", BEGIN + script + END, str(self.folder)]
        ended = subprocess.run(command, env=power_loss.preloaded(self.library, self.folder, self.journal, **environment))
        assert ended.returncode == -signal.SIGKILL
        return self.content()

    def content(self):
        return {str(p.relative_to(self.folder)): p.read_bytes() for p in self.folder.rglob("*") if p.is_file()}

    def lose_power(self, fate, seed=1):
        class Fated(random.Random):
            def choice(self, options):
                assert fate in options
                return fate

        power_loss.fail(self.folder, self.journal, Fated(seed))
        return self.content()


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return power_loss.build_shim(tmp_path_factory.mktemp("shim"))


@pytest.fixture
def disk(library, tmp_path):
    return Disk(library, tmp_path)


def test_what_was_not_synced_is_lost(disk):
    assert disk.run(NEW + SYNC + "os.write(f, b'x' * 5000)") == {"a": b"x" * 5000}
    assert disk.lose_power("all") == {"a": b""}


@pytest.mark.parametrize("fate", ["all", "after", "any"])
def test_what_was_synced_stays(disk, fate):
    script = NEW + "os.write(f, b'x' * 5000)\nos.pwrite(f, b'yy', 4000)\n" + SYNC
    assert disk.run(script) == disk.lose_power(fate) == {"a": b"x" * 4000 + b"yy" + b"x" * 998}


def test_a_sync_covers_what_came_before_it_and_nothing_after(disk):
    disk.run(NEW + "os.write(f, b'first')\n" + SYNC + "os.pwrite(f, b'FI', 0)\nos.write(f, b'second')\nos.ftruncate(f, 3)")
    assert disk.lose_power("all") == {"a": b"first"}


def test_a_synced_file_without_a_synced_name_is_lost(disk):
    assert disk.run(NEW + "os.write(f, b'x')\nos.fsync(f)") == {"a": b"x"}
    assert disk.lose_power("all") == {}


def test_a_folder_that_its_parent_does_not_know_is_lost_with_all_in_it(disk):
    script = "os.mkdir('deep')\nf = os.open('deep/a', os.O_CREAT | os.O_RDWR)\nd = os.open('deep', os.O_RDONLY)\nos.fsync(f)\nos.fsync(d)\n"
    assert disk.run(script) == {"deep/a": b""}
    assert disk.lose_power("all") == {}


def test_a_replaced_file_comes_back_unless_the_folder_was_synced(disk):
    write = "f = os.open('new', os.O_CREAT | os.O_RDWR)\nos.write(f, b'new')\nos.fsync(f)\n"
    disk.run(NEW + "os.write(f, b'old')\n" + SYNC)
    disk.lose_power("all")
    assert disk.run(write + "os.rename('new', 'a')") == {"a": b"new"}
    assert disk.lose_power("all")["a"] == b"old"
    assert disk.run(write + "os.rename('new', 'a')\n" + SYNC) == disk.lose_power("all") == {"a": b"new"}


def test_a_removed_file_comes_back_unless_the_folder_was_synced(disk):
    disk.run(NEW + "os.write(f, b'old')\n" + SYNC)
    disk.lose_power("all")
    assert disk.run("os.unlink('a')") == {}
    assert disk.lose_power("all") == {"a": b"old"}
    assert disk.run("os.unlink('a')\n" + SYNC.replace("os.fsync(f)", "")) == disk.lose_power("all") == {}


def test_unsynced_writes_are_torn_between_sectors(disk):
    disk.run(NEW + "os.write(f, b'a' * 8192)\n" + SYNC + "os.pwrite(f, b'b' * 8192, 0)")
    torn = disk.lose_power("any", seed=3)["a"]
    sectors = {torn[at : at + 512] for at in range(0, len(torn), 512)}
    assert len(torn) == 8192 and sectors == {b"a" * 512, b"b" * 512}


def test_a_process_dies_at_the_change_it_is_told(disk):
    loop = NEW + SYNC + "for i in range(1000): os.write(f, b'x' * 10)"
    assert len(disk.run(loop, UNSYNCED_DIE_AT=20)["a"]) in range(150, 250)


def test_a_full_disk_refuses_growth_alone(disk, tmp_path):
    (tmp_path / "full").touch()
    grow = "\ntry:\n    os.write(f, b'x')\nexcept OSError as error:\n    os.pwrite(f, str(error.errno).encode(), 0)"
    assert disk.run(NEW + "os.ftruncate(f, 2)\nos.lseek(f, 0, 2)" + grow, UNSYNCED_FULL=tmp_path / "full") == {"a": b"28"}
