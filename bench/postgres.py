"""Durable writes on PostgreSQL beside `mlflow server` on the same PostgreSQL, a private one that ends with this program.

    postgres.py [--small]    --small: a tenth of the requests"""

import argparse
import contextlib
import subprocess
import urllib.parse

import measure
import psycopg2
from tracking import Table, Writes


def database(server, name):
    """A new database on the server, so that neither finds the other's tables."""
    connection = psycopg2.connect(server)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    return urllib.parse.urlsplit(server)._replace(path="/" + name).geturl()


@contextlib.contextmanager
def private_server():
    """The address of a PostgreSQL that nobody else uses."""
    tool = str(measure.ROOT / "tools" / "postgres.sh")
    started = subprocess.run([tool, "start", "bench"], check=True, capture_output=True, text=True)
    try:
        yield started.stdout.strip()
    finally:
        subprocess.run([tool, "stop", "bench"], check=True, capture_output=True)


def writes(table, part):
    with measure.workspace() as folder, private_server() as server:
        sync = measure.fdatasync_ms(folder)
        with measure.cairn_up(folder, "--store", database(server, "cairn_bench")) as (_, uri):
            ours = Writes(uri, folder, 5_000 // part, 10_000 // part, 10_000 // part).measure()
        with measure.mlflow_server(folder, database(server, "mlflow_bench").replace("postgresql", "postgresql+psycopg2", 1)) as uri:
            mlflow = Writes(uri, folder, 300 // part, 600 // part, 600 // part).measure()
        for call in ours:
            table.rate(f"PostgreSQL: {call}", ours[call], mlflow[call], 10, sync_ms=sync)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--small", action="store_true")
    table = Table()
    writes(table, 10 if options.parse_args().small else 1)
    table.report.end()


if __name__ == "__main__":
    main()
