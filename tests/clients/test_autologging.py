"""Gradient boosters that log themselves through MLflow's client, and their models loaded back."""

import lightgbm
import mlflow
import numpy as np
import pytest
import xgboost
from mlflow import MlflowClient
from sklearn.datasets import load_breast_cancer


@pytest.fixture(scope="module")
def patients():
    return load_breast_cancer(return_X_y=True)


@pytest.fixture
def experiment(server, request):
    mlflow.set_tracking_uri(server.uri)
    return mlflow.set_experiment(request.node.name).experiment_id


def logged(server, experiment):
    """The one run of the experiment, and the address of the model that it logged."""
    client = MlflowClient(server.uri)
    (run,) = client.search_runs([experiment])
    (model,) = mlflow.search_logged_models([experiment], output_format="list")
    assert model.source_run_id == run.info.run_id and run.info.status == "FINISHED"
    return client, run, model


def test_xgboost_logs_itself(server, experiment, patients):
    rows, labels = patients
    mlflow.xgboost.autolog(model_format="ubj")
    try:
        data = xgboost.DMatrix(rows, labels)
        with mlflow.start_run():
            settings = {"objective": "binary:logistic", "eval_metric": "logloss", "max_depth": 3, "seed": 1}
            booster = xgboost.train(settings, data, num_boost_round=12, evals=[(data, "train")], verbose_eval=False)
    finally:
        mlflow.xgboost.autolog(disable=True)
    client, run, model = logged(server, experiment)
    assert run.data.params["max_depth"] == "3" and run.data.params["num_boost_round"] == "12"
    history = client.get_metric_history(run.info.run_id, "train-logloss")
    assert [point.step for point in sorted(history, key=lambda point: point.step)] == list(range(12))
    assert run.data.metrics["train-logloss"] == min(point.value for point in history)
    assert any(one.path.startswith("feature_importance") for one in client.list_artifacts(run.info.run_id))
    again = mlflow.xgboost.load_model(model.model_uri)
    assert np.array_equal(again.predict(data), booster.predict(data))


def test_lightgbm_logs_itself(server, experiment, patients):
    rows, labels = patients
    mlflow.lightgbm.autolog()
    try:
        data = lightgbm.Dataset(rows, labels)
        with mlflow.start_run():
            settings = {"objective": "binary", "metric": "binary_logloss", "num_leaves": 7, "seed": 1, "verbosity": -1}
            booster = lightgbm.train(settings, data, num_boost_round=9, valid_sets=[data], valid_names=["train"])
    finally:
        mlflow.lightgbm.autolog(disable=True)
    client, run, model = logged(server, experiment)
    assert run.data.params["num_leaves"] == "7"
    assert len(client.get_metric_history(run.info.run_id, "train-binary_logloss")) == 9
    again = mlflow.lightgbm.load_model(model.model_uri)
    assert np.array_equal(again.predict(rows), booster.predict(rows))


def test_a_booster_is_registered_and_served_to_whoever_asks_for_the_alias(server, experiment, patients):
    rows, labels = patients
    classifier = xgboost.XGBClassifier(n_estimators=5, max_depth=2).fit(rows, labels)
    with mlflow.start_run():
        mlflow.xgboost.log_model(classifier, name="model", registered_model_name="tumours", model_format="json")
    client = MlflowClient(server.uri)
    client.set_registered_model_alias("tumours", "champion", 1)
    again = mlflow.pyfunc.load_model("models:/tumours@champion")
    assert np.array_equal(again.predict(rows), classifier.predict(rows))
