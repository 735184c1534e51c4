"""`cairn run` when nothing is stale, beside `dvc repro` and `ninja`, what it adds to each stage that runs, beside `xargs`, and a stage that is mapped over
1,000,000 files (100,000 with --small; --map N for another number) of which one changed."""

import hashlib
import hmac
import os
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request

import measure

ENVIRONMENT = {**os.environ, "DVC_NO_ANALYTICS": "1"}
DVC_YAML = """stages:
  prepare:
    cmd: tr a-z A-Z < raw.txt > prepared.txt
    deps: [raw.txt]
    outs: [prepared.txt]
  train:
    cmd: sort prepared.txt > model.txt
    deps: [prepared.txt]
    outs: [model.txt]
  evaluate:
    cmd: wc -l < model.txt > score.txt
    deps: [model.txt]
    outs: [score.txt]
"""


def lay_out(folder):
    folder.mkdir()
    (folder / "dvc.yaml").write_text(DVC_YAML)
    (folder / "raw.txt").write_text("".join(f"line {i}\n" for i in range(1000)))


def called(command, folder):
    """Seconds that it takes; it must succeed."""
    began = time.perf_counter()
    ended = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=ENVIRONMENT)
    if ended.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{ended.stdout[-2000:]}")
    return time.perf_counter() - began


def median_ms(command, folder, times):
    return 1000 * statistics.median(called(command, folder) for _ in range(times))


def three_stages(report, folder):
    for name in ("ours", "theirs"):
        lay_out(folder / name)
    subprocess.run([measure.DVC, "init", "--no-scm", "-q"], cwd=folder / "theirs", check=True)
    for command, name in (([measure.CAIRN, "run"], "ours"), ([measure.DVC, "repro"], "theirs")):
        called(command, folder / name)
        assert (folder / name / "score.txt").read_text().strip() == "1000"
    ours = median_ms([measure.CAIRN, "run"], folder / "ours", 100)
    theirs = median_ms([measure.DVC, "repro"], folder / "theirs", 5)
    ratio = theirs / ours
    report.line("`cairn run`, 3 stages, nothing stale", f"{ours:.2f} ms", f"{theirs:,.0f} ms (dvc repro)", ">= 100 x", ratio >= 100, f"{ratio:.0f} x")


def lay_out_many(folder, number):
    """So many stages, each of which copies one file; and the same for ninja. Laid out as run."""
    (folder / "in").mkdir(parents=True)
    (folder / "out").mkdir()
    stages, edges = ["stages:"], ["rule copy", "  command = cp $in $out"]
    for i in range(number):
        (folder / "in" / f"{i}").write_text(f"{i}\n")
        stages.append(f"  s{i}: {{cmd: cp in/{i} out/{i}, deps: [in/{i}], outs: [out/{i}]}}")
        edges.append(f"build out/{i}: copy in/{i}")
    (folder / "dvc.yaml").write_text("\n".join(stages) + "\n")
    (folder / "build.ninja").write_text("\n".join(edges) + "\n")
    called([measure.DVC, "init", "--no-scm", "-q"], folder)
    called([measure.CAIRN, "run"], folder)
    assert (folder / "out" / f"{number - 1}").read_text() == f"{number - 1}\n"


def by_ninja(folder):
    """ninja makes the outputs once by itself, in a copy, so that its own log knows them."""
    copy = folder.with_name(folder.name + "-ninja")
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".cairn", ".dvc", "out"))
    called(["ninja"], copy)
    return median_ms(["ninja"], copy, 20)


def many_stages(report, folder, number, bar_ms):
    project = folder / f"many-{number}"
    lay_out_many(project, number)
    ninja = by_ninja(project)
    called([measure.CAIRN, "run"], project)
    ours = median_ms([measure.CAIRN, "run"], project, 20)
    report.line(f"`cairn run`, {number:,} stages, nothing stale", f"{ours:.2f} ms", f"{ninja:.2f} ms (ninja)", f"<= {bar_ms} ms", ours <= bar_ms, "")
    return project, ours


def beside_dvc(report, project, ours):
    theirs = median_ms([measure.DVC, "repro"], project, 1)
    ratio = theirs / ours
    report.line("`cairn run`, 1,000 stages, nothing stale", f"{ours:.2f} ms", f"{theirs:,.0f} ms (dvc repro)", ">= 300 x", ratio >= 300, f"{ratio:.0f} x")


def stages_that_run(report, folder, number=1000):
    """Two at a time; beside a loop that does nothing but start a shell for each, two at a time."""
    project = folder / "true"
    project.mkdir()
    (project / "dvc.yaml").write_text("stages:\n" + "".join(f"  s{i}: {{cmd: 'true'}}\n" for i in range(number)))
    (project / "cairn.yaml").write_text("pipeline: {resources: {cpu: 2}}\n")
    ours = called([measure.CAIRN, "run"], project)
    loop = called(["bash", "-c", f"seq {number} | xargs -P 2 -I{{}} sh -c true"], project)
    overhead = 1000 * (ours - loop) / number
    report.line(f"{number:,} stages of `true`, 2 at a time, beyond the loop", f"{overhead:.2f} ms a stage", f"{1000 * loop / number:.2f} ms a stage (xargs)", "<= 3 ms", overhead <= 3, "")


TRIGGERS = """project: bench
triggers:
  - {name: hook, on: message, secret: {file: key}, run: pipeline}
  - {name: tick, on: schedule, cron: '* * * * * *', run: pipeline}
"""


def message(uri, number):
    """A signed one; gives the moment at which it was sent."""
    at, body = str(int(time.time())), str(number)
    signature = hmac.new(b"key", f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    request = urllib.request.Request(f"{uri}/api/v1/triggers/hook/messages", body.encode(), {"X-Cairn-Timestamp": at, "X-Cairn-Signature": signature})
    began = time.time()
    urllib.request.urlopen(request, timeout=measure.PATIENCE).read()
    return began


def starts_of(project, count):
    """When each stage said that it had started, once there are so many."""
    end = time.monotonic() + measure.PATIENCE
    while time.monotonic() < end:
        file = project / "started"
        starts = [int(line) / 1e9 for line in file.read_text().split()] if file.exists() else []
        if len(starts) >= count:
            return starts
        time.sleep(0.01)
    sys.exit("a triggered stage did not start")


def from_trigger_to_stage(report, folder, times=20):
    """From a message, and from a moment of a schedule, until the first stage's command runs."""
    project = folder / "triggers"
    project.mkdir()
    (project / "dvc.yaml").write_text("stages:\n  now: {cmd: 'date +%s%N >> started', always_changed: true}\n")
    (project / "cairn.yaml").write_text(TRIGGERS)
    (project / "key").write_text("key")
    called([measure.CAIRN, "apply", "--data", "data"], project)
    called([measure.CAIRN, "trigger", "pause", "tick", "--data", "data"], project)
    with measure.cairn_up(project) as (_, uri):
        waits = []
        for number in range(times):
            began = message(uri, number)
            waits.append(1000 * (starts_of(project, number + 1)[number] - began))
            time.sleep(0.2)  # Its end is none of what is measured.
        called([measure.CAIRN, "trigger", "resume", "tick", "--data", "data"], project)
        ticks = [1000 * (start % 1) for start in starts_of(project, times + 5)[times:]]
    for what, found in (("a message", waits), ("a moment of a schedule", ticks)):
        median = statistics.median(found)
        report.line(f"from {what} to the first stage", f"{median:.1f} ms", "none: dvc has no triggers", "<= 100 ms", median <= 100, f"at most {max(found):.1f} ms")


def many_trials(report, folder, count):
    project = folder / "trials"
    lay_out(project)
    (project / "params.yaml").write_text("lr: 0\n")
    with open(project / "dvc.yaml", "a") as file:
        file.write("    params: [lr]\n")
    called([measure.CAIRN, "exp", "run", "--queue", "-S", f"lr=range(0,{count})"], project)
    for what, words, bar in ((f"status of {count:,} queued trials", ["queue", "status"], 50), (f"{count:,} trials listed", ["show", "--csv"], 100)):
        ours = median_ms([measure.CAIRN, "exp", *words], project, 20)
        report.line(what, f"{ours:.1f} ms", "none: dvc queues one by one", f"<= {bar} ms", ours <= bar)


MAPPED = """stages:
  copy:
    cmd: cp -r in out
    deps: [in]
    outs: [out]
"""


def lay_out_map(project, number):
    """So many files, a thousand in a folder; the stage's cmd has made its out of them, and from now on there is a call for each."""
    for first in range(0, number, 1000):
        below = project / "in" / f"{first // 1000:04}"
        below.mkdir(parents=True)
        for i in range(first, min(number, first + 1000)):
            (below / str(i)).write_text(f"{i}\n")
    (project / "dvc.yaml").write_text(MAPPED)
    called([measure.DVC, "init", "--no-scm", "-q"], project)
    called([measure.CAIRN, "run"], project)
    call = "echo ${in} >> calls; cp ${in} ${out}"
    (project / "cairn.yaml").write_text(f'pipeline: {{stages: {{copy: {{map: {{over: in, call: "{call}", into: "out/${{item}}"}}}}}}}}\n')
    called([measure.CAIRN, "status"], project)


def one_of_many(report, folder, number, times=5):
    """What a plan takes when one file changed, and that it makes one call; beside `find`, which looks at each file once too."""
    project = folder / "map"
    project.mkdir()
    lay_out_map(project, number)
    plans, runs = [], []
    for i in range(times):
        changed = project / "in" / "0000" / str(i)
        changed.write_text("changed\n")
        plans.append(called([measure.CAIRN, "run", "--dry-run"], project))
        runs.append(called([measure.CAIRN, "run"], project))
        calls = (project / "calls").read_text().splitlines()
        assert calls == [f"in/0000/{n}" for n in range(i + 1)], calls
        assert (project / "out" / "0000" / str(i)).read_text() == "changed\n"
    plan = statistics.median(plans)
    find = statistics.median(called(["find", "in", "out", "-type", "f", "-newer", "calls"], project) for _ in range(3))
    note = f"one call; at most {max(plans):.2f} s; with the call and dvc.lock {statistics.median(runs):.1f} s"
    report.line(f"planning a map over {number:,}, one changed", f"{plan:.2f} s", f"{find:.2f} s (find)", "<= 2 s", plan <= 2, note)


def main():
    number = int(sys.argv[sys.argv.index("--map") + 1]) if "--map" in sys.argv else 100_000 if "--small" in sys.argv else 1_000_000
    report = measure.Report()
    with measure.workspace() as folder:
        three_stages(report, folder)
        from_trigger_to_stage(report, folder)
        stages_that_run(report, folder)
        project, ours = many_stages(report, folder, 1000, 10)
        beside_dvc(report, project, ours)
        many_stages(report, folder, 10000, 60)
        many_trials(report, folder, 10000)
        one_of_many(report, folder, number)
    report.end()


if __name__ == "__main__":
    main()
