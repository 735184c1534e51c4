"""`cairn predict`: files of rows against what the real libraries answer to the same rows."""

import hashlib
import json
import os
import subprocess
import sys

import lightgbm
import mlflow
import numpy
import pandas
import pytest
import requests
from mlflow.models import infer_signature
from running import CAIRN
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.linear_model import LogisticRegression

COLUMNS = ["a", "b", "c"]


def table(rows):
    chance = numpy.random.default_rng(5)
    return pandas.DataFrame(chance.normal(size=(rows, 3)), columns=COLUMNS).assign(key=[f"k{i}" for i in range(rows)])


def labels(rows):
    return (rows["a"] > rows["b"]).astype(int)


def log(server, name, flavour, model, answers, **options):
    mlflow.set_tracking_uri(server.uri)
    mlflow.set_experiment("predict")
    with mlflow.start_run():
        flavour.log_model(model, name="model", registered_model_name=name, signature=infer_signature(table(3)[COLUMNS], answers), pip_requirements=["numpy"], **options)


def predict(server, folder, *words):
    command = [CAIRN, "predict", *words, "--server", server.uri, "--python", sys.executable, "--json"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, env={**os.environ, "CAIRN_ACTOR": "ben"})
    return ended.returncode, json.loads(ended.stdout)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_an_onnx_model_answers_every_row_in_its_place(server, tmp_path, form):
    rows = table(20_000)
    trained = LogisticRegression().fit(rows[COLUMNS].to_numpy(), labels(rows))
    model = to_onnx(trained, initial_types=[("X", FloatTensorType([None, 3]))], options={"zipmap": False}, target_opset={"": 17, "ai.onnx.ml": 3})
    log(server, "onnx-" + form, mlflow.onnx, model, numpy.zeros((3, 2), "float32"))
    source, made = tmp_path / f"rows.{form}", tmp_path / "answers.parquet"
    rows.to_csv(source, index=False) if form == "csv" else rows.to_parquet(source, index=False)
    code, said = predict(server, tmp_path, f"onnx-{form}@1", source.name, "-o", made.name, "--keep", "key")
    assert (code, said["rows"]) == (0, len(rows)), said
    answers = pandas.read_parquet(made)
    assert answers["key"].tolist() == rows["key"].tolist()
    numpy.testing.assert_allclose(answers["probabilities_1"], trained.predict_proba(rows[COLUMNS].to_numpy())[:, 1], atol=1e-5)


def test_a_python_model_answers_as_its_library_and_it_goes_on_record(server, tmp_path):
    rows = table(25_000)
    booster = lightgbm.train({"objective": "binary", "verbose": -1}, lightgbm.Dataset(rows[COLUMNS], label=labels(rows)), 10)
    log(server, "booster", mlflow.lightgbm, booster, booster.predict(table(3)[COLUMNS]))
    rows.to_parquet(tmp_path / "rows.parquet", index=False)
    code, said = predict(server, tmp_path, "booster@1", "rows.parquet", "-o", "answers.csv", "--keep", "key")
    assert (code, said["rows"]) == (0, len(rows)), said
    answers = pandas.read_csv(tmp_path / "answers.csv")
    numpy.testing.assert_array_equal(answers["predictions"], booster.predict(rows[COLUMNS]))
    digests = {name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("rows.parquet", "answers.csv")}
    made_of = requests.get(f"{server.uri}/api/v1/lineage", params={"thing": digests["answers.csv"], "direction": "upstream"}, timeout=30)
    assert "model:booster/1" in made_of.text and digests["rows.parquet"] in made_of.text, made_of.text


def test_a_pickle_takes_a_permission(server, tmp_path):
    rows = table(50)
    model = LogisticRegression().fit(rows[COLUMNS], labels(rows))
    log(server, "pickled", mlflow.sklearn, model, model.predict(table(3)[COLUMNS]), serialization_format="cloudpickle")
    rows.to_csv(tmp_path / "rows.csv", index=False)
    code, said = predict(server, tmp_path, "pickled@1", "rows.csv", "-o", "answers.csv")
    assert code == 5, said
    assert "model.pkl" in said["error"]["message"]
    assert not (tmp_path / "answers.csv").exists()
    code, said = predict(server, tmp_path, "pickled@1", "rows.csv", "-o", "answers.csv", "--permit-code")
    assert code == 0, said
    assert pandas.read_csv(tmp_path / "answers.csv")["predictions"].tolist() == model.predict(rows[COLUMNS]).tolist()


def test_what_is_wrong_is_said_and_nothing_is_written(server, tmp_path):
    rows = table(10)
    booster = lightgbm.train({"verbose": -1, "min_data_in_leaf": 1}, lightgbm.Dataset(rows[COLUMNS], label=labels(rows)), 2)
    log(server, "strict", mlflow.lightgbm, booster, booster.predict(table(3)[COLUMNS]))
    rows.drop(columns="b").to_csv(tmp_path / "rows.csv", index=False)
    for words, code, sentence in ((["strict@1", "rows.csv", "-o", "x.csv"], 2, "no column 'b'"), (["strict@1", "rows.csv", "-o", "x.txt"], 2, "must end in"),
                                  (["strict@1", "none.csv", "-o", "x.csv"], 3, "none.csv"), (["strict@9", "rows.csv", "-o", "x.csv"], 3, "9"),
                                  (["strict", "rows.csv", "-o", "x.csv"], 2, "MODEL@ALIAS")):
        got, said = predict(server, tmp_path, *words)
        assert got == code, said
        assert sentence in said["error"]["message"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rows.csv"]
