"""Writes evaluation.json: what scikit-learn and scipy give for the samples in it.
Run: build/env/clients/bin/python src/loop/evaluation/testdata/make_evaluation.py"""

import json
import pathlib
import warnings

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn import metrics
from sklearn.linear_model import LogisticRegression, Ridge

warnings.simplefilter("ignore")
HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(20)
COST = {"false_positive": 2.0, "false_negative": 7.5, "true_positive": -1.0, "true_negative": 0.25}


def cost_at(y, s, threshold, c):
    d = s >= threshold
    return 1000 * float(np.mean(np.where(d, np.where(y == 1, c["true_positive"], c["false_positive"]),
                                         np.where(y == 1, c["false_negative"], c["true_negative"]))))


def cheapest(y, s, c):
    """Brute force over every observed score and one above all."""
    candidates = np.append(np.unique(s), np.nextafter(s.max(), np.inf))
    costs = [cost_at(y, s, t, c) for t in candidates]
    best = int(np.argmin(np.round(costs, 9)))
    return float(candidates[best]), costs[best]


def calibration_error(y, s, bins):
    at = np.minimum((s * bins).astype(int), bins - 1)
    return float(sum(abs((s[at == b] - y[at == b]).sum()) for b in range(bins)) / len(y))


def binary(name, y, s, threshold=0.5, bins=10):
    d = (s >= threshold).astype(int)
    tn, fp, fn, tp = metrics.confusion_matrix(y, d, labels=[0, 1]).ravel()
    both = 0 < y.sum() < len(y)
    threshold_best, cost_best = cheapest(y, s, COST)
    return {
        "name": name, "labels": y.astype(float).tolist(), "scores": s.tolist(), "threshold": threshold, "bins": bins,
        "confusion": {"tp": int(tp), "fp": int(fp), "tn": int(tn), "fn": int(fn)},
        "cheapest_threshold": threshold_best, "cheapest": cost_best,
        "metrics": {
            "log_loss": float(metrics.log_loss(y, s, labels=[0, 1])),
            "brier": float(metrics.brier_score_loss(y, s, pos_label=1)),
            "roc_auc": float(metrics.roc_auc_score(y, s)) if both else None,
            "average_precision": float(metrics.average_precision_score(y, s)) if y.sum() else None,
            "accuracy": float(metrics.accuracy_score(y, d)),
            "precision": float(metrics.precision_score(y, d, zero_division=0)),
            "recall": float(metrics.recall_score(y, d, zero_division=0)),
            "f1": float(metrics.f1_score(y, d, zero_division=0)),
            "calibration_error": calibration_error(y, s, bins),
            "cost_per_1000": cost_at(y, s, threshold, COST),
        },
    }


def some_binary():
    p = rng.beta(2, 3, 300)
    y = (rng.random(300) < p).astype(int)
    noisy = np.clip(p + rng.normal(0, 0.2, 300), 0, 1)
    rare = np.zeros(120, int)
    rare[[5, 40, 77]] = 1
    return [
        binary("calibrated", y, p),
        binary("ties", y, np.round(p, 1), threshold=0.4),
        binary("scores of 0 and 1", y, noisy, threshold=0.6, bins=15),
        binary("perfect", y, y * 1.0),
        binary("upside down", y, 1.0 - y),
        binary("one score for all", y, np.full(300, 0.3)),
        binary("nothing decided", y, p, threshold=1.0),
        binary("rare", rare, np.round(rng.random(120), 3), bins=5),
        binary("no positive", np.zeros(20, int), rng.random(20)),
        binary("one row", np.array([1]), np.array([0.8])),
    ]


def regression(name, y, s):
    return {
        "name": name, "labels": y.tolist(), "scores": s.tolist(),
        "metrics": {
            "rmse": float(metrics.root_mean_squared_error(y, s)),
            "mae": float(metrics.mean_absolute_error(y, s)),
            "r2": float(metrics.r2_score(y, s)),
        },
    }


def some_regression():
    y = rng.normal(100, 15, 150)
    return [
        regression("noisy", y, y + rng.normal(2, 8, 150)),
        regression("worse than the mean", y, rng.normal(90, 30, 150)),
        regression("constant, met", np.full(5, 3.0), np.full(5, 3.0)),
        regression("constant, missed", np.full(5, 3.0), np.array([3.0, 3.0, 3.5, 3.0, 3.0])),
    ]


def proportions():
    tables = [(3, 100, 9, 110), (0, 20, 0, 30), (0, 10, 4, 10), (50, 1000, 80, 1000), (5, 5, 1, 7), (200, 30000, 310, 30000)]
    cases = []
    for f1, n1, f2, n2 in tables:
        pooled = (f1 + f2) / (n1 + n2)
        spread = np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
        z = (f2 / n2 - f1 / n1) / spread if spread > 0 else 0.0
        cases.append({
            "before": [f1, n1], "after": [f2, n2], "z": float(z), "p": float(2 * stats.norm.sf(abs(z))),
            "p_worse": float(stats.norm.sf(z)),
            "fisher": float(stats.fisher_exact([[f1, n1 - f1], [f2, n2 - f2]]).pvalue),
        })
    return cases


def paired():
    return [
        {"before": b, "after": a, "p": float(stats.binomtest(min(a, b), a + b).pvalue) if a + b else 1.0}
        for b, a in [(0, 0), (3, 3), (1, 9), (12, 30), (0, 6), (400, 480)]
    ]


def bootstrap_bounds():
    """scipy's percentile bootstrap of the mean absolute error, for a tolerance of Monte Carlo size."""
    case = some_regression()[0]
    errors = np.abs(np.array(case["labels"]) - np.array(case["scores"]))
    interval = stats.bootstrap((errors,), np.mean, n_resamples=20000, method="percentile", rng=rng).confidence_interval
    return {**case, "low": float(interval.low), "high": float(interval.high),
            "standard_error": float(errors.std() / np.sqrt(len(errors)))}


def linear_fits():
    x = rng.normal(0, 1, (200, 4))
    y = (rng.random(200) < 1 / (1 + np.exp(-(0.3 + x @ [1.0, -0.5, 0.0, 0.2])))).astype(int)
    t = 2 + x @ [0.5, 0, 1, -1] + rng.normal(0, 0.5, 200)
    logistic = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-12, max_iter=200).fit(x, y)
    ridge = Ridge(alpha=1.0, solver="cholesky").fit(x, t)
    return {
        "rows": x.tolist(), "classes": y.astype(float).tolist(), "numbers": t.tolist(),
        "logistic": [float(logistic.intercept_[0]), *logistic.coef_[0].tolist()],
        "least_squares": [float(ridge.intercept_), *ridge.coef_.tolist()],
    }


content = {
    "made_with": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
    "cost": COST,
    "binary": some_binary(),
    "regression": some_regression(),
    "proportions": proportions(),
    "paired": paired(),
    "bootstrap": bootstrap_bounds(),
    "linear_fits": linear_fits(),
}
(HERE / "evaluation.json").write_text(json.dumps(content, allow_nan=False) + "\n")
