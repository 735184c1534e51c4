"""The prediction log as a table in a bucket: moto is the store, pyarrow and DuckDB's own reader are whoever asks, and every row that was answered is there once."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import pyarrow.dataset
import pyarrow.fs
import pytest
import requests
from moto_server import Moto
from running import CAIRN
from serving_project import NAME, begun
from test_inference import FIXTURES, rows

PATIENCE = 90
# A Python with another DuckDB than Cairn's.
DUCKDB = os.environ.get("CAIRN_DATACONTRACT", str(pathlib.Path(__file__).resolve().parents[2] / "build/env/datacontract/bin/python"))
COLUMNS = {"carrier": "string", "hour": "integer", "distance": "number"}
SCHEMA = {"id": "string", "request": "string", "time": "timestamp[us]", "model": "string", "version": "int64", "arm": "string", "inputs": "string",
          "output": "double", "latency_us": "int64", "caller": "string", "trace_id": "string", "failure": "string", "share": "double", "segment": "int64",
          "record": "int64", "row": "int64"}


@contextlib.contextmanager
def gate(port):
    """A way to the store that a test can close: forwards connections while `open`."""
    program = """
import socket, sys, threading
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
opened = threading.Event(); opened.set()
def pipe(a, b):
    try:
        while data := a.recv(65536): b.sendall(data)
    except OSError: pass
    for one in (a, b):
        try: one.shutdown(socket.SHUT_RDWR)
        except OSError: pass
def serve():
    while True:
        client, _ = listener.accept()
        if not opened.is_set():
            client.close(); continue
        store = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
        threading.Thread(target=pipe, args=(client, store), daemon=True).start()
        threading.Thread(target=pipe, args=(store, client), daemon=True).start()
threading.Thread(target=serve, daemon=True).start()
for line in sys.stdin:
    opened.set() if line.strip() == "open" else opened.clear()
    print(line.strip(), flush=True)
"""
    process = subprocess.Popen([sys.executable, "-c", program, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process, int(process.stdout.readline())
    process.kill()
    process.wait(30)
    process.stdin.close()
    process.stdout.close()


def turn(process, word):
    process.stdin.write(word + "\n")
    process.stdin.flush()
    assert process.stdout.readline().strip() == word


@pytest.fixture(scope="module")
def store():
    with Moto() as moto:
        moto.client().create_bucket(Bucket="lake")
        yield moto


@pytest.fixture(scope="module")
def way(store):
    with gate(store.port) as (process, port):
        yield process, port


@pytest.fixture(scope="module")
def project(tmp_path_factory, way):
    given = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{way[1]}"}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        with begun(tmp_path_factory.mktemp("shipping"), rows(), COLUMNS) as begun_project:
            begun_project.serve(begun_project.register(FIXTURES / "columns.onnx"))
            ship(begun_project, "s3://lake/predictions")
            yield begun_project
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


def ship(project, place, **more):
    path = project.folder / "cairn.yaml"
    text = path.read_text()
    begin = text.index("serving: {")
    end = text.index("\n", begin)
    line = "serving: {assertions: contract, fallback: none, log: " + json.dumps({"ship": place, **more}) + "}"
    path.write_text(text[:begin] + line + text[end:])
    project.cairn("apply", "--sign", "ada", actor="ada")


def ask(project, count, actor="billing"):
    ids = []
    for _ in range(count):
        body = {"dataframe_split": {"columns": list(COLUMNS), "data": [["UA", 5, 1001.5], ["AA", 17, 300.25]]}}
        answer = requests.post(f"{project.running.uri}/invocations", json=body, headers={"X-Cairn-Actor": actor}, timeout=30)
        assert answer.status_code == 200, answer.text
        ids.append(answer.headers["X-Cairn-Prediction-Id"])
    return ids


def table(store, prefix="predictions"):
    filesystem = pyarrow.fs.S3FileSystem(endpoint_override=store.endpoint, access_key="test", secret_key="test", scheme="http", region="us-east-1")
    return pyarrow.dataset.dataset(f"lake/{prefix}", filesystem=filesystem, format="parquet", partitioning="hive").to_table().to_pandas()


def state(project):
    return requests.get(f"{project.running.uri}/api/v1/serving", timeout=30).json()["shipping"]


def awaited(what):
    until = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < until
        time.sleep(0.1)
    return found


def objects(store, prefix="predictions"):
    client = store.client()
    listed = client.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", [])
    return {one["Key"]: client.get_object(Bucket="lake", Key=one["Key"])["Body"].read() for one in listed}


ANSWERED = []


def test_every_answered_row_is_in_the_table_once(project, store):
    ANSWERED.extend(ask(project, 20))
    shipped = project.cairn("serving", "ship")
    assert shipped["place"] == "s3://lake/predictions" and shipped["records"] == 20
    found = table(store)
    assert sorted(found["id"]) == sorted(f"{one}.{row}" for one in ANSWERED for row in (0, 1))
    assert set(found["model"]) == {NAME} and set(found["caller"]) == {"billing"}
    assert found["trace_id"].str.fullmatch("[0-9a-f]{32}").all()
    one = found[found["id"] == f"{ANSWERED[0]}.1"].iloc[0]
    assert json.loads(one["inputs"]) == {"carrier": "AA", "hour": 17, "distance": 300.25}
    shown = project.cairn("serving", "show", ANSWERED[0])["items"][0]
    assert one["output"] == shown["outputs"][1] and one["latency_us"] == shown["latency_us"]
    assert abs(one["time"].timestamp() * 1000 - shown["at_ms"]) < 1
    assert project.cairn("serving", "ship")["segments"] == 0


def test_the_files_have_the_schema_that_is_promised(project, store):
    import io

    import pyarrow.parquet

    for key, body in objects(store).items():
        assert f"/model={NAME}/" in key and "/date=" in key
        schema = pyarrow.parquet.read_schema(io.BytesIO(body))
        assert {field.name: str(field.type) for field in schema} == SCHEMA


def test_an_outage_is_counted_and_what_waited_goes_when_it_is_over(project, store, way):
    turn(way[0], "shut")
    before = len(objects(store))
    ANSWERED.extend(ask(project, 5))
    refused = subprocess.Popen([CAIRN, "serving", "ship", "--json", "--data", str(project.running.data)], cwd=project.folder,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    ANSWERED.extend(ask(project, 5))
    assert refused.wait(PATIENCE) == 6, refused.stderr.read()
    refused.stderr.close()
    assert state(project)["failures"] >= 1 and state(project)["problem"] and state(project)["waiting"] >= 1
    assert len(objects(store)) == before
    turn(way[0], "open")
    project.cairn("serving", "ship")
    assert sorted(table(store)["request"].unique()) == sorted(ANSWERED)
    assert (state(project)["waiting"], state(project)["problem"]) == (0, "")


def test_a_killed_server_ships_the_rest_by_itself_and_nothing_twice(project, store, way):
    for _ in range(3):
        ANSWERED.extend(ask(project, 5))
        shipping = subprocess.Popen([CAIRN, "serving", "ship", "--data", str(project.running.data)], cwd=project.folder,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        project.running.process.send_signal(signal.SIGKILL)
        project.running.kill()
        shipping.wait(PATIENCE)
        project.running.start()
        awaited(lambda: requests.get(f"{project.running.uri}/ping", timeout=30).status_code == 200)
    awaited(lambda: state(project)["waiting"] == 0)
    found = table(store)
    assert sorted(found["id"]) == sorted(f"{one}.{row}" for one in ANSWERED for row in (0, 1))
    # As if none of it had been remembered: the same objects, byte for byte.
    before = objects(store)
    for path in (project.running.data / "predictions").glob("shipped-*"):
        path.unlink()
    project.cairn("serving", "ship")
    assert objects(store) == before


def test_a_folder_gets_the_same_rows_and_duckdb_reads_them(project, store, tmp_path):
    lake = tmp_path / "lake"
    ship(project, str(lake))
    project.cairn("serving", "ship")
    files = [str(path) for path in lake.rglob("*.parquet")]
    found = pyarrow.dataset.dataset(files, format="parquet").to_table().to_pandas()
    assert sorted(found["id"]) == sorted(f"{one}.{row}" for one in ANSWERED for row in (0, 1))
    query = (f"SELECT count(*), count(DISTINCT id), count(DISTINCT date), min(inputs->>'$.carrier'), avg(output) > 0 "
             f"FROM read_parquet('{lake}/**/*.parquet', hive_partitioning=true) WHERE model = '{NAME}'")
    said = subprocess.run([DUCKDB, "-c", f"import duckdb; print(duckdb.sql({query!r}).fetchone())"], capture_output=True, text=True, timeout=60)
    assert said.returncode == 0, said.stderr
    assert said.stdout.strip() == str((2 * len(ANSWERED), 2 * len(ANSWERED), 1, "AA", True))


def test_where_predictions_go_is_a_decision(project, tmp_path):
    path = project.folder / "cairn.yaml"
    before = path.read_text()
    path.write_text(before.replace('"ship": "', '"ship": "/elsewhere'))
    try:
        project.cairn("apply", code=5)
    finally:
        path.write_text(before)
    noted = [event["body"] for event in project.cairn("audit", "log", "--kind", "serving.log_policy")["items"]]
    assert any(body.get("ship") == "s3://lake/predictions" for body in noted)


def test_what_is_kept_for_a_time_stays_for_that_time(project):
    ship(project, "s3://lake/predictions", keep="30d")
    assert requests.get(f"{project.running.uri}/api/v1/serving", timeout=30).json()["log"]["keep_ms"] == 30 * 86_400_000
    verdict = project.cairn("serving", "verify")
    assert verdict["removed"] == 0 and verdict["records"] == len(ANSWERED)
    assert project.cairn("serving", "ship")["segments"] >= 0


def test_a_classified_column_is_shipped_as_its_mask(tmp_path):
    (tmp_path / "project").mkdir()
    with begun(tmp_path / "project", rows(), {**COLUMNS, "carrier": "string, classification: personal"}) as masking:
        masking.serve(masking.register(FIXTURES / "columns.onnx"))
        ship(masking, str(tmp_path / "lake"))
        (answered,) = ask(masking, 1)
        masking.cairn("serving", "ship")
        found = pyarrow.dataset.dataset([str(path) for path in (tmp_path / "lake").rglob("*.parquet")], format="parquet").to_table().to_pandas()
        given = [json.loads(inputs) for inputs in found["inputs"]]
        assert [one["hour"] for one in given] == [5, 17]
        assert [one["carrier"] for one in given] == masking.cairn("serving", "show", answered)["items"][0]["inputs"]["carrier"]
        assert all(one["carrier"].startswith("masked:") for one in given)
