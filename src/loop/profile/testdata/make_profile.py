"""Writes profile.csv and profile.json: a table and what pandas, numpy and scipy say about it, for profile_test.cc.
Run: build/env/clients/bin/python src/loop/profile/testdata/make_profile.py"""

import csv
import hashlib
import json
import pathlib

import numpy as np
import pandas as pd
from scipy import stats
from scipy.stats.contingency import association

HERE = pathlib.Path(__file__).parent
LEVELS = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]


def table():
    rng = np.random.default_rng(20130101)
    rows = 400
    late = (rng.random(rows) < 0.3).astype(int)
    frame = pd.DataFrame(
        {
            "late": late,
            "distance": np.round(rng.gamma(2, 500, rows), 1),
            "hour": rng.integers(5, 24, rows),
            "carrier": rng.choice(["AA", "UA", "9E", "é, \"x\""], rows, p=[0.4, 0.3, 0.2, 0.1]),
            "code": [f"{i % 7:03d}" for i in range(rows)],
            "name": [f"row-{i}" for i in range(rows)],
            "leak": late * 10.0 + rng.random(rows),
            "why": np.where(late == 1, "weather", None),
            "empty": np.full(rows, np.nan),
            "one": np.full(rows, 3),
            "mixed": [str(i) if i % 20 else "n/k" for i in range(rows)],
            "when": pd.date_range("2013-01-01", periods=rows, freq="7h").strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    )
    frame.loc[rng.choice(rows, 37, replace=False), "distance"] = np.nan
    frame.loc[rng.choice(rows, 250, replace=False), "carrier"] = None
    return pd.concat([frame, frame.iloc[:5]], ignore_index=True)


def number(value):
    return None if value is None or not np.isfinite(value) else float(value)


def histogram(values):
    edges = np.histogram_bin_edges(values, bins="sturges")
    return {"edges": edges.tolist(), "counts": np.histogram(values, edges)[0].tolist()}


def cramers_v(a, b):
    cells = pd.crosstab(a, b)
    return association(cells.to_numpy(), method="cramer") if min(cells.shape) > 1 else None


def auc(values, classes):
    known = values.notna()
    yes, no = values[known & (classes == 1)], values[known & (classes == 0)]
    return stats.mannwhitneyu(yes, no).statistic / (len(yes) * len(no))


def figures(column, late):
    told = {"name": column.name, "rows": len(column), "missing": int(column.isna().sum()), "distinct": int(column.nunique())}
    if not pd.api.types.is_numeric_dtype(column) or column.isna().all():
        return told
    values = column.dropna()
    told |= {name: number(getattr(column, how)()) for name, how in
             {"min": "min", "max": "max", "mean": "mean", "median": "median", "std": "std"}.items()}
    told["skewness"] = number(column.skew()) if column.nunique() > 1 else None
    told["quantiles"] = {str(level): float(values.quantile(level)) for level in LEVELS}
    told["histogram"] = histogram(values.to_numpy())
    if column.name != "late" and column.nunique() > 1:
        told["pearson"] = float(column.corr(late))
        told["auc"] = float(auc(column, late))
    return told


def main():
    frame = table()
    frame.to_csv(HERE / "profile.csv", index=False)
    frame = pd.read_csv(HERE / "profile.csv", keep_default_na=False, na_values=["", "NA"], dtype={"code": str, "carrier": str})
    late = frame["late"]
    golden = {
        "rows": len(frame),
        "duplicate_rows": int(frame.duplicated().sum()),
        "missing_cells": int(frame.isna().sum().sum()),
        "late": late.value_counts().to_dict(),
        "columns": [figures(frame[name], late) for name in frame.columns],
        "cramers_v": {name: number(cramers_v(frame[name], late)) for name in ["carrier", "code"]},
        "eta": eta(frame["carrier"], frame["distance"]),
        "sealed": sealed(["name", "carrier"], 0.2),
        "top": {name: {k: int(v) for k, v in frame[name].value_counts().items()} for name in ["carrier", "code"]},
    }
    (HERE / "profile.json").write_text(json.dumps(golden, indent=1) + "\n")


def sealed(key, share):
    """Names of the rows in the sealed part: the first 32 bits of the key's MD5 lie below the share of their range."""
    with open(HERE / "profile.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    part = lambda row: int(hashlib.md5("\x1f".join(row[c] for c in key).encode()).hexdigest()[:8], 16)
    return [row["name"] for row in rows if part(row) < int(share * 2**32)]


def eta(groups, values):
    known = groups.notna() & values.notna()
    groups, values = groups[known], values[known]
    between = sum(len(part) * (part.mean() - values.mean()) ** 2 for _, part in values.groupby(groups))
    return float(np.sqrt(between / ((values - values.mean()) ** 2).sum()))


if __name__ == "__main__":
    main()
