"""An artifact of 1 GiB up and down through the server, beside `cp` to the same disk plus one SHA-256; and the server's memory meanwhile."""

import hashlib
import os
import pathlib
import socket
import statistics
import subprocess
import time

import measure

SIZE = int(os.environ.get("CAIRN_BENCH_ARTIFACT_BYTES", 1 << 30))
ROUNDS = 3
BAR = 0.70
FLAT = 32 << 20  # bytes that the server's peak may lie above its idle memory
PATH = "/api/2.0/mlflow-artifacts/artifacts/0/bench/artifacts/big.bin"


def seconds(work, *arguments):
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began


def sync(path):
    with open(path, "rb") as file:
        os.fsync(file.fileno())


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def connect(uri):
    host, port = uri.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=300)


def head_of(connection):
    """The answer's header, and what of the body came with it."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            raise SystemExit("the server closed the connection")
        received += piece
    head, _, rest = received.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(head.decode(errors="replace"))
    return head, rest


def upload(uri, source):
    with connect(uri) as connection, open(source, "rb") as file:
        connection.sendall(f"PUT {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {SIZE}\r\nConnection: close\r\n\r\n".encode())
        connection.sendfile(file)
        head_of(connection)


def download(uri, target):
    with connect(uri) as connection, open(target, "wb", buffering=0) as file:
        connection.sendall(f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        _, rest = head_of(connection)
        file.write(rest)
        buffer = memoryview(bytearray(1 << 20))
        left = SIZE - len(rest)
        while left:
            got = connection.recv_into(buffer)
            if not got:
                raise SystemExit("the download broke off")
            file.write(buffer[:got])
            left -= got


def memory(pid, field):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise SystemExit(f"no {field} of process {pid}")


def rate(taken):
    return f"{SIZE / taken / 1e6:,.0f} MB/s"


def compare(report, name, ours, peer, note):
    ratio = peer / ours
    report.line(name, rate(ours), rate(peer), f">= {BAR:.0%}", ratio >= BAR, f"{ratio:.0%}; {note}")


def main():
    report = measure.Report()
    with measure.workspace() as folder, measure.cairn_up(folder) as (process, uri):
        source, copy, back = folder / "source", folder / "copy", folder / "back"
        with open(source, "wb") as file:
            for _ in range(SIZE // (1 << 20)):
                file.write(os.urandom(1 << 20))
        sync(source)
        digest = sha256(source)
        idle = memory(process.pid, "VmRSS")
        copying, syncing, hashing, up, down = [], [], [], [], []
        for _ in range(ROUNDS):
            copying.append(seconds(subprocess.run, ["cp", source, copy]))
            syncing.append(seconds(sync, copy))
            hashing.append(seconds(sha256, copy))
            copy.unlink()
            up.append(seconds(upload, uri, source))
            down.append(seconds(download, uri, back))
            if sha256(back) != digest:
                raise SystemExit("what came back is not what was sent")
            back.unlink()
        grown = memory(process.pid, "VmHWM") - idle
        copied, synced, hashed, sent, received = (statistics.median(taken) for taken in (copying, syncing, hashing, up, down))
        fdatasync = measure.fdatasync_ms(folder)
        size = f"{SIZE / (1 << 30):g} GiB"
        # An acknowledged upload is on disk, so its peer is synced too; a download is no more durable than cp.
        compare(report, f"artifact of {size} up", sent, copied + synced + hashed,
                f"cp {copied:.2f} s, fsync {synced:.2f} s, hash {hashed:.2f} s; fdatasync {fdatasync:.3f} ms")
        compare(report, f"artifact of {size} down", received, copied + hashed, f"cp {copied:.2f} s, hash {hashed:.2f} s")
        report.line("memory while it moves", f"+{grown / (1 << 20):.1f} MiB", f"idle {idle / (1 << 20):.1f} MiB", "<= +32 MiB", grown <= FLAT)
    report.end()


if __name__ == "__main__":
    main()
