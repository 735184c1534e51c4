"""Asks a served model for one row at a time over many keep-alive connections, until the server is gone.

python asker.py HOST:PORT MODEL CONNECTIONS FIRST: the questions are numbered from FIRST, and each carries its number as the value of f0. On every
other connection the question also names its own id, `own-NUMBER`; on the rest the server gives one. Prints a line for every hundredth answer; when
the server is gone, {"sent", "seconds", "answered": [[connection, number, id], …]} in the order of the answers."""

import json
import select
import socket
import sys
import time

OTHERS = ", ".join('{"name": "f%d", "datatype": "FP32", "shape": [1, 1], "data": [0.5]}' % column for column in range(1, 8))
INFER = '{"id": "own-%d", "inputs": [{"name": "f0", "datatype": "FP32", "shape": [1, 1], "data": [%d]}, ' + OTHERS + "]}"
SCORING = '{"dataframe_split": {"columns": ["f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7"], "data": [[%d, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]]}}'
ID = b"\r\nX-Cairn-Prediction-Id: "
LENGTH = b"\r\nContent-Length: "


def after(head, name):
    begin = head.index(name) + len(name)
    return head[begin : head.index(b"\r\n", begin)]


class Connection:
    def __init__(self, address, model, number):
        self.number, self.model, self.question, self.arrived = number, model, None, b""
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, question):
        self.question = question
        path, body = (f"/v2/models/{self.model}/infer", INFER % (question, question)) if self.number % 2 else ("/invocations", SCORING % question)
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.socket.sendall((head + body).encode())

    def answer(self):
        """The id in the answer, when it is whole."""
        bytes_now = self.socket.recv(65536)
        if not bytes_now:
            raise ConnectionResetError("the server closed the connection")
        self.arrived += bytes_now
        end = self.arrived.find(b"\r\n\r\n")
        if end < 0 or len(self.arrived) < end + 4 + int(after(self.arrived, LENGTH)):
            return None
        if not self.arrived.startswith(b"HTTP/1.1 200 "):
            sys.exit(f"question {self.question} was answered {self.arrived[:500]!r}")
        given = after(self.arrived[: end + 2], ID).decode()
        self.arrived = b""
        return given


def main(address, model, count, first):
    host, port = address.rsplit(":", 1)
    connections = [Connection((host, int(port)), model, number) for number in range(count)]
    poll, by_socket, answered, question = select.epoll(), {}, [], first
    for connection in connections:
        poll.register(connection.socket, select.EPOLLIN)
        by_socket[connection.socket.fileno()] = connection
    began = time.monotonic()
    try:
        for connection in connections:
            question += 1
            connection.ask(question - 1)
        while True:
            for file, _ in poll.poll():
                connection = by_socket[file]
                if (given := connection.answer()) is None:
                    continue
                answered.append((connection.number, connection.question, given))
                if len(answered) % 100 == 0:
                    print(len(answered), flush=True)
                question += 1
                connection.ask(question - 1)
    except OSError:
        seconds = time.monotonic() - began
    for connection in connections:
        drain(connection, answered)
    print(json.dumps({"sent": question - first, "seconds": seconds, "answered": answered}))


def drain(connection, answered):
    """What had been answered before the end and was not read yet."""
    try:
        while (given := connection.answer()) is None:
            pass
        answered.append((connection.number, connection.question, given))
    except OSError:
        pass


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
