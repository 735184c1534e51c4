"""1,000,000 rows of two classes (--rows N for another number): every figure with its bootstrapped interval, beside scikit-learn's own figures and
resamples of the same file. scikit-learn draws 3 of the 200 resamples, and its time is that of the figures and 200 such resamples, one core;
ours has BCa's jackknife and the pictures besides."""

import json
import os
import subprocess
import sys
import time

import numpy
import pandas
from sklearn import metrics as m

import measure

REPLICATES, DRAWN = 200, 3


def rows_of(count):
    chance = numpy.random.default_rng(1)
    y = (chance.random(count) < 0.3).astype(int)
    return pandas.DataFrame({"y": y, "p": numpy.clip(0.3 + 0.25 * y + chance.normal(0, 0.2, count), 0, 1), "group": chance.choice(list("abcdefgh"), count)})


def figures(y, p):
    d = (p >= 0.5).astype(int)
    return {"accuracy": m.accuracy_score(y, d), "balanced_accuracy": m.balanced_accuracy_score(y, d), "precision": m.precision_score(y, d), "recall": m.recall_score(y, d),
            "f1": m.f1_score(y, d), "mcc": m.matthews_corrcoef(y, d), "roc_auc": m.roc_auc_score(y, p), "average_precision": m.average_precision_score(y, p),
            "log_loss": m.log_loss(y, p), "brier": m.brier_score_loss(y, p)}


def theirs(path):
    begun = time.perf_counter()
    rows = pandas.read_parquet(path)
    y, p = rows["y"].to_numpy(), rows["p"].to_numpy()
    due, once = figures(y, p), time.perf_counter() - begun
    chance, begun = numpy.random.default_rng(2), time.perf_counter()
    for _ in range(DRAWN):
        drawn = chance.integers(0, len(y), len(y))
        figures(y[drawn], p[drawn])
    return due, once + (time.perf_counter() - begun) / DRAWN * REPLICATES


def ours(path, *words):
    begun = time.perf_counter()
    command = [measure.CAIRN, "evaluate", "--on", path.name, "--target", "y", "--predictions", "p", "--threshold", "0.5", "--replicates", str(REPLICATES), "--json", *words]
    ended = subprocess.run(command, cwd=path.parent, capture_output=True, text=True)
    if ended.returncode != 0:
        sys.exit(f"{' '.join(command)}: {ended.stdout}{ended.stderr}")
    return json.loads(ended.stdout), time.perf_counter() - begun


def main():
    count = int(sys.argv[sys.argv.index("--rows") + 1]) if "--rows" in sys.argv else 1_000_000
    report = measure.Report()
    with measure.workspace() as folder:
        path = folder / "rows.parquet"
        rows_of(count).to_parquet(path, index=False)
        due, peer = theirs(path)
        measured, seconds = min((ours(path) for _ in range(3)), key=lambda pair: pair[1])
        got = {figure["name"]: figure["value"] for figure in measured["figures"]}
        worst = max(abs(got[name] - due[name]) for name in due)
        cores = os.cpu_count()
        report.line(f"{count:,} rows, {REPLICATES} resamples of 14 figures", f"{seconds:.2f} s", f"{peer:.1f} s", "<= 10 s, >= 20 x", seconds <= 10 and peer / seconds >= 20,
                    f"{peer / seconds:.0f} x; figures differ by at most {worst:.1e}; {cores} cores")
        _, sliced = ours(path, "--slices", "group", "--groups", "group")
        report.line(f"{count:,} rows, and 8 slices and groups", f"{sliced:.2f} s", "", "<= 30 s", sliced <= 30, f"{cores} cores")
    report.end()


if __name__ == "__main__":
    main()
