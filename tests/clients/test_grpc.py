"""The Open Inference Protocol over gRPC, by Triton's own client: the same answers and the same sentences as over REST, held against onnxruntime on the same
file; and what the protocol's bare messages say that its client does not."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import queue
import signal
import subprocess

import grpc
import numpy
import onnx
import onnxruntime
import pytest
import requests
import tritonclient.grpc as triton
import tritonclient.http as rest
from running import CAIRN, Server
from serving_project import NAME, begun
from test_triton_client import CONTRACT, TYPES, arrays, column, echo_model, frame, texts
from tritonclient.grpc import service_pb2, service_pb2_grpc
from tritonclient.utils import InferenceServerException, serialize_byte_tensor

TYPED = {"BOOL": "bool", "UINT8": "uint", "UINT16": "uint", "UINT32": "uint", "UINT64": "uint64", "INT8": "int", "INT16": "int", "INT32": "int", "INT64": "int64",
         "FP32": "fp32", "FP64": "fp64", "BYTES": "bytes"}


PLAIN = {kind: values for kind, values in TYPES.items() if kind != "FP16"}


def typed_model():
    """The echo model without FP16, which has no typed form."""
    model = echo_model()
    for parts in (model.graph.input, model.graph.output, model.graph.node):
        for part in [part for part in parts if "fp16" in part.name or "in_fp16" in getattr(part, "input", [])]:
            parts.remove(part)
    onnx.checker.check_model(model)
    return model


@contextlib.contextmanager
def typed_project(folder, options=()):
    """That model in production: a server for the clients of others, which have no FP16 either."""
    columns = {column(kind): CONTRACT[column(kind)] for kind in PLAIN}
    # As with Triton, NaN and infinite go out too.
    outputs = {name: {"finite": False} for name in ("out_fp32", "out_fp64")}
    with begun(folder, frame().drop(columns="in_fp16"), columns, options, assertions="none", outputs=outputs) as project:
        project.promote(project.register(typed_model()))
        yield project


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The echo model as version 1, in production; a version 2 that nobody decided about; a version 3 that was in production before."""
    with begun(tmp_path_factory.mktemp("grpc"), frame(), CONTRACT, ["--grpc-listen", "127.0.0.1:0"], assertions="none") as project:
        assert project.register(echo_model()) == 1
        project.promote(1)
        assert project.register(echo_model()) == 2
        yield project


@pytest.fixture(scope="module")
def client(project):
    with triton.InferenceServerClient(project.running.grpc) as client:
        yield client


@pytest.fixture(scope="module")
def rest_client(project):
    with rest.InferenceServerClient(project.running.uri.removeprefix("http://")) as client:
        yield client


@pytest.fixture(scope="module")
def stub(project):
    with grpc.insecure_channel(project.running.grpc) as channel:
        yield service_pb2_grpc.GRPCInferenceServiceStub(channel)


def given(rows=5, only=None, kind=triton):
    inputs = []
    for name, array in arrays(rows).items():
        if only and name not in only:
            continue
        one = kind.InferInput(column(name), array.shape, name)
        one.set_data_from_numpy(array)
        inputs.append(one)
    return inputs


def typed_request(rows=2):
    """The message with typed contents, but for FP16, which it cannot hold."""
    request = service_pb2.ModelInferRequest(model_name=NAME)
    for kind, array in arrays(rows).items():
        one = request.inputs.add(name=column(kind), datatype=kind, shape=array.shape)
        if kind in TYPED:
            values = [value.encode() if kind == "BYTES" else value for value in array.ravel().tolist()]
            getattr(one.contents, f"{TYPED[kind]}_contents").extend(values)
    return request


def raw_request(rows=2):
    request = service_pb2.ModelInferRequest(model_name=NAME)
    for kind, array in arrays(rows).items():
        request.inputs.add(name=column(kind), datatype=kind, shape=array.shape)
        request.raw_input_contents.append(serialize_byte_tensor(array).item() if kind == "BYTES" else array.tobytes())
    return request


def both_refuse(client, rest_client, **asked):
    """The code of gRPC's refusal, whose sentence must be REST's."""
    inputs = asked.pop("inputs", None)
    name = asked.pop("name", NAME)
    with pytest.raises(InferenceServerException) as over_rest:
        rest_client.infer(name, inputs(rest) if inputs else given(1, kind=rest), **{key: value(rest) if callable(value) else value for key, value in asked.items()})
    with pytest.raises(InferenceServerException) as over_grpc:
        client.infer(name, inputs(triton) if inputs else given(1), **{key: value(triton) if callable(value) else value for key, value in asked.items()})
    assert over_grpc.value.message() == over_rest.value.message()
    return over_grpc.value.status()


class TestInference:
    def test_every_type_comes_back_as_it_went(self, client):
        answer = client.infer(NAME, given())
        for kind, array in arrays().items():
            back = answer.as_numpy(f"out_{kind.lower()}")
            assert back.shape == array.shape, kind
            if kind == "BYTES":
                assert texts(back) == texts(array)
            else:
                numpy.testing.assert_array_equal(back, array, err_msg=kind)
                assert back.dtype == array.dtype, kind

    def test_the_model_itself_and_rest_answer_the_same(self, client, rest_client):
        session = onnxruntime.InferenceSession(echo_model().SerializeToString())
        feed = {column(kind): array for kind, array in arrays(64).items()}
        local = session.run(["probabilities"], feed)[0]
        ours = client.infer(NAME, given(64)).as_numpy("probabilities")
        numpy.testing.assert_array_equal(ours, local)
        numpy.testing.assert_array_equal(ours, rest_client.infer(NAME, given(64, kind=rest)).as_numpy("probabilities"))

    def test_only_the_outputs_asked_for_come_back(self, client):
        answer = client.infer(NAME, given(), outputs=[triton.InferRequestedOutput("probabilities"), triton.InferRequestedOutput("out_int8")]).get_response()
        assert [output.name for output in answer.outputs] == ["probabilities", "out_int8"]
        assert [len(raw) for raw in answer.raw_output_contents] == [20, 5]
        assert not any(output.parameters for output in answer.outputs)

    def test_the_id_comes_back_and_names_the_prediction(self, client):
        answer = client.infer(NAME, given(1), request_id="order-8").get_response()
        assert (answer.id, answer.model_name, answer.model_version) == ("order-8", NAME, "1")
        assert {name: value.string_param for name, value in answer.parameters.items()} == {"prediction_id": "order-8", "arm": "production"}
        unnamed = client.infer(NAME, given(1)).get_response()
        assert unnamed.id == "" and unnamed.parameters["prediction_id"].string_param

    def test_priority_and_other_parameters_change_nothing(self, client):
        answer = client.infer(NAME, given(1), priority=1, timeout=5_000_000, parameters={"tenant": "a"})
        assert answer.as_numpy("probabilities").shape == (1, 1)

    @pytest.mark.parametrize("algorithm", ["gzip", "deflate"])
    def test_compressed_requests_are_taken(self, client, algorithm):
        answer = client.infer(NAME, given(50), compression_algorithm=algorithm)
        assert answer.as_numpy("out_int16").ravel().tolist() == (TYPES["INT16"][3] * 50)[:50]

    def test_asynchronous_and_concurrent_calls_get_their_own_answers(self, project, client):
        answers = queue.Queue()

        def ask(i):
            inputs = given(1)
            inputs[7].set_data_from_numpy(numpy.array([[i]], numpy.int32))
            client.async_infer(NAME, inputs, lambda result, error: answers.put((i, result, error)), request_id=f"async-{i}")

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            list(pool.map(ask, range(400)))
        seen = {}
        for _ in range(400):
            i, result, error = answers.get(timeout=60)
            assert error is None, error
            assert result.get_response().id == f"async-{i}"
            seen[i] = result.as_numpy("out_int32").item()
        assert seen == {i: i for i in range(400)}

    def test_a_stream_answers_each_request_and_goes_on_after_a_wrong_one(self, client):
        answers = queue.Queue()
        client.start_stream(lambda result, error: answers.put((result, error)))
        client.async_stream_infer(NAME, given(1), request_id="first")
        client.async_stream_infer(NAME, given(1, only=["INT8"]), request_id="wrong")
        client.async_stream_infer(NAME, given(2), request_id="last")
        client.stop_stream()
        (first, none), (nothing, error), (last, _) = (answers.get(timeout=60) for _ in range(3))
        assert first.get_response().id == "first" and none is None
        assert "is missing" in error.message() and nothing is None
        assert last.as_numpy("out_int8").shape == (2, 1)


class TestBareMessages:
    def test_typed_contents_are_answered_as_raw_ones_are(self, stub):
        request = typed_request()
        half = request.inputs[list(TYPES).index("FP16")]
        with pytest.raises(grpc.RpcError) as refused:
            stub.ModelInfer(request)
        assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert refused.value.details() == f"Input '{half.name}': FP16 has no contents; send it in 'raw_input_contents'"

    def test_an_output_without_a_typed_form_makes_the_answer_raw(self, stub):
        answer = stub.ModelInfer(raw_request())
        assert len(answer.raw_output_contents) == len(TYPES) + 1
        assert not any(output.HasField("contents") for output in answer.outputs)

    @pytest.mark.parametrize("spoil, sentence", [
        (lambda request: request.inputs[0].contents.bool_contents.append(True), "send one of them"),
        (lambda request: request.raw_input_contents.append(b""), "13 inputs and 14 'raw_input_contents'"),
        (lambda request: request.inputs[7].shape.append(3), "its shape takes 6 elements of 4 bytes, and its contents are 8 bytes"),
        (lambda request: request.inputs[7].ClearField("datatype"), "which the protocol does not know"),
        (lambda request: request.inputs[7].shape.__setitem__(0, -2), "shape"),
        (lambda request: request.inputs.pop(), "13 'raw_input_contents'"),
        (lambda request: request.raw_input_contents.__setitem__(12, b"\xff\xff\xff\xff"), "in_bytes"),
    ])
    def test_what_does_not_fit_together_is_said(self, stub, spoil, sentence):
        request = raw_request()
        spoil(request)
        with pytest.raises(grpc.RpcError) as refused:
            stub.ModelInfer(request)
        assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert sentence in refused.value.details()

    def test_no_name_names_no_model(self, stub):
        for call, request in ((stub.ModelInfer, service_pb2.ModelInferRequest()), (stub.ModelMetadata, service_pb2.ModelMetadataRequest()),
                              (stub.ModelConfig, service_pb2.ModelConfigRequest())):
            with pytest.raises(grpc.RpcError) as refused:
                call(request)
            assert refused.value.code() == grpc.StatusCode.NOT_FOUND
            assert refused.value.details() == "Request for unknown model: '' is not found"

    def test_metadata_cannot_say_how_the_body_travels(self, stub):
        answer = stub.ModelInfer(raw_request(), metadata=[("content-encoding", "gzip"), ("inference-header-content-length", "3")])
        assert answer.model_version == "1"

    def test_parameters_of_rests_wire_change_nothing(self, stub):
        request = raw_request()
        request.parameters["binary_data_output"].bool_param = False
        request.inputs[0].parameters["binary_data_size"].int64_param = 1
        assert len(stub.ModelInfer(request).raw_output_contents) == len(TYPES) + 1

    def test_a_caller_waits_no_longer_than_its_deadline(self, project, stub):
        project.running.process.send_signal(signal.SIGSTOP)
        os.waitpid(project.running.process.pid, os.WUNTRACED)  # comes back when every thread has stopped
        try:
            with pytest.raises(grpc.RpcError) as late:
                stub.ModelInfer(raw_request(), timeout=0.3)
        finally:
            project.running.process.send_signal(signal.SIGCONT)
        assert late.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
        assert stub.ModelInfer(raw_request()).model_version == "1"

    def test_messages_are_bounded_as_bodies_are(self, project):
        limits = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
        for compression in (grpc.Compression.NoCompression, grpc.Compression.Gzip):
            with grpc.insecure_channel(project.running.grpc, options=limits) as channel:
                huge = service_pb2.ModelInferRequest(model_name=NAME, raw_input_contents=[b"\0" * (65 << 20)])
                with pytest.raises(grpc.RpcError) as refused:
                    service_pb2_grpc.GRPCInferenceServiceStub(channel).ModelInfer(huge, compression=compression)
                assert refused.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED

    def test_what_is_no_message_harms_nobody(self, project, stub):
        with grpc.insecure_channel(project.running.grpc) as channel:
            call = channel.unary_unary("/inference.GRPCInferenceService/ModelInfer")
            for bytes_sent in (b"\xff" * 40, b"\x0a\xff\xff\xff\xff\x0f", b"\x2a\x02\x0a\x7f"):
                with pytest.raises(grpc.RpcError):
                    call(bytes_sent)
            with pytest.raises(grpc.RpcError) as unknown:
                channel.unary_unary("/inference.GRPCInferenceService/SystemSharedMemoryStatus")(b"")
            assert unknown.value.code() == grpc.StatusCode.UNIMPLEMENTED
        assert stub.ServerLive(service_pb2.ServerLiveRequest()).live


class TestRefusals:
    def test_they_are_those_of_rest_under_the_code_of_the_same_name(self, client, rest_client):
        def wrong_type(kind):
            one = kind.InferInput(column("INT32"), [1, 1], "INT64")
            one.set_data_from_numpy(numpy.array([[1]], numpy.int64))
            return [one]

        def wrong_rows(kind):
            inputs = given(4, kind=kind)
            inputs[0] = kind.InferInput(column("BOOL"), [2, 2], "BOOL")
            inputs[0].set_data_from_numpy(numpy.ones((2, 2), bool))
            return inputs

        def output(name, **more):
            return lambda kind: [kind.InferRequestedOutput(name, **more)]

        both = lambda **asked: both_refuse(client, rest_client, **asked)  # noqa: E731
        assert both(inputs=wrong_type) == "StatusCode.INVALID_ARGUMENT"
        assert both(inputs=wrong_rows) == "StatusCode.INVALID_ARGUMENT"
        assert both(inputs=lambda kind: given(1, only=["INT8"], kind=kind)) == "StatusCode.INVALID_ARGUMENT"
        assert both(outputs=output("x")) == "StatusCode.INVALID_ARGUMENT"
        assert both(outputs=output("probabilities", class_count=1)) == "StatusCode.INVALID_ARGUMENT"
        assert both(name="nope") == "StatusCode.NOT_FOUND"
        assert both(model_version="9") == "StatusCode.NOT_FOUND"
        assert both(model_version="2") == "StatusCode.PERMISSION_DENIED"
        assert both(sequence_id=7) == "StatusCode.INVALID_ARGUMENT"

    def test_refused_and_answered_calls_are_counted_and_logged_as_those_of_rest(self, project, client):
        before = client.get_inference_statistics(NAME, as_json=True)["model_stats"][0]
        records = project.cairn("serving", "verify")["records"]
        client.infer(NAME, given(5))
        with pytest.raises(InferenceServerException):
            client.infer(NAME, given(1, only=["INT8"]))
        after = client.get_inference_statistics(NAME, "1", as_json=True)["model_stats"][0]
        assert int(after["inference_count"]) == int(before["inference_count"]) + 5
        assert int(after["inference_stats"]["success"]["count"]) == int(before["inference_stats"]["success"]["count"]) + 1
        assert int(after["inference_stats"]["fail"]["count"]) == int(before["inference_stats"].get("fail", {}).get("count", 0)) + 1
        assert project.cairn("serving", "verify")["records"] == records + 1


class TestOtherCalls:
    def test_health_and_metadata(self, client, rest_client):
        assert client.is_server_live() and client.is_server_ready()
        assert client.is_model_ready(NAME) and client.is_model_ready(NAME, "1")
        assert not client.is_model_ready(NAME, "2") and not client.is_model_ready("nope")
        assert client.get_server_metadata(as_json=True) == rest_client.get_server_metadata()
        over_grpc, over_rest = client.get_model_metadata(NAME, as_json=True), rest_client.get_model_metadata(NAME)
        for tensor in over_grpc["inputs"] + over_grpc["outputs"]:
            tensor["shape"] = [int(size) for size in tensor["shape"]]
        assert over_grpc == over_rest
        with pytest.raises(InferenceServerException, match="version 9 is not found"):
            client.get_model_metadata(NAME, "9")

    def test_grpcs_own_health_check(self, project):
        with grpc.insecure_channel(project.running.grpc) as channel:
            check = channel.unary_unary("/grpc.health.v1.Health/Check")
            assert check(b"") == b"\x08\x01"
            service = b"inference.GRPCInferenceService"
            assert check(b"\x0a" + bytes([len(service)]) + service) == b"\x08\x01"
            with pytest.raises(grpc.RpcError) as unknown:
                check(b"\x0a\x01x")
            assert unknown.value.code() == grpc.StatusCode.NOT_FOUND

    def test_the_configuration_says_what_the_signature_says(self, client, rest_client):
        config = client.get_model_config(NAME).config
        assert [(one.name, list(one.dims)) for one in config.input] == [(column(kind), [-1, 1]) for kind in TYPES]
        over_rest = rest_client.get_model_config(NAME, "1")
        assert over_rest["max_batch_size"] == config.max_batch_size == 0
        assert [one["data_type"] for one in over_rest["input"]] == [type(config).DESCRIPTOR.file.enum_types_by_name["DataType"].values_by_number[one.data_type].name for one in config.input]
        assert over_rest["input"][-1]["data_type"] == "TYPE_STRING"

    def test_the_repository_follows_decisions(self, client):
        listed = {one.version: one for one in client.get_model_repository_index().models}
        assert listed["1"].state == "READY" and listed["1"].name == NAME
        assert listed["2"].state == "UNAVAILABLE" and "decision" in listed["2"].reason
        client.load_model(NAME)
        client.load_model(NAME, config=json.dumps({"version_policy": {"specific": {"versions": [1]}}}))
        for refused in (
            lambda: client.load_model(NAME, config=json.dumps({"version_policy": {"specific": {"versions": [2]}}})),
            lambda: client.load_model(NAME, config="{}", files={"file:1/model.onnx": echo_model().SerializeToString()}),
            lambda: client.unload_model(NAME),
        ):
            with pytest.raises(InferenceServerException, match="decision") as error:
                refused()
            assert error.value.status() == "StatusCode.PERMISSION_DENIED"
        with pytest.raises(InferenceServerException, match="failed to load 'nope'") as error:
            client.load_model("nope")
        assert error.value.status() == "StatusCode.NOT_FOUND"


class TestListening:
    def test_nothing_listens_for_grpc_unless_told(self, tmp_path):
        with_none = Server(tmp_path / "data", tmp_path)
        assert with_none.grpc is None
        assert "cairn-grpc" not in pathlib.Path(f"/proc/{with_none.process.pid}/maps").read_text()
        assert with_none.stop() == 0

    def test_the_address_must_be_this_machines_and_free(self, project, tmp_path):
        taken = project.running.grpc
        for address, code, words in (("0.0.0.0:0", 5, "this machine only"), ("nonsense", 2, "is not an address"), (taken, 6, taken)):
            ended = subprocess.run([CAIRN, "up", "--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0", "--grpc-listen", address], capture_output=True, text=True,
                                   cwd=tmp_path, timeout=60)
            assert ended.returncode == code and words in ended.stderr, ended.stderr

    def test_a_package_answers_over_grpc_and_typed_contents_come_back_typed(self, project, tmp_path):
        version = project.register(typed_model())
        project.promote(version)
        project.cairn("model", "package", f"{NAME}@{version}", "--output", str(tmp_path / "package"))
        alone = subprocess.Popen([CAIRN, "serve", str(tmp_path / "package"), "--listen", "127.0.0.1:0", "--grpc-listen", "127.0.0.1:0", "--json"], stdout=subprocess.PIPE, text=True)
        try:
            said = json.loads(alone.stdout.readline())
            request = typed_request()
            del request.inputs[list(TYPES).index("FP16")]
            with grpc.insecure_channel(said["grpc"]) as channel:
                answer = service_pb2_grpc.GRPCInferenceServiceStub(channel).ModelInfer(request)
            assert not answer.raw_output_contents
            for output in answer.outputs:
                if output.name == "probabilities":
                    continue
                kind = output.datatype
                field = f"{TYPED[kind]}_contents"
                (sent,) = [one for one in request.inputs if one.datatype == kind]
                assert list(getattr(output.contents, field)) == list(getattr(sent.contents, field)), kind
            assert requests.get(f"{said['listening']}/v2/models/{NAME}", timeout=10).status_code == 200
        finally:
            alone.terminate()
            assert alone.wait(30) == 0
            alone.stdout.close()

    def test_a_stop_answers_what_is_under_way(self, tmp_path):
        running = Server(tmp_path / "data", tmp_path, options=["--grpc-listen", "127.0.0.1:0"])
        with grpc.insecure_channel(running.grpc) as channel:
            stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
            assert stub.ServerLive(service_pb2.ServerLiveRequest()).live
            assert not stub.ServerReady(service_pb2.ServerReadyRequest()).ready
            assert running.stop() == 0
            with pytest.raises(grpc.RpcError) as gone:
                stub.ServerLive(service_pb2.ServerLiveRequest())
            assert gone.value.code() == grpc.StatusCode.UNAVAILABLE
