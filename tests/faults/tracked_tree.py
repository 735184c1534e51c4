"""A project with tracked data whose commands may be killed, and what must hold of its stores at every moment."""

import hashlib
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))
from dvc_project import CAIRN, Project  # noqa: E402


def objects_below(store):
    """The objects of a cache or remote by their names."""
    return {str(path.relative_to(store / "files/md5")).replace("/", ""): path for path in (store / "files/md5").glob("??/*") if not path.name.startswith(".")}


def assert_whole(store, known=None):
    """Every name is the digest of its bytes, and everything that a listing names is there. Gives the names. What `known`
    has seen and was not touched since is not read again."""
    objects = objects_below(store)
    for name, path in objects.items():
        status = path.stat()
        stamp = (str(path), status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        if known is not None and stamp in known and not name.endswith(".dir"):
            continue
        content = path.read_bytes()
        if known is not None:
            known.add(stamp)
        assert hashlib.md5(content).hexdigest() == name.removesuffix(".dir"), f"{path} is not what its name says"
        if name.endswith(".dir"):
            assert {entry["md5"] for entry in json.loads(content)} <= objects.keys(), f"{path} names what is not there"
    return objects.keys()


def contents(folder):
    """The digest of every file below that is data."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*") if path.is_file() and not {".git", ".dvc"} & set(path.relative_to(folder).parts[:1]) and path.suffix != ".dvc"}


def fill(folder, chance, files=300, large=3 << 20):
    """Another version of the data: small files in folders, some with bytes that were there before, and a large one."""
    for i in range(files):
        path = folder / "raw" / str(i % 10) / f"{i}.txt"
        if not path.exists() or chance.random() < 0.3:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"as before\n" * (i % 50) if chance.random() < 0.1 else chance.randbytes(chance.randint(0, 4000)))
    (folder / "large.bin").write_bytes(chance.randbytes(large))


def killed(folder, environment, after, *words):
    """Runs a command and kills it after some seconds; gives its exit code, negative when it was killed."""
    with subprocess.Popen([str(CAIRN), *words], cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            process.kill()
        return process.wait()


class TrackedTree(Project):
    """A project of git and DVC with its remote in a folder beside it."""

    def __init__(self, folder, tools=None):
        super().__init__(folder, tools)
        self.store = folder.parent / "store"

    @staticmethod
    def begin(folder):
        made = TrackedTree(folder / "project")
        made.folder.mkdir(parents=True)
        made.git("init", "-q", "-b", "main")
        made.cairn("data", "init")
        return made

    def clone(self, name):
        """A clone without any data, that knows the same remotes."""
        folder = self.folder.parent / name
        subprocess.run(["git", "clone", "-q", str(self.folder), str(folder)], check=True, env=self.environment)
        return TrackedTree(folder)

    def killed(self, after, *words):
        return killed(self.folder, self.environment, after, *words)
