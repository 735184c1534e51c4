"""The same requests to a real Triton and to ours, over REST and gRPC: the same tensors, and refusals of the same kind, but where we differ on purpose."""

import json
import math

import grpc
import numpy
import pytest
import requests
import tritonclient.grpc as triton_grpc
import tritonclient.http as triton_rest
from serving_project import NAME
from test_grpc import PLAIN, TYPED, raw_request, typed_model, typed_project, typed_request
from test_triton_client import TYPES, arrays, column, texts
from triton_peer import Triton
from tritonclient.grpc import service_pb2, service_pb2_grpc

# FP16 has no form in Triton's JSON, nor in typed contents.
KINDS = {column(kind): kind for kind in PLAIN} | {f"out_{kind.lower()}": kind for kind in PLAIN} | {"probabilities": "FP32"}


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    with typed_project(tmp_path_factory.mktemp("ours"), ["--grpc-listen", "127.0.0.1:0"]) as project:
        project.running.http = project.running.uri.removeprefix("http://")
        yield project.running


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    running = Triton(tmp_path_factory.mktemp("triton"), NAME, typed_model(), KINDS)
    yield running
    running.stop()


def given(rows=5, binary=True):
    inputs = []
    for name, array in arrays(rows).items():
        if name in PLAIN:
            inputs.append(triton_rest.InferInput(column(name), array.shape, name).set_data_from_numpy(array, binary_data=binary))
    return inputs


def wanted(binary=True):
    return [triton_rest.InferRequestedOutput(name, binary_data=binary) for name in KINDS if not name.startswith("in_")]


def plain(request):
    """Without FP16."""
    place = [one.datatype for one in request.inputs].index("FP16")
    del request.inputs[place]
    if request.raw_input_contents:
        del request.raw_input_contents[place]
    return request


def same_tensors(ours, peer):
    mine = {output["name"]: output for output in ours.get_response()["outputs"]}
    others = {output["name"]: output for output in peer.get_response()["outputs"]}
    assert mine.keys() == others.keys()
    for name, output in others.items():
        assert (mine[name]["datatype"], mine[name]["shape"]) == (output["datatype"], output["shape"]), name
        left, right = ours.as_numpy(name), peer.as_numpy(name)
        if output["datatype"] == "BYTES":
            assert texts(left) == texts(right)
        else:
            numpy.testing.assert_array_equal(left, right, err_msg=name)


@pytest.mark.parametrize("rows", [1, 5, 300])
@pytest.mark.parametrize("sent", [True, False], ids=["binary in", "json in"])
@pytest.mark.parametrize("received", [True, False], ids=["binary out", "json out"])
def test_rest_answers_are_tritons(ours, peer, rows, sent, received):
    answers = []
    for server in (ours, peer):
        with triton_rest.InferenceServerClient(server.http) as client:
            answers.append(client.infer(NAME, given(rows, sent), outputs=wanted(received), request_id="a-7"))
    same_tensors(*answers)
    assert [answer.get_response()["id"] for answer in answers] == ["a-7", "a-7"]
    assert answers[0].get_response()["model_name"] == answers[1].get_response()["model_name"]


def values_of(answer, output):
    """Of raw contents or typed ones; Triton answers raw whatever it was sent, and its client reads only that."""
    if answer.raw_output_contents:
        values = triton_grpc.InferResult(answer).as_numpy(output.name)
        return texts(values)
    values = getattr(output.contents, f"{TYPED[output.datatype]}_contents")
    return texts(numpy.array(list(values), object if output.datatype == "BYTES" else TYPES[output.datatype][1]))


@pytest.mark.parametrize("request_of", [typed_request, raw_request])
def test_grpc_answers_are_tritons(ours, peer, request_of):
    found = []
    for server in (ours, peer):
        with grpc.insecure_channel(server.grpc) as channel:
            answer = service_pb2_grpc.GRPCInferenceServiceStub(channel).ModelInfer(plain(request_of()), timeout=30)
        found.append({output.name: (output.datatype, list(output.shape), values_of(answer, output)) for output in answer.outputs})
    assert found[0] == found[1]


def infer_code(server, request):
    """The code of a refusal, or OK."""
    with grpc.insecure_channel(server.grpc) as channel:
        try:
            service_pb2_grpc.GRPCInferenceServiceStub(channel).ModelInfer(request, timeout=30)
        except grpc.RpcError as refused:
            return refused.code()
    return grpc.StatusCode.OK


def test_metadata_is_tritons(ours, peer):
    found = []
    for server in (ours, peer):
        metadata = requests.get(f"http://{server.http}/v2/models/{NAME}", timeout=10).json()
        found.append({
            "name": metadata["name"],
            "inputs": {one["name"]: (one["datatype"], one["shape"]) for one in metadata["inputs"]},
            "outputs": {one["name"]: (one["datatype"], one["shape"]) for one in metadata["outputs"]},
        })
    assert found[0] == found[1]
    for server in (ours, peer):
        with triton_grpc.InferenceServerClient(server.grpc) as client:
            assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(NAME)
            assert not client.is_model_ready("nope")


def tensor(name, values, shape=None, datatype=None):
    return {"name": name, "shape": shape or [len(values), 1], "datatype": datatype or KINDS[name], "data": values}


def whole(rows=1, **changed):
    """A request in JSON with every input, some of them changed; those of None are left out."""
    inputs = []
    for kind, (_, _, _, values) in PLAIN.items():
        one = changed.get(column(kind), tensor(column(kind), values[:rows]))
        if one is not None:
            inputs.append(one)
    return {"inputs": inputs}


def asked(server, method, path, body=None):
    data = body if isinstance(body, str | bytes | None) else json.dumps(body)
    answer = requests.request(method, f"http://{server.http}/v2/{path}", data=data, timeout=30)
    return answer


INFER = f"models/{NAME}/infer"
# Method, path and body; the status that both give.
REFUSED = {
    "an unknown model": ("POST", "models/nope/infer", {"inputs": []}, 404),
    "an unknown version": ("POST", f"models/{NAME}/versions/9/infer", {"inputs": []}, 404),
    "metadata of an unknown model": ("GET", "models/nope", None, 404),
    "readiness of an unknown model": ("GET", "models/nope/ready", None, 400),
    "an unknown path": ("GET", "nothing", None, 404),
    "the wrong verb": ("GET", INFER, None, 405),
    "another type": ("POST", INFER, whole(in_int32=tensor("in_int32", [1], datatype="INT64")), 400),
    "no inputs": ("POST", INFER, {"inputs": []}, 400),
    "an output that is not there": ("POST", INFER, {**whole(), "outputs": [{"name": "nope"}]}, 400),
}
# Where Triton calls a mistake of the caller an error of the server; and what lacks or is empty is told by the rules of columns.
OTHERWISE = {
    "an input too few": ("POST", INFER, whole(in_int32=None), (422, 400)),
    "no JSON": ("POST", INFER, "{", (400, 500)),
    "no member inputs": ("POST", INFER, {}, (400, 500)),
    "another shape than the values have": ("POST", INFER, whole(in_int32=tensor("in_int32", [1, 2], [1, 1])), (400, 500)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals_have_tritons_status(ours, peer, case):
    method, path, body, status = REFUSED[case]
    answers = [asked(server, method, path, body) for server in (ours, peer)]
    assert [answer.status_code for answer in answers] == [status, status], [answer.text for answer in answers]
    assert isinstance(answers[0].json()["error"], str)


@pytest.mark.parametrize("case", OTHERWISE)
def test_a_callers_mistake_is_no_error_of_the_server(ours, peer, case):
    method, path, body, statuses = OTHERWISE[case]
    answers = [asked(server, method, path, body) for server in (ours, peer)]
    assert tuple(answer.status_code for answer in answers) == statuses, [answer.text for answer in answers]


@pytest.mark.parametrize("change", ["name", "version", "datatype", "missing", "output", "shape"])
def test_grpc_codes_are_tritons(ours, peer, change):
    codes = []
    for server in (ours, peer):
        request = plain(raw_request(1))
        if change == "name":
            request.model_name = "nope"
        elif change == "version":
            request.model_version = "9"
        elif change == "datatype":
            request.inputs[0].datatype = "FP64"
        elif change == "missing":
            del request.inputs[0]
            del request.raw_input_contents[0]
        elif change == "output":
            request.outputs.append(service_pb2.ModelInferRequest.InferRequestedOutputTensor(name="nope"))
        elif change == "shape":
            request.inputs[3].shape[0] = 7
        codes.append(infer_code(server, request))
    assert codes[0] == codes[1] != grpc.StatusCode.OK


def test_infinite_and_missing_numbers_go_through_both(ours, peer):
    values = numpy.array([[math.inf], [-math.inf], [math.nan], [0.0], [1.5]], numpy.float64)
    answers = []
    for server in (ours, peer):
        with triton_rest.InferenceServerClient(server.http) as client:
            inputs = given()
            place = [one.name() for one in inputs].index("in_fp64")
            inputs[place].set_data_from_numpy(values)
            answers.append(client.infer(NAME, inputs, outputs=wanted()).as_numpy("out_fp64"))
    numpy.testing.assert_array_equal(answers[0], answers[1])
