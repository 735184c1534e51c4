"""Files and folders as objects of a store that machines share: a tree in DVC's layout, in a folder or a bucket, where every byte has its digest
for a name."""

import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import socket
import uuid


class Trouble(Exception):
    """A sentence for whoever wrote the pipeline."""


def md5_of(path):
    digest = hashlib.md5(usedforsecurity=False)
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


class FolderStore:
    def __init__(self, root):
        self.root = root

    def at(self, name):
        return os.path.join(self.root, "files", "md5", name[:2], name[2:])

    def get(self, name, path):
        try:
            shutil.copyfile(self.at(name), path)
        except FileNotFoundError:
            raise Trouble(f"the store {self.root} has no object {name} on {socket.gethostname()}: is it the same folder on every node?") from None

    def put(self, name, path):
        place = self.at(name)
        if os.path.exists(place):
            return
        os.makedirs(os.path.dirname(place), exist_ok=True)
        beside = f"{place}.{uuid.uuid4().hex}.tmp"
        try:
            shutil.copyfile(path, beside)
            with open(beside, "rb") as file:
                os.fsync(file.fileno())
            os.replace(beside, place)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.remove(beside)


class BucketStore:
    def __init__(self, url):
        try:
            import boto3
            import botocore.exceptions
        except ImportError:
            raise Trouble(f"a store at {url} needs boto3 in the Python of every node: pip install boto3") from None
        self.bucket, _, self.prefix = url.removeprefix("s3://").partition("/")
        self.errors = botocore.exceptions
        self.client = boto3.client("s3")
        self.url = url

    def key(self, name):
        return "/".join(part for part in (self.prefix.strip("/"), "files/md5", name[:2], name[2:]) if part)

    def get(self, name, path):
        try:
            self.client.download_file(self.bucket, self.key(name), path)
        except (self.errors.ClientError, self.errors.BotoCoreError) as error:
            raise Trouble(f"the store {self.url} does not give object {name} to {socket.gethostname()}: {error}") from None

    def put(self, name, path):
        try:
            self.client.upload_file(path, self.bucket, self.key(name))
        except (self.errors.ClientError, self.errors.BotoCoreError, OSError) as error:
            raise Trouble(f"the store {self.url} does not take object {name} from {socket.gethostname()}: {error}") from None


def store_at(url):
    return BucketStore(url) if url.startswith("s3://") else FolderStore(url)


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)


def listing_of(store, name, scratch):
    path = os.path.join(scratch, uuid.uuid4().hex)
    store.get(name, path)
    if md5_of(path) + ".dir" != name:
        raise Trouble(f"the store gives other bytes for the listing {name} than it was given")
    return json.loads(pathlib.Path(path).read_text())


def listing_text(entries):
    """As DVC writes it."""
    return json.dumps(sorted(entries, key=lambda entry: entry["relpath"]))


def name_of_listing(text):
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() + ".dir"


def put_listing(store, text, scratch):
    beside = pathlib.Path(scratch, uuid.uuid4().hex)
    beside.write_text(text)
    store.put(name_of_listing(text), str(beside))
    return name_of_listing(text)


def lay_out(store, name, path, scratch, executable=False):
    """Makes `path` the object: a file, or a folder after its listing. Digests are taken of what a stage reads, by the caller."""
    remove(path)
    if not name.endswith(".dir"):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        store.get(name, path)
        os.chmod(path, 0o755 if executable else 0o644)
        return
    os.makedirs(path)
    for entry in listing_of(store, name, scratch):
        place = os.path.join(path, entry["relpath"])
        os.makedirs(os.path.dirname(place), exist_ok=True)
        store.get(entry["md5"], place)


def observed(path):
    """The digest of a file or folder as DVC takes it, and the files behind it by digest; none where nothing is."""
    if os.path.isfile(path):
        name = md5_of(path)
        return {"md5": name, "size": os.path.getsize(path), "executable": os.access(path, os.X_OK)}, {name: path}
    if not os.path.isdir(path):
        return None, {}
    entries, files, size = [], {}, 0
    for folder, _, names in os.walk(path):
        for name in names:
            file = os.path.join(folder, name)
            digest = md5_of(file)
            entries.append({"md5": digest, "relpath": os.path.relpath(file, path)})
            files[digest] = file
            size += os.path.getsize(file)
    text = listing_text(entries)
    return {"md5": name_of_listing(text), "size": size, "nfiles": len(entries), "listing": text}, files


def publish(store, path, scratch):
    """Puts what lies at `path` into the store: the files first, then what names them."""
    what, files = observed(path)
    if what is None:
        return None
    for name, file in files.items():
        store.put(name, file)
    if "listing" in what:
        put_listing(store, what.pop("listing"), scratch)
    return what
