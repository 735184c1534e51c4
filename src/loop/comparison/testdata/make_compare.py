"""Writes compare.json and descriptive.json: what scipy, numpy and pandas give for samples that compare_test.cc and
descriptive_test.cc rebuild. Run: build/env/clients/bin/python src/loop/comparison/testdata/make_compare.py
Evidently's own steps (binning, filling, scaling) are written out here from their definitions on top of numpy and scipy."""

import json
import pathlib
import warnings

import numpy as np
import pandas as pd
import scipy
from scipy import stats
from scipy.spatial.distance import jensenshannon

warnings.simplefilter("ignore")
HERE = pathlib.Path(__file__).parent


def uniform(seed, count):
    """SplitMix64 in (0, 1): the same bits in numpy and in C++."""
    state = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(float) * 2.0**-53


def drawn(seed, count, shift=0.0, scale=1.0, ties=0):
    """Bell-shaped: the sum of four uniforms; with ties, rounded down to 1/ties."""
    u = uniform(seed, 4 * count)
    x = shift + scale * ((u[0::4] + u[1::4]) + (u[2::4] + u[3::4]) - 2.0)
    return np.floor(x * ties) / ties if ties else x


def sample(spec):
    return drawn(**spec) if isinstance(spec, dict) else np.array([np.nan if v is None else v for v in spec], float)


def finite(x):
    return x[np.isfinite(x)]


def evidently_counts(ref, cur, whole):
    if len(np.unique(ref)) > 20:
        both = np.concatenate([ref, cur])
        bins = np.histogram_bin_edges(both.astype(np.int64) if whole else both, bins="sturges")
        return np.histogram(ref, bins)[0], np.histogram(cur, bins)[0]
    keys = np.unique(np.concatenate([ref, cur]))
    return np.array([(ref == k).sum() for k in keys]), np.array([(cur == k).sum() for k in keys])


def filled(p):
    p = p.copy()
    least = p[p != 0].min()
    p[p == 0] = least / 10**6 if least <= 0.0001 else 0.0001
    return p


def of_counts(ref, cur):
    p, q = ref / ref.sum(), cur / cur.sum()
    fp, fq = filled(p), filled(q)
    expected = ref * (cur.sum() / ref.sum())
    statistic = float(np.sum([(o - e) ** 2 / e if o != e else 0.0 for o, e in zip(cur.astype(float), expected)]))
    p1, p2 = 1 - ref[0] / ref.sum(), 1 - cur[0] / cur.sum()
    pooled = (p1 * ref.sum() + p2 * cur.sum()) / (ref.sum() + cur.sum())
    spread = np.sqrt(pooled * (1 - pooled) * (1 / ref.sum() + 1 / cur.sum()))
    z = (p1 - p2) / spread if spread > 0 else 0.0
    return {
        "reference": ref.tolist(),
        "current": cur.tolist(),
        "psi": float(np.sum((fp - fq) * np.log(fp / fq))),
        "kl": float(stats.entropy(fp, fq)),
        "js_e": float(jensenshannon(p, q)),
        "js_2": float(jensenshannon(p, q, base=2)),
        "chi_square": statistic,
        "chi_square_p": float(stats.chi2.sf(statistic, len(ref) - 1)) if len(ref) > 1 else 1.0,
        "z": float(z),
        "z_p": float(2 * stats.norm.sf(abs(z))),
    }


def plain(value):
    """Infinities as the names that the JSON reader's writer uses."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, float) and not np.isfinite(value):
        return "NaN" if np.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value


def pair_case(name, reference, current, whole=False):
    ref, cur = finite(sample(reference)), finite(sample(current))
    ks = stats.ks_2samp(ref, cur)
    return {
        "name": name,
        "reference": reference,
        "current": current,
        "whole": whole,
        "ks": float(ks.statistic),
        "ks_p": float(ks.pvalue),
        "wasserstein": float(stats.wasserstein_distance(ref, cur) / max(np.std(ref), 0.001)),
        "binned": of_counts(*evidently_counts(ref, cur, whole)),
    }


def pairs():
    d = lambda seed, count, **more: {"seed": seed, "count": count, **more}  # noqa: E731
    return [
        pair_case("three against four", [1.0, 2.0, 3.5], [0.5, 2.5, 4.0, 6.0]),
        pair_case("missing values and ties", [1.0, None, 2.0, 2.0, 3.0], [2.0, 2.0, None, 5.0]),
        pair_case("equal samples", [1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0]),
        pair_case("no overlap", [1.0, 2.0, 3.0, 4.0, 5.0], [11.0, 12.0, 13.0]),
        pair_case("both constant and equal", [2.0] * 5, [2.0] * 7),
        pair_case("both constant and apart", [2.0] * 5, [3.0] * 7),
        pair_case("one row each", [1.0], [2.0]),
        pair_case("equal sizes", d(1, 500), d(2, 500, shift=0.05)),
        pair_case("equal sizes, tiny p", d(1, 800), d(2, 800, shift=0.6)),
        pair_case("unequal sizes", d(3, 300), d(4, 470, shift=0.1)),
        pair_case("unequal sizes, tiny p", d(3, 900), d(4, 1000, shift=0.5)),
        pair_case("unequal sizes, p below 1e-200", d(3, 700), d(4, 1100, shift=2.2)),
        pair_case("common divisor", d(5, 600), d(6, 400, scale=1.2)),
        pair_case("ties", d(7, 900, ties=4), d(8, 700, ties=4, shift=0.1)),
        pair_case("few values", d(9, 2000, ties=2), d(10, 2500, ties=2, shift=0.1)),
        pair_case("whole numbers", d(11, 3000, scale=20.0, ties=1), d(12, 2000, scale=22.0, ties=1), whole=True),
        pair_case("narrow whole numbers", d(13, 3000, scale=11.0, ties=1), d(14, 2000, scale=11.0, ties=1), whole=True),
        pair_case("exact at the limit", d(15, 10000), d(16, 9973, shift=0.02)),
        pair_case("equal at the limit", d(15, 10000), d(16, 10000, shift=0.02)),
        pair_case("beyond the limit", d(17, 20000), d(18, 15000, shift=0.01)),
        pair_case("beyond, alike", d(19, 40000), d(20, 30000)),
        pair_case("beyond, tiny p", d(21, 20000), d(22, 15000, shift=0.1)),
        pair_case("beyond, p of 0", d(21, 20000), d(22, 20000, shift=0.5)),
        pair_case("beyond, very small other side", d(23, 20000), d(24, 3)),
        pair_case("beyond, small other side", d(25, 20000), d(26, 90, shift=0.05)),
        pair_case("beyond, small other side, tail", d(25, 20000), d(26, 90, shift=0.35)),
        pair_case("beyond, half apart", d(27, 12000), d(28, 200, shift=0.9)),
        pair_case("beyond, nearly equal", d(29, 12000, ties=3), d(30, 13000, ties=3)),
        pair_case("large", d(31, 300000), d(32, 200000, shift=0.004)),
        pair_case("zeros on one side", d(33, 5000), d(34, 5000, scale=0.2)),
        pair_case("rare bins", d(35, 60000), d(36, 60000, scale=0.9)),
    ]


def kolmogorov():
    cases = []
    for n in [1, 2, 3, 7, 10, 50, 140, 141, 500, 1000, 12345, 100000, 100001, 400000]:
        scaled = [0.3, 0.5, 0.8, 1.0, 1.3, 1.48, 1.49, 2.0, 2.5, 4.0, 8.0, 15.0]
        ds = [z / np.sqrt(n) for z in scaled] + [0.6 / n, 0.9 / n, 1.5 / n, 1 - 0.5 / n, 0.55]
        for d in ds:
            if 0 < d < 1:
                cases.append({"n": n, "d": float(d), "tail": float(stats.kstwo.sf(d, n))})
    return cases


def categories():
    many = [int(v) for v in np.floor(1000 * uniform(41, 40))]
    more = [int(v) for v in np.floor(1200 * uniform(42, 40))]
    counts = [
        ("same shares", [10, 20, 30], [20, 40, 60]),
        ("absent now", [10, 20, 30], [20, 0, 60]),
        ("absent before", [10, 0, 30], [20, 5, 60]),
        ("two values", [400, 600], [450, 530]),
        ("one value", [12], [9]),
        ("rare", [1, 19999, 0], [0, 19990, 10]),
        ("many", many, more),
        ("far apart", [1000, 10, 10], [10, 1000, 1200]),
    ]
    return [{"name": name, **of_counts(np.array(r), np.array(c))} for name, r, c in counts]


def chi_square():
    points = [(x, k) for k in [1, 2, 3, 10, 101, 1000, 40000] for x in [0.01 * k, 0.5 * k, 0.9 * k, 1.0 * k, 1.05 * k, 2.0 * k]]
    points += [(600.0, 1), (1400.0, 5), (1e-12, 2), (30.0, 60)]
    return [{"x": x, "df": k, "tail": float(stats.chi2.sf(x, k))} for x, k in points]


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


def write(name, content):
    made_with = {"numpy": np.__version__, "scipy": scipy.__version__, "pandas": pd.__version__}
    text = json.dumps(plain({"made_with": made_with, **content}), indent=1, allow_nan=False)
    (HERE / name).write_text(text + "\n")


write("compare.json", {"pairs": pairs(), "kolmogorov": kolmogorov(), "categories": categories(), "chi_square": chi_square()})
write(
    "descriptive.json",
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
