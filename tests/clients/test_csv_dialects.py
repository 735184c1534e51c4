"""CSV files of any dialect where no store is: profile, contract, comparison, split and leaks read them as pandas does.

CAIRN names the cairn program (default build/release/cairn).
"""

import json
import subprocess

import pandas
import pytest

CONTRACT = """apiVersion: v3.1.0
kind: DataContract
id: t
version: 1.0.0
status: draft
schema:
  - name: t
    logicalType: object
    properties:
      - {name: town, logicalType: string, logicalTypeOptions: {pattern: "^(Nîmes|Alès|Uzès)$"}}
      - {name: x, logicalType: number, logicalTypeOptions: {maximum: 60}}
"""
FLAGS = ["--encoding", "latin1", "--skip-lines", "2", "--decimal", ","]


@pytest.fixture
def folder(tmp_path):
    rows = pandas.DataFrame({"id": range(120), "town": ["Nîmes", "Alès", "Uzès"] * 40, "x": [i / 2 for i in range(120)]})
    table = rows.to_csv(index=False, sep=";", decimal=",")
    (tmp_path / "t.csv").write_bytes(("Relevé\nde mai\n" + table).encode("latin-1"))
    (tmp_path / "plain.csv").write_text(rows.to_csv(index=False))
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    return tmp_path


@pytest.fixture
def ask(folder, cairn_binary):
    def run(*words, code=0):
        ended = subprocess.run([cairn_binary, "data", *words], cwd=folder, capture_output=True, text=True, timeout=120)
        assert ended.returncode == code, ended.stdout + ended.stderr
        return ended

    return run


def test_what_is_said_holds_for_every_reader_of_files(folder, ask):
    before = (folder / "t.csv").read_bytes()
    ours, plain = (json.loads(ask("profile", name, *flags, "--json").stdout) for name, flags in (("t.csv", FLAGS), ("plain.csv", [])))
    assert ours["columns"] == plain["columns"] and ours["table"]["rows"] == 120
    assert json.loads(ask("contract", "check", "t.csv", "--contract", "contract.yaml", *FLAGS, "--json").stdout)["passed"]
    assert "Nîmes" in ask("contract", "infer", "t.csv", *FLAGS).stdout
    assert not json.loads(ask("compare", "t.csv", "t.csv", *FLAGS, "--json").stdout)["drifted"]
    split = json.loads(ask("split", "t.csv", "--to", "parts", "--key", "id", *FLAGS, "--json").stdout)
    assert sum(part["rows"] for part in split["parts"]) == 120
    assert "Alès" in "".join((folder / "parts" / f"{part['name']}.csv").read_text() for part in split["parts"])
    assert not json.loads(ask("leaks", "t.csv", "t.csv", "--key", "id", *FLAGS, "--json", code=1).stdout)["sound"]
    assert (folder / "t.csv").read_bytes() == before


def test_what_is_not_said_is_asked_for(folder, ask):
    """No line is left out, and no encoding guessed, where only a look was asked for."""
    (folder / "lead.csv").write_text("Report of May\nmade by Ada\n\na,b,c\n1,2,3\n4,5,6\n")
    said = ask("profile", "lead.csv", code=2).stderr
    assert "lead.csv, line 4: 3 fields where the header has 1. The table seems to begin in line 4" in said and "--skip-lines 3" in said
    assert json.loads(ask("profile", "lead.csv", "--skip-lines", "3", "--json").stdout)["table"]["rows"] == 2
    (folder / "ragged.csv").write_text("a,b\n1,2\n3\n4,5,6\n")
    assert "--skip-lines" not in ask("profile", "ragged.csv", code=2).stderr
    (folder / "latin.csv").write_bytes("a,b\nZoë,1\n".encode("latin-1"))
    assert "--encoding" in ask("contract", "check", "latin.csv", "--contract", "contract.yaml", code=2).stderr
    for flags in (["--encoding", "nonsense"], ["--skip-lines", "two"], ["--skip-lines", "9"]):
        assert ask("profile", "lead.csv", *flags, code=2).stderr.count("\n") == 1


def test_a_packed_file_has_the_delimiter_that_stands_in_it(folder, ask):
    pandas.DataFrame({"a": [1, 2], "b": [3, 4]}).to_csv(folder / "semi.csv.gz", index=False, sep=";")
    assert [column["name"] for column in json.loads(ask("profile", "semi.csv.gz", "--json").stdout)["columns"]] == ["a", "b"]
