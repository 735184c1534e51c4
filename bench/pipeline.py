"""`cairn run` of three stages when nothing is stale, beside `dvc repro`."""

import os
import statistics
import subprocess
import sys
import time

import measure

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


def timed_ms(command, folder, times):
    """The median, after a first call that does the work."""
    def call():
        began = time.perf_counter()
        ended = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
        if ended.returncode != 0:
            sys.exit(f"{' '.join(command)} failed:\n{ended.stdout}")
        return (time.perf_counter() - began) * 1000

    environment = {**os.environ, "DVC_NO_ANALYTICS": "1"}
    call()
    assert (folder / "score.txt").read_text().strip() == "1000"
    return statistics.median(call() for _ in range(times))


def main():
    report = measure.Report()
    with measure.workspace() as folder:
        for name in ("ours", "theirs"):
            lay_out(folder / name)
        subprocess.run([measure.DVC, "init", "--no-scm", "-q"], cwd=folder / "theirs", check=True)
        ours = timed_ms([measure.CAIRN, "run"], folder / "ours", 100)
        theirs = timed_ms([measure.DVC, "repro"], folder / "theirs", 5)
    ratio = theirs / ours
    report.line("`cairn run`, 3 stages, nothing stale", f"{ours:.2f} ms", f"{theirs:,.0f} ms (dvc repro)", ">= 100 x", ratio >= 100, f"{ratio:.0f} x")
    report.end()


if __name__ == "__main__":
    main()
