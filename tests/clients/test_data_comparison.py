"""`cairn data compare` beside the real Evidently and scipy, on generated tables and on two months of real flights."""

import json
import os
import pathlib
import subprocess
import urllib.request
import xml.etree.ElementTree

import pandas as pd
import pytest
from running import ROOT
from scipy import stats

EVIDENTLY = os.environ.get("CAIRN_EVIDENTLY", str(ROOT / "build" / "env" / "evidently" / "bin" / "python"))
PEER = str(pathlib.Path(__file__).with_name("evidently_scores.py"))
SHOWN = {  # Evidently's names for a person, of the methods that it chooses itself
    "K-S p_value": "ks",
    "chi-square p_value": "chisquare",
    "Z-test p_value": "z",
    "Wasserstein distance (normed)": "wasserstein",
    "Jensen-Shannon distance": "jensenshannon",
}


def peer(*words):
    ended = subprocess.run([EVIDENTLY, PEER, *map(str, words)], capture_output=True, text=True, timeout=600)
    assert ended.returncode == 0, ended.stderr[-2000:]
    return json.loads(ended.stdout) if ended.stdout else None


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    peer("tables", folder)
    return folder


@pytest.fixture
def compare(cairn_binary, tmp_path):
    def run(reference, current, *options, code=None):
        command = [cairn_binary, "data", "compare", str(reference), str(current), *options]
        ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300)
        assert ended.returncode in ((0, 1, 8) if code is None else (code,)), ended.stdout + ended.stderr
        return ended

    return run


def columns_of(ended):
    return {column["column"]: column for column in json.loads(ended.stdout)["columns"]}


def near(ours, theirs, slack=1e-12):
    return abs(ours - theirs) <= 1e-9 * abs(theirs) + slack


@pytest.mark.parametrize("name", ["small", "large", "flights"])
def test_the_default_tests_are_evidentlys_in_choice_value_and_verdict(tables, compare, name):
    before, after = tables / f"{name}_before.parquet", tables / f"{name}_after.parquet"
    expected = peer("preset", before, after)
    ended = compare(before, after, "--policy", "evidently", "--json")
    report = json.loads(ended.stdout)
    ours = columns_of(ended)
    assert set(ours) == set(expected["columns"])
    for column, (method, score) in expected["columns"].items():
        assert ours[column]["method"] == SHOWN[method], column
        # The z-test's p is 2 (1 - cdf) in Evidently; a distance of nothing is some 1e-8 there.
        assert near(ours[column]["score"], score, 3e-8 if score < 1e-7 and "Jensen" in method else 1e-12), (column, ours[column]["score"], score)
    assert report["drifted_share"] == pytest.approx(expected["share"])
    assert report["drifted"] == (expected["share"] >= 0.5)
    assert ended.returncode == (1 if report["drifted"] else 0)


@pytest.mark.parametrize("name", ["small", "large", "flights"])
def test_every_method_gives_evidentlys_value(tables, compare, name):
    before, after = tables / f"{name}_before.parquet", tables / f"{name}_after.parquet"
    compared = 0
    for method, scores in peer("methods", before, after).items():
        ours = columns_of(compare(before, after, "--policy", "evidently", "--method", method, "--json"))
        for column, score in scores.items():
            if score is None:
                continue
            assert ours[column]["method"] == method, (method, column)
            slack = 3e-8 if score < 1e-7 and method in ("jensenshannon", "hellinger") else 1e-12
            assert near(ours[column]["score"], score, slack), (method, column, ours[column]["score"], score)
            compared += 1
    assert compared > 80


def test_what_evidently_lacks_is_scipys(tables, compare):
    before, after = tables / "large_before.parquet", tables / "large_after.parquet"
    x, y = pd.read_parquet(before), pd.read_parquet(after)
    expected = {
        "welch": lambda a, b: stats.ttest_ind(a, b, equal_var=False).pvalue,
        "mannw_two_sided": lambda a, b: stats.mannwhitneyu(a, b).pvalue,
        "wasserstein_raw": stats.wasserstein_distance,
    }
    for method, value in expected.items():
        ours = columns_of(compare(before, after, "--method", method, "--threshold", "0.5", "--json"))
        for column in ["bell", "shifted", "skewed", "ties", "count"]:
            assert near(ours[column]["score"], float(value(x[column], y[column]))), (method, column)
    table = [x["rare"].value_counts(), y["rare"].value_counts()]
    both = pd.concat(table, axis=1).fillna(0).to_numpy().T
    ours = columns_of(compare(before, after, "--method", "g_homogeneity", "--columns", "rare", "--json"))
    assert near(ours["rare"]["score"], stats.chi2_contingency(both, correction=False, lambda_="log-likelihood").pvalue)


def test_only_the_columns_that_are_named_are_compared(tables, compare):
    before, after = tables / "large_before.parquet", tables / "large_after.parquet"
    ended = compare(before, after, "--method", "welch", "--threshold", "0.5", "--columns", "bell, shifted, skewed, ties, count", "--json")
    assert set(columns_of(ended)) == {"bell", "shifted", "skewed", "ties", "count"}


def test_ours_finds_what_moved_and_adjusts_as_scipy_does(tables, compare):
    ended = compare(tables / "large_before.parquet", tables / "large_after.parquet", "--json", code=1)
    ours = columns_of(ended)
    assert {name for name, column in ours.items() if column["drifted"]} == {"shifted", "flag", "city"}
    p, adjusted = [], []
    for column in ours.values():
        for kind in ("", "missing_"):
            if f"{kind}p_value" in column:
                p.append(column[f"{kind}p_value"])
                adjusted.append(column[f"{kind}adjusted_p_value"])
    assert adjusted == pytest.approx(list(stats.false_discovery_control(p)), rel=1e-12)


def test_clean_tables_pass_and_real_seasons_do_not(tables, compare):
    same = tables / "flights_before.parquet"
    assert "Nothing" not in compare(same, same, code=0).stdout
    ended = compare(same, tables / "flights_after.parquet", code=1)
    assert "DRIFTED" in ended.stdout and "dep_delay" in ended.stdout


def test_page_and_junit_hold_the_verdicts_and_need_no_store(tables, compare, tmp_path):
    page, junit = tmp_path / "page.html", tmp_path / "junit.xml"
    compare(tables / "large_before.parquet", tables / "large_after.parquet", "--html", str(page), "--junit", str(junit), code=1)
    text = page.read_text()
    assert "3 of 14 columns have drifted" in text and "http" not in text and "<script" not in text
    suites = xml.etree.ElementTree.parse(junit).getroot()
    assert suites.get("tests") == "14" and suites.get("failures") == "3"
    assert {case.get("name") for case in suites.iter("testcase") if case.find("failure") is not None} == {"shifted", "flag", "city"}
    assert not (tmp_path / ".cairn").exists()


@pytest.mark.parametrize("method", ["fisher_exact", "g_test", "welch", "anderson"])
def test_what_a_statistic_cannot_judge_has_not_drifted(compare, tmp_path, method):
    """Each fits the kind of a column and not its values: three values, sides of unequal size, one row, one value."""
    pd.DataFrame({"k": ["a", "b", "c"] * 4, "n": [1.5] * 12}).to_csv(tmp_path / "t.csv", index=False)
    rows = 1 if method == "welch" else 9
    pd.DataFrame({"k": (["a", "b", "c"] * 3)[:rows], "n": [1.5] * rows}).to_csv(tmp_path / "less.csv", index=False)
    page, junit = tmp_path / "page.html", tmp_path / "junit.xml"
    column = "k" if method in ("fisher_exact", "g_test") else "n"
    ended = compare("t.csv", "less.csv", "--method", method, "--columns", column, "--json", "--html", page, "--junit", junit, code=8)
    report = json.loads(ended.stdout)
    assert not report["drifted"] and report["drifted_columns"] == 0 and report["unjudged_columns"] == 1, report
    [judged] = report["columns"]
    assert judged["judged"] is False and judged["drifted"] is False and judged["sentence"].startswith("could not be judged: "), judged
    assert "1 column could not be judged" in page.read_text()
    suites = xml.etree.ElementTree.parse(junit).getroot()
    assert (suites.get("failures"), suites.get("errors")) == ("0", "1")
    said = compare("t.csv", "less.csv", "--method", method, "--columns", column, code=8).stdout
    assert "not judged" in said and "DRIFTED" not in said and "0 of 1 columns drifted, 1 could not be judged" in said, said


def test_mistakes_get_a_sentence_and_a_code(tables, compare, tmp_path):
    before, after = tables / "small_before.parquet", tables / "small_after.parquet"
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(before.read_bytes()[:-500])
    for words, code, says in [
        ([before, tmp_path / "none.parquet"], 3, "none.parquet"),
        ([before, after, "--policy", "evidentl"], 2, "Did you mean 'evidently'?"),
        ([before, after, "--method", "kss"], 2, "Did you mean 'ks'?"),
        ([before, after, "--columns", "bel"], 2, "Did you mean 'bell'?"),
        ([before, after, "--method", "wasserstein_raw"], 2, "threshold"),
        ([before, after, "--threshold", "much"], 2, "much"),
        ([before, broken], 7, "broken.parquet"),
        ([before, "flights@0"], 2, "flights@0"),
    ]:
        ended = compare(*words, code=code)
        assert says in ended.stdout + ended.stderr, ended.stderr


def test_the_server_compares_too(server, tables):
    body = {"reference": {"file": str(tables / "small_before.parquet")}, "current": {"file": str(tables / "small_after.parquet")}, "policy": "tfdv"}

    def post(content):
        request = urllib.request.Request(server.uri + "/api/v1/data/compare", json.dumps(content).encode(), {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    status, report = post(body)
    assert status == 200 and report["policy"] == "tfdv" and report["drifted"]
    assert post({**body, "polici": 1})[0] == 400
    assert post({**body, "reference": {"file": "small.parquet"}})[0] == 400
    assert post({**body, "reference": {"dataset": "none", "version": 1}})[0] == 404
