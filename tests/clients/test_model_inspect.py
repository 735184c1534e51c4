"""`cairn model inspect` on what real libraries write, and on what was made to fool it."""

import io
import json
import os
import pickle
import pickletools
import random
import struct
import subprocess
import sys
import zipfile

import harmful
import joblib
import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC

ROWS, LABELS = load_iris(return_X_y=True)
WORDS = np.array(["setosa", "versicolor", "virginica"], dtype=object)[LABELS]


@pytest.fixture(scope="module")
def inspect(cairn_binary):
    def run(path, *flags):
        """(exit code, the answer)"""
        asked = subprocess.run([cairn_binary, "model", "inspect", str(path), "--json", *flags], capture_output=True, text=True, timeout=120)
        assert asked.stderr == "", asked.stderr
        return asked.returncode, json.loads(asked.stdout)

    return run


@pytest.fixture
def canary(tmp_path):
    file = tmp_path / "canary"
    yield file
    assert not file.exists(), "the file under inspection was executed"


def unknown(answer):
    return {f"{one['module']}.{one['name']}" for one in answer["imports"] if not one["known_as"]}


def written(path, content):
    path.write_bytes(content)
    return path


# --- what real libraries write -------------------------------------------------------------------------------------------------------


def estimators():
    return {
        "forest": RandomForestClassifier(5, random_state=0).fit(ROWS, LABELS),
        "forest of words": RandomForestClassifier(3).fit(ROWS, WORDS),
        "boosting": GradientBoostingClassifier(n_estimators=3).fit(ROWS, LABELS),
        "histogram boosting": HistGradientBoostingClassifier(max_iter=3).fit(ROWS, LABELS),
        "pipeline": make_pipeline(StandardScaler(), LogisticRegression()).fit(ROWS, LABELS),
        "categories": OneHotEncoder().fit(np.array([["a"], ["b"], [None]], dtype=object)),
        "neighbours": KNeighborsClassifier(algorithm="kd_tree").fit(ROWS, LABELS),
        "support vectors": SVC().fit(ROWS, LABELS),
        "texts": TfidfVectorizer().fit([" ".join(f"{letter}word{i}" for letter in "icPB(" for i in range(2000))]),
    }


@pytest.mark.parametrize("name", estimators())
def test_an_ordinary_scikit_learn_file_is_not_flagged(inspect, tmp_path, name):
    model = estimators()[name]
    for protocol in range(6):
        code, answer = inspect(written(tmp_path / "p", pickle.dumps(model, protocol)))
        assert (code, answer["format"]["id"], answer["loading_runs"]) == (0, "pickle", "known code"), answer
        assert answer["writer"].startswith("scikit-learn")
    joblib.dump(model, tmp_path / "raw")
    code, answer = inspect(tmp_path / "raw")
    assert (code, answer["concerns"], answer["damage"]) == (0, [], []), answer
    for method in ("zlib", "gzip", "bz2", "lzma", "xz"):
        joblib.dump(model, tmp_path / method, compress=(method, 3))
        code, answer = inspect(tmp_path / method)
        assert (code, answer["format"]["id"], answer["damage"]) == (0, "joblib", []), answer
        assert answer["details"]["class"] == f"{type(model).__module__}.{type(model).__qualname__}"


def test_every_estimator_of_scikit_learn_is_known(inspect, tmp_path):
    from sklearn.utils import all_estimators

    flagged = {}
    fitted = []
    for name, kind in all_estimators():
        try:
            fitted.append(kind().fit(np.abs(ROWS), LABELS))
        except Exception:
            continue
    assert len(fitted) > 120
    for model in fitted:
        code, answer = inspect(written(tmp_path / "p", pickle.dumps(model)))
        if code:
            flagged[type(model).__name__] = unknown(answer)
    assert flagged == {}


def test_joblib_arrays_of_every_kind_are_stepped_over(inspect, tmp_path):
    arrays = {
        "floats": ROWS,
        "fortran": np.asfortranarray(ROWS),
        "empty": np.zeros((0, 3)),
        "nothing": np.array(3.5),
        "objects": np.array(["a", None, {"k": 1}], dtype=object),
        "fields": np.array([(1, 2.0, "x")], dtype=[("p", "i4"), ("q", "f8"), ("r", "U5")]),
        "nested": np.zeros(2, dtype=[("a", [("b", "i2"), ("c", "f4", (3,))])]),
        "texts": np.array(["aé", "bcd"]),
        "bytes": np.array([b"a", b"bcd"]),
        "days": np.array(["2020-01-01"], "M8[D]"),
        "truth": np.array([True, False]),
        "big": np.arange(100_000, dtype=">i8"),
        "matrix": np.matrix([[1, 2]]),
    }
    joblib.dump(arrays, tmp_path / "arrays.joblib")
    code, answer = inspect(tmp_path / "arrays.joblib")
    assert (code, answer["damage"], answer["details"]["arrays"]) == (0, [], len(arrays) - ("matrix" not in arrays)), answer


def test_boosters_and_converted_models_are_described(inspect, tmp_path):
    import lightgbm
    import xgboost
    from skl2onnx import to_onnx

    booster = xgboost.XGBClassifier(n_estimators=4).fit(ROWS, LABELS)
    for ending in ("json", "ubj"):
        booster.save_model(tmp_path / f"x.{ending}")
        (tmp_path / f"x.{ending}").rename(tmp_path / "no-ending")
        code, answer = inspect(tmp_path / "no-ending")
        assert (code, answer["format"]["id"], answer["version"]) == (0, f"xgboost-{ending}", xgboost.__version__)
        assert (answer["details"]["trees"], answer["details"]["features"], answer["loading_runs"]) == ("12", "4", "nothing")
    light = lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(ROWS, LABELS)
    light.booster_.save_model(tmp_path / "l")
    code, answer = inspect(tmp_path / "l")
    assert (code, answer["format"]["id"], answer["details"]["trees"], len(answer["inputs"])) == (0, "lightgbm", 9, 4)
    for model in (booster, light):
        code, answer = inspect(written(tmp_path / "p", pickle.dumps(model)))
        assert (code, answer["loading_runs"]) == (0, "known code"), answer
    onnx = to_onnx(RandomForestClassifier(5).fit(ROWS, LABELS), ROWS[:1].astype("f4"))
    code, answer = inspect(written(tmp_path / "o", onnx.SerializeToString()))
    assert (code, answer["format"]["id"], answer["writer"]) == (0, "onnx", "skl2onnx 1.20.0")
    assert answer["details"]["opset"] == [f"{o.domain or 'ai.onnx'} {o.version}" for o in onnx.opset_import]
    assert answer["inputs"] == [{"name": "X", "type": "float32", "shape": "?×4"}]
    assert (answer["details"]["trees"], answer["format"]["runs_here"]) == (5, "in the process")


def test_an_onnx_file_that_reaches_out_of_its_folder_is_flagged(inspect, tmp_path):
    from onnx import TensorProto, helper

    weights = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4])
    weights.data_location = TensorProto.EXTERNAL
    entry = weights.external_data.add()
    entry.key, entry.value = "location", "../../etc/passwd"
    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, ["N", 4]) for n in "xy")
    graph = helper.make_graph([helper.make_node("Add", ["x", "w"], ["y"])], "g", [x], [y], [weights])
    path = written(tmp_path / "m", helper.make_model(graph).SerializeToString())
    code, answer = inspect(path)
    assert code == 1 and "../../etc/passwd" in answer["concerns"][0]["what"]
    assert answer["details"]["parameters"] == 4 and answer["inputs"] == [{"name": "x", "type": "float32", "shape": "N×4"}]
    entry.value = "weights.bin"
    graph.initializer[0].CopyFrom(weights)
    assert inspect(written(path, helper.make_model(graph).SerializeToString()))[0] == 0


def test_skops_files_name_their_types(inspect, tmp_path):
    import skops.io
    from sklearn.preprocessing import FunctionTransformer

    for name, model in estimators().items():
        skops.io.dump(model, tmp_path / "s")
        code, answer = inspect(tmp_path / "s")
        assert (code, answer["format"]["id"]) == (0, "skops"), (name, unknown(answer), answer["concerns"])
        assert answer["writer"].startswith("skops ")
    skops.io.dump(FunctionTransformer(os.system), tmp_path / "s")
    code, answer = inspect(tmp_path / "s")
    assert code == 1 and unknown(answer) == {"posix.system"} or unknown(answer) == {"os.system"}


def test_numpy_files_are_data_unless_they_hold_objects(inspect, tmp_path):
    np.save(tmp_path / "a.npy", ROWS)
    assert inspect(tmp_path / "a.npy")[1]["loading_runs"] == "nothing"
    np.savez_compressed(tmp_path / "a.npz", a=ROWS, o=np.array([1, None], dtype=object))
    code, answer = inspect(tmp_path / "a.npz")
    assert (code, answer["format"]["id"], answer["loading_runs"]) == (0, "npz", "known code")


def test_cloudpickle_is_plain_until_it_carries_code(inspect, tmp_path):
    import cloudpickle

    plain = cloudpickle.dumps(estimators()["pipeline"])
    assert inspect(written(tmp_path / "p", plain))[0] == 0
    code, answer = inspect(written(tmp_path / "p", cloudpickle.dumps(lambda x: x + 1)))
    assert (code, answer["format"]["id"]) == (1, "cloudpickle")
    assert "cloudpickle.cloudpickle._make_function" in unknown(answer)


def test_mlflow_folders_are_as_harmless_as_what_is_in_them(inspect, tmp_path, canary):
    import mlflow.pyfunc
    import mlflow.sklearn
    from mlflow.models import infer_signature

    folder = tmp_path / "m"
    mlflow.sklearn.save_model(estimators()["pipeline"], folder, signature=infer_signature(ROWS), serialization_format="cloudpickle")
    code, answer = inspect(folder)
    assert (code, answer["format"]["id"], answer["loading_runs"]) == (0, "mlflow", "known code"), answer
    assert set(answer["details"]["flavours"]) == {"python_function", "sklearn"}
    assert answer["inputs"][0]["shape"] == "?×4"
    lines = subprocess.run("find . -type f -printf '%P\\n' | LC_ALL=C sort | xargs sha256sum | sha256sum", shell=True, cwd=folder, capture_output=True, text=True)
    assert answer["sha256"] == lines.stdout.split()[0]
    (folder / "model.pkl").write_bytes(pickle.dumps(harmful.Evil(f"touch {canary}")))
    code, answer = inspect(folder)
    assert code == 1 and unknown(answer) == {"posix.system"}

    (folder / "model.pkl").write_bytes(pickle.dumps(1))
    settings = (folder / "MLmodel").read_text()
    (folder / "MLmodel").write_text(settings.replace("model.pkl", "../elsewhere.pkl"))
    code, answer = inspect(folder)
    assert code == 1 and "'../elsewhere.pkl', which is not in its folder" in answer["concerns"][0]["what"]

    class Own(mlflow.pyfunc.PythonModel):
        def predict(self, context, model_input, params=None):
            return model_input

    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "mine.py").write_text("x = 1\n")
    mlflow.pyfunc.save_model(tmp_path / "own", python_model=Own(), code_paths=[str(tmp_path / "code")])
    code, answer = inspect(tmp_path / "own")
    assert code == 1
    assert any("Python code" in one["what"] for one in answer["concerns"])
    assert any(one.startswith("cloudpickle.") for one in unknown(answer))


# --- formats whose libraries are too large to be installed for a test: their bytes by hand -----------------------------------------------


def field(number, value):
    """One field of a protobuf message."""

    def varint(n):
        out = b""
        while n > 127:
            out, n = out + bytes([n & 127 | 128]), n >> 7
        return out + bytes([n])

    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def saved_model(operator="MatMul"):
    tensor = field(1, "serving_default_x:0") + field(2, 1) + field(3, field(2, field(1, 4)))
    signature = field(1, field(1, "x") + field(2, tensor)) + field(2, field(1, "y") + field(2, tensor)) + field(3, "tensorflow/serving/predict")
    graph = field(1, field(1, "n") + field(2, operator)) + field(2, field(1, field(3, field(1, "s") + field(2, "SaveV2"))))
    meta = field(1, field(4, "serve") + field(5, "2.15.0")) + field(2, graph) + field(5, field(1, "serving_default") + field(2, signature))
    return field(1, 1) + field(2, meta)


def core_ml(kind=302, body=b"\x08\x01"):
    feature = field(1, "x") + field(3, field(2, b""))
    array = field(1, "y") + field(3, field(5, field(1, 3) + field(2, 65568)))
    return field(1, 4) + field(2, field(1, feature) + field(10, array) + field(100, field(3, "Ada"))) + field(kind, body)


def safetensors(entries, data=b""):
    header = json.dumps(entries).encode()
    return struct.pack("<Q", len(header)) + header + data


def gguf():
    def word(text):
        return struct.pack("<Q", len(text)) + text.encode()

    pairs = word("general.architecture") + struct.pack("<I", 8) + word("llama")
    pairs += word("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 2) + word("a") + word("b")
    pairs += word("llama.block_count") + struct.pack("<II", 4, 32)
    return b"GGUF" + struct.pack("<IQQ", 3, 7, 3) + pairs


def catboost():
    import flatbuffers

    builder = flatbuffers.Builder(256)
    version, key, value = (builder.CreateString(t) for t in ("FlabuffersModel_v1", "catboost_version_info", "Git info: 1.2.8\nmore"))
    builder.StartVector(4, 3, 4)
    for depth in (6, 6, 6):
        builder.PrependInt32(depth)
    sizes = builder.EndVector()
    builder.StartObject(5)
    builder.PrependUOffsetTRelativeSlot(2, sizes, 0)
    trees = builder.EndObject()
    builder.StartObject(2)
    builder.PrependUOffsetTRelativeSlot(0, key, 0)
    builder.PrependUOffsetTRelativeSlot(1, value, 0)
    pair = builder.EndObject()
    builder.StartVector(4, 1, 4)
    builder.PrependUOffsetTRelative(pair)
    pairs = builder.EndVector()
    builder.StartObject(4)
    builder.PrependUOffsetTRelativeSlot(0, version, 0)
    builder.PrependUOffsetTRelativeSlot(1, trees, 0)
    builder.PrependUOffsetTRelativeSlot(2, pairs, 0)
    builder.Finish(builder.EndObject())
    core = bytes(builder.Output())
    return b"CBM1" + struct.pack("<I", len(core)) + core


def torch_pickle():
    storage = harmful.text("storage") + harmful.text("torch") + harmful.text("FloatStorage") + b"\x93" + harmful.text("0") + harmful.text("cpu") + b"K\x04"
    tensor = harmful.text("torch._utils") + harmful.text("_rebuild_tensor_v2") + b"\x93((" + storage + b"tQK\x00K\x04\x85K\x01\x85\x89" + harmful.call("collections", "OrderedDict") + b"tR"
    return b"\x80\x04}" + harmful.text("weight") + tensor + b"s."


PMML = b"""<?xml version="1.0" encoding="UTF-8"?>
<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header><Application name="sklearn2pmml" version="0.90"/></Header>
<DataDictionary><DataField name="a" optype="continuous" dataType="double"/><DataField name="y" optype="categorical" dataType="string"/></DataDictionary>
<TreeModel functionName="classification"><MiningSchema><MiningField name="a"/><MiningField name="y" usageType="target"/></MiningSchema></TreeModel></PMML>"""

HANDMADE = {
    "pmml": (PMML, {"version": "4.4", "writer": "sklearn2pmml 0.90", "inputs": [{"name": "a", "type": "double", "shape": ""}]}),
    "pfa": (b'{"name": "e", "input": "double", "output": "double", "action": [{"+": ["input", 1]}]}', {}),
    "safetensors": (safetensors({"__metadata__": {"format": "pt"}, "w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}, b"\0" * 24), {"details": {"metadata.format": "pt", "tensors": 1, "parameters": 6, "types": ["F32"]}}),
    "gguf": (gguf(), {"version": "3", "details": {"tensors": 7, "architecture": "llama"}}),
    "catboost": (catboost(), {"version": "FlabuffersModel_v1", "writer": "CatBoost Git info: 1.2.8", "details": {"trees": 3, "features": 0}}),
    "catboost-json": (b'{"features_info": {"float_features": [{}, {}]}, "model_info": {"catboost_version_info": "1.2"}, "oblivious_trees": [{}, {}, {}]}', {"details": {"trees": 3, "features": 2}}),
    "coreml": (core_ml(), {"version": "specification 4", "inputs": [{"name": "x", "type": "double", "shape": ""}], "outputs": [{"name": "y", "type": "array", "shape": "3"}]}),
    "savedmodel": (saved_model(), {"writer": "TensorFlow 2.15.0", "inputs": [{"name": "x", "type": "float32", "shape": "4"}]}),
    "tensorflow-graph": (field(1, field(1, "n") + field(2, "MatMul")) + field(4, field(1, 1)), {}),
    "h2o-mojo": (harmful.as_zip({"model.ini": "[info]\nh2o_version = 3.46.0\nmojo_version = 1.40\nalgorithm = gbm\n\n[columns]\na\nb\n", "trees/t00_000.bin": b"\1\2"}), {"writer": "H2O 3.46.0", "version": "1.40", "details": {"algorithm": "gbm"}}),
    "mleap": (harmful.as_zip({"bundle.json": '{"uid": "u", "name": "p", "format": "ml.combust.mleap.binary", "version": "0.20.0"}', "root/node.json": "{}"}), {"version": "0.20.0"}),
    "torch": (harmful.as_zip({"archive/data.pkl": torch_pickle(), "archive/version": "3\n", "archive/data/0": b"\0" * 16}), {"version": "3", "details": {"tensors": 1}}),
    "torchscript": (harmful.as_zip({"m/data.pkl": harmful.pickled(harmful.call("__torch__", "Net")), "m/constants.pkl": b"\x80\x02).", "m/code/__torch__.py": "class Net(Module):\n  pass\n", "m/version": "3\n"}), {"details": {"source_files": 1, "tensors": 0}}),
    "exported-program": (harmful.as_zip({"m/archive_format": "pt2", "m/models/model.json": "{}", "m/archive_version": "0"}), {"version": "0"}),
    "keras": (harmful.as_zip({"metadata.json": '{"keras_version": "3.5.0"}', "config.json": '{"module": "keras", "class_name": "Sequential", "config": {"layers": [{"module": "keras.layers", "class_name": "Dense", "config": {"name": "d"}}]}}', "model.weights.h5": b"\x89HDF\r\n\x1a\n" + b"\0" * 40 + b"vars"}), {"writer": "Keras 3.5.0"}),
    "keras-hdf5": (b"\x89HDF\r\n\x1a\n" + b"\0" * 40 + b"keras_version\0\0\x062.15.0\0\0model_config\0\0\0" + b'{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {"name": "d"}}]}}' + b"\0" * 9, {"writer": "Keras 2.15.0"}),
    "xgboost-binary": (b"binf" + struct.pack("<fIi", 0.5, 4, 0) + b"\0" * 124 + struct.pack("<Q", 15) + b"binary:logistic" + b"\0" * 20, {"details": {"objective": "binary:logistic", "features": 4}}),
    "coreml-package": (harmful.as_zip({"m.mlpackage/Manifest.json": "{}", "m.mlpackage/Data/com.apple.CoreML/model.mlmodel": core_ml()}), {}),
}


@pytest.mark.parametrize("format_id", HANDMADE)
def test_a_format_is_recognised_by_its_content(inspect, tmp_path, format_id):
    content, expected = HANDMADE[format_id]
    code, answer = inspect(written(tmp_path / "misleading.csv", content))
    assert answer["format"]["id"] == format_id
    assert (code, answer["damage"]) == (0, []), answer
    for key, value in expected.items():
        assert answer[key] == value if key != "details" else value.items() <= answer[key].items(), answer


@pytest.mark.parametrize("format_id", [one for one in HANDMADE if one not in ("pfa", "catboost-json", "tensorflow-graph")])
def test_a_file_that_is_cut_short_is_damaged_or_unknown_and_never_harmless(inspect, tmp_path, format_id):
    content = HANDMADE[format_id][0]
    code, answer = inspect(written(tmp_path / "m", content[: len(content) * 2 // 3]))
    assert code in (1, 7), answer


def test_folders_are_recognised(inspect, tmp_path):
    saved = tmp_path / "saved"
    (saved / "variables").mkdir(parents=True)
    written(saved / "saved_model.pb", saved_model())
    written(saved / "variables" / "variables.index", b"\0" * 8)
    code, answer = inspect(saved)
    assert (code, answer["format"]["id"], answer["files"]) == (0, "savedmodel", 2)
    assert answer["inputs"] == [{"name": "x", "type": "float32", "shape": "4"}]
    spark = tmp_path / "spark"
    (spark / "metadata").mkdir(parents=True)
    written(spark / "metadata" / "part-00000", b'{"class": "org.apache.spark.ml.PipelineModel", "sparkVersion": "3.5.0", "uid": "p"}\n')
    assert inspect(spark)[1]["format"]["id"] == "spark-ml"
    package = tmp_path / "package"
    (package / "Data" / "com.apple.CoreML").mkdir(parents=True)
    written(package / "Manifest.json", b"{}")
    written(package / "Data" / "com.apple.CoreML" / "model.mlmodel", core_ml())
    code, answer = inspect(package)
    assert (code, answer["format"]["id"], answer["version"]) == (0, "coreml-package", "specification 4")
    (spark / "link").symlink_to("/etc/passwd")
    code, answer = inspect(spark)
    assert code == 1 and "not followed" in answer["concerns"][0]["what"]


@pytest.mark.parametrize(
    "content, said",
    [
        (saved_model("PyFunc"), "PyFunc"),
        (saved_model("WriteFile"), "WriteFile"),
        (core_ml(555, field(10, "MyClass")), "MyClass"),
        (PMML.replace(b"<PMML", b'<!DOCTYPE PMML [<!ENTITY a "b">]><PMML', 1), "document type"),
        (b"public class gbm extends GenModel {}\n" + b" " * 100, "Java source"),
        (HANDMADE["keras-hdf5"][0].replace(b'"Dense"', b'"Lambda"'), "Lambda"),
        (HANDMADE["keras-hdf5"][0].replace(b'"Dense"', b'"L\\u0061mbda"'), "Lambda"),
        (harmful.as_zip({"metadata.json": "{}", "config.json": '{"class_name": "__lambda__", "config": {"code": "4wE="}}'}), "Lambda"),
        (harmful.as_zip({"m/data.pkl": b"\x80\x02).", "m/constants.pkl": b"\x80\x02).", "m/code/a.py": "torch.save(x, 'f')\n"}), "torch.save"),
    ],
)
def test_what_a_format_runs_by_its_own_means_is_flagged(inspect, tmp_path, content, said):
    code, answer = inspect(written(tmp_path / "m", content))
    assert code == 1 and any(said in one["what"] for one in answer["concerns"]), answer


def test_a_keras_file_that_names_a_function_of_another_module_is_flagged(inspect, tmp_path):
    config = '{"module": "keras", "class_name": "Sequential", "config": {"layers": [{"module": "keras.utils", "class_name": "function", "config": "get_file"}]}}'
    code, answer = inspect(written(tmp_path / "m", harmful.as_zip({"metadata.json": "{}", "config.json": config})))
    assert code == 1 and "keras.utils.get_file" in unknown(answer)


# --- what was made to fool a scanner ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", harmful.tricks(""))
def test_a_harmful_pickle_is_flagged_and_not_executed(inspect, tmp_path, canary, name):
    content, imports, _ = harmful.tricks(f"touch {canary}")[name]
    code, answer = inspect(written(tmp_path / "m", content))
    assert code == 1, answer
    assert set(imports) & unknown(answer), answer


@pytest.mark.parametrize("name", [name for name, (_, _, runs) in harmful.tricks("").items() if runs])
def test_the_harmful_pickles_are_truly_harmful(tmp_path, name):
    content = harmful.tricks(f"touch {tmp_path / 'canary'}")[name][0]
    subprocess.run([sys.executable, "-c", "import pickle, sys; pickle.load(open(sys.argv[1], 'rb'))", written(tmp_path / "m", content)], capture_output=True)
    assert (tmp_path / "canary").exists()


@pytest.mark.parametrize("name", harmful.wrapped(""))
def test_a_harmful_pickle_inside_something_else_is_flagged(inspect, tmp_path, canary, name):
    code, answer = inspect(written(tmp_path / "m", harmful.wrapped(f"touch {canary}")[name]))
    assert code == 1 and "posix.system" in unknown(answer), answer


def test_a_harmful_pickle_behind_joblibs_arrays_is_flagged(inspect, tmp_path, canary):
    evil = harmful.Evil(f"touch {canary}")
    for content in ([ROWS, evil], [evil, ROWS], [np.array([evil], dtype=object)], [np.array(["a", None], dtype=object), ROWS, evil]):
        joblib.dump(content, tmp_path / "raw")
        code, answer = inspect(tmp_path / "raw")
        assert code == 1 and "posix.system" in unknown(answer), answer
        for method in ("zlib", "gzip", "bz2", "lzma", "xz"):
            joblib.dump(content, tmp_path / method, compress=(method, 3))
            code, answer = inspect(tmp_path / method)
            assert code == 1 and "posix.system" in unknown(answer), answer


def test_an_array_of_joblib_that_lies_about_its_length_is_flagged(inspect, tmp_path, canary):
    joblib.dump([np.arange(4.0), "end"], tmp_path / "m")
    content = (tmp_path / "m").read_bytes()
    evil = pickle.dumps(harmful.Evil(f"touch {canary}"), 0)
    # What is an array to a reader that believes a text "f8", and opcodes to one that does not.
    for old, new in ((b"\x8c\x02f8", b"\x8c\x02q8"), (b"\x8c\x05shape", b"\x8c\x05shapf")):
        assert old in content
        code, answer = inspect(written(tmp_path / "n", content.replace(old, new, 1) + evil))
        assert code == 1 and any("length cannot be told" in one["what"] for one in answer["concerns"]), answer


def test_what_changes_a_known_class_is_flagged(inspect, tmp_path):
    changed = harmful.text("collections") + harmful.text("OrderedDict") + b"\x93N}" + harmful.text("update") + b"Ns\x86b"
    code, answer = inspect(written(tmp_path / "m", harmful.pickled(changed)))
    assert code == 1 and "changes attributes of collections.OrderedDict" in answer["concerns"][0]["what"]


def test_the_verdict_is_said_in_words(cairn_binary, tmp_path, canary):
    path = written(tmp_path / "m", pickle.dumps(harmful.Evil(f"touch {canary}")))
    asked = subprocess.run([cairn_binary, "model", "inspect", path], capture_output=True, text=True)
    assert asked.returncode == 1
    assert "CAN RUN CODE" in asked.stdout and "would import posix.system: not known as harmless" in asked.stdout


def test_names_from_a_file_cannot_drive_the_terminal(cairn_binary, tmp_path):
    path = written(tmp_path / "m", b"c\x1b[31mred\nx\xff\n(tR.")
    asked = subprocess.run([cairn_binary, "model", "inspect", path], capture_output=True)
    assert asked.returncode == 1 and b"\x1b" not in asked.stdout
    assert b"\\x1b[31mred.x\\xff" in asked.stdout


# --- the oracle ------------------------------------------------------------------------------------------------------------------------


def anything(chance, depth=0):
    kind = chance.randrange(16 if depth < 4 else 9)
    if kind < 9:
        numbers = [0, -1, 255, 256, 65535, 65536, -(2**31), 2**31, 2**63, -(2**70), chance.getrandbits(2100)]
        return [None, True, 1.5, "text", "é\n\\u0041", b"\x80\x04bytes", chance.choice(numbers), bytearray(b"x"), "y" * 300][kind]
    parts = [anything(chance, depth + 1) for _ in range(chance.randrange(6))]
    if kind < 11:
        return parts
    if kind == 11:
        return tuple(parts)
    if kind == 12:
        return {str(i): part for i, part in enumerate(parts)}
    if kind == 13:
        return chance.choice([set, frozenset])(map(str, range(len(parts))))
    if kind == 14:
        return chance.choice([ROWS[:2], np.dtype([("a", "i4")]), np.float32(3), complex(1, 2), slice(1, 2), range(3), os.getcwd, KeyError("x")])
    return [parts, parts, StandardScaler()]


class Recorder(pickle._Unpickler):
    def __init__(self, file):
        super().__init__(file)
        self.seen = set()

    def find_class(self, module, name):
        self.seen.add((module, name))
        return super().find_class(module, name)


def test_the_walk_over_opcodes_agrees_with_python(inspect, tmp_path, thorough):
    chance = random.Random(17)
    for round_ in range(2000 if thorough else 120):
        protocol = chance.randrange(6)
        value = anything(chance)
        if chance.random() < 0.5:
            content = pickle.dumps(value, protocol)
        else:
            file = io.BytesIO()
            pickle._Pickler(file, protocol).dump(value)
            content = file.getvalue()
        if chance.random() < 0.3:
            content = pickletools.optimize(content)
        code, answer = inspect(written(tmp_path / "m", content))
        assert answer["format"]["id"] == "pickle", (round_, content)
        assert answer["details"]["opcodes"] == sum(1 for _ in pickletools.genops(content)), content
        assert answer["damage"] == []
        recorder = Recorder(io.BytesIO(content))
        recorder.load()
        own = {(one["module"], one["name"]) for one in answer["imports"] if one["where"] == ""}
        # Python maps names of Python 2 before it looks them up.
        old = {("__builtin__", "xrange"): ("builtins", "range"), ("copy_reg", "_reconstructor"): ("copyreg", "_reconstructor")}
        expected = {old.get(one, (one[0].replace("__builtin__", "builtins"), one[1])) for one in recorder.seen}
        assert {old.get(one, (one[0].replace("__builtin__", "builtins"), one[1])) for one in own} == expected, content


# --- size, damage, wrong input ------------------------------------------------------------------------------------------------------------


MEASURE = """import json, resource, subprocess, sys
asked = subprocess.run([sys.argv[1], "model", "inspect", sys.argv[2], "--json"], capture_output=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([asked.returncode, used.ru_maxrss * 1024, used.ru_utime, json.loads(asked.stdout)]))"""


def measured(cairn_binary, path):
    """(exit code, most bytes in memory, seconds, answer), by a small process: a child begins with its parent's memory."""
    return json.loads(subprocess.run([sys.executable, "-S", "-c", MEASURE, cairn_binary, path], capture_output=True, check=True).stdout)


def test_a_huge_file_of_tensors_is_only_hashed(cairn_binary, tmp_path):
    size = 1 << 30
    header = safetensors({"w": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}})
    with open(tmp_path / "m", "wb") as file:
        file.write(header)
        file.truncate(len(header) + size)
    code, memory, _, answer = measured(cairn_binary, tmp_path / "m")
    assert code == 0 and answer["details"]["parameters"] == size
    assert memory < 64 << 20


@pytest.mark.parametrize("wrap", ["gzip", "zip", "zip of zips"])
def test_a_bomb_is_not_unpacked_to_its_end(inspect, tmp_path, wrap):
    import gzip

    if wrap == "gzip":
        content = gzip.compress(b"\x80\x04" + b"N0" * (40 << 20), 1)
    else:
        content = harmful.as_zip({"a": b"\0" * (90 << 20)}, zipfile.ZIP_DEFLATED)
        if wrap == "zip of zips":
            content = harmful.as_zip({str(i): content for i in range(20)})
    code, answer = inspect(written(tmp_path / "m", content), "--unpack", "64")
    assert code == 1 and any("64.0 MiB" in one["what"] for one in answer["concerns"]), answer


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x04" + b"(" * 5_000_000,
        b"\x80\x04" + b"N" * 5_000_000,
        b"\x80\x04N" + b"\x94" * 9_000_000 + b".",
        b"\x80\x04" + b"]" * 3_000_000 + b"a" * 2_999_999 + b".",
        b"\x80\x04" + b")" + b"\x85" * 5_000_000 + b".",
        b"\x80\x04B\xff\xff\xff\x7f" + b"x" * 100,
        b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\xff" + b"x" * 100,
        b"\x80\x04\x8d\x00\x00\x00\x80\x00\x00\x00\x00x",
        b"\x80\x04Nr\xff\xff\xff\xff0j\xff\xff\xff\xff\x94.",
    ],
)
def test_a_pickle_made_to_use_up_memory_or_time_is_bounded(cairn_binary, tmp_path, content):
    code, memory, seconds, answer = measured(cairn_binary, written(tmp_path / "m", content))
    assert answer["format"]["id"] == "pickle" and code in (0, 1, 7)
    assert memory < 1 << 30 and seconds < 20


@pytest.mark.parametrize("depth", [3, 40])
def test_archives_in_archives_are_followed_so_far(inspect, tmp_path, canary, depth):
    content = pickle.dumps(harmful.Evil(f"touch {canary}"))
    for _ in range(depth):
        content = harmful.as_zip({"in": content}, zipfile.ZIP_DEFLATED)
    code, answer = inspect(written(tmp_path / "m", content))
    assert code == 1
    assert "posix.system" in unknown(answer) if depth == 3 else "nests deeper" in answer["concerns"][0]["what"]


def test_wrong_input_gets_a_sentence_and_its_code(cairn_binary, tmp_path):
    def ask(*words):
        asked = subprocess.run([cairn_binary, "model", "inspect", *words], capture_output=True, text=True)
        return asked.returncode, asked.stderr

    code, said = ask(str(tmp_path / "absent"))
    assert code == 3 and "absent" in said
    code, said = ask(str(written(tmp_path / "empty", b"")))
    assert code == 2 and "is empty" in said
    (tmp_path / "folder").mkdir()
    code, said = ask(str(tmp_path / "folder"))
    assert code == 2 and "has no file in it" in said
    code, said = ask("/dev/null")
    assert code == 2 and "neither a file nor a folder" in said
    code, said = ask(str(written(tmp_path / "m", b"x")), "--unpack", "lots")
    assert code == 2 and "--unpack 2048" in said
    assert ask()[0] == 2
    assert ask(str(written(tmp_path / "words", b"just some words\n")))[0] == 1


def test_a_damaged_file_without_a_finding_has_a_code_of_its_own(inspect, tmp_path):
    whole = pickle.dumps(estimators()["forest"])
    code, answer = inspect(written(tmp_path / "m", whole[: len(whole) // 2]))
    assert (code, answer["loading_runs"]) == (7, "known code") and answer["damage"], answer
    joblib.dump(estimators()["forest"], tmp_path / "z", compress=3)
    whole = (tmp_path / "z").read_bytes()
    code, answer = inspect(written(tmp_path / "m", whole[: len(whole) // 2]))
    assert code == 7 and "zlib stream is cut short" in str(answer["damage"]), answer


def test_the_table_of_formats_is_whole(cairn_binary):
    asked = subprocess.run([cairn_binary, "formats", "--json"], capture_output=True, text=True, check=True)
    table = {one["id"]: one for one in json.loads(asked.stdout)["items"]}
    assert set(HANDMADE) <= set(table)
    assert table["onnx"]["runs_here"] == "in the process" and table["pickle"]["can_run_code"] == "yes"
    assert [one["id"] for one in table.values() if one["runs_here"] != "no"] == ["onnx", "pmml", "mlflow"]
    assert all(one["vendor"] or one["id"] == "archive" for one in table.values())
    shown = subprocess.run([cairn_binary, "formats"], capture_output=True, text=True, check=True).stdout
    assert "SavedModel" in shown and "skl2onnx" in shown


def test_a_file_is_read_where_no_project_is(inspect, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    inspect(written(tmp_path / "m", pickle.dumps([1])))
    assert sorted(os.listdir(tmp_path)) == ["m"]
