"""The profile of a table of a million rows and twenty columns, beside Evidently's data summary and ydata-profiling's report of the same
file; and of many files with little memory. Python environments: Evidently's and ydata-profiling's own (CAIRN_EVIDENTLY and CAIRN_YDATA name their pythons). With --large also a hundred million rows in 64 Parquet files, which
takes 6 GB of disk and some minutes; --rows N makes that another number."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import measure  # noqa: E402
import wide_table  # noqa: E402

EVIDENTLY = os.environ.get("CAIRN_EVIDENTLY", str(measure.ROOT / "build" / "env" / "evidently" / "bin" / "python"))
YDATA = os.environ.get("CAIRN_YDATA", str(measure.ROOT / "build" / "env" / "ydata" / "bin" / "python"))
WITH_NULLS = ["real_1", "real_5", "kind_1", "whole_2"]

SUMMARIZE = """
import json, resource, sys, time
began = time.perf_counter()
import pandas as pd
from evidently import Report
from evidently.presets import DataSummaryPreset
frame = pd.read_parquet(sys.argv[1])
loaded = time.perf_counter()
Report([DataSummaryPreset()]).run(frame, None).json()
ended = time.perf_counter()
print(json.dumps({"all_s": ended - began, "summary_s": ended - loaded, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


# Its minimal mode: no correlations, no interactions, no duplicate rows, which ours has. Whole, it takes many minutes for a table of this size.
DESCRIBE = """
import json, resource, sys, time, warnings
warnings.simplefilter("ignore")
began = time.perf_counter()
import pandas as pd
from ydata_profiling import ProfileReport
frame = pd.read_parquet(sys.argv[1])
loaded = time.perf_counter()
told = json.loads(ProfileReport(frame, minimal=True, progress_bar=False).to_json())
ended = time.perf_counter()
assert told["table"]["n"] == len(frame)
print(json.dumps({"all_s": ended - began, "summary_s": ended - loaded, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def asked(python, script, path):
    return json.loads(subprocess.run([python, "-c", script, str(path)], check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def profiled(files, *flags):
    """Seconds, peak MiB and the report; memory is looked at every 20 ms, anonymous pages apart from mapped files."""
    began = time.perf_counter()
    process = subprocess.Popen([measure.CAIRN, "data", "profile", *map(str, files), "--json", *flags], stdout=subprocess.PIPE)
    seen = []

    def watch():
        while process.poll() is None:
            try:
                status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
                seen.append(int(status.split("VmRSS:")[1].split()[0]) / 1024)
            except (OSError, IndexError):
                return
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    out = process.stdout.read()
    watcher.join()
    assert process.wait() == 0
    return time.perf_counter() - began, seen, json.loads(out)


def a_million(report, folder):
    path = folder / "million.parquet"
    wide_table.write(EVIDENTLY, 1_000_000, WITH_NULLS, path)
    runs = [profiled([path], "--target", "target") for _ in range(3)]
    seconds, mib = min(run[0] for run in runs), max(max(run[1]) for run in runs)
    told = runs[0][2]
    assert told["table"]["rows"] == 1_000_000 and all(column["exact"] or column["kind"] == "category" for column in told["columns"])
    peer = asked(EVIDENTLY, SUMMARIZE, path)
    ratio, share = peer["summary_s"] / seconds, mib / peer["mib"]
    note = f"{ratio:.0f} x; the peer's figure is without reading the file and starting ({peer['all_s']:.0f} s with), ours is with all"
    report.line("profile of 1,000,000 rows x 20 columns", f"{seconds:.2f} s", f"{peer['summary_s']:.1f} s", ">= 20 x", ratio >= 20, note)
    report.line("  its peak of memory", f"{mib:.0f} MiB", f"{peer['mib']:.0f} MiB", "<= 25 %", share <= 0.25, f"{100 * share:.0f} %")
    if not pathlib.Path(YDATA).exists():
        report.line("  beside ydata-profiling", f"{seconds:.2f} s", "not there", ">= 5 x", False, "CAIRN_YDATA names no python")
        return path
    other = asked(YDATA, DESCRIBE, path)
    ratio, share = other["summary_s"] / seconds, mib / other["mib"]
    note = f"{ratio:.0f} x its minimal mode, which leaves out correlations and repeated rows ({other['all_s']:.0f} s with reading and starting)"
    report.line("  beside ydata-profiling", f"{seconds:.2f} s", f"{other['summary_s']:.1f} s", ">= 5 x", ratio >= 5, note)
    report.line("  its peak of memory", f"{mib:.0f} MiB", f"{other['mib']:.0f} MiB", "<= 50 %", share <= 0.5, f"{100 * share:.0f} %")
    return path


def many_files(report, folder, rows):
    """One file is made; hard links stand for the others, since a profile reads what it reads."""
    part = folder / "part.parquet"
    wide_table.write(EVIDENTLY, rows // 64, WITH_NULLS, part)
    files = []
    for i in range(64):
        files.append(folder / f"part-{i:02d}.parquet")
        os.link(part, files[-1])
    seconds, seen, told = profiled(files, "--target", "target")
    assert told["table"]["rows"] == rows // 64 * 64
    half, peak = max(seen[: len(seen) // 2]), max(seen)
    report.line(f"{rows:,} rows in 64 Parquet files", f"{seconds:.0f} s, {peak:.0f} MiB", "-", "<= 4 GiB, flat", peak <= 4096 and peak <= 1.25 * half + 64,
                f"{rows / seconds / 1e6:.2f} M rows/s; the second half's peak is {peak / half:.2f} of the first's")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--large", action="store_true")
    arguments.add_argument("--rows", type=int, default=100_000_000)
    arguments = arguments.parse_args()
    report = measure.Report()
    with measure.workspace() as folder:
        a_million(report, folder)
        many_files(report, folder, arguments.rows if arguments.large else 6_400_000)
    report.end()


if __name__ == "__main__":
    main()
