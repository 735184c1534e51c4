"""Writes sheets.json: what scikit-learn, scipy and fairlearn give for the samples in it.
Run: build/env/clients/bin/python src/loop/evaluation/testdata/make_sheets.py"""

import json
import pathlib
import warnings

import fairlearn.metrics as fair
import numpy as np
from scipy import stats
from sklearn import metrics as m

warnings.simplefilter("ignore")
rng = np.random.default_rng(7)


def binary(rows, ties, threshold):
    y = (rng.random(rows) < 0.3).astype(int)
    s = np.clip(0.25 + 0.3 * y + rng.normal(0, 0.2, rows), 0, 1)
    s = np.round(s, 1) if ties else s
    d = (s >= threshold).astype(int)
    bins = np.minimum((s * 10).astype(int), 9)
    error = sum(abs(s[bins == b].sum() - y[bins == b].sum()) for b in range(10)) / rows
    return {"labels": y.tolist(), "scores": s.tolist(), "threshold": threshold, "figures": {
        "accuracy": m.accuracy_score(y, d), "balanced_accuracy": m.balanced_accuracy_score(y, d), "precision": m.precision_score(y, d, zero_division=0),
        "recall": m.recall_score(y, d, zero_division=0), "specificity": m.recall_score(1 - y, 1 - d, zero_division=0), "f1": m.f1_score(y, d, zero_division=0),
        "mcc": m.matthews_corrcoef(y, d), "positive_rate": d.mean(), "cost_per_1000": 1000 * (2 * ((d == 1) & (y == 0)).mean() + 7.5 * ((d == 0) & (y == 1)).mean()),
        "roc_auc": m.roc_auc_score(y, s), "average_precision": m.average_precision_score(y, s), "log_loss": m.log_loss(y, s), "brier": m.brier_score_loss(y, s),
        "calibration_error": error}}


def classes(rows, k):
    y, p = rng.integers(0, k, rows), rng.random((rows, k))
    p[np.arange(rows), y] += 0.6
    p /= p.sum(axis=1, keepdims=True)
    d = p.argmax(axis=1)
    top = p.max(axis=1)
    bins = np.minimum((top * 10).astype(int), 9)
    figures = {"accuracy": m.accuracy_score(y, d), "balanced_accuracy": m.balanced_accuracy_score(y, d), "mcc": m.matthews_corrcoef(y, d),
               "roc_auc": m.roc_auc_score(y, p, multi_class="ovr"), "average_precision": m.average_precision_score(np.eye(k)[y], p),
               "log_loss": m.log_loss(y, p), "brier": m.brier_score_loss(y, p),
               "calibration_error": sum(abs((top - (d == y))[bins == b].sum()) for b in range(10)) / rows}
    for name, score in (("precision", m.precision_score), ("recall", m.recall_score), ("f1", m.f1_score)):
        for mean in ("macro", "weighted"):
            figures[f"{name}_{mean}"] = score(y, d, average=mean, zero_division=0)
        figures |= {f"{name}[c{c}]": value for c, value in enumerate(score(y, d, average=None, zero_division=0))}
    return {"classes": [f"c{c}" for c in range(k)], "labels": y.tolist(), "decided": d.tolist(), "probabilities": p.ravel().tolist(), "figures": figures}


def numbers(rows):
    y = rng.normal(10, 4, rows)
    p = y + rng.standard_t(3, rows)
    low, high = p - 2, p + 2
    naive = np.abs(np.diff(y)).mean()
    return {"labels": y.tolist(), "predictions": p.tolist(), "low": low.tolist(), "high": high.tolist(), "naive": naive, "figures": {
        "mae": m.mean_absolute_error(y, p), "rmse": m.root_mean_squared_error(y, p), "r2": m.r2_score(y, p), "median_absolute_error": m.median_absolute_error(y, p),
        "mape": m.mean_absolute_percentage_error(y, p), "smape": np.mean(2 * np.abs(y - p) / (np.abs(y) + np.abs(p))), "bias": np.mean(p - y),
        "pinball[0.1]": m.mean_pinball_loss(y, low, alpha=0.1), "pinball[0.9]": m.mean_pinball_loss(y, high, alpha=0.9),
        "coverage[0.1..0.9]": np.mean((y >= low) & (y <= high)), "mase": m.mean_absolute_error(y, p) / naive}}


def groups(rows, names):
    g, y = rng.integers(0, len(names), rows), (rng.random(rows) < 0.4).astype(int)
    s = np.clip(0.3 + 0.3 * y + 0.08 * g + rng.normal(0, 0.2, rows), 0, 1)
    d = (s >= 0.5).astype(int)
    calibration = [abs(s[g == i].mean() - y[g == i].mean()) for i in range(len(names))]
    return {"group": g.tolist(), "labels": y.tolist(), "decided": d.tolist(), "scores": s.tolist(), "groups": len(names), "figures": {
        "demographic_parity_difference": fair.demographic_parity_difference(y, d, sensitive_features=g),
        "disparate_impact": fair.demographic_parity_ratio(y, d, sensitive_features=g),
        "equal_opportunity_difference": fair.equal_opportunity_difference(y, d, sensitive_features=g),
        "equalized_odds_difference": fair.equalized_odds_difference(y, d, sensitive_features=g),
        "calibration_gap": max(calibration) - min(calibration)}}


def bca(rows):
    """scipy's own BCa, told of each replicate that it draws."""
    data, seen = rng.exponential(2, rows), []

    def mean(sample, axis):
        return np.mean(sample, axis=axis)

    done = stats.bootstrap((data,), mean, n_resamples=999, method="BCa", confidence_level=0.9, rng=np.random.default_rng(3))
    left_out = [np.delete(data, i).mean() for i in range(rows)]
    return {"value": data.mean(), "replicates": sorted(done.bootstrap_distribution.tolist()), "jackknife": left_out, "confidence": 0.9,
            "low": done.confidence_interval.low, "high": done.confidence_interval.high}


def adjusted():
    p = rng.random(12) ** 3
    order, n = np.argsort(p), len(p)
    holm = np.empty(n)
    holm[order] = np.minimum(1, np.maximum.accumulate((n - np.arange(n)) * p[order]))
    return {"p": p.tolist(), "holm": holm.tolist(), "fdr": stats.false_discovery_control(p).tolist()}


quantiles = [1e-300, 1e-20, 1e-5, 0.02, 0.3, 0.5, 0.8, 0.999, 1 - 1e-12]
golden = {"binary": [binary(400, False, 0.5), binary(300, True, 0.4), binary(50, True, 1.0), binary(2000, False, 0.0)],
          "classes": [classes(500, 3), classes(200, 7), classes(60, 4)], "numbers": [numbers(301), numbers(300), numbers(7)],
          "groups": [groups(900, "ab"), groups(900, "abcde")], "bca": [bca(30), bca(300)], "adjusted": adjusted(),
          "normal": {"p": quantiles, "x": stats.norm.ppf(quantiles).tolist()}}
pathlib.Path(__file__).with_name("sheets.json").write_text(json.dumps(golden, default=float) + "\n")
