"""`cairn evaluate` beside scikit-learn, scipy and fairlearn on the same rows, and its way through the records."""

import json
import os
import re
import subprocess

import fairlearn.metrics as fair
import mlflow
import numpy
import pandas
import pytest
import requests
from mlflow.models import infer_signature
from running import CAIRN, Server
from scipy import stats
from serving_project import Project
from sklearn import metrics as m
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType

COLUMNS = ["a", "b", "c"]
EXACT = {"rel": 1e-12, "abs": 1e-12}


def evaluate(folder, *words, code=0, server=None):
    where = ["--server", server.uri] if server else []
    ended = subprocess.run([CAIRN, "evaluate", *words, *where, "--json"], cwd=folder, capture_output=True, text=True, env={**os.environ, "CAIRN_ACTOR": "ben"})
    assert ended.returncode == code, ended.stdout + ended.stderr
    return json.loads(ended.stdout)


def values(report):
    return {figure["name"]: figure["value"] for figure in report["figures"]}


def scored(rows, seed=3):
    """Rows with a truth, a chance of it, and groups of which one is served worse."""
    chance = numpy.random.default_rng(seed)
    group = chance.choice(["north", "south", "west"], rows)
    truth = (chance.random(rows) < 0.35).astype(int)
    noise = numpy.where(group == "west", 0.45, 0.2)
    return pandas.DataFrame({"y": truth, "group": group, "p": numpy.clip(0.3 + 0.3 * truth + chance.normal(0, noise), 0, 1)})


def test_two_classes_are_measured_as_by_scikit_learn(tmp_path):
    rows = scored(3000)
    rows.to_parquet(tmp_path / "rows.parquet", index=False)
    got = values(report := evaluate(tmp_path, "--on", "rows.parquet", "--target", "y", "--predictions", "p", "--threshold", "0.4", "--cost", "1,5"))
    y, p = rows["y"], rows["p"]
    d = (p >= 0.4).astype(int)
    due = {"accuracy": m.accuracy_score(y, d), "balanced_accuracy": m.balanced_accuracy_score(y, d), "precision": m.precision_score(y, d), "recall": m.recall_score(y, d),
           "f1": m.f1_score(y, d), "mcc": m.matthews_corrcoef(y, d), "roc_auc": m.roc_auc_score(y, p), "average_precision": m.average_precision_score(y, p),
           "log_loss": m.log_loss(y, p), "brier": m.brier_score_loss(y, p)}
    assert {name: got[name] for name in due} == pytest.approx(due, **EXACT)
    assert report["confusion"]["counts"] == m.confusion_matrix(y, d).tolist()
    assert report["cost"]["at_threshold"] == pytest.approx(1000 * (((d == 1) & (y == 0)).mean() + 5 * ((d == 0) & (y == 1)).mean()))
    false, true, _ = m.roc_curve(y, p, drop_intermediate=False)
    ours = [(point["false_positive_rate"], point["true_positive_rate"]) for point in report["roc"]]
    assert set(ours) <= set(zip(false, true)) and len(ours) > 150
    assert "no threshold was on record" in report["threshold_record"]["sentence"]


def test_several_classes_are_measured_as_by_scikit_learn(tmp_path):
    x, y = load_iris(return_X_y=True)
    names = numpy.array(["setosa", "versicolor", "virginica"])
    p = RandomForestClassifier(10, random_state=1, max_depth=2).fit(x[::2], y[::2]).predict_proba(x)
    rows = pandas.DataFrame(p, columns=names).assign(y=names[y])
    rows.to_csv(tmp_path / "rows.csv", index=False)
    report = evaluate(tmp_path, "--on", "rows.csv", "--target", "y", "--probabilities", ",".join(f"{name}={name}" for name in names))
    d, got = p.argmax(axis=1), values(report)
    due = {"accuracy": m.accuracy_score(y, d), "mcc": m.matthews_corrcoef(y, d), "f1_macro": m.f1_score(y, d, average="macro"), "f1_weighted": m.f1_score(y, d, average="weighted"),
           "recall[virginica]": m.recall_score(y, d, average=None)[2], "roc_auc": m.roc_auc_score(y, p, multi_class="ovr"), "log_loss": m.log_loss(y, p),
           "average_precision": m.average_precision_score(numpy.eye(3)[y], p)}
    assert {name: got[name] for name in due} == pytest.approx(due, **EXACT)


def test_numbers_and_forecasts_are_measured_as_by_scikit_learn(tmp_path):
    chance = numpy.random.default_rng(4)
    days = pandas.date_range("2026-01-01", periods=200)
    y = 50 + 20 * numpy.sin(numpy.arange(200) / 7 * 2 * numpy.pi) + chance.normal(0, 3, 200)
    rows = pandas.DataFrame({"day": days, "units": y, "p": y + chance.normal(0, 4, 200)}).assign(low=lambda r: r["p"] - 5, high=lambda r: r["p"] + 5)
    rows.sample(frac=1, random_state=1).to_csv(tmp_path / "rows.csv", index=False)
    p = rows["p"]
    due = {"mae": m.mean_absolute_error(y, p), "rmse": m.root_mean_squared_error(y, p), "r2": m.r2_score(y, p), "mape": m.mean_absolute_percentage_error(y, p),
           "median_absolute_error": m.median_absolute_error(y, p), "pinball[0.1]": m.mean_pinball_loss(y, rows["low"], alpha=0.1),
           "coverage[0.1..0.9]": ((y >= rows["low"]) & (y <= rows["high"])).mean()}
    words = ["--on", "rows.csv", "--target", "units", "--predictions", "p", "--quantiles", "0.9=high,0.1=low"]
    got = values(evaluate(tmp_path, *words, "--suite", "regression"))
    assert {name: got[name] for name in due} == pytest.approx(due, **EXACT)
    report = evaluate(tmp_path, *words, "--suite", "forecasting", "--time", "day", "--season", "7")
    assert report["metric"] == "mase" and report["intervals"]["drawn_by"] == "blocks"
    assert report["value"] == pytest.approx(due["mae"] / numpy.abs(y[7:] - y[:-7]).mean(), **EXACT)
    assert len(report["windows"]) == 10 and report["windows"][0]["from"].startswith("2026-01-01")


def test_intervals_are_those_of_scipy_as_far_as_chance_allows(tmp_path):
    rows = scored(400)
    rows.to_csv(tmp_path / "rows.csv", index=False)
    report = evaluate(tmp_path, "--on", "rows.csv", "--target", "y", "--predictions", "p", "--replicates", "4000")
    ours = {figure["name"]: figure for figure in report["figures"]}
    for name, score in (("roc_auc", m.roc_auc_score), ("brier", m.brier_score_loss)):
        def statistic(y, p, score=score):
            return score(y, p)
        theirs = stats.bootstrap((rows["y"].to_numpy(), rows["p"].to_numpy()), statistic, paired=True, vectorized=False, n_resamples=2000, method="BCa", rng=numpy.random.default_rng(5))
        width = theirs.confidence_interval.high - theirs.confidence_interval.low
        assert ours[name]["low"] == pytest.approx(theirs.confidence_interval.low, abs=width * 0.06)
        assert ours[name]["high"] == pytest.approx(theirs.confidence_interval.high, abs=width * 0.06)
        assert ours[name]["standard_error"] == pytest.approx(theirs.standard_error, rel=0.06)
    again = evaluate(tmp_path, "--on", "rows.csv", "--target", "y", "--predictions", "p", "--replicates", "4000")
    assert again["figures"] == report["figures"]


def test_groups_are_compared_as_by_fairlearn_and_the_worse_slice_is_found(tmp_path):
    rows = scored(4000)
    rows.to_csv(tmp_path / "rows.csv", index=False)
    report = evaluate(tmp_path, "--on", "rows.csv", "--target", "y", "--predictions", "p", "--threshold", "0.5", "--slices", "group", "--groups", "group", "--report", "page.html")
    y, d, g = rows["y"], (rows["p"] >= 0.5).astype(int), rows["group"]
    gaps = values(report["fairness"][0])
    due = {"demographic_parity_difference": fair.demographic_parity_difference, "disparate_impact": fair.demographic_parity_ratio,
           "equal_opportunity_difference": fair.equal_opportunity_difference, "equalized_odds_difference": fair.equalized_odds_difference}
    assert {name: gaps[name] for name in due} == pytest.approx({name: gap(y, d, sensitive_features=g) for name, gap in due.items()}, **EXACT)
    for slice_ in report["slices"]:
        of = rows[g == slice_["value"]]
        assert values(slice_)["log_loss"] == pytest.approx(m.log_loss(of["y"], of["p"]), **EXACT)
        assert slice_["worse"] == (slice_["value"] == "west")
    page = (tmp_path / "page.html").read_text()
    assert page.count("<svg") > 6 and not re.search(r'(?:src|href)="', page)


@pytest.fixture(scope="module")
def registered(server, tmp_path_factory):
    """A model of two classes that goes by a and b, in ONNX, and rows for it."""
    folder = tmp_path_factory.mktemp("registered")
    chance = numpy.random.default_rng(8)
    rows = pandas.DataFrame(chance.normal(size=(4000, 3)), columns=COLUMNS)
    rows["y"] = (2 * rows["a"] - rows["b"] + chance.normal(size=4000) > 0).astype(int)
    model = LogisticRegression().fit(rows[COLUMNS].to_numpy(), rows["y"])
    mlflow.set_tracking_uri(server.uri)
    mlflow.set_experiment("evaluate")
    with mlflow.start_run() as run:
        onnx = to_onnx(model, initial_types=[("X", FloatTensorType([None, 3]))], options={"zipmap": False}, target_opset={"": 17, "ai.onnx.ml": 3})
        mlflow.onnx.log_model(onnx, name="model", registered_model_name="measured", signature=infer_signature(rows[COLUMNS], numpy.zeros((3, 2), "float32")), pip_requirements=["onnx"])
    rows.to_parquet(folder / "rows.parquet", index=False)
    return folder, rows, model, run.info.run_id


def test_a_version_answers_here_and_the_figures_go_on_record(server, registered):
    folder, rows, model, run = registered
    report = evaluate(folder, "measured/1", "--on", "rows.parquet", "--target", "y", "--metric", "roc_auc", server=server)
    assert report["value"] == pytest.approx(m.roc_auc_score(rows["y"], model.predict_proba(rows[COLUMNS].to_numpy())[:, 1]), abs=1e-6)
    assert mlflow.MlflowClient().get_run(run).data.metrics["evaluation.roc_auc"] == report["value"]
    theirs = permutation_importance(model, rows[COLUMNS].to_numpy(), rows["y"], scoring="roc_auc", n_repeats=10, random_state=0)
    ours = {row["column"]: row["importance"] for row in report["importance"]}
    assert [ours[name] for name in COLUMNS] == pytest.approx(theirs.importances_mean, abs=0.015)
    noise = {row["level"]: row["value"] for row in report["robustness"] if row["kind"] == "noise"}
    assert report["value"] > noise[0.2] > 0.8
    upstream = requests.get(f"{server.uri}/api/v1/lineage", params={"thing": "evaluation:" + report["id"], "direction": "upstream"}, timeout=30).text
    assert "model:measured/1" in upstream and report["on"]["sha256"] in upstream
    (kept,) = requests.get(f"{server.uri}/api/v1/evaluations", params={"model": "measured", "version": 1}, timeout=30).json()["items"]
    whole = requests.get(f"{server.uri}/api/v1/evaluations/{kept['id']}", timeout=30).json()
    assert whole["figures"] == report["figures"] and whole["manifest"] == report["manifest"]


def test_what_is_wanted_can_be_said_before_and_is_held_against_the_result(server, registered):
    folder = registered[0]
    words = ["measured", "--on", "rows.parquet", "--target", "y", "--quick"]
    assert not evaluate(folder, *words, server=server)["threshold_record"]["recorded"]
    evaluate(folder, "plan", "measured", "--threshold", "0.3", "--metric", "roc_auc", "--min", "0.8", server=server)
    report = evaluate(folder, *words, server=server)
    assert (report["threshold"], report["threshold_record"]["recorded"], report["bound"]["met"]) == (0.3, True, True)
    assert not evaluate(folder, *words, "--threshold", "0.6", server=server)["threshold_record"]["recorded"]
    evaluate(folder, "plan", "measured", "--metric", "roc_auc", "--min", "0.99", server=server)
    assert not evaluate(folder, *words, code=1, server=server)["bound"]["met"]


def test_what_is_wrong_is_said(server, registered, tmp_path):
    folder = registered[0]
    scored(50).to_csv(folder / "scored.csv", index=False)
    plain = ["--on", "scored.csv", "--target", "y"]
    for words, code, sentence in ((["--on", "scored.csv", "--predictions", "p"], 2, "which column holds the truth"), ([*plain], 2, "whose predictions"),
                                  ([*plain, "--predictions", "q"], 2, "no column 'q'"), ([*plain, "--predictions", "p", "--metric", "acuracy"], 2, "Did you mean 'accuracy'"),
                                  ([*plain, "--predictions", "p", "--suite", "regresion"], 2, "Did you mean 'regression'"),
                                  ([*plain, "--predictions", "group"], 2, "none of the classes"), (["--on", "none.csv", "--predictions", "p"], 3, "none.csv"),
                                  (["measured@9", *plain], 3, "9"), (["measured", *plain], 2, "no column 'a'"),
                                  ([*plain, "--predictions", "p", "--positive", "2"], 2, "no row has the class '2'")):
        said = evaluate(folder, *words, code=code, server=server)
        assert sentence in said["error"]["message"], said


def test_each_opening_of_the_sealed_rows_is_counted(tmp_path):
    chance = numpy.random.default_rng(2)
    rows = pandas.DataFrame(chance.normal(size=(400, 3)), columns=COLUMNS)
    model = LogisticRegression().fit(rows[COLUMNS].to_numpy(), (rows["a"] > 0).astype(int))
    running = Server(tmp_path / "data", project=tmp_path)
    project = Project(tmp_path, running)
    project.begin(rows, dict.fromkeys(COLUMNS, "number"))
    onnx = to_onnx(model, initial_types=[("X", FloatTensorType([None, 3]))], options={"zipmap": False}, target_opset={"": 17, "ai.onnx.ml": 3})
    project.register(onnx, infer_signature(rows[COLUMNS], numpy.zeros((3, 2), "float32")))
    first = project.cairn("evaluate", "late-arrival", "--on", "rows", "--quick")
    assert first["on"]["part"] == "sealed" and first["classes"] == ["on time", "late"] and first["seal"]["openings"] == 1
    second = project.cairn("evaluate", "late-arrival@1", "--on", "rows@1", "--quick")
    assert second["seal"]["openings"] == 2 and "2 times" in second["seal"]["sentence"]
    training = project.cairn("evaluate", "late-arrival", "--on", "rows", "--training", "--quick")
    assert training["on"]["part"] == "training" and training["seal"] is None
    assert len(project.cairn("data", "seal", "rows@1")["items"]) == 2
    assert first["figures"] == second["figures"] != training["figures"]
    assert running.stop() == 0
    running.log.close()
