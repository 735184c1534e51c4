"""What would cost every start is opened at first use: an idle server and a pipeline that runs map none of it; gRPC comes when it is asked for."""

import pathlib

import pytest

from cairn_server import Server, cairn

HEAVY = ("libduckdb", "libonnxruntime", "libcurl", "libpq", "libxgboost", "libcairn-grpc", "libgrpc", "libprotobuf", "libcares", "libgit2", "libssl")
MOST = 14


def libraries(lines):
    return sorted({line.split()[-1].rsplit("/", 1)[-1] for line in lines if ".so" in line.split()[-1]})


def check(mapped):
    assert mapped and len(mapped) <= MOST, mapped
    assert [name for name in mapped if name.startswith(HEAVY)] == []


@pytest.mark.skipif(not pathlib.Path("/proc/self/maps").exists(), reason="only Linux tells what a process maps")
def test_an_idle_server_maps_no_library_that_it_does_not_need(tmp_path):
    with Server(tmp_path / "data") as server:
        assert server.start()
        check(libraries(pathlib.Path(f"/proc/{server.process.pid}/maps").read_text().splitlines()))
        assert server.stop() == 0


@pytest.mark.skipif(not pathlib.Path("/proc/self/maps").exists(), reason="only Linux tells what a process maps")
def test_a_server_that_listens_for_grpc_maps_its_module(tmp_path):
    with Server(tmp_path / "data", options=["--grpc-listen", "127.0.0.1:0"]) as server:
        assert server.start()
        mapped = libraries(pathlib.Path(f"/proc/{server.process.pid}/maps").read_text().splitlines())
        assert [name for name in mapped if name.startswith("libcairn-grpc")] and [name for name in mapped if name.startswith("libgrpc")]
        assert server.stop() == 0


def test_a_pipeline_maps_no_library_that_it_does_not_need(tmp_path):
    # The stage looks at the process that started it.
    (tmp_path / "dvc.yaml").write_text("stages:\n  look:\n    cmd: cat /proc/$PPID/maps > maps.txt\n    outs: [maps.txt]\n")
    ended = cairn("run", data=tmp_path / "data", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    check(libraries((tmp_path / "maps.txt").read_text().splitlines()))
