"""Writes PMML documents by sklearn2pmml and Nyoka, and answers rows with them by JPMML: pmml_peer.py make FOLDER | pmml_peer.py answer < {"DOCUMENT": {"FIELD": [value, …]}, …}

`make` fits the estimators to rows of its own. `answer` prints one line of JSON: for each document, for each row, what JPMML gives by name, or the words of
its error. A null is a missing value. Run in its own environment; JPMML needs Java on the PATH."""

import json
import pathlib
import sys

sys.path.pop(0)  # a folder called java lies beside this file, and JPype's Java would be taken for it

import numpy  # noqa: E402
import pandas  # noqa: E402
from sklearn.compose import make_column_transformer  # noqa: E402
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor, HistGradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor  # noqa: E402
from sklearn.linear_model import LinearRegression, LogisticRegression  # noqa: E402
from sklearn.pipeline import Pipeline  # noqa: E402
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler  # noqa: E402
from sklearn.tree import DecisionTreeClassifier  # noqa: E402


def rows(count=300):
    chance = numpy.random.default_rng(3)
    table = pandas.DataFrame({"a": chance.normal(size=count), "b": chance.integers(0, 9, count).astype(float), "c": chance.choice(["x", "y", "z"], count)})
    late = (table.a + table.b / 9 > 0.5).astype(int).rename("late")
    # Between 0 and 1, since gates take scores for chances.
    amount = (0.4 + table.a / 20 + table.b**2 / 810).rename("amount")
    kind = pandas.Series(numpy.where(amount < 0.38, "low", numpy.where(amount < 0.45, "middling", "high")), name="kind")
    return table, late, amount, kind


def by_sklearn2pmml(folder):
    from sklearn2pmml import sklearn2pmml
    from sklearn2pmml.pipeline import PMMLPipeline
    table, late, amount, kind = rows()
    numbers = table[["a", "b"]]
    mixed = [("columns", make_column_transformer((OneHotEncoder(), ["c"]), (StandardScaler(), ["a"])))]
    ordered = [("columns", make_column_transformer((OrdinalEncoder(), ["c"]), (StandardScaler(), ["a"])))]
    for name, before, model, given, target in (
        ("tree", [], DecisionTreeClassifier(max_depth=4, random_state=0), numbers, late),
        ("forest", [], RandomForestClassifier(9, max_depth=4, random_state=0), numbers, kind),
        ("forest-of-numbers", [], RandomForestRegressor(9, max_depth=4, random_state=0), numbers, amount),
        ("boosting", [], GradientBoostingClassifier(n_estimators=20, random_state=0), numbers, late),
        ("boosting-of-three", [], GradientBoostingClassifier(n_estimators=10, random_state=0), numbers, kind),
        ("boosting-of-numbers", [], GradientBoostingRegressor(n_estimators=20, random_state=0), numbers, amount),
        ("histograms", [], HistGradientBoostingClassifier(max_iter=10), numbers, late),
        ("linear", [], LinearRegression(), numbers, amount),
        ("logistic", [], LogisticRegression(), numbers, late),
        ("logistic-of-three", [], LogisticRegression(), numbers, kind),
        ("logistic-of-texts", mixed, LogisticRegression(), table, late),
        ("tree-of-texts", ordered, DecisionTreeClassifier(max_depth=4, random_state=0), table, late),
    ):
        pipeline = PMMLPipeline([*before, ("model", model)]).fit(given, target)
        pipeline.verify(given.head(10), precision=1e-9, zeroThreshold=1e-9)
        sklearn2pmml(pipeline, str(folder / f"sklearn2pmml-{name}.pmml"))


def by_nyoka(folder):
    from nyoka import skl_to_pmml
    table, late, amount, _ = rows()
    numbers = table[["a", "b"]]
    for name, model, target in (
        ("tree", DecisionTreeClassifier(max_depth=4, random_state=0), late),
        ("boosting", GradientBoostingClassifier(n_estimators=10, random_state=0), late),
        ("boosting-of-numbers", GradientBoostingRegressor(n_estimators=10, random_state=0), amount),
        ("linear", LinearRegression(), amount),
        ("logistic", LogisticRegression(), late),
    ):
        pipeline = Pipeline([("scaled", StandardScaler()), ("model", model)]).fit(numbers, target)
        skl_to_pmml(pipeline, ["a", "b"], target.name, str(folder / f"nyoka-{name}.pmml"))


def answered(evaluator, given):
    found = []
    for values in zip(*given.values()):
        try:
            answer = evaluator.evaluate(dict(zip(given, values)))
            found.append({name: value.item() if hasattr(value, "item") else value for name, value in answer.items()})
        except Exception as problem:  # Java's, of many kinds
            found.append(str(problem)[:200])
    return found


def answer():
    from jpmml_evaluator import make_evaluator
    from jpmml_evaluator.jpype import JPypeBackend
    backend, answers = JPypeBackend(), {}
    for document, given in json.load(sys.stdin).items():
        evaluator = make_evaluator(document, backend=backend)
        evaluator.verify()
        answers[document] = {"target": [field.getName() for field in evaluator.getTargetFields()][0], "rows": answered(evaluator, given)}
    print(json.dumps(answers))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        by_sklearn2pmml(pathlib.Path(sys.argv[2]))
        by_nyoka(pathlib.Path(sys.argv[2]))
    else:
        answer()
