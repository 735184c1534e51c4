"""A query over several tables as a version of a data set, against pandas.merge."""

import hashlib
import json
import os
import subprocess

import numpy
import pandas
import pytest
from running import CAIRN

CONFIGURATION = """project: p
data:
  flights: {path: data/flights, key: [id]}
  weather: {path: data/weather, key: [station, day], holdout: 30%}
  joined: {path: data/joined}
"""
QUERY = "SELECT f.id, f.station, f.day, f.late, w.wind, s.height FROM f LEFT JOIN w USING (station, day) LEFT JOIN s ON s.station = f.station ORDER BY f.id"


@pytest.fixture
def project(tmp_path):
    def run(*words, code=0):
        environment = {**os.environ, "CAIRN_ID_DIR": str(tmp_path / "ids"), "CAIRN_ACTOR": "ada"}
        done = subprocess.run([CAIRN, *map(str, words), "--json"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout)

    random = numpy.random.default_rng(5)
    run.flights = pandas.DataFrame({"id": range(900), "station": random.choice(["EWR", "JFK", "LGA", "XXX"], 900), "day": random.integers(1, 40, 900), "late": random.normal(size=900)})
    run.weather = pandas.DataFrame([(station, day, round(float(random.gamma(2, 5)), 3)) for station in ("EWR", "JFK", "LGA") for day in range(1, 31)], columns=["station", "day", "wind"])
    run.stations = pandas.DataFrame({"station": ["EWR", "JFK", "LGA"], "height": [5.5, 4.0, 6.25]})
    run.folder = tmp_path
    (tmp_path / "raw").mkdir()
    (tmp_path / "cairn.yaml").write_text(CONFIGURATION)
    run("apply")
    run.flights.to_parquet(tmp_path / "raw" / "flights.parquet")
    run.weather.to_csv(tmp_path / "raw" / "weather.csv", index=False)
    run.stations.to_csv(tmp_path / "raw" / "stations.csv", index=False, sep=";", decimal=",")
    run("data", "add", "raw/weather.csv", "--to", "weather")
    return run


def join(project, *more, code=0, query=QUERY):
    return project("data", "add", "--to", "joined", "--query", query, "--with", "f=raw/flights.parquet", "--with", "w=weather@1", "--with", "s=raw/stations.csv", *more, code=code)


def test_rows_are_those_of_pandas_merge_without_what_is_sealed(project):
    version = join(project, "--name", "joined.parquet")["items"][0]
    known = pandas.read_csv(project.folder / "data" / "weather" / "weather.csv")
    assert 0 < len(known) < len(project.weather)
    expected = project.flights.merge(known, on=["station", "day"], how="left").merge(project.stations, on="station", how="left").sort_values("id")
    found = pandas.read_parquet(project.folder / "data" / "joined" / "joined.parquet")
    pandas.testing.assert_frame_equal(found.reset_index(drop=True), expected.reset_index(drop=True), check_dtype=False)
    assert version["source"]["kind"] == "query" and version["source"]["query"] == QUERY
    assert join(project, "--name", "joined.parquet")["items"][0]["unchanged"] is True


def test_every_table_is_recorded_by_its_digest_and_lineage_leads_to_each(project):
    version = join(project)["items"][0]
    digests = {name: hashlib.sha256((project.folder / "raw" / name).read_bytes()).hexdigest() for name in ("flights.parquet", "stations.csv")}
    assert version["source"]["address"] == f"f = sha256:{digests['flights.parquet']}, w = dataset:weather@1, s = sha256:{digests['stations.csv']}"
    told = json.dumps(project("data", "where-from", "joined@1"))
    for parent in ("dataset:weather@1", *digests.values()):
        assert parent in told
    assert "dataset:joined@1" in json.dumps(project("data", "who-uses", "weather@1"))
    assert "dataset:joined@1" in json.dumps(project("data", "who-uses", "raw/stations.csv"))


def test_a_query_reads_its_tables_and_nothing_else(project):
    (project.folder / "secret.csv").write_text("a\n1\n")
    for query, code in (
        (f"SELECT * FROM read_csv('{project.folder}/secret.csv')", 5),
        (f"COPY (SELECT 1) TO '{project.folder}/out.csv'", 5),
        ("SELECT 1; SELECT 2", 5),
        (f"SELECT 1) TO '{project.folder}/out.csv' --", 2),
        ("SELECT nothing FROM f", 2),
        ("", 2),
    ):
        refused = join(project, code=code, query=query)
        assert refused["error"]["message"]
    assert not (project.folder / "out.csv").exists() and not (project.folder / "data" / "joined").exists()
    assert join(project, "--with", "f=weather", code=2)["error"]["reason"] == "InvalidArgument"
    project("data", "add", "--to", "joined", "--query", "SELECT 1 AS x", "--with", "w=climate", code=3)
    project("data", "add", "--to", "joined", "--query", "SELECT 1 AS x", "--with", "w", code=2)
    project("data", "add", "raw/weather.csv", "--to", "joined", "--with", "w=weather", code=2)
