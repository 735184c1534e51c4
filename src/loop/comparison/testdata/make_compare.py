"""Writes compare.json: what scipy and Evidently give for samples that statistics_test.cc rebuilds.
Run: build/env/evidently/bin/python src/loop/comparison/testdata/make_compare.py"""

import pathlib
import sys
import warnings

import evidently
import numpy as np
import pandas as pd
import scipy
from evidently.legacy.calculations.stattests import registry
from evidently.legacy.core import ColumnType
from scipy import integrate, special, stats
from scipy.spatial.distance import jensenshannon

warnings.simplefilter("ignore")
HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))
from drawn import drawn, finite, sample, uniform, write  # noqa: E402


def evidently_score(name, ref, cur, kind):
    """The score that Evidently itself gives, or None where it raises."""
    test = registry.get_registered_stattest(name, kind)
    try:
        return float(test.func(pd.Series(ref.copy()), pd.Series(cur.copy()), kind, test.default_threshold)[0])
    except (ValueError, TypeError, ZeroDivisionError, IndexError):  # TypeError: Evidently's Cramér-von Mises of few rows under numpy 2
        return None


def scipy_test(call):
    """[statistic, p], or None where scipy raises or gives NaN."""
    try:
        found = call()
        pair = [float(found.statistic), float(found.pvalue)]
    except (ValueError, IndexError, ZeroDivisionError):
        return None
    return None if np.isnan(pair[1]) else pair


OF_NUMBERS = ["ks", "wasserstein", "anderson", "cramer_von_mises", "mannw", "t_test", "es", "ed", "psi", "jensenshannon", "kl_div", "hellinger"]
OF_CATEGORIES = ["chisquare", "z", "psi", "jensenshannon", "kl_div", "hellinger", "g_test", "fisher_exact"]


def scipy_tests(ref, cur):
    return {
        "ks": scipy_test(lambda: stats.ks_2samp(ref, cur)),
        "ks_asymptotic": scipy_test(lambda: stats.ks_2samp(ref, cur, method="asymp")),
        "anderson": scipy_test(lambda: stats.anderson_ksamp([ref, cur])),
        "cramer_von_mises": scipy_test(lambda: stats.cramervonmises_2samp(ref, cur)),
        "cramer_von_mises_asymptotic": scipy_test(lambda: stats.cramervonmises_2samp(ref, cur, method="asymptotic")),
        "mann_whitney": scipy_test(lambda: stats.mannwhitneyu(ref, cur)),
        "mann_whitney_less": scipy_test(lambda: stats.mannwhitneyu(ref, cur, alternative="less")),
        "mann_whitney_greater": scipy_test(lambda: stats.mannwhitneyu(ref, cur, alternative="greater")),
        "student": scipy_test(lambda: stats.ttest_ind(ref, cur)),
        "student_less": scipy_test(lambda: stats.ttest_ind(ref, cur, alternative="less")),
        "welch": scipy_test(lambda: stats.ttest_ind(ref, cur, equal_var=False)),
        "epps_singleton": scipy_test(lambda: stats.epps_singleton_2samp(ref, cur)),
    }


def doane_counts(ref, cur):
    edges = np.histogram_bin_edges(ref, bins="doane")
    return [np.histogram(ref, edges)[0].tolist(), np.histogram(cur, edges)[0].tolist()]


def pair_case(name, reference, current, whole=False):
    ref, cur = finite(sample(reference)), finite(sample(current))
    typed = (ref.astype(np.int64), cur.astype(np.int64)) if whole else (ref, cur)
    return {
        "name": name,
        "reference": reference,
        "current": current,
        "whole": whole,
        "scipy": scipy_tests(ref, cur),
        "wasserstein_raw": float(stats.wasserstein_distance(ref, cur)),
        "energy": float(stats.energy_distance(ref, cur)),
        "doane": doane_counts(*typed),
        "evidently": {test: evidently_score(test, *typed, ColumnType.Numerical) for test in OF_NUMBERS},
        "chosen": str(registry.get_stattest(pd.Series(typed[0]), pd.Series(typed[1]), ColumnType.Numerical, None).name),
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


def three_samples():
    d = [drawn(81, 60), drawn(82, 45, shift=0.2), drawn(83, 70, scale=1.3)]
    ties = [np.floor(x * 3) for x in d]
    return {
        "seeds": [{"seed": 81, "count": 60}, {"seed": 82, "count": 45, "shift": 0.2}, {"seed": 83, "count": 70, "scale": 1.3}],
        "continuous": scipy_test(lambda: stats.anderson_ksamp(d)),
        "tied": scipy_test(lambda: stats.anderson_ksamp(ties)),
    }


def kolmogorov():
    cases = []
    for n in [1, 2, 3, 7, 10, 50, 140, 141, 500, 1000, 12345, 100000, 100001, 400000]:
        scaled = [0.3, 0.5, 0.8, 1.0, 1.3, 1.48, 1.49, 2.0, 2.5, 4.0, 8.0, 15.0]
        ds = [z / np.sqrt(n) for z in scaled] + [0.6 / n, 0.9 / n, 1.5 / n, 1 - 0.5 / n, 0.55]
        for d in ds:
            if 0 < d < 1:
                cases.append({"n": n, "d": float(d), "tail": float(stats.kstwo.sf(d, n))})
    return cases


def of_counts(name, ref, cur):
    """Rows per category; "a", "b", … in order, so that Evidently's smallest value is the first."""
    ref, cur = np.array(ref), np.array(cur)
    p, q = ref / ref.sum(), cur / cur.sum()
    labels = np.array([f"{i:03d}" for i in range(len(ref))])
    typed = np.repeat(labels, ref), np.repeat(labels, cur)
    seen = (ref + cur) > 0
    table = np.array([ref, cur])[:, seen]
    contingency = lambda **more: stats.chi2_contingency(table, **more) if seen.sum() > 1 else None  # noqa: E731
    pair = lambda found: [float(found[0]), float(found[1])] if found else None  # noqa: E731
    fisher = stats.fisher_exact([[cur[1], cur[0]], [ref[1], ref[0]]]) if len(ref) == 2 else None
    return {
        "name": name,
        "reference": ref.tolist(),
        "current": cur.tolist(),
        "evidently": {test: evidently_score(test, *typed, ColumnType.Categorical) for test in OF_CATEGORIES},
        "chosen": str(registry.get_stattest(pd.Series(typed[0]), pd.Series(typed[1]), ColumnType.Categorical, None).name),
        "js_2": float(jensenshannon(p, q, base=2)),
        "kl": float(stats.entropy(p, q)),
        "tvd": float(0.5 * np.abs(p - q).sum()),
        "l_infinity": float(np.abs(p - q).max()),
        "homogeneity": pair(contingency(correction=False)),
        "yates": pair(contingency(correction=True)),
        "g": pair(contingency(correction=False, lambda_="log-likelihood")),
        "fisher": pair(fisher),
    }


def categories():
    many = [int(v) for v in np.floor(1000 * uniform(41, 40))]
    more = [int(v) for v in np.floor(1200 * uniform(42, 40))]
    return [
        of_counts("same shares", [10, 20, 30], [20, 40, 60]),
        of_counts("absent now", [10, 20, 30], [20, 0, 60]),
        of_counts("absent before", [10, 0, 30], [20, 5, 60]),
        of_counts("two values", [400, 600], [450, 530]),
        of_counts("two values, equal sides", [400, 600], [450, 550]),
        of_counts("two values, few", [3, 7], [8, 2]),
        of_counts("two values, one side whole", [0, 12], [5, 7]),
        of_counts("two values, rare", [3, 9997], [19, 9981]),
        of_counts("two values, tiny p", [2000, 8000], [4000, 6000]),
        of_counts("one value", [12], [9]),
        of_counts("rare", [1, 19999, 0], [0, 19990, 10]),
        of_counts("many", many, more),
        of_counts("far apart", [1000, 10, 10], [10, 1000, 1200]),
        of_counts("equal sides", [120, 80, 300], [100, 95, 305]),
        of_counts("large", [200000, 300000, 5000], [201000, 299500, 5100]),
    ]


def fisher():
    """Tables of many shapes, [[a, b], [c, d]], and scipy's two-sided p."""
    u = uniform(91, 400)
    tables = [[int(5 ** (4 * u[4 * i + k])) for k in range(4)] for i in range(60)]
    tables += [[0, 5, 5, 0], [1, 1, 1, 1], [10, 10, 10, 10], [0, 100, 40, 60], [50000, 50000, 50900, 49100], [3, 99997, 30, 99970], [900, 100, 100, 900]]
    return [{"table": t, "p": float(stats.fisher_exact([t[:2], t[2:]])[1])} for t in tables]


def chi_square():
    points = [(x, k) for k in [1, 2, 3, 10, 101, 1000, 40000] for x in [0.01 * k, 0.5 * k, 0.9 * k, 1.0 * k, 1.05 * k, 2.0 * k]]
    points += [(600.0, 1), (1400.0, 5), (1e-12, 2), (30.0, 60)]
    return [{"x": x, "df": k, "tail": float(stats.chi2.sf(x, k))} for x, k in points]


def student():
    points = [(t, df) for df in [1, 2, 2.5, 7, 30, 999, 1e5, 2e6] for t in [0.0, 0.01, 0.7, 1.96, 5.0, 12.0, 37.0]]
    return [{"t": t, "df": df, "tail": float(stats.t.sf(t, df))} for t, df in points]


def cramer():
    """The limiting distribution's tail: by the series of its distribution function where that keeps digits, else by Smirnov's integral."""

    def by_series(x):
        k = np.arange(60)
        q = (4 * k + 1) ** 2 / (16 * x)
        terms = np.exp(special.gammaln(k + 0.5) - special.gammaln(k + 1) - 2 * q) * np.sqrt(4 * k + 1) * special.kve(0.25, q)
        return 1 - terms.sum() / (np.pi**1.5 * np.sqrt(x))

    def by_integral(x):
        total = 0.0
        for k in range(1, 6):
            low, high = (2 * k - 1) * np.pi, 2 * k * np.pi

            def smooth(u):
                near = min(u - low, high - u)
                return np.sqrt((np.pi - near) / np.sinc(near / np.pi) / u) * np.exp(-x * u * u / 2)

            part = integrate.quad(smooth, low, high, weight="alg", wvar=(-0.5, -0.5), epsabs=0, epsrel=1e-12, limit=400)[0]
            total += part if k % 2 else -part
        return 2 / np.pi * total

    xs = [0.003, 0.01, 0.03, 0.05, 0.1, 0.2, 0.461, 0.743]
    return [{"x": x, "tail": float(by_series(x))} for x in xs] + [{"x": x, "tail": float(by_integral(x))} for x in [1.0, 1.167, 2.0, 3.0, 5.0, 8.0, 20.0]]


def adjusted():
    p = [float(v) for v in uniform(95, 25) ** 3] + [0.04, 0.04, 1.0, 0.0]
    return {"p": p, "adjusted": [float(v) for v in stats.false_discovery_control(p)]}


made_with = {"numpy": np.__version__, "scipy": scipy.__version__, "pandas": pd.__version__, "evidently": evidently.__version__}
write(
    HERE / "compare.json",
    made_with,
    {
        "pairs": pairs(),
        "three": three_samples(),
        "kolmogorov": kolmogorov(),
        "categories": categories(),
        "fisher": fisher(),
        "chi_square": chi_square(),
        "student": student(),
        "cramer": cramer(),
        "adjusted": adjusted(),
    },
)
