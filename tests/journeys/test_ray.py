"""A pipeline on Ray: what it makes there is what it makes here, byte for byte, whatever the cluster loses on the way."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pytest
from ray_cluster import HEAD, OTHER, PATIENCE, RayCluster

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAIRN = os.environ.get("CAIRN", str(ROOT / "build" / "release" / "cairn"))
DVC_YAML = """
stages:
  prepare: {cmd: python3 code/prepare.py, deps: [raw.csv, code/prepare.py], params: [parts], outs: [parts]}
  part:
    foreach: ['0', '1', '2', '3']
    do:
      cmd: sh code/part.sh ${item}
      deps: ['parts/${item}.csv', code/part.sh]
      outs: ['sums/${item}']
  merge: {cmd: 'cat ../../sums/0 ../../sums/1 ../../sums/2 ../../sums/3 > ../../merged', wdir: code/deep, deps: [../../sums/0, ../../sums/1, ../../sums/2, ../../sums/3], outs: [../../merged]}
  figures: {cmd: 'wc -c < merged > figures.json', deps: [merged], metrics: [figures.json: {cache: false}]}
"""
PREPARE = """
import pathlib, re
parts = int(re.search(r"parts: (\\d+)", pathlib.Path("params.yaml").read_text())[1])
rows = pathlib.Path("raw.csv").read_text().splitlines()
pathlib.Path("parts").mkdir()
for number in range(parts):
    pathlib.Path("parts", f"{number}.csv").write_text("\\n".join(rows[number::parts]) + "\\n")
"""
# It waits for its gate, so that a test can do something half-way.
PART = """
mkdir -p sums
echo part $1 begins
while [ ! -e GATE ]; do sleep 0.05; done
awk -F, '{sum += $2} END {print "part", sum}' parts/$1.csv > sums/$1
"""


BUCKET_PORT = 9000  # of the cluster's namespace, where nobody else listens
BUCKETS = {"AWS_ENDPOINT_URL": f"http://{HEAD}:{BUCKET_PORT}", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
BUCKET_SERVER = f"""
import boto3, sys
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="{HEAD}", port={BUCKET_PORT}, verbose=False)
server.start()
bucket = boto3.client("s3", region_name="us-east-1")
bucket.create_bucket(Bucket="cairn")
bucket.put_object(Bucket="cairn", Key="outside.csv", Body=b"1,2")
print("up", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def cluster():
    # Sockets of Ray lie in it, and their paths must be short.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ray"))
    try:
        with RayCluster(folder / "c", **BUCKETS) as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Project:
    def __init__(self, folder, cluster=None, dvc_yaml=DVC_YAML, settings="", executor="ray"):
        self.folder, self.store, self.gate, self.cluster = folder / "project", folder / "store", folder / "gate", cluster
        (self.folder / "code" / "deep").mkdir(parents=True)
        self.write("dvc.yaml", dvc_yaml)
        self.write("code/prepare.py", PREPARE)
        self.write("code/part.sh", PART.replace("GATE", str(self.gate)))
        self.write("code/deep/keep", "")
        self.write("params.yaml", "parts: 4\n")
        self.write("raw.csv", "".join(f"row{number},{number * 7 % 13}\n" for number in range(1000)))
        address = cluster.address if cluster else "http://127.0.0.1:1"
        self.write("cairn.yaml", f"pipeline:\n  executor: {executor}\n  ray: {{address: '{address}', store: {self.store}, patience: 5s}}\n{settings}")
        self.environment = {**os.environ, "CAIRN_ID_DIR": str(folder / "ids")}

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def begin(self, *words):
        enter = self.cluster.enter if self.cluster else []
        return subprocess.Popen([*enter, CAIRN, *words], cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def cairn(self, *words, code=0):
        with self.begin(*words) as process:
            out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == code, out + err
        return out + err

    def run(self):
        """What became of the run."""
        with self.begin("run", "--json") as process:
            out, err = process.communicate(timeout=PATIENCE)
        assert out, err
        return json.loads(out)

    def logs(self):
        """What the stages of all runs have said so far, by stage."""
        return {path.stem: path.read_text() for path in self.folder.glob(".cairn/logs/*/*.log")}

    def await_log(self, process, what):
        until = time.monotonic() + PATIENCE
        while True:
            logs = self.logs()
            if what(logs):
                return logs
            assert process.poll() is None and time.monotonic() < until, f"{logs} {process.communicate()}"
            time.sleep(0.05)

    def made(self):
        return {path.relative_to(self.folder): path.read_bytes() for name in ("parts", "sums", "merged", "figures.json", "dvc.lock")
                for path in [self.folder / name, *self.folder.glob(f"{name}/*")] if path.is_file()}


def states(run):
    return {stage["name"]: stage["state"] for stage in run["stages"]}


def job_of(run):
    return run["environment"]["executor"]["job"]


def await_job(cluster, job, status):
    until = time.monotonic() + PATIENCE
    while (said := cluster.ask(f"/api/jobs/{job}")) is None or said["status"] != status:
        assert time.monotonic() < until, said
        time.sleep(0.1)


def still_run(word):
    """The processes in whose command line the word stands, on whichever node."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if word in (folder / "cmdline").read_bytes().decode(errors="replace").split("\0"):
                found.append(folder.name)
    return found


def await_gone(word):
    until = time.monotonic() + PATIENCE
    while left := still_run(word):
        assert time.monotonic() < until, left
        time.sleep(0.1)


def test_an_address_where_nobody_answers_is_named_and_nothing_is_recorded(tmp_path):
    project = Project(tmp_path)
    said = project.cairn("run", code=6)
    assert "Ray at http://127.0.0.1:1 cannot be reached" in said and "is the cluster up" in said
    assert not project.store.exists() and not (project.folder / "dvc.lock").exists()
    project.write("cairn.yaml", "pipeline: {executor: rey}\n")
    assert "ray" in project.cairn("run", code=2)
    project.write("cairn.yaml", "pipeline: {executor: ray, ray: {address: 'http://127.0.0.1:1', store: shared}}\n")
    assert "absolute folder that every node sees" in project.cairn("run", code=2)
    project.write("cairn.yaml", "pipeline: {ray: {adress: x}}\n")
    assert "unknown key 'adress'" in project.cairn("run", code=2)


def test_a_run_that_loses_a_node_makes_what_a_run_here_makes(cluster, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    local, ray = Project(here, executor="local"), Project(there, cluster)
    local.gate.touch()
    assert local.run()["state"] == "finished"
    with ray.begin("run", "--json") as process:
        logs = ray.await_log(process, lambda logs: any(f"> on {OTHER}\npart" in log or f"> on {OTHER}\n> " in log for log in logs.values()))
        lost = next(stage for stage, log in logs.items() if f"> on {OTHER}\n" in log and "part@" in stage)
        cluster.kill(OTHER)
        ray.gate.touch()
        out, err = process.communicate(timeout=PATIENCE)
    run = json.loads(out)
    assert run["state"] == "finished", (states(run), ray.logs(), err)
    # The command names a gate of each project's own, and with it the script; nothing else differs.
    assert {name: bytes for name, bytes in ray.made().items() if name.name != "dvc.lock"} == {name: bytes for name, bytes in local.made().items() if name.name != "dvc.lock"}
    assert outs_of(ray) == outs_of(local)
    assert f"> on {OTHER}\n> once more, on {HEAD}\n" in ray.logs()[lost]
    assert "part 0 begins" in ray.logs()["part@0"]
    assert run["environment"]["executor"]["kind"] == "ray"
    assert "nothing ran" in ray.cairn("run")
    ray.write("cairn.yaml", "pipeline: {executor: local}\n")
    assert "nothing ran" in ray.cairn("run"), "only the executor differs"
    cluster.add_other()


def outs_of(project):
    """The digests of all that the stages made."""
    import yaml

    lock = yaml.safe_load((project.folder / "dvc.lock").read_text())
    return {stage: [(out["path"], out["md5"]) for out in entry["outs"]] for stage, entry in lock["stages"].items()}


def sleeping(number):
    return f"stages:\n  quick: {{cmd: echo 1 > quick, outs: [quick]}}\n  long: {{cmd: sleep {number}, deps: [quick], outs: [long]}}\n  after: {{cmd: touch after, deps: [long], outs: [after]}}\n"


def test_a_run_that_is_cancelled_stops_its_job_and_keeps_what_was_finished(cluster, tmp_path):
    project = Project(tmp_path, cluster, sleeping(31536001))
    with project.begin("run", "--json") as process:
        project.await_log(process, lambda logs: "sleep" in logs.get("long", ""))
        process.send_signal(signal.SIGINT)
        run = json.loads(process.communicate(timeout=PATIENCE)[0])
    assert run["state"] == "killed" and states(run) == {"quick": "finished", "long": "killed", "after": "killed"}
    await_job(cluster, job_of(run), "STOPPED")
    await_gone("31536001")
    assert (project.folder / "quick").read_text() == "1\n"


COUNTED = """
stages:
  quick: {cmd: 'echo quick >> COUNTS && echo 1 > quick', outs: [quick]}
  long: {cmd: sh code/long.sh, deps: [quick, code/long.sh], outs: [long]}
  after: {cmd: 'echo after >> COUNTS && cat quick long > after', deps: [long, quick], outs: [after]}
"""
LONG = """
echo long >> COUNTS
while [ ! -e GATE ]; do sleep 0.05; done
cat quick quick > long
"""


def counted(folder, **more):
    """It counts what runs, outside of itself; the long stage waits for its gate."""
    counts = folder / "counts"
    project = Project(folder, dvc_yaml=COUNTED.replace("COUNTS", str(counts)), **more)
    project.write("code/long.sh", LONG.replace("COUNTS", str(counts)).replace("GATE", str(project.gate)))
    for words in (("init", "-q"), ("config", "user.email", "a@example.org"), ("config", "user.name", "a"), ("add", "-A"), ("commit", "-qm", "all")):
        subprocess.run(["git", *words], cwd=project.folder, check=True)
    return project, counts


def kill_while_long_runs(project, counts):
    with project.begin("run", "--json") as process:
        # Also its log, so that what was made before is here.
        project.await_log(process, lambda logs: "long" in logs)
        until = time.monotonic() + PATIENCE
        while "long" not in counts.read_text():
            assert process.poll() is None and time.monotonic() < until, process.communicate()
            time.sleep(0.05)
        process.kill()
        process.communicate(timeout=PATIENCE)


@pytest.mark.parametrize("meanwhile", ["it goes on", "it has ended"])
def test_the_job_of_a_program_that_was_killed_is_taken_up_by_the_next(cluster, tmp_path, meanwhile):
    local, _ = counted(tmp_path / "here", executor="local")
    project, counts = counted(tmp_path / "there", cluster=cluster)
    local.gate.touch()
    assert local.run()["state"] == "finished"
    before = {job["submission_id"] for job in cluster.ask("/api/jobs/")}
    kill_while_long_runs(project, counts)
    (job,) = {job["submission_id"] for job in cluster.ask("/api/jobs/")} - before
    if meanwhile == "it has ended":
        project.gate.touch()
        await_job(cluster, job, "SUCCEEDED")
    with project.begin("run", "--json") as process:
        # The stage has its gate opened once it is followed again.
        project.await_log(process, lambda _: len(list(project.folder.glob(".cairn/logs/*/long.log"))) == 2)
        project.gate.touch()
        out, err = process.communicate(timeout=PATIENCE)
    run = json.loads(out)
    assert run["state"] == "finished" and set(states(run)) == {"long", "after"}, (out, err)
    assert job_of(run) == job and job != f"cairn-{run['id']}" and job == f"cairn-{run['trigger']['cause']}", "the story is the first run's"
    assert counts.read_text().split() == ["quick", "long", "after"], "each command ran once"
    assert {job["submission_id"] for job in cluster.ask("/api/jobs/")} - before == {job}
    assert [(stage, path, md5) for stage, outs in outs_of(project).items() for path, md5 in outs] == [(stage, path, md5) for stage, outs in outs_of(local).items() for path, md5 in outs]
    assert "nothing ran" in project.cairn("run")


def test_the_job_of_a_program_that_was_killed_is_stopped_when_something_else_is_wanted(cluster, tmp_path):
    project = Project(tmp_path, cluster, sleeping(31536002))
    with project.begin("run", "--json") as process:
        project.await_log(process, lambda logs: "sleep" in logs.get("long", ""))
        process.kill()
        process.communicate(timeout=PATIENCE)
    project.write("dvc.yaml", sleeping(31536002).replace("sleep 31536002", "touch long"))
    run = project.run()
    assert run["state"] == "finished" and set(states(run)) == {"long", "after"}, "what was finished stays finished"
    await_gone("31536002")


MAPPED = """
stages:
  prepare: {cmd: python3 code/prepare.py, deps: [raw.csv, code/prepare.py], params: [parts], outs: [parts]}
  each: {cmd: 'mkdir profiles && for part in parts/*; do sh code/each.sh $part profiles/$(basename $part .csv).profile; done', deps: [parts, code/each.sh], outs: [profiles]}
  whole: {cmd: 'CAIRN data profile merge profiles/*.profile -o whole.profile', deps: [profiles], outs: [whole.profile]}
"""
# The name of the item that was called goes into the log.
EACH = """
echo each of $1
while [ ! -e GATE ]; do sleep 0.05; done
CAIRN data profile $1 --no-header -o $2 > /dev/null
"""
MAP = "  stages: {each: {map: {over: parts, call: 'sh code/each.sh ${in} ${out}', into: 'profiles/${stem}.profile'}}}\n"


def mapped(folder, **more):
    project = Project(folder, dvc_yaml=MAPPED.replace("CAIRN", CAIRN), settings=MAP, **more)
    project.write("code/each.sh", EACH.replace("GATE", str(project.gate)).replace("CAIRN", CAIRN))
    return project


def test_a_map_is_spread_over_the_nodes_and_merged_to_what_the_whole_table_has(cluster, tmp_path):
    """A distributed profile: one call a file, the calls wherever there is room, one of the nodes lost half-way."""
    local, ray = mapped(tmp_path / "here", executor="local"), mapped(tmp_path / "there", cluster=cluster)
    local.gate.touch()
    assert local.run()["state"] == "finished"
    with ray.begin("run", "--json") as process:
        ray.await_log(process, lambda logs: "each" in logs)
        until = time.monotonic() + PATIENCE
        while len(waiting := still_run("code/each.sh")) < 2:
            assert process.poll() is None and time.monotonic() < until, (waiting, process.communicate())
            time.sleep(0.05)
        cluster.kill(OTHER)
        ray.gate.touch()
        out, err = process.communicate(timeout=PATIENCE)
    run = json.loads(out)
    assert run["state"] == "finished", (states(run), ray.logs(), err)
    assert next(stage["reason"] for stage in run["stages"] if stage["name"] == "each") == "4 of 4 items called"
    assert outs_of(ray)["prepare"] == outs_of(local)["prepare"]
    told = [json.loads(project.cairn("data", "profile", "whole.profile", "--json")) for project in (ray, local)]
    assert told[0] == told[1] and told[0]["table"]["rows"] == 1000
    assert "nothing ran" in ray.cairn("run")
    cluster.add_other()
    raw = (ray.folder / "raw.csv").read_text().replace("row2,", "other,")
    ray.write("raw.csv", raw)
    again = ray.run()
    assert next(stage["reason"] for stage in again["stages"] if stage["name"] == "each") == "1 of 4 items called"
    newest = max(ray.folder.glob(".cairn/logs/*/each.log"), key=os.path.getmtime).read_text()
    assert [number for number in range(4) if f"each of parts/{number}.csv" in newest] == [2]


def test_trials_and_a_replay_run_there_too(cluster, tmp_path):
    project = Project(tmp_path, cluster)
    project.write(".gitignore", "/.cairn\n/.dvc\n/parts\n/sums\n/merged\n/figures.json\n")
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=ada", "-c", "user.email=ada@example.org", "commit", "-qm", "begin"]):
        subprocess.run(["git", *words], cwd=project.folder, check=True)
    project.gate.touch()
    run = project.run()
    assert run["state"] == "finished", (states(run), project.logs())
    assert "every stage made the same bytes of the same inputs" in project.cairn("replay", run["id"])
    project.cairn("exp", "run", "-S", "parts=5,6")
    trials = json.loads(project.cairn("exp", "show", "--json"))["items"]
    assert sorted((trial["state"], trial["params"]["parts"]) for trial in trials) == [("finished", 5), ("finished", 6)]
    ran = {job["submission_id"] for job in cluster.ask("/api/jobs/")}
    assert {f"cairn-{trial['run']}" for trial in trials} <= ran
    assert (project.folder / "params.yaml").read_text() == "parts: 4\n"


def test_what_no_node_can_hold_waits_and_says_so(cluster, tmp_path):
    project = Project(tmp_path, cluster, "stages:\n  big: {cmd: touch big, outs: [big]}\n", "  stages: {big: {resources: {gpu: 3}}}\n")
    with project.begin("run", "--json") as process:
        until = time.monotonic() + PATIENCE
        while not any("3 GPU" in cluster.ask(f"/api/jobs/{job['submission_id']}/logs")["logs"] for job in cluster.ask("/api/jobs/") if job["status"] == "RUNNING"):
            assert process.poll() is None and time.monotonic() < until, process.communicate()
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        run = json.loads(process.communicate(timeout=PATIENCE)[0])
    assert states(run) == {"big": "killed"} and not (project.folder / "big").exists()


def test_a_bucket_serves_as_the_store_and_as_what_is_read_from_outside(cluster, tmp_path):
    fetch = "python3 -c 'import boto3; boto3.client(\\\"s3\\\").download_file(\\\"cairn\\\", \\\"outside.csv\\\", \\\"copy.csv\\\")'"
    project = Project(tmp_path, cluster, DVC_YAML + f'  outside: {{cmd: "{fetch}", deps: ["s3://cairn/outside.csv", merged], outs: [copy.csv]}}\n')
    project.write("cairn.yaml", f"pipeline: {{executor: ray, ray: {{address: '{cluster.address}', store: s3://cairn/some/where}}}}\n")
    project.environment |= BUCKETS
    project.gate.touch()
    command = [*cluster.enter, sys.executable, "-c", BUCKET_SERVER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, **BUCKETS}) as server:
        try:
            assert server.stdout.readline() == "up\n"
            run = project.run()
            assert run["state"] == "finished", (run, project.logs())
            assert "nothing ran" in project.cairn("run")
        finally:
            server.kill()
    assert (project.folder / "copy.csv").read_text() == "1,2"
    assert "    - path: s3://cairn/outside.csv\n      hash: md5\n      etag: " in (project.folder / "dvc.lock").read_text()


def test_two_hundred_stages_cost_little_beyond_the_job(cluster, tmp_path):
    def seconds(count, folder):
        stages = "".join(f"  s{number}: {{cmd: 'true'}}\n" for number in range(count))
        project = Project(folder, cluster, "stages:\n" + stages)
        began = time.monotonic()
        run = project.run()
        assert run["state"] == "finished", states(run)
        return time.monotonic() - began

    one, many = seconds(1, tmp_path / "one"), seconds(201, tmp_path / "many")
    print(f"{(many - one) / 200 * 1000:.0f} ms a stage, beyond {one:.1f} s of the job's own", file=sys.stderr)
    assert (many - one) / 200 < 0.25, "the bar is 50 ms on a machine that does nothing else"


def test_a_head_that_dies_fails_the_run_and_what_was_finished_stays(cluster, tmp_path):
    """The last one: the cluster is gone then."""
    project = Project(tmp_path, cluster, sleeping(31536003))
    with project.begin("run", "--json") as process:
        project.await_log(process, lambda logs: "sleep" in logs.get("long", ""))
        cluster.kill(HEAD)
        run = json.loads(process.communicate(timeout=PATIENCE)[0])
    assert run["state"] == "failed" and "has not answered for 5.0 s, so that its head node may be gone" in run["problem"]
    assert states(run)["quick"] == "finished" and states(run)["long"] == "failed"
    assert "may still run" in run["problem"]
    assert (project.folder / "quick").read_text() == "1\n"
