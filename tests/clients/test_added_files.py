"""Files on their way into data sets, and what is done with their versions: what is refused, corrected, compared, split and traced."""

import os
import subprocess

import pandas
import pytest
from running import CAIRN
from test_catalogue import CONFIGURATION, project, table  # noqa: F401


SJIS = "id,name\n1,日本\n2,東京\n"


def test_a_wrongly_guessed_encoding_is_said_and_corrected_by_a_new_version(project):
    (project.folder / "sjis.csv").write_bytes(SJIS.encode("shift_jis"))
    said = subprocess.run([CAIRN, "data", "add", "sjis.csv", "--to", "plain"], cwd=project.folder, env={**os.environ, "CAIRN_ID_DIR": str(project.folder / "ids"), "CAIRN_ACTOR": "ada"}, capture_output=True, text=True, timeout=120)
    assert said.returncode == 0 and "guessed to be windows-1252" in said.stderr and "--encoding" in said.stderr, said
    assert "klingon" in project("data", "add", "sjis.csv", "--to", "plain", "--encoding", "klingon", "--replace", code=2)["error"]["message"]
    refused = project("data", "add", "sjis.csv", "--to", "plain", "--encoding", "shift_jis", code=4)["error"]["message"]
    assert "--replace" in refused and "windows-1252" in refused
    assert [version["version"] for version in project("data", "list", "plain")["items"]] == [1], "what is refused changes nothing"
    [again] = project("data", "add", "sjis.csv", "--to", "plain", "--encoding", "shift_jis", "--replace")["items"]
    assert again["version"] == 2 and again["dialect"]["encoding"] == "shift_jis" and not again.get("unchanged")
    assert pandas.read_csv(project.folder / "data" / "plain" / "sjis.csv")["name"].tolist() == ["日本", "東京"]
    for words in ([], ["--encoding", "SHIFT_JIS", "--replace"]):
        [same] = project("data", "add", "sjis.csv", "--to", "plain", *words)["items"]
        assert same["unchanged"] and same["version"] == 2, words


@pytest.mark.parametrize("first, second", [("csv", "parquet"), ("jsonl", "csv")])
def test_files_that_are_no_table_together_are_refused(project, first, second):
    def write(frame, name):
        path = project.folder / name
        {"csv": lambda: frame.to_csv(path, index=False), "parquet": lambda: frame.to_parquet(path), "jsonl": lambda: frame.to_json(path, orient="records", lines=True)}[name.rsplit(".")[-1]]()
        return name

    project("data", "add", write(table(20), f"t.{first}"), "--to", "plain")
    message = project("data", "add", write(table(10), f"u.{second}"), "--to", "plain", code=2)["error"]["message"]
    assert f"u.{second}" in message and f"t.{first}" in message and "data set of its own" in message and ".cairn" not in message
    other = pandas.DataFrame({"a": [1], "b": [2]})
    message = project("data", "add", write(other, f"other.{first}"), "--to", "plain", code=2)["error"]["message"]
    assert "'id'" in message and "data set of its own" in message
    wider = table(10).assign(id=lambda frame: frame["id"] + 100, more=1)
    project("data", "add", write(wider, f"wider.{first}"), "--to", "plain")
    assert project("data", "profile", "plain")["table"]["rows"] == 30
    assert [version["version"] for version in project("data", "list", "plain")["items"]] == [2, 1]


def test_files_with_different_delimiters_are_one_table(project):
    table(20).to_csv(project.folder / "comma.csv", index=False)
    table(40)[20:].to_csv(project.folder / "semicolon.csv", index=False, sep=";")
    table(50)[40:].to_csv(project.folder / "tab.csv", index=False, sep="\t")
    for name in ("comma.csv", "semicolon.csv", "tab.csv"):
        project("data", "add", name, "--to", "plain")
    profiled = project("data", "profile", "plain")
    assert [column["name"] for column in profiled["columns"]] == ["id", "y", "x"]
    assert profiled["table"]["rows"] == 50 and profiled["table"]["missing_cells"] == 0
    assert profiled["columns"][0]["mean"] == table(50)["id"].mean()


def test_bytes_in_two_data_sets_have_the_origin_of_their_place(project):
    table(20).to_csv(project.folder / "t.csv", index=False)
    for dataset in ("plain", "typed"):
        project("data", "add", "t.csv", "--to", dataset)

    def came_from(thing):
        return {step["thing"] for step in project("data", "where-from", thing)["items"] if step["thing"].startswith("dataset:")}

    assert came_from("data/typed/t.csv") == {"dataset:typed@1"}
    assert came_from("data/plain/t.csv") == {"dataset:plain@1"}
    assert came_from("typed@1") == set() and came_from("plain@1") == set()
    assert {step["thing"] for step in project("data", "who-uses", "t.csv")["items"]} >= {"dataset:plain@1", "dataset:typed@1"}
    # What really went through one data set into another is still known.
    (project.folder / "cairn.yaml").write_text(CONFIGURATION + "  after: {path: data/after}\n")
    project("apply")
    project("data", "add", "data/plain/t.csv", "--to", "after")
    assert came_from("after@1") == {"dataset:plain@1"}


def test_versions_are_compared_by_their_aliases_and_saved_profiles_too(project):
    table(100).to_csv(project.folder / "a.csv", index=False)
    table(100).assign(x=lambda frame: frame["x"] + 50).to_csv(project.folder / "b.csv", index=False)
    for name in ("a.csv", "b.csv"):
        project("data", "add", name, "--to", "plain")
        project("data", "profile", name, "-o", name + ".saved")
    project("data", "alias", "plain@1", "first")
    by_number = project("data", "compare", "plain@1", "plain@2", code=1)
    assert project("data", "compare", "plain@first", "plain@2", code=1) == by_number
    assert "'frist'" in project("data", "compare", "plain@frist", "plain@2", code=3)["error"]["message"]
    project("data", "compare", "plain@", "plain@2", code=2)
    saved = project("data", "compare", "a.csv.saved", "b.csv.saved", code=1)
    assert saved["approximate"] and {column["column"] for column in saved["columns"] if column["drifted"]} == {"x"}
    assert not project("data", "compare", "a.csv.saved", "a.csv.saved")["drifted"]
    assert "one side is of each" in project("data", "compare", "a.csv.saved", "a.csv", code=2)["error"]["message"]
    (project.folder / "cut.saved").write_bytes((project.folder / "a.csv.saved").read_bytes()[:200])
    assert "cut.saved" in project("data", "compare", "cut.saved", "a.csv.saved", code=7)["error"]["message"]


def test_keys_that_are_written_differently_are_the_same_keys(project):
    (project.folder / "one.csv").write_text("k,v,w\n0,a,1\n1.50,b,1\n2,c,1\n-0.0,d,1\n")
    (project.folder / "two.csv").write_text("k,v,w\n0.0,x,1\n1.5,y,1\n20,z,1\n")
    checks = {check["check"]: check for check in project("data", "leaks", "one.csv", "two.csv", "--key", "k", code=1)["checks"]}
    ours, theirs = (set(pandas.read_csv(project.folder / name)["k"]) for name in ("one.csv", "two.csv"))
    assert checks["key"]["count"] == len(ours & theirs) == 2, checks["key"]
    pandas.read_csv(project.folder / "two.csv").to_parquet(project.folder / "two.parquet")
    checks = {check["check"]: check for check in project("data", "leaks", "one.csv", "two.parquet", "--key", "k", code=1)["checks"]}
    assert checks["key"]["count"] == 2
    # Texts are equal only when they are written so.
    (project.folder / "three.csv").write_text("k,v\n1.0,a\nx,b\n")
    (project.folder / "four.csv").write_text("k,v\n1.00,a\ny,b\n")
    assert project("data", "leaks", "three.csv", "four.csv", "--key", "k")["sound"]


def test_a_split_that_leaves_a_part_empty_says_so(project):
    pandas.DataFrame({"k": ["a", "b", "c"] * 20, "v": range(60)}).to_csv(project.folder / "t.csv", index=False)
    report = project("data", "split", "t.csv", "--by", "group", "--group", "k", "--to", "parts", code=1)
    empty = [part["name"] for part in report["parts"] if part["rows"] == 0]
    assert empty and sum(part["rows"] for part in report["parts"]) == 60
    said = subprocess.run([CAIRN, "data", "split", "t.csv", "--by", "group", "--group", "k", "--to", "again"], cwd=project.folder, capture_output=True, text=True, timeout=120)
    assert said.returncode == 1 and "EMPTY: no row came to " + ", ".join(empty) in said.stdout, said
    project("data", "split", "t.csv", "--key", "v", "--to", "whole")
