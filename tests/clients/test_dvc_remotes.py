"""The real dvc and Cairn at the two ends of a remote: what one pushes, frees or imports, the other takes.

CAIRN names the cairn program (default build/release/cairn), CAIRN_DVC the dvc program (default build/env/dvc/bin/dvc).
"""

import contextlib
import functools
import http.server
import json
import os
import shutil
import subprocess
import threading
import time

import pytest
import yaml
from dvc_project import Project, begin, tree
from moto_server import Moto


@pytest.fixture
def project(tmp_path):
    made = begin(tmp_path)
    for name, text in {"raw/a.csv": "a,b\n1,2\n", "raw/sub/é.txt": "é\n", "raw/copy.csv": "a,b\n1,2\n", "one.txt": "single\n"}.items():
        made.write(name, text)
    made.dvc("add", "-q", "raw", "one.txt")
    made.commit("data")
    return made


def twin(project, name="twin"):
    """A clone without any data."""
    folder = project.folder.parent / name
    subprocess.run(["git", "clone", "-q", str(project.folder), str(folder)], check=True, env=project.environment)
    made = Project(folder, project.tools)
    made.environment = project.environment
    return made


@pytest.fixture(scope="module")
def moto():
    with Moto() as running:
        yield running


@contextlib.contextmanager
def served(folder):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *words):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_both_push_the_same_tree(project):
    store, other = project.folder.parent / "store", project.folder.parent / "other"
    project.dvc("remote", "add", "-q", "-d", "store", store)
    project.dvc("remote", "add", "-q", "other", other)
    assert project.dvc("push").stdout == "4 files pushed\n"
    assert project.as_dvc("push", "-r", "other").stdout == "4 files pushed\n"
    assert tree(store) == tree(other)
    assert project.as_dvc("push").stdout == "Everything is up to date.\n"


@pytest.mark.parametrize("pusher, puller", [("dvc", "as_dvc"), ("as_dvc", "dvc")])
def test_what_one_pushes_to_a_folder_the_other_pulls(project, pusher, puller):
    project.as_dvc("remote", "add", "-d", "store", "../store")
    project.commit("remote")
    getattr(project, pusher)("push")
    other = twin(project)
    getattr(other, puller)("pull")
    assert tree(other.cache / "files") == tree(project.cache / "files")
    assert (other.folder / "raw/sub/é.txt").read_text() == "é\n"
    assert "up to date" in other.dvc("status").stdout


@pytest.mark.parametrize("pusher, puller", [("dvc", "cairn"), ("cairn", "dvc")])
def test_what_one_pushes_to_a_bucket_the_other_pulls(project, moto, pusher, puller):
    import boto3
    bucket = f"{pusher}-{puller}"
    client = boto3.client("s3", endpoint_url=moto.endpoint, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    client.create_bucket(Bucket=bucket)
    project.cairn("data", "remote", "add", "--default", "s3", f"s3://{bucket}/some/prefix")
    project.cairn("data", "remote", "modify", "s3", "endpointurl", moto.endpoint)
    project.commit("remote")
    verb = {"dvc": (), "cairn": ("data",)}
    getattr(project, pusher)(*verb[pusher], "push")
    keys = {item["Key"] for item in client.list_objects_v2(Bucket=bucket)["Contents"]}
    assert keys == {"some/prefix/" + name for name in tree(project.cache) if name.startswith("files/")}
    other = twin(project)
    getattr(other, puller)(*verb[puller], "pull")
    assert tree(other.cache / "files") == tree(project.cache / "files")


def test_a_web_server_is_read_and_never_written(project):
    store = project.folder.parent / "store"
    project.dvc("remote", "add", "-q", "store", store)
    project.dvc("push", "-q", "-r", "store")
    with served(store) as url:
        project.cairn("data", "remote", "add", "--default", "web", url)
        project.commit("remote")
        other = twin(project)
        other.cairn("data", "pull")
        assert tree(other.cache / "files") == tree(project.cache / "files")
        shutil.rmtree(store / "files")
        refused = other.cairn("data", "push", code=1)
        assert "only reads" in refused.stderr


def test_what_is_missing_is_a_warning_for_push_and_a_failure_for_pull(project):
    project.as_dvc("remote", "add", "-d", "store", "../store")
    missing = next(line.split()[-1] for line in (project.folder / "one.txt.dvc").read_text().splitlines() if "md5:" in line)
    shutil.rmtree(project.cache / "files" / "md5" / missing[:2])
    ours, theirs = project.as_dvc("push"), project.dvc("push", "-r", "store")
    assert ours.stdout == "3 files pushed\n" and f"md5: {missing}" in ours.stderr
    assert theirs.returncode == 0 and f"md5: {missing}" in theirs.stderr
    project.cairn("data", "push", "--strict", code=1)
    (project.folder / "one.txt").unlink()
    for pull in (project.as_dvc, project.dvc):
        failed = pull("pull", code=1)
        assert "Checkout failed for following targets:\none.txt" in failed.stderr


def test_scripts_get_dvcs_exit_codes(project, tmp_path):
    for words in (["frobnicate"], ["push", "--no-such-option"], ["push", "-r", "nono"], ["config", "core.nope", "1"], ["remote", "default"], ["config", "plain"]):
        assert project.as_dvc(*words, code=None).returncode == project.dvc(*words, code=None).returncode, words
    outside = Project(tmp_path, project.tools)
    outside.environment = project.environment
    assert outside.as_dvc("push", code=253).stderr == outside.dvc("push", code=253).stderr
    assert "not covered" in project.as_dvc("queue", code=1).stderr


def test_gc_of_one_keeps_what_the_other_needs(project):
    project.dvc("remote", "add", "-q", "-d", "store", project.folder.parent / "store")
    project.git("branch", "old")
    project.write("raw/a.csv", "changed\n")
    project.dvc("add", "-q", "raw")
    project.commit("changed")
    project.dvc("push", "-q", "-a")
    shutil.copytree(project.folder, project.folder.parent / "same", symlinks=True)
    same = Project(project.folder.parent / "same", project.tools)
    same.environment = project.environment
    assert len(json.loads(project.cairn("data", "gc", "-a", "--older-than", "0s", "--json").stdout)["cache"]) == 0
    planned = json.loads(project.cairn("data", "gc", "-w", "--older-than", "0s", "--json").stdout)
    assert {item["path"] for item in planned["cache"]} == {"raw"}
    assert planned["removed"] is False and planned["cache"][0]["last_commit"]
    assert project.cairn("data", "gc", "-w").stderr.count("too young") == 1
    ours = project.as_dvc("gc", "-w", "-f")
    theirs = same.dvc("gc", "-w", "-f")
    assert ours.stdout.splitlines()[-1] == theirs.stdout.splitlines()[-1]
    assert tree(project.cache / "files") == tree(same.cache / "files")
    project.as_dvc("gc", "-w", "-c", "-f")
    assert tree(project.cache / "files") == tree(project.folder.parent / "store" / "files")
    project.dvc("checkout", "-q")
    assert "up to date" in project.dvc("status").stdout


def test_gc_names_who_keeps_what_and_spares_other_projects(project, tmp_path):
    shared = tmp_path / "shared"
    other_folder = tmp_path / "second"
    other_folder.mkdir()
    second = Project(other_folder, project.tools)
    second.environment = project.environment
    second.git("init", "-q", "-b", "main")
    second.as_dvc("init")
    for one in (project, second):
        one.cairn("data", "config", "cache.dir", shared)
    second.write("theirs.txt", "theirs\n")
    second.dvc("add", "-q", "theirs.txt")
    project.write("ours.txt", "ours\n")
    # Into the cache that is theirs now.
    project.dvc("add", "-q", "raw", "one.txt", "ours.txt")
    plan = json.loads(project.cairn("data", "gc", "-w", "-p", second.folder, "--older-than", "0s", "--delete", "--json").stdout)
    assert plan["cache"] == [] and len(plan["kept_by"]) == 2
    plan = json.loads(project.cairn("data", "gc", "-w", "--older-than", "0s", "--json").stdout)
    assert len(plan["cache"]) == 1
    assert second.dvc("data", "status", "--json").stdout


def test_gc_by_itself_frees_only_what_is_older_than_two_hours(project):
    """What is younger may belong to somebody who is just adding it."""
    needed = set(tree(project.cache / "files"))

    def stored(text):
        """Adds the text, and gives the object's name in the cache."""
        before = set(tree(project.cache / "files"))
        project.write("one.txt", text)
        project.as_dvc("add", "-q", "one.txt")
        (name,) = set(tree(project.cache / "files")) - before
        return name

    young, old = stored("an hour old\n"), stored("three hours old\n")
    project.git("checkout", "-q", "one.txt.dvc")
    project.as_dvc("checkout", "-q")
    for name in tree(project.cache / "files"):
        written = time.time() - 3600 * (1 if name == young else 3)
        os.utime(project.cache / "files" / name, (written, written))
    told = json.loads(project.cairn("data", "gc", "-w", "--delete", "--json").stdout)
    assert told["removed"] and told["too_young"] == 1 and [item["md5"] for item in told["cache"]] == ["".join(old.split("/")[1:])]
    assert set(tree(project.cache / "files")) == needed | {young}
    assert "up to date" in project.dvc("status").stdout


@pytest.mark.parametrize("path", ["raw", "raw/sub/é.txt", "one.txt"])
def test_both_import_the_same(project, path):
    folder = project.folder.parent
    results = []
    for name, importer in (("theirs", "dvc"), ("ours", "as_dvc")):
        target = folder / name
        target.mkdir()
        other = Project(target, project.tools)
        other.environment = project.environment
        other.git("init", "-q", "-b", "main")
        other.dvc("init", "-q")
        getattr(other, importer)("import", str(project.folder), path, "-o", "taken")
        # DVC folds a long address over two lines; what counts is what both say, in the same order.
        said = json.dumps(yaml.safe_load((target / "taken.dvc").read_text()))
        results.append((said, tree(target / "taken") if (target / "taken").is_dir() else (target / "taken").read_bytes()))
        assert "up to date" in other.dvc("status").stdout
        assert other.as_dvc("push").returncode == 0
    assert results[0] == results[1]


def test_an_update_follows_the_source(project):
    target = project.folder.parent / "importing"
    target.mkdir()
    other = Project(target, project.tools)
    other.environment = project.environment
    other.git("init", "-q", "-b", "main")
    other.dvc("init", "-q")
    other.dvc("import", "-q", str(project.folder), "one.txt")
    project.write("one.txt", "newer\n")
    project.dvc("add", "-q", "one.txt")
    project.commit("newer")
    assert "is now at" in other.cairn("data", "update", "one.txt.dvc").stdout
    assert (target / "one.txt").read_text() == "newer\n"
    assert "newest commit already" in other.cairn("data", "update", "one.txt").stdout
    assert "up to date" in other.dvc("status").stdout


def test_get_copies_without_tracking(project):
    project.cairn("data", "get", project.folder, "raw", "--out", "../copied")
    assert (project.folder.parent / "copied/sub/é.txt").read_text() == "é\n"
    missing = project.cairn("data", "get", project.folder, "nowhere", "--out", "../x", code=3)
    assert "nowhere" in missing.stderr
