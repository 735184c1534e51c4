"""What no well-behaved client sends: each gets a status and a sentence, and the model goes on answering others."""

import json
import socket
import struct
import threading
import urllib.parse

import numpy
import pandas
import pytest
import requests
from serving_project import NAME, begun
from test_canary import sound

PATH, ROWS = f"/v2/models/{NAME}/infer", 200_000


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    rows = pandas.DataFrame({"x": numpy.linspace(-3, 3, 20)})
    with begun(tmp_path_factory.mktemp("bad"), rows, {"x": "number"}) as made:
        made.serve(made.register(sound()))
        yield made


def body(data=(0.0,), shape=None, kind="FP32", name="x", **more):
    return {"inputs": [{"name": name, "datatype": kind, "shape": shape or [len(data), 1], "data": list(data)}], **more}


def sane(project):
    answer = requests.post(project.running.uri + PATH, json=body(), timeout=30)
    assert answer.status_code == 200 and answer.json()["outputs"][0]["data"] == [0.5], answer.text


DEEP = '{"inputs": ' + "[" * 100_000 + "]" * 100_000 + "}"


@pytest.mark.parametrize("sent, status, said", [
    (body([1, 2, 3], shape=[2, 1]), 400, "shape"),
    (body([1, 2], shape=[1, 2]), 400, "'x' must be one column"),
    (body(shape=[-1, 1]), 400, "shape"),
    (body(shape=[1 << 62, 1 << 62]), 400, "shape"),
    (body([[1], [2, 3]], shape=[2, 1]), 400, "x"),
    (body(["one"]), 400, "x"),
    (body([None]), 500, "answered NaN in row 1"),  # a missing value is allowed, and the model makes no number of it
    (body(kind="FP33"), 400, "FP33"),
    (body(kind="INT8", data=[300]), 400, "x"),
    (body(kind="UINT64", data=[-1]), 400, "x"),
    (body(name="y"), 422, "'y' is no input"),
    ({"inputs": []}, 400, "at least one"),
    ({"inputs": {}}, 400, "inputs"),
    ({}, 400, "inputs"),
    ([], 400, None),
    (DEEP, 400, None),
    ('{"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 1], "data": [1e999]}]}', (400, 422), None),
    ('{"inputs": [', 400, None),
    ("\ufeff" * 3, 400, None),
    (b"\xff\xfe{}", 400, None),
    ("", 400, None),
], ids=range(21))
def test_a_wrong_body_gets_its_status_and_a_sentence(project, sent, status, said):
    data = sent if isinstance(sent, bytes) else (sent if isinstance(sent, str) else json.dumps(sent)).encode()
    answer = requests.post(project.running.uri + PATH, data=data, timeout=60)
    assert answer.status_code in (status if isinstance(status, tuple) else (status,)), answer.text[:500]
    if answer.status_code != 200:
        sentence = answer.json()["error"]
        assert len(sentence) > 10 and (said is None or said in sentence), sentence
        assert "cc:" not in sentence and "std::" not in sentence
    sane(project)


def binary(shape, payload, size=None, header_length=None):
    head = json.dumps({"inputs": [{"name": "x", "datatype": "FP32", "shape": shape, "parameters": {"binary_data_size": len(payload) if size is None else size}}]}).encode()
    fields = {"Inference-Header-Content-Length": str(len(head) if header_length is None else header_length)}
    return {"data": head + payload, "headers": fields}


@pytest.mark.parametrize("sent", [
    binary([1, 1], b"\0\0"),
    binary([2, 1], b"\0" * 4),
    binary([1, 1], b"\0" * 4, size=4_000_000_000),
    binary([1, 1], b"\0" * 4, size=-4),
    binary([1, 1], b"\0" * 4, size=2),
    binary([1, 1], b"\0" * 8),
    binary([1, 1], b"\0" * 4, header_length=10_000),
    binary([1, 1], b"\0" * 4, header_length=-1),
    binary([1, 1], b"\0" * 4, header_length="many"),
    binary([1, 1], b"\0" * 4, header_length=3),
], ids=range(10))
def test_a_binary_body_that_does_not_fit_itself_is_refused(project, sent):
    answer = requests.post(project.running.uri + PATH, timeout=30, **sent)
    assert answer.status_code == 400 and len(answer.json()["error"]) > 10, answer.text
    sane(project)


class Wire:
    """A connection without a client library around it."""

    def __init__(self, project, receive_buffer=None):
        self.address = urllib.parse.urlsplit(project.running.uri)
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(60)
        self.socket.connect((self.address.hostname, self.address.port))

    def send(self, data, length=None):
        head = f"POST {PATH} HTTP/1.1\r\nHost: {self.address.netloc}\r\nContent-Length: {len(data) if length is None else length}\r\n\r\n"
        self.socket.sendall(head.encode() + data)

    def rest(self):
        """All that comes until the other side closes."""
        came = b""
        while more := self.socket.recv(1 << 16):
            came += more
        return came


def test_a_client_that_ends_its_sending_gets_its_answer(project):
    wire = Wire(project)
    wire.send(json.dumps(body()).encode())
    wire.socket.shutdown(socket.SHUT_WR)
    came = wire.rest()
    assert came.startswith(b"HTTP/1.1 200") and b'"data":[0.5]' in came, came


def test_a_body_that_ends_before_its_length_runs_nothing(project):
    before = requests.get(f"{project.running.uri}/api/v1/serving", timeout=30).json()["requests"]
    wire = Wire(project)
    data = json.dumps(body()).encode()
    wire.send(data[:-5], length=len(data))
    wire.socket.shutdown(socket.SHUT_WR)
    came = wire.rest()
    assert b" 200 " not in came.split(b"\r\n")[0], came
    assert requests.get(f"{project.running.uri}/api/v1/serving", timeout=30).json()["requests"] == before
    sane(project)


def test_clients_that_do_not_read_hold_up_nobody(project):
    """Each asks for more than the buffers between hold, and takes none of it."""
    asked = json.dumps(body([0.0] * ROWS)).encode()
    slow = [Wire(project, receive_buffer=4096) for _ in range(6)]
    senders = [threading.Thread(target=wire.send, args=[asked]) for wire in slow]
    for sender in senders:
        sender.start()
    for _ in range(50):
        sane(project)
    for sender in senders:
        sender.join(timeout=60)
    for wire in slow[:3]:  # some hang up on a reset, some read in the end
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        wire.socket.close()
    for wire in slow[3:]:
        wire.socket.shutdown(socket.SHUT_WR)
        came = wire.rest()
        head, _, rest = came.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        assert json.loads(rest)["outputs"][0]["data"] == [0.5] * ROWS
    sane(project)
