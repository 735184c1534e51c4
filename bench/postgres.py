"""Durable writes on PostgreSQL beside `mlflow server` on the same PostgreSQL, a private one that ends with this program.

    postgres.py [--small]    --small: a tenth of the requests"""

import argparse
import contextlib
import io
import json
import subprocess
import time
import urllib.parse

import measure
import psycopg2
import scorecard
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


def fill(url, count):
    """Events that wait for the sealer; gives how many."""
    rows = io.StringIO()
    for number, (at, kind, subject, cause, body) in enumerate(scorecard.events(count)):
        text = json.dumps(body, sort_keys=True, separators=(",", ":"))
        rows.write("\t".join([f"{at:012x}-{number:08x}-7000-8000-000000000000", str(1_000_000 + number), str(at), kind, subject, "bench", cause, text]) + "\n")
    rows.seek(0)
    with contextlib.closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.copy_from(rows, "event", columns=("id", "arrival", "at_ms", "kind", "subject", "actor", "cause", "body"))


def sealing(report, count):
    """The time of a server that begins with that many events to seal, without that of one that has none."""
    with measure.workspace() as folder, private_server() as server:
        url = database(server, "cairn_sealing")

        def verified():
            began = time.perf_counter()
            with measure.cairn_up(folder, "--store", url) as (_, address):
                assert scorecard.get(address, "audit/verify")["sound"]
            return time.perf_counter() - began

        verified()
        fill(url, count)
        spent = verified() - verified()
        report.line(f"PostgreSQL: sealing {count:,} events", f"{count / spent:,.0f} events/s", "nothing to compare", ">= 30,000 events/s", count / spent >= 30_000)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--small", action="store_true")
    table = Table()
    part = 10 if options.parse_args().small else 1
    writes(table, part)
    sealing(table.report, 300_000 // part)
    table.report.end()


if __name__ == "__main__":
    main()
