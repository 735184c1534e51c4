"""Triton's own client against the served model: every type of tensor, both forms, and the extensions; held against onnxruntime on the same file."""

import gzip
import json

import jsonschema
import numpy
import onnxruntime
import openapi_spec_validator
import pandas
import pytest
import requests
import tritonclient.http as triton
from onnx import TensorProto, helper
from serving_project import NAME, begun
from tritonclient.utils import InferenceServerException

# Name in the protocol: ONNX's type, numpy's type, the contract's type, five values.
TYPES = {
    "BOOL": (TensorProto.BOOL, bool, "boolean", [True, False, True, True, False]),
    "UINT8": (TensorProto.UINT8, numpy.uint8, "integer", [0, 1, 127, 128, 255]),
    "UINT16": (TensorProto.UINT16, numpy.uint16, "integer", [0, 1, 300, 40000, 65535]),
    "UINT32": (TensorProto.UINT32, numpy.uint32, "integer", [0, 1, 70000, 2**31, 2**32 - 1]),
    "UINT64": (TensorProto.UINT64, numpy.uint64, "integer", [0, 1, 2**40, 2**53 + 1, 2**63 - 1]),
    "INT8": (TensorProto.INT8, numpy.int8, "integer", [-128, -1, 0, 1, 127]),
    "INT16": (TensorProto.INT16, numpy.int16, "integer", [-32768, -1, 0, 1, 32767]),
    "INT32": (TensorProto.INT32, numpy.int32, "integer", [-(2**31), -1, 0, 1, 2**31 - 1]),
    "INT64": (TensorProto.INT64, numpy.int64, "integer", [-(2**63), -1, 0, 2**53 + 1, 2**63 - 1]),
    "FP16": (TensorProto.FLOAT16, numpy.float16, "number", [0.0, -1.5, 0.1, 65504.0, 6e-8]),
    "FP32": (TensorProto.FLOAT, numpy.float32, "number", [0.0, -1.5, 0.1, 3e38, 1e-40]),
    "FP64": (TensorProto.DOUBLE, numpy.float64, "number", [0.0, -1.5, 0.1, 1e300, 5e-324]),
    "BYTES": (TensorProto.STRING, object, "string", ["", "a", "ü€𝄞", 'say "hi"\n', "x" * 1000]),
}


def column(kind):
    return f"in_{kind.lower()}"


CONTRACT = {column(kind): contract for kind, (_, _, contract, _) in TYPES.items()}


def echo_model():
    """Gives each of its inputs back, and a probability."""
    inputs = [helper.make_tensor_value_info(column(kind), onnx_type, [None, 1]) for kind, (onnx_type, *_) in TYPES.items()]
    outputs = [helper.make_tensor_value_info(f"out_{kind.lower()}", onnx_type, [None, 1]) for kind, (onnx_type, *_) in TYPES.items()]
    nodes = [helper.make_node("Identity", [column(kind)], [f"out_{kind.lower()}"]) for kind in TYPES]
    nodes.append(helper.make_node("Sigmoid", ["in_fp32"], ["probabilities"]))
    outputs.append(helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 1]))
    model = helper.make_model(helper.make_graph(nodes, "echo", inputs, outputs), opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return model


def arrays(rows=5):
    return {kind: numpy.array((values * rows)[:rows], dtype=dtype).reshape(-1, 1) for kind, (_, dtype, _, values) in TYPES.items()}


def frame():
    # pandas writes FP16 and FP32 shortest; the texts that pandas takes for a missing value stay out of the data set.
    table = pandas.DataFrame({column(kind): array.ravel() for kind, array in arrays().items()})
    return table.assign(in_bytes=["a", "b", "c", "d", "e"], in_fp32=[0.0, -1.5, 0.1, 2.0, 1.0], in_fp64=[0.0, -1.5, 0.1, 2.0, 1.0], in_uint64=[0, 1, 2, 3, 4],
                        in_int64=[-1, 0, 1, 2, 3])


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The echo model as version 1, in production; a version 2 that nobody decided about."""
    with begun(tmp_path_factory.mktemp("triton"), frame(), CONTRACT, assertions="none") as project:
        assert project.register(echo_model()) == 1
        project.promote(1)
        assert project.register(echo_model()) == 2
        yield project


@pytest.fixture(scope="module")
def client(project):
    with triton.InferenceServerClient(project.running.uri.removeprefix("http://")) as client:
        yield client


def given(rows=5, binary=True, only=None):
    inputs = []
    for kind, array in arrays(rows).items():
        if only and kind not in only:
            continue
        one = triton.InferInput(column(kind), array.shape, kind)
        one.set_data_from_numpy(array, binary_data=binary or kind == "FP16")
        inputs.append(one)
    return inputs


def wanted(binary=True):
    return [triton.InferRequestedOutput(f"out_{kind.lower()}", binary_data=binary) for kind in TYPES] + [triton.InferRequestedOutput("probabilities", binary_data=binary)]


def texts(array):
    return [value.decode() if isinstance(value, bytes) else value for value in array.ravel()]


class TestInference:
    @pytest.mark.parametrize("sent", [True, False], ids=["binary in", "json in"])
    @pytest.mark.parametrize("received", [True, False], ids=["binary out", "json out"])
    def test_every_type_comes_back_as_it_went(self, client, sent, received):
        answer = client.infer(NAME, given(binary=sent), outputs=wanted(received))
        for kind, array in arrays().items():
            back = answer.as_numpy(f"out_{kind.lower()}")
            assert back.shape == array.shape, kind
            if kind == "BYTES":
                assert texts(back) == texts(array)
            else:
                numpy.testing.assert_array_equal(back, array, err_msg=kind)
                assert back.dtype == array.dtype, kind

    def test_the_model_itself_answers_the_same(self, client):
        session = onnxruntime.InferenceSession(echo_model().SerializeToString())
        feed = {column(kind): array for kind, array in arrays(64).items()}
        local = session.run(["probabilities"], feed)[0]
        numpy.testing.assert_array_equal(client.infer(NAME, given(64)).as_numpy("probabilities"), local)

    def test_shapes_with_and_without_the_second_dimension(self, client):
        flat = []
        for kind, array in arrays(3).items():
            one = triton.InferInput(column(kind), [3], kind)
            one.set_data_from_numpy(array.ravel())
            flat.append(one)
        assert client.infer(NAME, flat).as_numpy("out_int32").shape == (3, 1)
        wrong = given(4)
        wrong[0] = triton.InferInput(column("BOOL"), [2, 2], "BOOL")
        wrong[0].set_data_from_numpy(numpy.ones((2, 2), bool))
        with pytest.raises(InferenceServerException, match=r"rows"):
            client.infer(NAME, wrong)

    def test_only_the_outputs_asked_for_come_back(self, client):
        outputs = [triton.InferRequestedOutput("out_int8", binary_data=False), triton.InferRequestedOutput("probabilities")]
        answer = client.infer(NAME, given(), outputs=outputs)
        assert [output["name"] for output in answer.get_response()["outputs"]] == ["out_int8", "probabilities"]
        assert answer.get_output("out_int8")["data"] == TYPES["INT8"][3]
        assert answer.get_output("probabilities")["parameters"]["binary_data_size"] == 20

    def test_the_id_comes_back_and_names_the_prediction(self, client):
        answer = client.infer(NAME, given(1), request_id="order-7").get_response()
        assert answer["id"] == "order-7"
        assert answer["parameters"] == {"prediction_id": "order-7", "arm": "production"}
        unnamed = client.infer(NAME, given(1)).get_response()
        assert "id" not in unnamed and unnamed["parameters"]["prediction_id"]

    def test_priority_and_other_parameters_change_nothing(self, client):
        answer = client.infer(NAME, given(1), priority=1, timeout=5_000_000, parameters={"tenant": "a"})
        assert answer.as_numpy("probabilities").shape == (1, 1)

    def test_a_version_is_asked_by_its_number(self, client):
        assert client.infer(NAME, given(1), model_version="1").get_response()["model_version"] == "1"
        with pytest.raises(InferenceServerException, match="no decision|decision") as refused:
            client.infer(NAME, given(1), model_version="2")
        assert refused.value.status() == "403"

    @pytest.mark.parametrize("algorithm", ["gzip", "deflate"])
    def test_compressed_requests_are_taken(self, client, algorithm):
        answer = client.infer(NAME, given(50), request_compression_algorithm=algorithm, response_compression_algorithm=algorithm)
        assert answer.as_numpy("out_int16").ravel().tolist() == (TYPES["INT16"][3] * 50)[:50]

    def test_a_compressed_body_is_bounded(self, project):
        bomb = gzip.compress(b"[" * (80 << 20))
        answer = requests.post(f"{project.running.uri}/v2/models/{NAME}/infer", data=bomb, headers={"Content-Encoding": "gzip"}, timeout=60)
        assert answer.status_code == 413

    def test_what_is_wrong_is_said(self, client, project):
        kind = triton.InferInput(column("INT32"), [1, 1], "INT64")
        kind.set_data_from_numpy(numpy.array([[1]], numpy.int64))
        with pytest.raises(InferenceServerException) as refused:
            client.infer(NAME, [kind])
        assert refused.value.status() == "400"
        assert refused.value.message() == f"inference input 'in_int32' data-type is 'INT64', but model '{NAME}' expects 'INT32'"
        with pytest.raises(InferenceServerException, match="Request for unknown model: 'nope' is not found"):
            client.infer("nope", given(1))
        with pytest.raises(InferenceServerException, match="version 9 is not found"):
            client.infer(NAME, given(1), model_version="9")
        with pytest.raises(InferenceServerException, match="Column 'in_bool' is missing"):
            client.infer(NAME, given(1, only=["INT8"]))
        with pytest.raises(InferenceServerException, match="unexpected inference output 'x'"):
            client.infer(NAME, given(1), outputs=[triton.InferRequestedOutput("x")])
        with pytest.raises(InferenceServerException, match="classification"):
            client.infer(NAME, given(1), outputs=[triton.InferRequestedOutput("probabilities", class_count=1)])
        body, length = triton.InferenceServerClient.generate_request_body(given(2))
        cut = requests.post(f"{project.running.uri}/v2/models/{NAME}/infer", data=body[:-1], headers={"Inference-Header-Content-Length": str(length)}, timeout=10)
        assert cut.status_code == 400 and "binary_data_size" in cut.json()["error"]


class TestExtensions:
    def test_health_and_metadata(self, client):
        assert client.is_server_live() and client.is_server_ready()
        assert client.is_model_ready(NAME) and client.is_model_ready(NAME, "1")
        assert not client.is_model_ready(NAME, "2") and not client.is_model_ready("nope")
        server = client.get_server_metadata()
        assert server["name"] == "cairn"
        assert {"binary_tensor_data", "model_configuration", "model_repository", "statistics", "parameters"} == set(server["extensions"])
        model = client.get_model_metadata(NAME)
        assert [(one["name"], one["datatype"], one["shape"]) for one in model["inputs"]] == [(column(kind), kind, [-1, 1]) for kind in TYPES]

    def test_the_repository_shows_what_may_answer(self, client):
        listed = {one["version"]: one for one in client.get_model_repository_index()}
        assert listed["1"]["state"] == "READY" and listed["1"]["name"] == NAME
        assert listed["2"]["state"] == "UNAVAILABLE" and "decision" in listed["2"]["reason"]

    def test_loading_and_unloading_bring_nothing_past_a_decision(self, client):
        client.load_model(NAME)
        policy = {"version_policy": {"specific": {"versions": [1]}}}
        client.load_model(NAME, config=json.dumps(policy))
        for refused in (
            lambda: client.load_model(NAME, config=json.dumps({"version_policy": {"specific": {"versions": [2]}}})),
            lambda: client.load_model(NAME, config="{}", files={"file:1/model.onnx": echo_model().SerializeToString()}),
            lambda: client.unload_model(NAME),
        ):
            with pytest.raises(InferenceServerException, match="decision") as error:
                refused()
            assert error.value.status() == "403"
        with pytest.raises(InferenceServerException, match="failed to load 'nope'"):
            client.load_model("nope")
        assert client.is_model_ready(NAME) and not client.is_model_ready(NAME, "2")

    def test_statistics_grow_by_what_was_asked(self, client):
        before = client.get_inference_statistics(NAME)["model_stats"][0]
        client.infer(NAME, given(5))
        client.infer(NAME, given(1))
        with pytest.raises(InferenceServerException):
            client.infer(NAME, given(1, only=["INT8"]))
        after = client.get_inference_statistics(NAME, "1")["model_stats"][0]
        assert after["inference_count"] == before["inference_count"] + 6
        assert after["execution_count"] == before["execution_count"] + 2
        for name, grown in {"success": 2, "fail": 1, "compute_infer": 2, "queue": 2}.items():
            assert after["inference_stats"][name]["count"] == before["inference_stats"][name]["count"] + grown, name
        assert after["inference_stats"]["compute_infer"]["ns"] > before["inference_stats"]["compute_infer"]["ns"]
        assert {batch["batch_size"] for batch in after["batch_stats"]} >= {1, 5}

    def test_the_document_of_the_model_is_openapi_and_true(self, project):
        uri = project.running.uri
        document = requests.get(f"{uri}/v2/models/{NAME}/openapi.json", timeout=10).json()
        openapi_spec_validator.validate(document)

        def check(schema, value):
            jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": document["components"]}).validate(value)

        inputs = [{"name": column(kind), "shape": [1, 1], "datatype": kind, "data": [values[0]]} for kind, (_, _, _, values) in TYPES.items() if kind != "FP16"]
        request = {"id": "seen", "inputs": inputs, "outputs": [{"name": "probabilities"}]}
        check("InferRequest", request)
        refused = requests.post(f"{uri}/v2/models/{NAME}/infer", json=request, timeout=10)
        assert refused.status_code == 422 and "in_fp16" in refused.json()["error"]
        check("Error", refused.json())
        row = {column(kind): values[1] for kind, (_, _, _, values) in TYPES.items()}
        for body in ({"dataframe_records": [row]}, {"dataframe_split": {"columns": list(row), "data": [list(row.values())]}}, {"inputs": {name: [value] for name, value in row.items()}}):
            check("ScoringRequest", body)
            scored = requests.post(f"{uri}/invocations", json=body, timeout=10)
            assert scored.status_code == 200, scored.text
            check("ScoringResponse", scored.json())
        answer = requests.post(f"{uri}/v2/models/{NAME}/infer", json={"inputs": inputs + [{"name": "in_fp16", "shape": [1], "datatype": "FP16", "data": [1]}]}, timeout=10)
        assert answer.status_code == 400 and "binary" in answer.json()["error"]
        with pytest.raises(jsonschema.ValidationError):
            check("ScoringRequest", {"dataframe_records": [{**row, "in_int8": "x"}]})
