"""The catalogue from outside: what is recorded, found, taken out and split, with pandas and scikit-learn as the oracle."""

import contextlib
import csv
import datetime
import functools
import hashlib
import http.server
import ipaddress
import json
import os
import sqlite3
import ssl
import subprocess
import threading

import numpy
import pandas
import psycopg2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from moto_server import Moto
from running import new_database
from sklearn.utils.class_weight import compute_class_weight

CONFIGURATION = """project: p
data:
  d: {path: data/d, key: [id], target: y, holdout: 20%, owner: Port Authority, licence: CC0-1.0, tags: [monthly]}
  plain: {path: data/plain, key: [id]}
  typed: {path: data/typed, key: [id], contract: {columns: {id: {type: integer}, x: {type: number}}}}
"""


@pytest.fixture
def project(tmp_path, cairn_binary):
    def run(*words, code=0):
        environment = {**os.environ, "CAIRN_ID_DIR": str(tmp_path / "ids"), "CAIRN_ACTOR": "ada"}
        ended = subprocess.run([cairn_binary, *map(str, words), "--json"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
        assert ended.returncode == code, ended.stdout + ended.stderr
        return json.loads(ended.stdout)

    def say(*words):
        environment = {**os.environ, "CAIRN_ID_DIR": str(tmp_path / "ids"), "CAIRN_ACTOR": "ada"}
        return subprocess.run([cairn_binary, *map(str, words)], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=True).stdout

    run.folder, run.say = tmp_path, say
    (tmp_path / "cairn.yaml").write_text(CONFIGURATION)
    run("apply")
    return run


def table(rows):
    return pandas.DataFrame({"id": range(rows), "y": [int(i % 5 == 0) for i in range(rows)], "x": [i * 0.1 for i in range(rows)]})


def test_a_version_tells_everything_and_is_found_by_its_words(project):
    table(200).to_csv(project.folder / "a.csv", index=False)
    project("data", "add", "a.csv", "--to", "d", "--reason", "first month", "--jurisdiction", "US")
    project("data", "alias", "d@1", "training-2013")
    shown = project("data", "show", "d@training-2013")
    assert (shown["owner"], shown["licence"], shown["jurisdiction"], shown["reason"]) == ("Port Authority", "CC0-1.0", "US", "first month")
    assert shown["columns"] == [{"name": "id", "type": "int"}, {"name": "y", "type": "int"}, {"name": "x", "type": "double"}]
    assert shown["files"][0]["sha256"] == hashlib.sha256((project.folder / "a.csv").read_bytes()).hexdigest()
    assert shown["added_by"] == "ada" and shown["aliases"] == ["training-2013"]
    assert project("data", "search", "MONTHLY", "port")["items"][0]["found_in"] == ["tag monthly", "owner"]
    assert project("data", "search", "weather")["items"] == []


def test_taken_out_bytes_are_identical_after_everything_else_is_deleted(project):
    table(200).to_csv(project.folder / "a.csv", index=False)
    original = (project.folder / "a.csv").read_bytes()
    project("data", "add", "a.csv", "--to", "d")
    for path in (project.folder / "a.csv", *(project.folder / "data" / "d").iterdir()):
        path.unlink()
    assert project("data", "export", "d@1", "--to", "whole", "--part", "original", code=2)["error"]["reason"] == "InvalidArgument"
    project("data", "export", "d@1", "--to", "whole", "--part", "original", "--why", "audit")
    assert (project.folder / "whole" / "a.csv").read_bytes() == original
    openings = project("data", "seal", "d")
    assert [(item["by"], item["purpose"]) for item in openings["items"]] == [("ada", "audit")]
    assert project("data", "verify", "d")["sound"]


def test_a_flipped_bit_is_found(project):
    table(50).to_csv(project.folder / "a.csv", index=False)
    project("data", "add", "a.csv", "--to", "plain")
    part = next(p for p in project("data", "verify", "plain")["parts"] if p["part"] == "original")
    os.chmod(part["path"], 0o644)
    with open(part["path"], "r+b") as file:
        file.seek(10)
        byte = file.read(1)[0]
        file.seek(10)
        file.write(bytes([byte ^ 1]))
    found = project("data", "verify", "plain", code=1)
    assert [p["state"] for p in found["parts"] if p["part"] == "original"] == ["damaged"]


@pytest.mark.parametrize(
    ("encoding", "dialect"),
    [
        ("utf-8", {"sep": ","}),
        ("utf-8-sig", {"sep": ";"}),
        ("latin-1", {"sep": ",", "quoting": csv.QUOTE_ALL}),
        ("utf-16", {"sep": "\t"}),
        ("utf-8", {"sep": ";", "decimal": ","}),
    ],
    ids=["plain", "mark and semicolon", "latin-1, all quoted", "utf-16 and tab", "decimal commas"],
)
def test_the_rows_are_those_that_pandas_reads(project, encoding, dialect):
    rows = pandas.DataFrame(
        {"id": range(6), "x": [0.5, -1.25, 1e-3, 7.5, 2.25, 3.125], "text": ["plain", "naïve", 'say "hi"', "two\nlines", "a;b,c\td", " spaced "]})
    rows.to_csv(project.folder / "t.csv", index=False, encoding=encoding, **dialect)
    quoting = {key: value for key, value in dialect.items() if key != "quoting"}
    expected = pandas.read_csv(project.folder / "t.csv", encoding=encoding, **quoting)
    assert project("data", "check", "t.csv", "--against", "typed")["passed"]
    project("data", "add", "t.csv", "--to", "plain")
    project("data", "export", "plain", "--to", "out")
    # What a Source reads as it is stays as it is; everything else became plain.
    kept = dialect["sep"] if encoding.startswith("utf-8") and "decimal" not in dialect else ","
    taken = pandas.read_csv(project.folder / "out" / "t.csv", sep=kept, encoding="utf-8-sig")
    pandas.testing.assert_frame_equal(taken, expected)


def test_a_file_may_stand_behind_a_flag_and_its_value(project):
    table(5).to_csv(project.folder / "a.csv", index=False)
    table(7).to_csv(project.folder / "b.csv", index=False)
    added = project("data", "add", "--tag", "old", "--tag", "new", "--to", "d", "a.csv", "b.csv")
    assert [item["file"]["name"] for item in added["items"]] == ["a.csv", "b.csv"]
    assert sorted(project("data", "show", "d")["tags"]) == ["new", "old"]


def test_lines_before_a_table_are_told_of_and_left_out_where_somebody_says_so(project):
    (project.folder / "t.csv").write_bytes('Bericht über Mai; "vorläufig\nvon Ada\n\nid;name\n1;Zoë\n2;René\n'.encode("latin-1"))
    refused = project("data", "add", "t.csv", "--to", "plain", "--encoding", "latin1", code=2)["error"]["message"]
    assert "t.csv" in refused and "line" in refused
    added = project("data", "add", "t.csv", "--to", "plain", "--encoding", "latin1", "--skip-lines", "3")["items"][0]
    assert added["dialect"]["skip_lines"] == 3 and added["file"]["rows"] == 2
    assert "without its first 3 lines" in project.say("data", "show", "plain")
    project("data", "export", "plain", "--to", "out")
    expected = pandas.read_csv(project.folder / "t.csv", encoding="latin-1", skiprows=3, sep=";")
    pandas.testing.assert_frame_equal(pandas.read_csv(project.folder / "out" / "t.csv"), expected)


def test_a_query_is_kept_with_its_rows_and_without_a_second_version_for_the_same(project):
    with sqlite3.connect(project.folder / "t.db") as database:
        table(40).to_sql("trip", database, index=False)
    words = ("data", "add", "--to", "plain", "--from", "sqlite:///t.db", "--query", "SELECT * FROM trip ORDER BY id")
    added = project(*words)["items"][0]
    assert added["source"]["query"] == words[-1] and added["source"]["kind"] == "sqlite" and added["rows"] == 40
    project("data", "export", "plain", "--to", "out")
    pandas.testing.assert_frame_equal(pandas.read_parquet(next((project.folder / "out").iterdir())), table(40))
    assert project(*words)["items"][0]["unchanged"]
    assert project(*words[:-1], "DELETE FROM trip", code=2)["error"]["reason"] == "InvalidArgument"
    assert len(project("data", "list", "plain")["items"]) == 1


def test_a_query_to_postgresql_is_kept_with_its_rows(project):
    with new_database() as address:
        with contextlib.closing(psycopg2.connect(address)) as connection, connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE trip (id bigint, y int, x double precision, at timestamptz, word text)")
            cursor.execute("INSERT INTO trip SELECT i, i % 5, i / 8.0, timestamptz '2024-01-01 00:00Z' + i * interval '1 hour', NULLIF('w' || i % 3, 'w0') FROM generate_series(0, 39) i")
        added = project("data", "add", "--to", "plain", "--from", address, "--query", "SELECT * FROM trip ORDER BY id")["items"][0]
        assert project("data", "add", "--to", "plain", "--from", address, "--query", "SELECT * FROM nowhere", code=2)["error"]["message"].count("nowhere")
        assert project("data", "add", "--to", "plain", "--from", address, "--query", "DROP TABLE trip", code=2)["error"]["reason"] == "InvalidArgument"
    assert (added["source"]["kind"], added["source"]["query"], added["rows"]) == ("postgresql", "SELECT * FROM trip ORDER BY id", 40)
    assert added["source"]["read_ms"] > 0 and len(added["digest"]) == 64
    project("data", "export", "plain", "--to", "out")
    taken = pandas.read_parquet(next((project.folder / "out").iterdir()))
    assert taken["id"].tolist() == list(range(40)) and taken["x"].tolist() == [i / 8 for i in range(40)]
    assert taken["word"].isna().sum() == 14 and str(taken["at"].iloc[-1]).startswith("2024-01-02 15:00")


def test_an_object_of_a_bucket_is_fetched_and_recorded(project, monkeypatch):
    table(30).to_parquet(project.folder / "up.parquet", index=False)
    (project.folder / "up.jsonl").write_text("".join(json.dumps({"id": i, "y": 1, "x": i / 2}) + "\n" for i in range(7)))
    with Moto() as moto:
        for name, value in {"AWS_ENDPOINT_URL_S3": moto.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}.items():
            monkeypatch.setenv(name, value)
        moto.client().create_bucket(Bucket="feeds")
        for name, rows, dataset in (("up.parquet", 30, "plain"), ("up.jsonl", 7, "typed")):
            moto.client().upload_file(str(project.folder / name), "feeds", f"daily/{name}")
            added = project("data", "add", "--to", dataset, "--from", f"s3://feeds/daily/{name}", "--replace")["items"][0]
            assert (added["source"]["kind"], added["source"]["address"]) == ("s3", f"s3://feeds/daily/{name}")
            files = {file["name"]: file for file in project("data", "show", dataset)["files"]}
            assert files[name]["sha256"] == hashlib.sha256((project.folder / name).read_bytes()).hexdigest() and files[name]["rows"] == rows
        gone = project("data", "add", "--to", "plain", "--from", "s3://feeds/daily/none.csv", code=3)
        assert "none.csv" in gone["error"]["message"]


def test_an_address_is_fetched_and_its_secrets_are_not_kept(project):
    (project.folder / "www").mkdir()
    table(30).to_csv(project.folder / "www" / "feed.csv", index=False)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=project.folder / "www")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://ada:hunter2@127.0.0.1:{server.server_port}/feed.csv?token=hush"
        added = project("data", "add", "--to", "plain", "--from", address)["items"][0]
        assert project("data", "add", "--to", "plain", "--from", address.replace("feed", "gone"), code=3)["error"]["reason"] == "NotFound"
        server.shutdown()
    assert added["source"]["address"].endswith("/feed.csv?token=***") and added["source"]["modified_ms"] > 0
    kept = b"".join(path.read_bytes() for path in (project.folder / ".cairn").rglob("*") if path.is_file())
    assert b"hunter2" not in kept and b"hush" not in kept


def certificate(folder):
    """The files of a key and of its own certificate, for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "here")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
            .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256()))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*form))
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return folder / "key.pem", folder / "certificate.pem"


def test_an_address_of_https_is_fetched_only_from_a_server_that_is_known(project, tmp_path_factory, monkeypatch):
    feed = tmp_path_factory.mktemp("feed")
    table(30).to_parquet(feed / "feed.parquet", index=False)
    key, known = certificate(tmp_path_factory.mktemp("keys"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(known, key)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=feed)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"https://127.0.0.1:{server.server_port}/feed.parquet"
        refused = project("data", "add", "--to", "plain", "--from", address, code=5)
        assert "certificate" in refused["error"]["message"]
        assert project("data", "show", "plain", code=3)["error"]["reason"] == "NotFound"
        monkeypatch.setenv("SSL_CERT_FILE", str(known))
        added = project("data", "add", "--to", "plain", "--from", address)["items"][0]
        server.shutdown()
    assert (added["source"]["kind"], added["source"]["address"]) == ("http", address)
    (file,) = project("data", "show", "plain")["files"]
    assert file["sha256"] == hashlib.sha256((feed / "feed.parquet").read_bytes()).hexdigest() and file["rows"] == 30


def test_strata_and_weights_are_those_of_scikit_learn(project):
    rows = table(1003)
    rows.to_csv(project.folder / "a.csv", index=False)
    report = project("data", "split", "a.csv", "--to", "parts", "--by", "stratified", "--stratum", "y", "--key", "id")
    parts = {part["name"]: pandas.read_csv(part["file"]) for part in report["parts"]}
    for name, share in (("train", 0.8), ("validation", 0.1), ("test", 0.1)):
        for label, count in rows["y"].value_counts().items():
            assert abs((parts[name]["y"] == label).sum() - share * count) <= 1
    classes = numpy.array([0, 1])
    expected = compute_class_weight("balanced", classes=classes, y=parts["train"]["y"])
    weights = {one["class"]: one["weight"] for one in report["balance"]["classes"]}
    assert [weights[str(label)] for label in classes] == pytest.approx(list(expected), rel=1e-12)
    assert sorted(sum((list(part["id"]) for part in parts.values()), [])) == list(range(1003))


def test_permuted_rows_fall_into_the_same_parts_and_planted_leaks_are_found(project):
    rows = table(500)
    rows.to_csv(project.folder / "a.csv", index=False)
    rows.sample(frac=1, random_state=1).to_csv(project.folder / "b.csv", index=False)
    members = []
    for name in ("a", "b"):
        report = project("data", "split", f"{name}.csv", "--to", name, "--key", "id")
        members.append([set(pandas.read_csv(part["file"])["id"]) for part in report["parts"]])
    assert members[0] == members[1]
    train, test = (pandas.read_csv(project.folder / "a" / f"{part}.csv") for part in ("train", "test"))
    pandas.concat([test, train.head(3)]).to_csv(project.folder / "leaky.csv", index=False)
    found = project("data", "leaks", "a/train.csv", "leaky.csv", "--key", "id", code=1)
    assert {check["check"]: check["count"] for check in found["checks"]}["key"] == 3


def test_a_data_sets_split_is_kept_and_recorded(project):
    table(300).to_csv(project.folder / "a.csv", index=False)
    project("data", "add", "a.csv", "--to", "d")
    report = project("data", "split", "d@1", "--by", "stratified")
    assert [part["name"] for part in report["parts"]] == ["train", "validation"], "the sealed rows are the test part"
    assert project("data", "show", "d@1")["splits"][0]["digest"] == report["digest"]
    assert project("data", "seal", "d")["openings"] == 0


def test_lineage_leads_both_ways_and_the_tables_follow_from_the_log(project):
    table(60).to_csv(project.folder / "a.csv", index=False)
    project("data", "add", "a.csv", "--to", "d")
    down = [step["thing"] for step in project("data", "who-uses", "a.csv")["items"]]
    assert down[0] == "dataset:d@1" and any(thing.endswith(".dir") for thing in down)
    tree = next(thing for thing in down if thing.endswith(".dir"))
    up = project("data", "where-from", tree.removeprefix("md5:"))
    assert up["items"][0]["source"]["address"].endswith("/a.csv") and up["items"][0]["kind"] == "data.version_added"
    told = project.say("data", "who-uses", "d")
    assert told.splitlines()[0].startswith("dataset:d@1  <- /") and "[data/d]" in told
    assert project("data", "where-from", "data", code=3)["error"]["message"].count("folder") == 1
    assert project("data", "where-from", "nothing", code=3)["error"]["reason"] == "NotFound"
    assert project("audit", "rebuild")["equal"] and project("audit", "verify")["sound"]


def test_a_misspelt_thing_is_answered_with_the_nearest(project):
    table(20).to_csv(project.folder / "a.csv", index=False)
    project("data", "add", "a.csv", "--to", "plain")
    for word, nearest in [("plian", "plain"), ("plain@2", "plain@1"), ("plane@1", "plain@1")]:
        refused = project("data", "who-uses", word, code=3)["error"]
        assert f"Did you mean '{nearest}'?" in refused["message"], refused
