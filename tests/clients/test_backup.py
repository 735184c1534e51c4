"""Backups of stores that outgrew one machine: records in PostgreSQL, artifacts in a bucket, as of one moment, restored elsewhere and compared."""

import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import threading

import mlflow
import psycopg2
import pytest
from mlflow import MlflowClient
from moto_server import Moto
from running import CAIRN, Server, new_database
from whole_store import read, write

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}


class Place:
    """An empty database, an empty bucket and a data folder: where a Cairn keeps things that outgrew one machine."""

    def __init__(self, store, moto, bucket, data):
        self.store, self.moto, self.bucket, self.data = store, moto, bucket, data
        moto.client().create_bucket(Bucket=bucket)

    @property
    def options(self):
        return ["--store", self.store, "--artifacts", f"s3://{self.bucket}/kept/here"]

    @property
    def environment(self):
        return {**KEYS, "MLFLOW_S3_ENDPOINT_URL": self.moto.endpoint}

    def keys(self):
        return [one["Key"] for page in self.moto.client().get_paginator("list_objects_v2").paginate(Bucket=self.bucket) for one in page.get("Contents", [])]


@contextlib.contextmanager
def places(tmp_path, count):
    with Moto() as moto, contextlib.ExitStack() as stack:
        yield [Place(stack.enter_context(new_database()), moto, f"bucket-{number}", tmp_path / f"data-{number}") for number in range(count)]


def call(data, *words, code=0, environment=None):
    ended = subprocess.run([CAIRN, *words, "--json", "--data", str(data)], capture_output=True, text=True, env={**os.environ, **(environment or {})})
    assert ended.returncode == code, f"{words}: {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
    return json.loads(ended.stdout) if code == 0 else ended.stdout + ended.stderr


def seen_in(data, options=(), environment=None):
    """All that the client sees in a Cairn, which also must load a model."""
    server = Server(data, options=options, environment=environment)
    try:
        mlflow.set_tracking_uri(server.uri)
        mlflow.set_registry_uri(server.uri)
        assert mlflow.pyfunc.load_model("models:/churn model/1").predict([7]) == [7]
        client = MlflowClient(server.uri, server.uri)
        first = client.search_runs([client.get_experiment_by_name("churn ü").experiment_id], "attributes.run_name = 'run 0'")[0].info.run_id
        assert pathlib.Path(client.download_artifacts(first, "notes/read me.txt")).read_text() == "what run 0 left"
        return read(server.uri)
    finally:
        assert server.stop() == 0


def rows_in(store):
    with contextlib.closing(psycopg2.connect(store)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public' AND table_name = 'run'")
        if cursor.fetchone()[0] == 0:
            return 0
        cursor.execute("SELECT count(*) FROM run")
        return cursor.fetchone()[0]


def test_a_database_and_a_bucket_are_backed_up_and_restored_to_others(tmp_path):
    backup = tmp_path / "backup"
    with places(tmp_path, 3) as (first, second, third):
        server = Server(first.data, options=first.options, environment=first.environment)
        try:
            write(server.uri, None, 30)
            before = read(server.uri)
            summary = call(first.data, "backup", str(backup))
            files = {path.relative_to(backup / "artifacts").as_posix() for path in (backup / "artifacts").rglob("*") if path.is_file()}
            assert files == {key.removeprefix("kept/here/") for key in first.keys()} and len(files) > 5
            MlflowClient(server.uri, server.uri).create_experiment("after the backup")
        finally:
            assert server.stop() == 0
        assert call(first.data, "backup", str(backup), "--check")["files"] == summary["files"]

        # To another database and another bucket.
        restored = call(second.data, "restore", str(backup), *second.options, environment=second.environment)
        assert restored["sound"] and restored["files"] == summary["files"]
        assert sorted(second.keys()) == sorted(first.keys())
        assert seen_in(second.data, second.options, second.environment) == before

        # To one machine.
        plain = tmp_path / "plain"
        assert call(plain, "restore", str(backup))["sound"]
        assert seen_in(plain) == before

        # And out of there again.
        again = tmp_path / "again"
        call(plain, "backup", str(again))
        assert call(third.data, "restore", str(again), *third.options, environment=third.environment)["sound"]
        assert seen_in(third.data, third.options, third.environment) == before


def test_nothing_is_restored_over_what_is_there(tmp_path):
    backup, plain = tmp_path / "backup", tmp_path / "plain"
    server = Server(plain)
    client = MlflowClient(server.uri, server.uri)
    client.log_text(client.create_run("0").info.run_id, "kept", "a.txt")
    server.stop()
    call(plain, "backup", str(backup))
    with places(tmp_path, 1) as (place,):
        # A bucket with something in it.
        place.moto.client().put_object(Bucket=place.bucket, Key="kept/here/mine", Body=b"mine")
        words = call(place.data, "restore", str(backup), *place.options, environment=place.environment, code=4)
        assert f"s3://{place.bucket}/kept/here" in words and place.keys() == ["kept/here/mine"] and rows_in(place.store) == 0
        assert not place.data.exists()
        place.moto.client().delete_object(Bucket=place.bucket, Key="kept/here/mine")

        # A bucket that is not there, and tables that are not ours: what was brought is taken away again.
        words = call(place.data, "restore", str(backup), "--store", place.store, "--artifacts", "s3://no-such-bucket", environment=place.environment, code=3)
        assert "no-such-bucket" in words and rows_in(place.store) == 0 and not place.data.exists()
        with contextlib.closing(psycopg2.connect(place.store)) as connection, connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE experiment (mine INTEGER)")
        assert "experiment" in call(place.data, "restore", str(backup), *place.options, environment=place.environment, code=70)
        assert place.keys() == [] and not place.data.exists()
        with contextlib.closing(psycopg2.connect(place.store)) as connection, connection, connection.cursor() as cursor:
            cursor.execute("DROP TABLE experiment")

        # A backup with a damaged object in it.
        damaged = tmp_path / "damaged"
        shutil.copytree(backup, damaged)
        next((damaged / "artifacts").rglob("a.txt")).write_text("lost")
        assert "a.txt" in call(place.data, "restore", str(damaged), *place.options, environment=place.environment, code=7)
        assert place.keys() == [] and rows_in(place.store) == 0 and not place.data.exists()

        assert call(place.data, "restore", str(backup), *place.options, environment=place.environment)["sound"]
        assert rows_in(place.store) == 1

        # A database with something in it.
        words = call(tmp_path / "other", "restore", str(backup), "--store", place.store, environment=place.environment, code=4)
        assert "holds records already" in words and rows_in(place.store) == 1 and not (tmp_path / "other").exists()


def test_a_backup_of_a_bucket_holds_the_objects_of_its_moment(tmp_path):
    """Objects are replaced and removed while backups are taken: each must hold the one that its records knew last."""
    with places(tmp_path, 1) as (place,):
        server = Server(place.data, options=place.options, environment=place.environment)
        try:
            client = MlflowClient(server.uri, server.uri)
            run = client.create_run("0").info.run_id
            for number in range(40):
                client.log_text(run, f"{number}", f"ballast/{number}.txt")
            ended = threading.Event()

            def replace():
                number = 0
                while not ended.is_set():
                    number += 1
                    client.log_text(run, f"{number:09d}" * 20_000, "state.txt")
                    client.set_tag(run, "written", f"{number:09d}")

            writer = threading.Thread(target=replace)
            writer.start()
            try:
                folders = [tmp_path / f"backup {number}" for number in range(4)]
                for folder in folders:
                    call(place.data, "backup", str(folder))
            finally:
                ended.set()
                writer.join()
        finally:
            assert server.stop() == 0
    compared = 0
    for folder in folders:
        with contextlib.closing(sqlite3.connect(folder / "cairn.db")) as store:
            tags = store.execute("SELECT value FROM run_tag WHERE key = 'written'").fetchall()
        kept = folder / "artifacts" / "0" / run / "artifacts"
        assert len(list((kept / "ballast").iterdir())) == 40
        if not tags:
            continue
        text = (kept / "state.txt").read_text()
        assert text == text[:9] * 20_000, "an object is whole"
        # The object is written first and the tag that names it after; so it is the one of the tag, or the next.
        assert int(text[:9]) - int(tags[0][0]) in (0, 1)
        compared += 1
    assert compared > 0, "nothing was written before the backups were taken, so this has shown nothing"


@pytest.fixture(scope="module", autouse=True)
def the_client_forgets_its_registry():
    yield
    mlflow.set_registry_uri(None)
