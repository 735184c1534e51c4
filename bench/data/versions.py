"""Files under version beside the real dvc, in repositories of the same data: add, status, checkout, push to a folder and fetch.
CAIRN_BENCH_FILES and CAIRN_BENCH_MIB take fewer files and a smaller large one for a look; with CAIRN_BENCH_MANY=1000000 so many files are added as well."""

import hashlib
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import measure  # noqa: E402

FILES = int(os.environ.get("CAIRN_BENCH_FILES", 20_000))
MIB = int(os.environ.get("CAIRN_BENCH_MIB", 2048))
MANY = int(os.environ.get("CAIRN_BENCH_MANY", 0))


class Tree:
    """A repository, and the tool that works in it."""

    def __init__(self, folder, program, *before):
        self.folder, self.command = folder, [program, *before]
        self.environment = {**os.environ, "HOME": str(folder.parent), "DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": str(folder.parent / (folder.name + "-site"))}
        folder.mkdir()
        self.run("init", "--no-scm")

    def run(self, *words, code=0):
        """Seconds that a command took."""
        began = time.perf_counter()
        done = subprocess.run([*self.command, *words], cwd=self.folder, env=self.environment, capture_output=True, text=True)
        taken = time.perf_counter() - began
        if done.returncode != code:
            sys.exit(f"{words} ended with {done.returncode}:\n{done.stdout[-1000:]}{done.stderr[-1000:]}")
        return taken

    def away(self, *names):
        """Out of the tool's sight, and not deleted: ext4 looks at every inode deleted in the last minutes before it gives a file another one,
        which costs ten times what a tool does for a file."""
        aside = pathlib.Path(tempfile.mkdtemp(dir=self.folder.parent, prefix="away-"))
        for number, name in enumerate(names):
            if (self.folder / name).exists():
                (self.folder / name).rename(aside / str(number))


def small_files(folder, count, size=1024):
    chance = random.Random(5)
    for i in range(count):
        path = folder / str(i // 1000) / f"{i}.bin"
        if i % 1000 == 0:
            path.parent.mkdir(parents=True)
        path.write_bytes(chance.randbytes(size))


def large_file(path, mib):
    chance = random.Random(6)
    with open(path, "wb") as file:
        for _ in range(mib):
            file.write(chance.randbytes(1 << 20))


def copied_and_hashed(path, to):
    """Seconds to read, hash and copy a file once, until the copy is on the disk."""
    began, md5 = time.perf_counter(), hashlib.md5()
    with open(path, "rb") as source, open(to, "wb") as target:
        while block := source.read(1 << 20):
            md5.update(block)
            target.write(block)
        os.fsync(target.fileno())
    taken = time.perf_counter() - began
    os.unlink(to)
    return taken


def walked(folder):
    """Seconds for a bare walk with one look at each file; the best of five."""
    def once():
        began = time.perf_counter()
        subprocess.run(["find", "raw", "large.bin", "-type", "f", "-printf", "%s %T@\\n"], cwd=folder, stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - began
    return min(once() for _ in range(5))


def stored_bare(folder, to):
    """Seconds that a program takes which only reads the files, writes them elsewhere and syncs (bare_files.cc); the best of three."""
    def once(number):
        began = time.perf_counter()
        subprocess.run([measure.BARE_FILES, folder, to.with_name(f"{to.name}-{number}")], check=True)
        return time.perf_counter() - began
    return min(once(number) for number in range(3))


class Versions:
    def __init__(self, folder):
        self.report = measure.Report()
        self.ours, self.peer = Tree(folder / "ours", measure.CAIRN, "dvc"), Tree(folder / "peer", measure.DVC)
        self.both = (self.ours, self.peer)

    def line(self, name, ours, peer, bar):
        self.report.line(name, f"{ours * 1000:,.0f} ms", f"{peer * 1000:,.0f} ms", f">= {bar} x", peer / ours >= bar, f"{peer / ours:.1f} x")

    def compare(self, name, bar, *words):
        """Seconds that ours took."""
        ours, peer = (tree.run(*words) for tree in self.both)
        self.line(name, ours, peer, bar)
        return ours

    def adding(self):
        for tree in self.both:
            small_files(tree.folder / "raw", FILES)
        os.sync()
        ours = self.compare(f"add {FILES:,} files of 1 KiB", 10, "add", "-q", "raw")
        bare = stored_bare(self.ours.folder / "raw", self.ours.folder.parent / "bare")
        self.report.line("the same beside a bare program", f"{ours * 1000:,.0f} ms", f"{bare * 1000:,.0f} ms", "<= 1.3 x", ours <= 1.3 * bare, f"{ours / bare:.2f} x")
        for tree in self.both:
            large_file(tree.folder / "large.bin", MIB)
        os.sync()
        once = copied_and_hashed(self.ours.folder / "large.bin", self.ours.folder / "copy.bin")
        ours = self.compare(f"add one file of {MIB:,} MiB", 2, "add", "-q", "large.bin")
        self.report.line("the same beside one read, hash and copy", f"{ours:.2f} s", f"{once:.2f} s", "<= 1.3 x", ours <= 1.3 * once, f"{ours / once:.2f} x")

    def status(self):
        for tree in self.both:
            tree.run("status")
        ours = min(self.ours.run("status") for _ in range(5))
        self.line(f"status, unchanged, {FILES:,} files and {MIB:,} MiB", ours, self.peer.run("status"), 20)
        bare = walked(self.ours.folder)
        self.report.line("the same beside a bare walk", f"{ours * 1000:,.1f} ms", f"{bare * 1000:,.1f} ms", "<= 1.5 x", ours <= 1.5 * bare, f"{ours / bare:.2f} x")

    def moving(self):
        for tree in self.both:
            tree.away("large.bin", "large.bin.dvc", "raw", "raw.dvc", ".dvc/cache")
            small_files(tree.folder / "raw", FILES // 2)
            tree.run("add", "-q", "raw")
            tree.run("remote", "add", "-d", "store", str(tree.folder.parent / (tree.folder.name + "-store")))
            tree.away("raw")
        os.sync()
        self.compare(f"checkout of {FILES // 2:,} files", 10, "checkout", "-q")
        self.compare(f"push of {FILES // 2:,} files to a folder", 5, "push", "-q")
        for tree in self.both:
            tree.away(".dvc/cache")
        os.sync()
        self.compare(f"fetch of {FILES // 2:,} files", 10, "fetch", "-q")

    def cost(self, folder):
        empty = Tree(folder / "empty", measure.CAIRN, "dvc")
        ours = min(empty.run("status") for _ in range(20))
        self.report.line("a command's own cost", f"{ours * 1000:.1f} ms", f"{self.peer.run('root') * 1000:,.0f} ms", "<= 10 ms", ours <= 0.010)

    def many(self, folder):
        taken = []
        for count in (MANY // 10, MANY):
            tree = Tree(folder / f"many-{count}", measure.CAIRN, "dvc")
            small_files(tree.folder / "raw", count, 16)
            os.sync()
            taken.append(tree.run("add", "-q", "raw"))
        self.report.line(f"add {MANY:,} files", f"{taken[1]:.1f} s", f"{taken[0]:.1f} s a tenth", "<= 13 x", taken[1] <= 13 * taken[0], f"{taken[1] / taken[0]:.1f} x")
        tree.run("status")
        (tree.folder / "raw/0/0.bin").write_bytes(b"changed")
        changed = tree.run("status")
        self.report.line("status after one change among them", f"{changed:.2f} s", "-", "<= 3 s", changed <= 3)


def main():
    with measure.workspace() as folder:
        versions = Versions(folder)
        versions.cost(folder)
        versions.adding()
        versions.status()
        versions.moving()
        if MANY:
            versions.many(folder)
        versions.report.end()


if __name__ == "__main__":
    main()
