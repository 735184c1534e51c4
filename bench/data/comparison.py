"""Two tables of 1,000,000 rows and 20 columns compared by Evidently's default tests, beside Evidently itself, with the same values.
CAIRN_BENCH_ROWS takes fewer rows for a look. Evidently runs in an environment of its own, because it needs pandas 2."""

import json
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import measure  # noqa: E402

ROWS = int(os.environ.get("CAIRN_BENCH_ROWS", 1_000_000))
EVIDENTLY = os.environ.get("CAIRN_EVIDENTLY", str(measure.ROOT / "build" / "env" / "evidently" / "bin" / "python"))
BAR = 100

PEER = """
import json, resource, sys, time
import numpy as np, pandas as pd
from evidently import Dataset, Report
from evidently.presets import DataDriftPreset

def table(seed, rows, shift):
    r, columns = np.random.default_rng(seed), {}
    for i in range(8):
        columns[f"normal_{i}"] = r.normal(shift * (i == 0), 1 + i, rows)
    for i in range(4):
        columns[f"lognormal_{i}"] = r.lognormal(0, 0.5 + 0.1 * i, rows)
    columns["count"], columns["amount"] = r.poisson(40, rows), r.integers(0, 100000, rows)
    columns["flag"], columns["grade"] = r.integers(0, 2, rows), r.integers(0, 8, rows)
    for i, k in enumerate([2, 5, 30, 400]):
        columns[f"category_{i}"] = np.array([f"value {j}" for j in range(k)])[r.integers(0, k, rows)]
    return pd.DataFrame(columns)

folder, rows = sys.argv[1], int(sys.argv[2])
table(1, rows, 0).to_parquet(folder + "/before.parquet")
table(2, rows, 0.2).to_parquet(folder + "/after.parquet")
began = time.perf_counter()
before, after = pd.read_parquet(folder + "/before.parquet"), pd.read_parquet(folder + "/after.parquet")
report = Report([DataDriftPreset()]).run(Dataset.from_pandas(after), Dataset.from_pandas(before)).dict()
taken = time.perf_counter() - began
scores = {m["config"]["column"]: float(m["value"]) for m in report["metrics"] if "column" in m["config"]}
print(json.dumps({"seconds": taken, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "scores": scores}))
"""


def ours(folder):
    """The best of three calls of the whole program, reading included, and its peak of memory."""
    command = [measure.CAIRN, "data", "compare", f"{folder}/before.parquet", f"{folder}/after.parquet", "--policy", "evidently", "--json"]
    best, mib, report = None, 0, None
    for _ in range(3):
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
        text = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        taken = time.perf_counter() - began
        if os.waitstatus_to_exitcode(status) not in (0, 1):
            sys.exit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
        report = json.loads(text)
        best, mib = min(taken, best or taken), max(mib, usage.ru_maxrss / 1024)
    return best, mib, {column["column"]: column["score"] for column in report["columns"]}


def main():
    report = measure.Report()
    with measure.workspace() as folder:
        ended = subprocess.run([EVIDENTLY, "-c", PEER, str(folder), str(ROWS)], capture_output=True, text=True)
        if ended.returncode != 0:
            sys.exit(ended.stderr[-2000:])
        peer = json.loads(ended.stdout)
        seconds, mib, scores = ours(folder)
    off = max(abs(scores[name] - score) / abs(score) for name, score in peer["scores"].items())
    ratio = peer["seconds"] / seconds
    report.line(f"comparison of two tables of {ROWS:,} x 20", f"{seconds:.2f} s, {mib:,.0f} MiB", f"{peer['seconds']:,.1f} s, {peer['mib']:,.0f} MiB",
                f">= {BAR} x", ratio >= BAR, f"{ratio:.0f} x; peer without its imports, ours with its start")
    report.line("largest difference of a score", f"{off:.1e}", "Evidently's", "<= 1e-9", off <= 1e-9 and set(scores) == set(peer["scores"]))
    report.end()


if __name__ == "__main__":
    main()
