"""Writes descriptive.json: what scipy, numpy and pandas give for samples that descriptive_test.cc rebuilds.
Run: build/env/clients/bin/python src/loop/profile/testdata/make_descriptive.py"""

import pathlib
import sys

import numpy as np
import pandas as pd
import scipy
from scipy import stats

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "comparison" / "testdata"))
from drawn import drawn, finite, sample, uniform, write  # noqa: E402


def describe(name, spec):
    x = sample(spec)
    s = pd.Series(x)
    good = finite(x)
    levels = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
    counts, edges = np.histogram(good, bins="sturges")
    ten, ten_edges = np.histogram(good, bins=10)
    return {
        "name": name,
        "values": spec,
        "rows": len(x),
        "missing": int(s.isna().sum()),
        "distinct": int(s.nunique()),
        "min": float(s.min()),
        "max": float(s.max()),
        "mean": float(s.mean()),
        "median": float(s.median()),
        "deviation": float(s.std()),
        "skewness": float(s.skew()),
        "quantiles": [float(v) for v in np.quantile(good, levels)],
        "sturges": {"edges": edges.tolist(), "counts": counts.tolist()},
        "ten": {"edges": ten_edges.tolist(), "counts": ten.tolist()},
    }


def ties_between():
    x, noise = drawn(51, 400), drawn(52, 400)
    y = 0.6 * x + noise
    a = np.floor(5 * uniform(53, 400)).astype(int)
    b = np.where(uniform(54, 400) < 0.5, a % 3, np.floor(3 * uniform(55, 400)).astype(int))
    groups = [y[a == k] for k in np.unique(a)]
    eta2 = sum(len(g) * (g.mean() - y.mean()) ** 2 for g in groups) / ((y - y.mean()) ** 2).sum()
    table = np.array([[((a == i) & (b == j)).sum() for j in np.unique(b)] for i in np.unique(a)])
    return {
        "pearson": float(stats.pearsonr(x, y).statistic),
        "correlation_ratio": float(np.sqrt(eta2)),
        "cramers_v": float(stats.contingency.association(table, method="cramer")),
    }


write(
    HERE / "descriptive.json",
    {"numpy": np.__version__, "scipy": scipy.__version__, "pandas": pd.__version__},
    {
        "columns": [
            describe("small", [3.0, 1.0, None, 2.0, 2.0]),
            describe("one row", [4.25]),
            describe("constant", [2.5, 2.5, 2.5, 2.5]),
            describe("bell", {"seed": 61, "count": 5000, "shift": 10.0, "scale": 3.0}),
            describe("ties", {"seed": 62, "count": 3001, "shift": -4.0, "scale": 2.0, "ties": 8}),
            describe("nearly constant", {"seed": 63, "count": 1000, "shift": 1e6, "scale": 1e-3}),
            describe("large", {"seed": 64, "count": 100000}),
        ],
        "ties": ties_between(),
    },
)
