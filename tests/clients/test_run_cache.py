"""What ran on the same before is not run again: the run cache, which dvc and Cairn share."""

import json
import pathlib
import shutil

import pytest
from dvc_project import begin
from moto_server import Moto

DVC_YAML = """
stages:
  one:
    cmd: "echo one >> {count}; cp in.txt out.txt; echo '{{\\"m\\": 1}}' > m.json; mkdir -p d; cp in.txt d/x"
    deps: [in.txt, raw]
    params: [lr, train, conf.json: [deep.a]]
    outs: [out.txt, d]
    metrics: [m.json: {{cache: false}}]
  two:
    wdir: sub
    cmd: [echo two >> {count}; cat ../out.txt > two.sh, chmod +x two.sh]
    deps: [../out.txt]
    outs: [two.sh]
  kept: {{cmd: "echo kept >> {count}; cat in.txt >> kept.txt", deps: [in.txt], outs: [kept.txt: {{persist: true}}]}}
  depless: {{cmd: "echo depless >> {count}; echo 4 > four.txt", outs: [four.txt]}}
  tuned: {{cmd: "echo tuned >> {count}; echo 5 > five.txt", params: [lr], outs: [five.txt]}}
  outless: {{cmd: "echo outless >> {count}", deps: [in.txt]}}
  far: {{cmd: "echo far >> {count}; cp {far} far.txt", deps: ["{far}"], outs: [far.txt]}}
"""
PARAMS = """
lr: 0.01
train: {seed: 42, size: 7, opts: {b: true, a: [1, 2, "q r", 1e-07, 3.0, null, 2e+16], text: "ä \\U0001F600 \\"x\\" \\\\ \\x01", nfiles: 3}}
"""


class Counted:
    def __init__(self, folder):
        self.project = begin(folder)
        self.count = folder / "count"
        (folder / "far.txt").write_text("far\n")
        self.project.write("dvc.yaml", DVC_YAML.format(count=self.count, far=folder / "far.txt"))
        self.project.write("params.yaml", PARAMS)
        self.project.write("conf.json", '{"deep": {"a": "x"}}')
        self.project.write("in.txt", "first\n")
        self.project.write("raw/a", "a\n")
        self.project.write("sub/keep", "")

    def ran(self):
        """What has run since the last look."""
        names = self.count.read_text().split() if self.count.exists() else []
        self.count.unlink(missing_ok=True)
        return names

    def runs(self):
        folder = self.project.cache / "runs"
        return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}

    def made(self):
        files = ["out.txt", "d/x", "m.json", "sub/two.sh", "five.txt", "far.txt", "dvc.lock"]
        return {name: ((self.project.folder / name).read_bytes(), (self.project.folder / name).stat().st_mode & 0o111 != 0) for name in files}


ALL = {"one", "two", "kept", "depless", "tuned", "outless", "far"}


@pytest.fixture
def counted(tmp_path):
    return Counted(tmp_path)


def test_both_keep_the_same_to_the_byte(counted):
    counted.project.cairn("run")
    assert set(counted.ran()) == ALL
    ours = counted.runs()
    shutil.rmtree(counted.project.cache)
    counted.project.dvc("repro", "-q", "--force")
    theirs = counted.runs()
    assert ours == theirs and len(ours) == 4, (ours, theirs)
    assert counted.project.dvc("status").stdout == "Data and pipelines are up to date.\n"


@pytest.mark.parametrize("first, second", [("cairn", "cairn"), ("dvc", "cairn"), ("cairn", "dvc")])
def test_what_ran_on_the_same_before_is_put_back(counted, first, second):
    project = counted.project

    def run(who):
        project.cairn("run") if who == "cairn" else project.dvc("repro")
        return counted.ran()

    run(first)
    before = counted.made()
    project.write("in.txt", "second\n")
    run(first)
    assert counted.made() != before
    project.write("in.txt", "first\n")
    assert sorted(set(run(second)) - {"kept", "outless", "depless"}) == []
    assert {name: made for name, made in counted.made().items() if name != "dvc.lock"} == {name: made for name, made in before.items() if name != "dvc.lock"}
    assert project.dvc("status").stdout == "Data and pipelines are up to date.\n"
    assert "Everything is up to date" in project.cairn("run").stdout


def test_an_out_that_is_gone_or_edited_is_put_back(counted):
    counted.project.cairn("run")
    counted.ran()
    before = counted.made()
    shutil.rmtree(counted.project.folder / "d")
    (counted.project.folder / "sub/two.sh").unlink()
    (counted.project.folder / "m.json").write_text("{}")
    said = counted.project.cairn("run").stdout
    assert "it ran on the same before: what it made then is back" in said
    assert counted.ran() == [] and counted.made() == before


def test_what_is_no_longer_whole_is_run(counted):
    project = counted.project
    project.cairn("run")
    project.write("in.txt", "second\n")
    project.cairn("run")
    counted.ran()
    project.write("in.txt", "first\n")
    listings = [path for path in (project.cache / "files").rglob("*.dir") if json.loads(path.read_text())[0]["relpath"] == "x"]
    assert len(listings) == 2
    for listing in listings:
        md5 = json.loads(listing.read_text())[0]["md5"]
        (project.cache / "files/md5" / md5[:2] / md5[2:]).unlink()
    project.cairn("run")
    assert "one" in counted.ran()
    assert (project.folder / "d/x").read_text() == "first\n"
    # An object whose bytes are others than its name says is not taken either.
    project.write("in.txt", "second\n")
    project.cairn("run")
    counted.ran()
    project.write("in.txt", "first\n")
    md5 = next(line.split()[1] for line in counted.runs()[next(name for name, text in counted.runs().items() if "cat ../out.txt" in text)].splitlines() if "md5:" in line and len(line.split()) == 2)
    damaged = project.cache / "files/md5" / md5[:2] / md5[2:]
    damaged.chmod(0o644)
    damaged.write_text("other\n")
    project.cairn("run")
    assert (project.folder / "sub/two.sh").read_text() == "first\n"


@pytest.mark.parametrize("how", ["--no-run-cache", "--force", "cairn.yaml"])
def test_it_is_run_all_the_same_when_that_is_said(counted, how):
    project = counted.project
    if how == "cairn.yaml":
        project.write("cairn.yaml", "pipeline: {stages: {one: {run_cache: false}}}\n")
    project.cairn("run")
    project.write("in.txt", "second\n")
    project.cairn("run")
    counted.ran()
    project.write("in.txt", "first\n")
    project.cairn("run", *([how] if how.startswith("--") else []))
    ran = set(counted.ran())
    assert "one" in ran and ("tuned" in ran) == (how == "--force") and ("two" in ran) == (how != "cairn.yaml")


def test_another_environment_is_not_the_same(counted):
    project = counted.project
    project.write("cairn.yaml", "pipeline: {environment: [uv.lock]}\n")
    project.write("uv.lock", "numpy 1\n")
    project.cairn("run")
    counted.ran()
    project.write("uv.lock", "numpy 2\n")
    project.cairn("run")
    assert {"one", "two", "tuned"} <= set(counted.ran())
    project.write("uv.lock", "numpy 1\n")
    project.cairn("run")
    assert not {"one", "two", "tuned"} & set(counted.ran())
    assert "Everything is up to date" in project.cairn("run").stdout


def test_trials_and_the_tree_share_it_and_a_replay_runs(counted):
    project = counted.project
    project.commit("begin")
    project.cairn("run")
    counted.ran()
    project.cairn("exp", "run", "-S", "lr=0.02")
    assert {"one", "tuned"} <= set(counted.ran())
    project.cairn("exp", "run", "-S", "lr=0.02")
    assert not {"one", "tuned"} & set(counted.ran())
    project.write("params.yaml", PARAMS.replace("0.01", "0.02"))
    run = json.loads(project.cairn("run", "--json").stdout)
    assert not {"one", "tuned"} & set(counted.ran())
    one = next(stage for stage in run["stages"] if stage["name"] == "tuned")
    assert (one["state"], one["exit"], one["log"]) == ("finished", None, "")
    project.cairn("replay", run["id"], code=None)
    assert {"one", "tuned"} <= set(counted.ran()), "a replay is there to run again"


@pytest.fixture(scope="module")
def moto():
    with Moto() as server:
        server.client().create_bucket(Bucket="bucket")
        yield server


def at_remote(url, moto):
    """What lies there, by name."""
    if not url.startswith("s3://"):
        return {str(path.relative_to(url)): path.read_bytes() for path in pathlib.Path(url).rglob("*") if path.is_file()}
    client, prefix = moto.client(), url.split("/", 3)[3] + "/"
    keys = [one["Key"] for one in client.list_objects_v2(Bucket="bucket", Prefix=prefix).get("Contents", [])]
    return {key.removeprefix(prefix): client.get_object(Bucket="bucket", Key=key)["Body"].read() for key in keys}


@pytest.mark.parametrize("pusher, puller", [("cairn", "cairn"), ("dvc", "cairn"), ("cairn", "dvc"), ("as dvc", "as dvc")])
@pytest.mark.parametrize("place", ["folder", "bucket"])
def test_another_clone_does_not_run_what_ran_here(tmp_path, moto, place, pusher, puller):
    url = str(tmp_path / "remote") if place == "folder" else f"s3://bucket/{pusher}-{puller}".replace(" ", "-")
    clones = []
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        clone = Counted(tmp_path / name)
        # Both read the same file outside of the project.
        clone.project.write("dvc.yaml", DVC_YAML.format(count="$COUNT", far=tmp_path / "here/far.txt"))
        clone.project.environment |= {"COUNT": str(clone.count), "AWS_ENDPOINT_URL": moto.endpoint}
        clone.project.cairn("data", "remote", "add", "--default", "shared", url)
        if place == "bucket":
            clone.project.cairn("data", "remote", "modify", "shared", "endpointurl", moto.endpoint)
        clones.append(clone)
    here, there = clones

    def do(clone, who, *words):
        program = {"cairn": lambda *all: clone.project.cairn("data", *all), "dvc": clone.project.dvc, "as dvc": clone.project.as_dvc}[who]
        return program(*words)

    def run(clone, who):
        # Of what is only in the run cache, dvc fetches the entries and, when it needs them, the objects.
        clone.project.cairn("run") if who == "cairn" else clone.project.dvc("repro", "-q", *(["--pull"] if clone is there else []))
        return set(clone.ran())

    for text in ("first\n", "second\n"):
        here.project.write("in.txt", text)
        assert run(here, "dvc" if pusher == "dvc" else "cairn")
        if pusher == "dvc":
            here.project.dvc("push", "-q")  # It pushes the objects of what stands in dvc.lock, and no others.
    do(here, pusher, "push", "--run-cache")
    pushed = at_remote(url, moto)
    assert {name.removeprefix("runs/") for name in pushed if name.startswith("runs/")} == set(here.runs())
    if pusher != "dvc":
        here.project.dvc("push", "--run-cache")
        assert at_remote(url, moto) == pushed, "the other program has nothing to add"

    do(there, puller, "fetch", "--run-cache")
    assert there.runs() == here.runs()
    ran = run(there, "dvc" if puller == "dvc" else "cairn")
    # dvc pushes nothing of what git keeps (m.json).
    assert ran == {"kept", "depless", "outless"} | ({"one"} if pusher == "dvc" else set()), "the rest ran elsewhere on the same"
    assert (there.project.folder / "d/x").read_text() == "first\n"
    assert "up to date" in there.project.dvc("status").stdout
