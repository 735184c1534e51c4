"""Deps that lie outside of the project: on a web server, in a bucket, below a remote and elsewhere on this machine, beside the real dvc."""

import hashlib
import http.server
import json
import shutil
import threading

import pytest
from dvc_project import begin
from moto_server import Moto


class Web:
    """A web server of what `files` holds; a path decides how it tells one state from another."""

    def __init__(self):
        web, self.files = self, {}

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                body = web.files.get(self.path.split("?")[0])
                if body is None:
                    self.send_error(404)
                    return
                digest = hashlib.md5(body).hexdigest()
                fields = {"/plain": ("Content-MD5", digest), "/weak": ("ETag", f'W/"{digest}"'), "/number": ("ETag", "12345"), "/long": ("ETag", '"' + "part of " * 40 + digest + '"')}
                if self.path == "/closed" and self.command == "HEAD":
                    self.send_error(403)
                    return
                self.send_response(200)
                if self.path != "/silent":
                    self.send_header(*fields.get(self.path, ("ETag", f'"{digest}"')))
                if self.path != "/unsized":
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(body)

            do_GET = do_HEAD = answer

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Places:
    """What lies around a project, and how it changes."""

    def __init__(self, web, bucket, folder):
        self.web, self.bucket, self.folder = web, bucket, folder
        for name in ("plain", "weak", "number", "long", "unsized", "silent", "closed", "day/a.csv"):
            web.files["/" + name] = b"first"
        for key in ("one.csv", "many/a.csv", "many/deep/b.csv", "many/\u00e4 b.csv"):
            self.put(key, b"first")
        (folder / "parts").mkdir(parents=True)
        for name in ("a.csv", "parts/a", "parts/b"):
            (folder / name).write_bytes(b"first")

    def put(self, key, content):
        self.bucket.put_object(Bucket="bucket", Key=key, Body=content)

    def deps(self):
        """By a name: the dep, what changes it, and what takes it away."""

        def web(name):
            return lambda: self.web.files.update({name: b"second!"}), lambda: self.web.files.pop(name, None)

        def s3(key, *others):
            return lambda: self.put(key, b"second!"), lambda: [self.bucket.delete_object(Bucket="bucket", Key=one) for one in (key, *others)]

        def folder(name):
            return lambda: (self.folder / name / "a").write_bytes(b"second!"), lambda: shutil.rmtree(self.folder / name, ignore_errors=True)

        def file(name):
            return lambda: (self.folder / name).write_bytes(b"second!"), lambda: (self.folder / name).unlink(missing_ok=True)

        many = "many/a.csv", "many/deep/b.csv", "many/\u00e4 b.csv"
        return {
            "a file of the web": (self.web.url + "/day/a.csv", *web("/day/a.csv")),
            "one with a query": (self.web.url + "/day/a.csv?of=day&x=1", *web("/day/a.csv")),
            "one with Content-MD5": (self.web.url + "/plain", *web("/plain")),
            "one with a weak ETag": (self.web.url + "/weak", *web("/weak")),
            "one with a long ETag": (self.web.url + "/long", *web("/long")),
            "one without a length": (self.web.url + "/unsized", *web("/unsized")),
            "one below a remote": ("remote://web/day/a.csv", *web("/day/a.csv")),
            "an object": ("s3://bucket/one.csv", *s3("one.csv")),
            "objects": ("s3://bucket/many", *s3(*many)),
            "objects, with a slash": ("s3://bucket/many/", *s3(*many)),
            "an object below a remote": ("remote://s3/a.csv", *s3("many/a.csv")),
            "objects below a remote": ("remote://s3/deep", *s3("many/deep/b.csv")),
            "a file of this machine": (str(self.folder / "a.csv"), *file("a.csv")),
            "a folder of this machine": (str(self.folder / "parts"), *folder("parts")),
            "a file beside the project": ("../around/a.csv", *file("a.csv")),
            "a file below a remote": ("remote://near/a.csv", *file("a.csv")),
            "a folder below a remote": ("remote://near/parts", *folder("parts")),
        }


@pytest.fixture(scope="module")
def moto():
    with Moto() as server:
        server.client().create_bucket(Bucket="bucket")
        yield server


@pytest.fixture
def places(tmp_path, moto):
    web = Web()
    yield Places(web, moto.client(), tmp_path / "around")
    web.close()


@pytest.fixture
def project(tmp_path, places, moto):
    made = begin(tmp_path)
    made.environment["AWS_ENDPOINT_URL"] = moto.endpoint
    made.cairn("data", "remote", "add", "web", places.web.url)
    made.cairn("data", "remote", "add", "near", tmp_path / "around")
    made.cairn("data", "remote", "add", "s3", "s3://bucket/many")
    made.cairn("data", "remote", "modify", "s3", "endpointurl", moto.endpoint)
    return made


def reading(dep, more="", wdir="."):
    return "stages:\n  s:\n" + (f"    wdir: {wdir}\n" if wdir != "." else "") + f"    cmd: echo x >> count; echo made > out\n    deps: [{json.dumps(dep)}]\n    outs: [out]\n{more}"


def causes(project, code=1):
    stages = json.loads(project.cairn("status", "--json", code=code).stdout)["stages"]
    return {stage["name"]: [(cause["level"], cause["sentence"]) for cause in stage["causes"]] for stage in stages if stage["causes"]}


def stages_of(deps):
    return "stages:\n" + "".join(f"  s{i}: {{cmd: 'echo x >> count; echo made > out{i}', deps: [{json.dumps(dep)}], outs: [out{i}]}}\n" for i, dep in enumerate(deps))


def test_dvc_and_cairn_write_and_believe_the_same_lock(project, places):
    kinds = places.deps()
    names = {kind: f"s{i}" for i, kind in enumerate(kinds)}
    project.write("dvc.yaml", stages_of(dep for dep, _, _ in kinds.values()))
    project.cairn("run")
    ours = (project.folder / "dvc.lock").read_text()
    assert project.dvc("status").stdout == "Data and pipelines are up to date.\n"
    assert causes(project, 0) == {}
    (project.folder / "dvc.lock").unlink()
    project.dvc("repro", "-q", "--force")
    assert (project.folder / "dvc.lock").read_text() == ours
    assert causes(project, 0) == {}
    count = (project.folder / "count").read_text()
    project.cairn("run")
    assert (project.folder / "count").read_text() == count, "nothing was to be done"
    for _, change, _ in kinds.values():
        change()
    assert causes(project) == {names[kind]: [("data", f"{dep} changed")] for kind, (dep, _, _) in kinds.items()}
    assert project.dvc("status").stdout.count("modified:") == len(kinds)
    project.cairn("run")
    assert (project.folder / "dvc.lock").read_text() != ours
    assert project.dvc("status").stdout == "Data and pipelines are up to date.\n"
    for _, _, remove in kinds.values():
        remove()
    before = (project.folder / "dvc.lock").read_text()
    assert causes(project) == {names[kind]: [("data", f"{dep} is missing")] for kind, (dep, _, _) in kinds.items()}
    assert project.dvc("status").stdout.count("deleted:") == len(kinds)
    assert f"needs '{places.web.url}/day/a.csv'" in project.cairn("run", code=1).stdout
    assert (project.folder / "dvc.lock").read_text() == before


@pytest.mark.parametrize("kind", ["a file of the web", "objects", "a file beside the project"])
def test_one_change_makes_one_stage_stale(project, places, kind):
    kinds = places.deps()
    chosen = ["a file of the web", "objects", "a file beside the project", "an object", "a folder of this machine"]
    project.write("dvc.yaml", stages_of(kinds[one][0] for one in chosen))
    project.cairn("run")
    kinds[kind][1]()
    assert list(causes(project)) == [f"s{chosen.index(kind)}"]


def test_several_in_one_stage_stand_as_dvc_sorts_them(project, places):
    deps = [dep for dep, _, _ in places.deps().values()]
    project.write("here.csv", "1\n")
    project.write("sub/keep", "")
    text = "stages:\n  s:\n    wdir: sub\n    cmd: echo made > out\n    deps: " + json.dumps([dep.replace("../", "../../") for dep in deps] + ["../here.csv", str(project.folder / "here2.csv")])
    project.write("here2.csv", "2\n")
    project.write("dvc.yaml", text + "\n    outs: [out]\n")
    project.cairn("run")
    ours = (project.folder / "dvc.lock").read_text()
    assert project.dvc("status").stdout == "Data and pipelines are up to date.\n"
    (project.folder / "dvc.lock").unlink()
    project.dvc("repro", "-q", "--force")
    assert (project.folder / "dvc.lock").read_text() == ours
    assert causes(project, 0) == {}


def test_who_refuses_to_be_asked_is_read_a_byte_of(project, places):
    project.write("dvc.yaml", reading(places.web.url + "/closed"))
    project.cairn("run")
    assert causes(project, 0) == {}
    places.web.files["/closed"] = b"second!"
    assert causes(project) == {"s": [("data", places.web.url + "/closed changed")]}


def test_who_is_silent_or_gone_is_told_with_what_to_do(project, places):
    project.write("dvc.yaml", reading(places.web.url + "/silent"))
    assert "tells neither ETag nor Content-MD5" in project.cairn("run", code=1).stdout
    dep = places.web.url + "/day/a.csv"
    project.write("dvc.yaml", reading(dep))
    project.cairn("run")
    lock = (project.folder / "dvc.lock").read_text()
    places.web.close()
    refused = project.cairn("status", code=6).stderr
    assert f"stage 's' reads '{dep}'" in refused and "frozen: true" in refused
    project.write("dvc.yaml", reading(dep, "    frozen: true\n"))
    assert causes(project, 0) == {}
    project.cairn("run")
    assert (project.folder / "dvc.lock").read_text() == lock


def test_a_remote_that_is_not_set_up_is_named(project):
    project.write("dvc.yaml", reading("remote://none/a.csv"))
    assert "none" in project.cairn("run", code=1).stdout


def test_other_kinds_of_address_are_refused_with_their_place(project):
    project.write("dvc.yaml", reading("gs://bucket/a"))
    assert "dvc.yaml:4:12: Cairn cannot look at 'gs://bucket/a'" in project.cairn("run", code=2).stderr


def test_a_project_below_the_root_reads_beside_itself(project):
    """The pipeline lies in a folder of the repository, and what it reads in another."""
    project.write("shared/a.csv", "1\n")
    project.write("churn/dvc.yaml", reading("../shared/a.csv"))
    below = type(project)(project.folder / "churn", project.tools)
    below.environment = project.environment
    below.cairn("run")
    assert project.dvc("status").stdout == "Data and pipelines are up to date.\n"
    project.write("shared/a.csv", "2\n")
    assert causes(below) == {"s": [("data", "../shared/a.csv changed")]}


def test_the_run_says_what_it_read_and_lineage_names_it(project, places):
    project.write("dvc.yaml", reading("s3://bucket/many/a.csv").replace('"]', f'", "{places.web.url}/day/a.csv"]'))
    project.write("cairn.yaml", "pipeline: {openlineage: {file: lineage.jsonl}}\n")
    run = json.loads(project.cairn("run", "--json").stdout)
    digest = hashlib.md5(b"first").hexdigest()
    assert run["stages"][0]["reads"] == [
        {"path": places.web.url + "/day/a.csv", "checksum": f'"{digest}"', "size": 5}, {"path": "s3://bucket/many/a.csv", "etag": digest, "size": 5}]
    events = [json.loads(line) for line in (project.folder / "lineage.jsonl").read_text().splitlines()]
    named = {(one["namespace"], one["name"], one["facets"]["version"]["datasetVersion"]) for event in events for one in event.get("inputs", [])}
    assert named == {(places.web.url, "/day/a.csv", f'checksum:"{digest}"'), ("s3://bucket", "many/a.csv", f"etag:{digest}")}


def test_a_replay_tells_that_what_lay_outside_is_another_now(project, places):
    project.write("dvc.yaml", reading(places.web.url + "/day/a.csv"))
    project.write(".gitignore", "/.cairn\n/count\n")
    project.commit("begin")
    run = json.loads(project.cairn("run", "--json").stdout)
    project.cairn("replay", run["id"])
    places.web.files["/day/a.csv"] = b"second!"
    told = project.cairn("replay", run["id"], code=1).stdout
    assert places.web.url + "/day/a.csv" in told


def test_trials_read_the_same_places(project, places):
    project.write("params.yaml", "lr: 1\n")
    project.write("dvc.yaml", "stages:\n  s: {cmd: echo made > out, deps: ['remote://s3/a.csv', '%s'], params: [lr], outs: [out]}\n" % (places.folder / "a.csv"))
    # The remote's key is set for this machine alone, and a trial has it too.
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        project.environment.pop(name, None)
    project.cairn("data", "remote", "modify", "--local", "s3", "access_key_id", "test")
    project.cairn("data", "remote", "modify", "--local", "s3", "secret_access_key", "test")
    project.commit("begin")
    project.cairn("run")
    done = project.cairn("exp", "run", "-S", "lr=2")
    assert "1 finished, 0 failed" in done.stdout, done.stdout
    project.write("dvc.yaml", "stages:\n  s: {cmd: echo made > out, deps: [../around/a.csv], params: [lr], outs: [out]}\n")
    refused = project.cairn("exp", "run", "-S", "lr=3", code=None)
    assert refused.returncode != 0 and "write its whole path" in refused.stdout + refused.stderr
