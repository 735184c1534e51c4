"""What a power failure leaves of a folder whose changes unsynced.c has noted: `fail(folder, journal, random)` takes back
what had not been synced, wholly or in part, as a disk may."""

import os
import pathlib
import shutil
import struct
import subprocess

SECTOR = 512
HEAD = struct.Struct("<9Q")
HERE = pathlib.Path(__file__).resolve().parent


def build_shim(folder):
    """The preloadable library, compiled into `folder`."""
    library = pathlib.Path(folder) / "unsynced.so"
    command = ["cc", "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", str(library)]
    subprocess.run([*command, str(HERE / "unsynced.c"), "-ldl", "-lpthread"], check=True)
    return library


def preloaded(library, folder, journal, **more):
    """The environment of a process whose changes below `folder` are noted in `journal`."""
    pathlib.Path(journal).mkdir(parents=True, exist_ok=True)
    added = {"LD_PRELOAD": library, "UNSYNCED_FOLDER": os.path.realpath(folder), "UNSYNCED_JOURNAL": os.path.realpath(journal)}
    return {**os.environ, **{name: str(value) for name, value in {**added, **more}.items()}}


class Change:
    """One record of the journal."""

    def __init__(self, numbers, path, second, before, after):
        self.kind, self.number = chr(numbers[0]), numbers[1]
        self.inode, self.offset, self.old_size = numbers[2:5]
        self.path, self.second, self.before, self.after = path.decode(), second.decode(), before, after


def read(journal):
    """The changes in order; what a kill cut off at the end was noted, but had not happened yet."""
    content = (pathlib.Path(journal) / "journal").read_bytes() if (pathlib.Path(journal) / "journal").exists() else b""
    changes, at = [], 0
    while at + HEAD.size <= len(content):
        numbers = HEAD.unpack_from(content, at)
        ends = [at + HEAD.size]
        for length in (numbers[7], numbers[8], numbers[5], numbers[6]):
            ends.append(ends[-1] + length)
        if ends[-1] > len(content):
            break
        changes.append(Change(numbers, *(content[a:b] for a, b in zip(ends, ends[1:]))))
        at = ends[-1]
    return changes


def unsynced(changes):
    """Those that no later sync covers: of contents, and of names."""
    files, folders, everything = {}, {}, 0
    for change in changes:
        if change.kind == "S":
            files[change.inode] = max(files.get(change.inode, 0), change.number)
        elif change.kind == "F":
            folders[change.path] = max(folders.get(change.path, 0), change.number)
        elif change.kind == "A":
            everything = max(everything, change.number)
    contents = [c for c in changes if c.kind in "WT" and c.number > max(everything, files.get(c.inode, 0))]
    names = [c for c in changes if c.kind in "CMRU" and c.number > max(everything, folders.get(os.path.dirname(c.path), 0))]
    return contents, names


def fail(folder, journal, random):
    """Takes back what was not synced, by one of three fates: all of it is lost; what came after a moment is lost; any
    sectors are lost. Names are lost from the newest on. Then empties the journal. Gives the number of changes lost."""
    contents, names = unsynced(read(journal))
    places = {path.stat().st_ino: path for root in (folder, journal) for path in pathlib.Path(root).rglob("*") if path.is_file()}
    contents = [c for c in contents if c.inode in places]
    for change in reversed(contents):
        _take_back(places[change.inode], change)
    fate = random.choice(["all", "after", "any"])
    moment = random.randrange(len(contents) + 1)
    for index, change in enumerate(contents):
        if fate == "after" and index < moment:
            _redo(places[change.inode], change, lambda: True)
        elif fate == "any":
            _redo(places[change.inode], change, lambda: random.random() < 0.5)
    lost_names = len(names) if fate == "all" else random.randrange(len(names) + 1)
    for change in reversed(names[len(names) - lost_names :]):
        _take_back_name(change)
    shutil.rmtree(journal)
    return len(contents) + lost_names


def _take_back(place, change):
    with open(place, "r+b") as file:
        file.truncate(change.old_size)
        file.seek(change.offset)
        file.write(change.before)


def _redo(place, change, kept):
    with open(place, "r+b") as file:
        if change.kind == "T":
            if kept():
                file.truncate(change.offset)
            return
        begin, end = change.offset, change.offset + len(change.after)
        while begin < end:
            stop = min(end, (begin // SECTOR + 1) * SECTOR)
            if kept():
                file.seek(begin)
                file.write(change.after[begin - change.offset : stop - change.offset])
            begin = stop


def _inode(path):
    try:
        return os.lstat(path).st_ino
    except FileNotFoundError:
        return None


def _take_back_name(change):
    """Nothing when the change was noted and then did not happen, or something else has the name by now."""
    saved = change.before.decode()
    if change.kind in "CM" and _inode(change.path) == change.inode:
        shutil.rmtree(change.path) if change.kind == "M" else os.unlink(change.path)
    elif change.kind == "R" and _inode(change.path) == change.inode and os.path.isdir(os.path.dirname(change.second)):
        os.rename(change.path, change.second)
        if saved:
            os.link(saved, change.path)
    elif change.kind == "U" and _inode(change.path) is None and saved and os.path.isdir(os.path.dirname(change.path)):
        os.link(saved, change.path)
