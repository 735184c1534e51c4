"""Triggers of a running server that watch what others keep: objects of a bucket (moto's S3), rows of PostgreSQL and of SQLite."""

import contextlib
import os
import random
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import uuid

import psycopg2
import pytest
from small_project import ROOT, Refused
from test_triggers import Project

sys.path.insert(0, str(ROOT / "tests" / "clients"))

from moto_server import Moto  # noqa: E402

NAMES = ("feed", "orders", "trips")
TRIGGERS = """  - {name: feed, on: data, path: 's3://BUCKET/daily/', every: 1s, settle: 0s, run: pipeline}
  - {name: orders, on: data, database: {env: SHOP}, table: public.orders, every: 1s, run: pipeline}
  - {name: trips, on: data, database: 'sqlite:///trips.db', query: 'SELECT MAX(id), COUNT(*) FROM trip', every: 1s, run: pipeline}
"""


@pytest.fixture(scope="module")
def moto():
    with Moto() as running:
        yield running


@pytest.fixture
def shop():
    """A database on PostgreSQL that somebody else keeps: its address, and what executes statements in it."""
    server = os.environ["CAIRN_TEST_POSTGRES"]
    name = f"shop_{uuid.uuid4().hex}"

    @contextlib.contextmanager
    def connected(url):
        connection = psycopg2.connect(url)
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cursor:
            yield cursor

    with connected(server) as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    url = urllib.parse.urlsplit(server)._replace(path="/" + name).geturl()
    with connected(url) as cursor:
        cursor.execute("CREATE TABLE orders (id BIGINT PRIMARY KEY, city TEXT, amount NUMERIC)")
        cursor.execute("INSERT INTO orders VALUES (1, 'Oslo', 12.50), (2, NULL, 7)")
        yield url, cursor.execute
    with connected(server) as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def trips(tmp_path):
    """What executes statements in a SQLite database in the project's folder."""

    def execute(statement):
        with contextlib.closing(sqlite3.connect(tmp_path / "project" / "trips.db")) as connection, connection:
            connection.execute(statement)

    return execute


@pytest.fixture
def watched(tmp_path, cairn_binary, moto, shop, trips):
    """A project with a trigger on each of the three, and a server that has looked at what is there."""
    bucket = f"feeds-{uuid.uuid4().hex[:8]}"
    moto.client().create_bucket(Bucket=bucket)
    moto.client().put_object(Bucket=bucket, Key="daily/1.csv", Body=b"id\n1\n")
    project = Project(cairn_binary, tmp_path / "project")
    project.bucket = bucket
    project.environment.update({"SHOP": shop[0], "AWS_ENDPOINT_URL_S3": moto.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"})
    trips("CREATE TABLE trip (id INTEGER PRIMARY KEY)")
    project.accept(TRIGGERS.replace("BUCKET", bucket))
    project.start()
    yield project
    if project.process.poll() is None:
        project.stop()


def wait_looked(project, names=NAMES, times=1):
    """Until each has looked so many times more; of two looks that end after now, one began after now."""
    for name in names:
        for _ in range(times):
            before = project.get(f"/api/v1/triggers/{name}")["looked_ms"]
            project.wait_for(f"a look of {name}", lambda: (project.get(f"/api/v1/triggers/{name}")["looked_ms"] or 0) > (before or 0))


def put(project, moto, key, body):
    moto.client().put_object(Bucket=project.bucket, Key=key, Body=body)


def counts(project):
    return {name: len(project.firings(name)) for name in NAMES}


def test_what_others_keep_fires_once_and_names_itself_in_its_run(watched, moto, shop, trips):
    wait_looked(watched)
    assert counts(watched) == {"feed": 0, "orders": 0, "trips": 0}, "what was there at first fires nothing"
    put(watched, moto, "daily/2.csv", b"id\n2\n")
    watched.wait_fired("feed")
    shop[1]("UPDATE orders SET city = 'Bergen' WHERE id = 2")
    watched.wait_fired("orders")
    trips("INSERT INTO trip VALUES (7)")
    watched.wait_fired("trips")
    # The same content again, and what lies beside, is no change.
    put(watched, moto, "daily/2.csv", b"id\n2\n")
    put(watched, moto, "daily-else/3.csv", b"id\n3\n")
    shop[1]("UPDATE orders SET city = 'Bergen' WHERE id = 2")
    shop[1]("CREATE TABLE other AS SELECT * FROM orders")
    trips("CREATE TABLE other (id INTEGER)")
    wait_looked(watched, times=2)
    details = {
        "feed": {"path": f"s3://{watched.bucket}/daily", "objects": 2, "size": 10, "newest": "2.csv"},
        "orders": {"database": "{env: SHOP}", "table": "public.orders", "rows": 2},
        "trips": {"database": "sqlite:///trips.db", "query": "SELECT MAX(id), COUNT(*) FROM trip", "rows": 1},
    }
    for name, detail in details.items():
        (firing,) = watched.firings(name)
        assert firing["detail"] == detail and firing["state"] == "begun"
        (run,) = watched.runs(firing["trigger"]["cause"])
        assert firing["trigger"]["cause"].startswith(f"{name}@1-")
        assert run["id"] == firing["run"] and run["state"] == "finished" and run["trigger"] == {"on": "data", "name": name, "cause": firing["trigger"]["cause"]}
    assert [line.split("|")[:2] for line in watched.fired()] == [["data", name] for name in NAMES]
    # Less is a change, too.
    moto.client().delete_object(Bucket=watched.bucket, Key="daily/1.csv")
    shop[1]("DELETE FROM orders WHERE id = 1")
    trips("DELETE FROM trip")
    for name in NAMES:
        watched.wait_fired(name, 2)
    wait_looked(watched, times=2)
    assert counts(watched) == {"feed": 2, "orders": 2, "trips": 2}
    subject = watched.get("/api/v1/triggers/orders")["subject"]
    assert subject == {"database": "{env: SHOP}", "table": "public.orders", "every_ms": 1000}
    password = urllib.parse.urlsplit(shop[0]).password
    assert password not in (watched.folder / "server.log").read_text()
    assert not [file for file in (watched.folder / ".cairn").glob("cairn.db*") if password.encode() in file.read_bytes()]


def test_what_changes_while_the_server_is_dead_fires_once_when_it_is_back(watched, moto, shop, trips, thorough):
    wait_looked(watched)
    choose = random.Random(5)
    for turn in range(1, 11 if thorough else 4):
        watched.kill()
        put(watched, moto, f"daily/{turn + 1}.csv", b"id\n%d\n" % turn)
        shop[1](f"INSERT INTO orders VALUES ({turn + 2}, 'Oslo', {turn})")
        trips(f"INSERT INTO trip VALUES ({turn})")
        watched.start()
        if turn % 2:
            # And again while it looks, or has fired and runs.
            time.sleep(choose.random())
            watched.kill()
            watched.start()
        for name in NAMES:
            watched.wait_fired(name, turn)
        wait_looked(watched, times=2)
        assert counts(watched) == {name: turn for name in NAMES}
    finished = [run["trigger"]["cause"] for run in watched.get("/api/v1/pipeline/runs?limit=1000")["items"] if run["state"] == "finished"]
    assert len(finished) == len(set(finished)), "none ran twice"
    for name in NAMES:
        assert {firing["state"] for firing in watched.firings(name)} <= {"begun", "merged"}
    assert watched.ask("audit", "verify")["sound"]


@pytest.fixture
def refusing():
    """An S3 server that takes nobody's key, once its bucket is there."""
    os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "1"
    try:
        with Moto() as running:
            running.client().create_bucket(Bucket="closed")
            yield running
    finally:
        del os.environ["INITIAL_NO_AUTH_ACTION_COUNT"]


def test_trouble_is_told_and_holds_nobody_else_up(tmp_path, cairn_binary, refusing, shop):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        project = Project(cairn_binary, tmp_path / "project")
        wrong = urllib.parse.urlsplit(shop[0])
        wrong = wrong._replace(netloc=f"{wrong.username}:not-the-password@{wrong.hostname}:{wrong.port}").geturl()
        project.environment.update({
            "SHOP": shop[0], "WRONG": wrong, "SILENT": f"postgresql://ada:hush@127.0.0.1:{silent.getsockname()[1]}/x?connect_timeout=600", "AWS_ENDPOINT_URL_S3": refusing.endpoint,
            "AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing-to-see"})
        project.accept(
            "  - {name: denied, on: data, path: 's3://closed/daily', every: 1s, run: pipeline}\n"
            "  - {name: misspelt, on: data, database: {env: SHOP}, table: ordres, every: 1s, run: pipeline}\n"
            "  - {name: wrong, on: data, database: {env: WRONG}, table: orders, every: 1s, run: pipeline}\n"
            "  - {name: unset, on: data, database: {env: NO_SUCH_VARIABLE}, table: orders, every: 1s, run: pipeline}\n"
            "  - {name: gone, on: data, database: 'sqlite:///gone.db', table: orders, every: 1s, run: pipeline}\n"
            "  - {name: silent, on: data, database: {env: SILENT}, table: orders, every: 1s, run: pipeline}\n"
            "  - {name: writes, on: data, database: {env: SHOP}, query: DELETE FROM orders RETURNING id, every: 1s, run: pipeline}\n"
            "  - {name: orders, on: data, database: {env: SHOP}, table: orders, every: 1s, run: pipeline}\n"
            "  - {name: here, on: data, path: feed, settle: 0s, run: pipeline}\n")
        project.start()
        try:
            told(project)
            shop[1]("INSERT INTO orders VALUES (3, 'Oslo', 1)")
            (project.folder / "feed").write_text("1")
            assert len(project.wait_fired("here")) == 1 and len(project.wait_fired("orders")) == 1
            # What was missing comes: from then on, a change of it fires.
            shop[1]("CREATE TABLE ordres (id BIGINT)")
            project.wait_for("the table to be seen", lambda: project.get("/api/v1/triggers/misspelt")["looked_ms"])
            project.wait_for("its trouble to be over", lambda: not project.get("/api/v1/triggers/misspelt")["problem"])
            shop[1]("INSERT INTO ordres VALUES (1)")
            assert project.wait_fired("misspelt")[0]["detail"] == {"database": "{env: SHOP}", "table": "ordres", "rows": 1}
            assert [line.split("|")[1] for line in project.fired()][-1] == "misspelt" and len(project.fired()) == 3
            assert not project.get("/api/v1/triggers/silent")["looked_ms"]
        finally:
            # The one that connects to nobody is not waited for: its server goes away with it.
            silent.close()
            project.stop()
    log = (project.folder / "server.log").read_text()
    assert not [secret for secret in ("not-the-password", "hush", "nothing-to-see", urllib.parse.urlsplit(shop[0]).password) if secret in log]


def told(project):
    """Each trouble, with what, where and what to do; in `trigger list` as well."""
    expected = {
        "denied": ["refused s3://closed/daily", "InvalidAccessKeyId", "check the credentials"],
        "misspelt": ["table ordres of {env: SHOP}", 'relation "ordres" does not exist', "correct the trigger in cairn.yaml"],
        "wrong": ["table orders of {env: WRONG}", "password authentication failed", "check the URL"],
        "unset": ["NO_SUCH_VARIABLE", "is not set"],
        "gone": ["table orders of sqlite:///gone.db", f"There is no SQLite database at {project.folder}/gone.db"],
        "writes": ["query DELETE FROM orders RETURNING id of {env: SHOP}"],
    }
    for name, words in expected.items():
        problem = project.wait_for(f"the trouble of {name}", lambda: project.get(f"/api/v1/triggers/{name}")["problem"])
        assert [word for word in words if word not in problem] == [], problem
    listed = subprocess.run([project.binary, "trigger", "list"], cwd=project.folder, env=project.environment, capture_output=True, text=True, timeout=60)
    assert "misspelt cannot look: table ordres of {env: SHOP}" in listed.stdout + listed.stderr, listed
    assert "hush" not in listed.stdout + listed.stderr
    assert not project.get("/api/v1/triggers/orders")["problem"]


def test_a_configuration_that_says_a_password_is_not_accepted(tmp_path, cairn_binary):
    project = Project(cairn_binary, tmp_path / "project")
    with pytest.raises(Refused) as refused:
        project.accept("  - {name: a, on: data, database: 'postgresql://ada:hush@db/shop', table: orders, run: pipeline}\n")
    assert "must not say a password" in refused.value.sentence and "hush" not in refused.value.sentence
