"""Makes the models beside this file, and for each the answers that scikit-learn gives: python make.py (needs scikit-learn, skl2onnx, onnx)."""

import json
import pathlib

import numpy
import onnx
import pandas
from onnx import TensorProto, helper
from skl2onnx import convert_sklearn, to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

HERE = pathlib.Path(__file__).parent
PLAIN = {"zipmap": False}
random = numpy.random.default_rng(7)


def save(name, model):
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString())


def expect(name, **answers):
    (HERE / f"{name}.json").write_text(json.dumps(answers, indent=1) + "\n")


def boosting():
    """100 trees over a matrix of ten features."""
    x = random.normal(size=(600, 10)).astype(numpy.float32)
    y = (x[:, 0] * x[:, 1] + x[:, 2] > 0).astype(int)
    fitted = GradientBoostingClassifier(n_estimators=100, max_depth=3, random_state=0).fit(x, y)
    save("boosting", to_onnx(fitted, x[:1], options=PLAIN, target_opset=17))
    rows = x[:32]
    expect("boosting", rows=rows.astype(float).tolist(), labels=fitted.predict(rows).tolist(), probabilities=fitted.predict_proba(rows).tolist())


def columns():
    """A pipeline over a data frame: one input per column; texts, whole numbers, numbers."""
    frame = pandas.DataFrame({
        "carrier": random.choice(["UA", "AA", "B6", "DL"], 500),
        "hour": random.integers(0, 24, 500),
        "distance": random.normal(1000, 300, 500),
    })
    late = (frame["hour"] > 15) ^ (frame["carrier"] == "B6")
    y = numpy.where(late, "late", "on time")
    steps = ColumnTransformer([
        ("texts", OneHotEncoder(handle_unknown="ignore"), ["carrier"]),
        ("numbers", StandardScaler(), ["hour", "distance"]),
    ])
    fitted = Pipeline([("columns", steps), ("classifier", LogisticRegression())]).fit(frame, y)
    types = [("carrier", StringTensorType([None, 1])), ("hour", Int64TensorType([None, 1])), ("distance", FloatTensorType([None, 1]))]
    save("columns", convert_sklearn(fitted, initial_types=types, options={id(fitted): PLAIN}, target_opset=17))
    rows = frame[:20].copy()
    rows.loc[3, "carrier"] = "ZZ"
    expect("columns", carrier=rows["carrier"].tolist(), hour=rows["hour"].tolist(), distance=rows["distance"].tolist(),
           labels=fitted.predict(rows).tolist(), probabilities=fitted.predict_proba(rows).tolist())


def regression():
    x = random.normal(size=(200, 3)).astype(numpy.float32)
    fitted = GradientBoostingRegressor(n_estimators=10, max_depth=2, random_state=0).fit(x, x[:, 0] * 2 + x[:, 1])
    save("regression", to_onnx(fitted, x[:1], target_opset=17))
    expect("regression", rows=x[:8].astype(float).tolist(), variable=fitted.predict(x[:8]).tolist())


def maps():
    """What skl2onnx makes when nobody switches its maps off."""
    x = random.normal(size=(50, 2)).astype(numpy.float32)
    save("maps", to_onnx(LogisticRegression().fit(x, x[:, 0] > 0), x[:1], target_opset=17))


def by_hand(name, nodes, initializers=(), domains=(("", 17),)):
    graph = helper.make_graph(nodes, name, [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 2])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 2])], initializer=list(initializers))
    imports = [helper.make_opsetid(domain, version) for domain, version in domains]
    save(name, helper.make_model(graph, opset_imports=imports, ir_version=8))


def refused():
    """Models to be turned away: data outside the folder, operators of another domain."""
    outside = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2], data_location=TensorProto.EXTERNAL)
    outside.external_data.add(key="location", value="../outside.bin")
    by_hand("outside", [helper.make_node("Add", ["x", "w"], ["y"])], [outside])
    inside = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2], data_location=TensorProto.EXTERNAL)
    inside.external_data.add(key="location", value="inside.bin")
    by_hand("inside", [helper.make_node("Add", ["x", "w"], ["y"])], [inside])
    (HERE / "inside.bin").write_bytes(numpy.array([10, 20], numpy.float32).tobytes())
    by_hand("foreign", [helper.make_node("Gelu", ["x"], ["y"], domain="com.microsoft")], domains=(("", 17), ("com.microsoft", 1)))
    by_hand("unknown", [helper.make_node("NoSuchOperator", ["x"], ["y"])])


if __name__ == "__main__":
    boosting()
    columns()
    regression()
    maps()
    refused()
