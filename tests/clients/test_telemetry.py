"""Traces and figures by OTLP: what a collector gets is read by OpenTelemetry's own classes, what callers send is written by OpenTelemetry's own propagator."""

import contextlib
import http.server
import json
import re
import threading
import time

import numpy
import pytest
import requests
import tritonclient.grpc as triton
from opentelemetry import trace
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, TraceState, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from serving_project import NAME, begun
from test_inference import FIXTURES, rows

PATIENCE = 60
COLUMNS = {"carrier": "string", "hour": "integer", "distance": "number"}
BODY = {"dataframe_split": {"columns": list(COLUMNS), "data": [["UA", 5, 1001.5]]}}


class Collector:
    """Takes what is posted, and keeps it with its path and header fields."""

    def __init__(self):
        self.reports, self.status = [], 200
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if collector.status == 200:
                    collector.reports.append((self.path, dict(self.headers), body))
                self.send_response(collector.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.uri = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def spans(self):
        """Every span so far, with the attributes of who reports it."""
        for path, headers, body in list(self.reports):
            if path != "/v1/traces":
                continue
            assert headers["Content-Type"] == "application/x-protobuf"
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        yield attributes(resource.resource.attributes), span

    def figures(self):
        """The newest points by name."""
        for path, _, body in reversed(list(self.reports)):
            if path == "/v1/metrics":
                request = ExportMetricsServiceRequest.FromString(body)
                return {metric.name: metric for metric in request.resource_metrics[0].scope_metrics[0].metrics}
        return {}


def attributes(pairs):
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in pairs}


def awaited(what):
    until = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < until
        time.sleep(0.05)
    return found


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    with begun(tmp_path_factory.mktemp("telemetry"), rows(), COLUMNS, ["--grpc-listen", "127.0.0.1:0"]) as begun_project:
        begun_project.serve(begun_project.register(FIXTURES / "columns.onnx"))
        yield begun_project


@contextlib.contextmanager
def reporting(project, **otlp):
    """The project with a collector, and as it was before afterwards."""
    collector = Collector()
    path = project.folder / "cairn.yaml"
    before = path.read_text()
    path.write_text(before + "telemetry: " + json.dumps({"otlp": {"endpoint": collector.uri, "interval": "1s", **otlp}}) + "\n")
    project.cairn("apply")
    try:
        yield collector
    finally:
        path.write_text(before)
        project.cairn("apply")
        collector.close()


def ask(project, headers=None, body=BODY):
    answer = requests.post(f"{project.running.uri}/invocations", json=body, headers=headers, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.headers["X-Cairn-Prediction-Id"]


def logged(project, prediction):
    return requests.get(f"{project.running.uri}/api/v1/serving/log/predictions/{prediction}", timeout=30).json()["items"][0]


def sent_by_opentelemetry(sampled=True, state=None):
    """Header fields as OpenTelemetry's propagator writes them, and the ids in them."""
    made = TracerProvider().get_tracer("caller").start_span("call").get_span_context()
    context = SpanContext(made.trace_id, made.span_id, False, TraceFlags(int(sampled)), TraceState(state or []))
    fields = {}
    TraceContextTextMapPropagator().inject(fields, set_span_in_context(NonRecordingSpan(context)))
    return fields, f"{context.trace_id:032x}", f"{context.span_id:016x}"


def test_the_log_knows_who_asked_and_in_which_trace(project):
    fields, trace_id, _ = sent_by_opentelemetry()
    mine = logged(project, ask(project, {**fields, "X-Cairn-Actor": "billing"}))
    assert (mine["caller"], mine["trace_id"]) == ("billing", trace_id)
    other = logged(project, ask(project, {"User-Agent": "probe/1"}))
    assert other["caller"] == "probe/1"
    assert re.fullmatch("[0-9a-f]{32}", other["trace_id"])
    shown = project.cairn("serving", "show", mine["id"])["items"][0]
    assert shown == mine
    assert mine["inputs"]["hour"] == [5] and len(mine["outputs"]) == 1
    missing = requests.get(f"{project.running.uri}/api/v1/serving/log/predictions/nothing", timeout=30)
    assert missing.status_code == 404


@pytest.mark.parametrize("field", [
    "ff-{trace}-{span}-01", "00-{trace}-{span}-01-more", "00-{zeros}-{span}-01", "00-{trace}-0000000000000000-01",
    "00-{TRACE}-{span}-01", "00-{trace}-{span}", "00-{trace}-{span}-zz", "nonsense"])
def test_a_parent_that_is_none_is_passed_over(project, field):
    _, trace_id, span_id = sent_by_opentelemetry()
    # So that an upper-case letter is in it.
    trace_id = "a" + trace_id[1:]
    traceparent = field.format(trace=trace_id, TRACE=trace_id.upper(), span=span_id, zeros="0" * 32)
    begun_here = logged(project, ask(project, {"traceparent": traceparent}))["trace_id"]
    assert re.fullmatch("[0-9a-f]{32}", begun_here) and begun_here != trace_id
    read = TraceContextTextMapPropagator().extract({"traceparent": traceparent})
    assert not trace.get_current_span(read).get_span_context().is_valid, "as OpenTelemetry reads it"


def test_a_parent_of_a_future_version_is_read(project):
    _, trace_id, span_id = sent_by_opentelemetry()
    assert logged(project, ask(project, {"traceparent": f"01-{trace_id}-{span_id}-01-what-comes-next"}))["trace_id"] == trace_id


def test_a_collector_gets_the_spans_of_a_request(project):
    with reporting(project) as collector:
        fields, trace_id, span_id = sent_by_opentelemetry(state=[("vendor", "x1")])
        prediction = ask(project, fields)
        found = awaited(lambda: [pair for pair in collector.spans() if pair[1].trace_id.hex() == trace_id])
        resource, root = next(pair for pair in found if pair[1].kind == 2)
        assert resource["service.name"] == "cairn"
        assert root.parent_span_id.hex() == span_id
        assert root.trace_state == "vendor=x1"
        assert root.name == "POST /invocations"
        assert attributes(root.attributes).items() >= {
            "http.request.method": "POST", "http.route": "/invocations", "http.response.status_code": 200,
            "cairn.prediction.id": prediction, "cairn.model.name": NAME, "cairn.arm": "production", "cairn.rows": 1}.items()
        assert abs(root.start_time_unix_nano / 1e9 - time.time()) < 60
        parts = {span.name: span for _, span in found if span.kind == 1}
        assert parts.keys() >= {"read", "run", "write"}
        for part in parts.values():
            assert part.parent_span_id == root.span_id
            assert root.start_time_unix_nano <= part.start_time_unix_nano <= part.end_time_unix_nano <= root.end_time_unix_nano


def test_the_callers_decision_is_followed_and_a_share_of_the_others_is_kept(project):
    with reporting(project, traces="0%") as collector:
        unsampled, sampled = sent_by_opentelemetry(False), sent_by_opentelemetry(True)
        for fields in (unsampled[0], {}, sampled[0]):
            ask(project, fields)
        awaited(lambda: any(span.trace_id.hex() == sampled[1] for _, span in collector.spans()))
        assert {span.trace_id.hex() for _, span in collector.spans()} == {sampled[1]}


def test_a_refused_request_is_traced_too(project):
    with reporting(project) as collector:
        fields, trace_id, _ = sent_by_opentelemetry()
        body = {"dataframe_split": {"columns": list(COLUMNS), "data": [["UA", "not a number", 1001.5]]}}
        assert requests.post(f"{project.running.uri}/invocations", json=body, headers=fields, timeout=30).status_code in (400, 422)
        _, span = awaited(lambda: [pair for pair in collector.spans() if pair[1].trace_id.hex() == trace_id])[0]
        assert attributes(span.attributes)["http.response.status_code"] in (400, 422)
        assert span.status.code == 0, "a caller's mistake is no failure of the server"


def test_a_collector_gets_the_figures_that_prometheus_gets(project):
    with reporting(project, traces=False) as collector:
        ask(project)
        answered = lambda: collector.figures().get("cairn_serving_requests_total")
        metric = awaited(answered)
        page = requests.get(f"{project.running.uri}/metrics", timeout=30)
        assert page.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        value = float(re.search(rf'^cairn_serving_requests_total{{model="{NAME}"}} (\S+)$', page.text, re.M)[1])
        awaited(lambda: answered().sum.data_points[0].as_double == value)
        point = answered().sum.data_points[0]
        assert answered().sum.is_monotonic and answered().sum.aggregation_temporality == 2
        assert attributes(point.attributes) == {"model": NAME}
        assert point.start_time_unix_nano < point.time_unix_nano
        assert metric.description
        assert set(collector.figures()) == set(re.findall("^# TYPE (\\S+)", page.text, re.M))
        assert not list(collector.spans())


def test_an_absent_collector_changes_nothing_for_callers(project):
    with reporting(project, metrics=False) as collector:
        collector.status = 503
        for _ in range(20):
            ask(project)
        state = lambda: requests.get(f"{project.running.uri}/api/v1/serving", timeout=30).json()["telemetry"]
        before = state()["sent"]
        awaited(lambda: state()["dropped"] >= 20)
        awaited(lambda: "503" in state()["problem"])
        assert "cairn_trace_spans_dropped_total 0" not in requests.get(f"{project.running.uri}/metrics", timeout=30).text
        collector.status = 200
        fields, trace_id, _ = sent_by_opentelemetry()
        ask(project, fields)
        awaited(lambda: any(span.trace_id.hex() == trace_id for _, span in collector.spans()))
        assert awaited(lambda: state()["sent"] > before)


def test_nothing_is_reported_unless_it_is_asked_for(project):
    assert requests.get(f"{project.running.uri}/api/v1/serving", timeout=30).json()["telemetry"] is None


def test_over_grpc_caller_and_trace_come_as_metadata(project):
    fields, trace_id, _ = sent_by_opentelemetry()
    inputs = []
    for name, kind, value in (("carrier", "BYTES", numpy.array([["UA"]], dtype=object)), ("hour", "INT64", numpy.array([[5]], dtype=numpy.int64)),
                              ("distance", "FP32", numpy.array([[1001.5]], dtype=numpy.float32))):
        inputs.append(triton.InferInput(name, [1, 1], kind))
        inputs[-1].set_data_from_numpy(value)
    with contextlib.closing(triton.InferenceServerClient(project.running.grpc)) as client:
        answer = client.infer(NAME, inputs, headers={**fields, "x-cairn-actor": "by grpc"})
        mine = logged(project, answer.get_response().parameters["prediction_id"].string_param)
        assert (mine["caller"], mine["trace_id"]) == ("by grpc", trace_id)
        answer = client.infer(NAME, inputs)
        assert "grpc" in logged(project, answer.get_response().parameters["prediction_id"].string_param)["caller"]


@pytest.mark.parametrize("otlp", [{"endpoint": "collector:4318"}, {"traces": "200%"}, {"interval": "5ms"}, {"sampler": 1}])
def test_a_section_that_cannot_be_read_is_refused(project, otlp):
    path = project.folder / "cairn.yaml"
    before = path.read_text()
    path.write_text(before + "telemetry: " + json.dumps({"otlp": otlp}) + "\n")
    try:
        project.cairn("apply", code=2)
    finally:
        path.write_text(before)
