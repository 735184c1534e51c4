"""`cairn data contract` beside the tools that people have: the published schema of ODCS, datacontract-cli, and Pandera."""

import json
import os
import pathlib
import subprocess
import xml.etree.ElementTree

import pytest
import yaml
from running import ROOT

DATACONTRACT = os.environ.get("CAIRN_DATACONTRACT", str(ROOT / "build" / "env" / "datacontract" / "bin" / "python"))
PEER = str(pathlib.Path(__file__).with_name("contract_peer.py"))
RULES = {  # datacontract-cli's checks, and our names of the same rules
    "field_is_present": ["present"],
    "field_required": ["not null"],
    "field_minimum": ["min"],
    "field_maximum": ["max"],
    "field_min_length": ["length"],
    "field_max_length": ["length"],
    "field_invalid_values": ["invalidValues"],
    "field_unique": ["unique"],
    "field_primary_key_unique": ["unique"],
    "field_regex": ["pattern"],
}


def peer(*words):
    ended = subprocess.run([DATACONTRACT, PEER, *map(str, words)], capture_output=True, text=True, timeout=600)
    assert ended.returncode == 0, ended.stderr[-2000:]
    return json.loads(ended.stdout)


@pytest.fixture
def contract(cairn_binary, tmp_path):
    def run(*words, code=0):
        ended = subprocess.run([cairn_binary, "data", "contract", *map(str, words)], capture_output=True, text=True, cwd=tmp_path, timeout=300)
        assert ended.returncode == code, ended.stdout + ended.stderr
        return ended

    return run


CITIES = ["Ulm", "Bonn", "Köln"]


def write_orders(path, mistakes=False):
    rows = [[i, f"{CITIES[i % 3]}", 20 + i % 50, f"{i % 7}.5", f"K{i:05}"] for i in range(3000)]
    if mistakes:
        for i in (3, 4, 5):
            rows[i][1] = "Wien"
        for i in (10, 11):
            rows[i][2] = -400
        rows[20][2] = ""
        rows[30][4] = "K" * 40
        rows[41][0] = rows[40][0]
    text = "order,city,age,price,code\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")


def test_what_is_proposed_is_an_open_data_contract_that_the_data_keep(contract, tmp_path):
    write_orders(tmp_path / "orders.csv")
    contract("infer", "orders.csv", "--out", "contract.yaml")
    assert peer("schema", tmp_path / "contract.yaml") == []
    assert "keeps" in contract("check", "orders.csv", "--contract", "contract.yaml").stdout
    assert contract("lint", "contract.yaml").returncode == 0


def test_proposed_bounds_are_of_the_columns_kind(contract, tmp_path):
    rows = [[i % 24, 1 + i % 12, i * i % 997, f"{i % 17 / 8}", -5 + i % 41] for i in range(2400)]
    (tmp_path / "t.csv").write_text("hour,month,distance,price,degrees\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))
    contract("infer", "t.csv", "--out", "contract.yaml")
    columns = {column["name"]: column for column in yaml.safe_load((tmp_path / "contract.yaml").read_text())["schema"][0]["properties"]}
    bounds = {name: (column["logicalTypeOptions"]["minimum"], column["logicalTypeOptions"]["maximum"]) for name, column in columns.items()}
    # A scale of which every step was seen ends where it ends; what is merely large may be larger.
    assert (bounds["hour"], bounds["month"], bounds["degrees"]) == ((0, 23), (1, 12), (-5, 35))
    assert bounds["distance"][0] == 0 and bounds["distance"][1] > 996
    assert all(isinstance(bound, int) for name in ("hour", "month", "distance", "degrees") for bound in bounds[name])
    assert bounds["price"][0] == 0 and 2 < bounds["price"][1] < 3


def test_datacontract_cli_counts_the_same_mistakes(contract, tmp_path):
    write_orders(tmp_path / "orders.csv")
    write_orders(tmp_path / "worse.csv", mistakes=True)
    contract("infer", "orders.csv", "--out", "contract.yaml")
    document = yaml.safe_load((tmp_path / "contract.yaml").read_text())
    document["servers"] = [{"server": "local", "type": "local", "path": str(tmp_path / "worse.csv"), "format": "csv"}]
    (tmp_path / "contract.yaml").write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))
    assert peer("schema", tmp_path / "contract.yaml") == []
    verdict = json.loads(contract("check", "worse.csv", "--contract", "contract.yaml", "--json", code=1).stdout)
    ours = {(rule["column"], rule["rule"].split(": ")[-1]): rule for rule in verdict["rules"]}
    theirs = peer("datacontract", tmp_path / "contract.yaml")
    failed = [one for one in theirs if not one[2]]
    assert {(check, column) for check, column, _, _ in failed} >= {
        ("field_required", "age"), ("field_minimum", "age"), ("field_invalid_values", "city"), ("field_regex", "code")}
    for check, column, passed, count in theirs:
        if check == "row_count":
            continue
        rule = next(ours[(column, name)] for name in RULES[check] if (column, name) in ours)
        assert rule["passed"] == passed, (check, column)
        # Of rows that are alike they count those too many, and we count all, as Pandera does.
        if not passed and not check.endswith("unique"):
            assert rule["unexpected"] == count, (check, column)


def test_a_pandera_schema_finds_the_same_cases_after_it_was_taken_over(contract, tmp_path):
    cases = peer("pandera", tmp_path)
    notes = contract("import", "schema.yaml", "--from", "pandera", "--out", "contract.yaml").stderr
    assert "0 left out" in notes
    assert not [line for line in (tmp_path / "contract.yaml").read_text().splitlines() if line.strip() == "-"], "a list reads as people write it"
    assert peer("schema", tmp_path / "contract.yaml") == []
    verdict = json.loads(contract("check", "rows.csv", "--contract", "contract.yaml", "--json", code=1).stdout)
    broken = sorted((rule["column"], rule["unexpected"]) for rule in verdict["rules"] if not rule["passed"])
    assert broken == sorted((name.split(":")[0], count) for name, count in cases.items())


def test_the_junit_report_names_the_failing_rules(contract, tmp_path):
    write_orders(tmp_path / "orders.csv")
    write_orders(tmp_path / "worse.csv", mistakes=True)
    contract("infer", "orders.csv", "--out", "contract.yaml")
    verdict = json.loads(contract("check", "worse.csv", "--contract", "contract.yaml", "--junit", "report.xml", "--json", code=1).stdout)
    suite = xml.etree.ElementTree.parse(tmp_path / "report.xml").getroot()
    failed = {case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None}
    assert failed == {rule["rule"] for rule in verdict["rules"] if rule["status"] == "failed"}
    assert int(suite.get("failures")) == len(failed) > 0


def test_a_dropped_promise_breaks_consumers_and_a_new_demand_breaks_producers(contract, tmp_path):
    write_orders(tmp_path / "orders.csv")
    contract("infer", "orders.csv", "--out", "old.yaml")
    old = yaml.safe_load((tmp_path / "old.yaml").read_text())

    def changed(change):
        new = yaml.safe_load((tmp_path / "old.yaml").read_text())
        change({column["name"]: column for column in new["schema"][0]["properties"]}, new)
        (tmp_path / "new.yaml").write_text(yaml.safe_dump(new, sort_keys=False, allow_unicode=True))
        return json.loads(contract("diff", "old.yaml", "new.yaml", "--json", code=1).stdout)

    looser = changed(lambda columns, new: columns["age"].pop("required"))
    assert (looser["breaks_consumers"], looser["breaks_producers"]) == (True, False)
    stricter = changed(lambda columns, new: columns["age"]["logicalTypeOptions"].update(maximum=60))
    assert (stricter["breaks_consumers"], stricter["breaks_producers"]) == (False, True)
    assert contract("diff", "old.yaml", "new.yaml", "--for", "consumers").returncode == 0
    assert old["version"] in stricter["old"]


def test_each_mistake_in_a_contract_is_said_with_its_place_and_leaves_nothing_behind(contract, tmp_path):
    write_orders(tmp_path / "orders.csv")
    (tmp_path / "bad.yaml").write_text("apiVersion: v3.1.0\nkind: DataContract\nid: x\nversion: 1.0.0\nstatus: draft\nschema:\n  - name: x\n    properties: 7\n")
    ended = contract("check", "orders.csv", "--contract", "bad.yaml", code=2)
    assert "bad.yaml:8" in ended.stderr
    (tmp_path / "torn.yaml").write_text("schema: [")
    assert "torn.yaml:" in contract("lint", "torn.yaml", code=1).stdout
    missing = contract("check", "orders.csv", "--contract", "none.yaml", code=3)
    assert "none.yaml" in missing.stderr
    assert not (tmp_path / ".cairn").exists()


def test_a_contract_in_a_file_of_its_own_governs_as_it_was_when_accepted(contract, cairn_binary, tmp_path):
    def cairn(*words, code=0):
        own = os.environ | {"CAIRN_ID_DIR": str(tmp_path / "ids"), "CAIRN_ACTOR": "ada"}
        ended = subprocess.run([cairn_binary, *words], capture_output=True, text=True, cwd=tmp_path, timeout=300, env=own)
        assert ended.returncode == code, ended.stdout + ended.stderr
        return ended

    write_orders(tmp_path / "orders.csv")
    write_orders(tmp_path / "worse.csv", mistakes=True)
    cairn("init", ".", "--as", "ada")
    with (tmp_path / "cairn.yaml").open("a") as file:
        file.write("\ndata:\n  orders:\n    path: data/orders\n    target: age\n    holdout: 20%\n    contract: orders.contract.yaml\n")
    assert "orders.contract.yaml" in cairn("apply", code=3).stderr
    contract("infer", "orders.csv", "--out", "orders.contract.yaml")
    cairn("apply")
    (tmp_path / "orders.contract.yaml").unlink()  # What was accepted governs, not the file.
    cairn("data", "add", "orders.csv", "--to", "orders")
    refused = cairn("data", "add", "worse.csv", "--to", "orders", code=2)
    for name in ("order", "city", "age", "code"):
        assert f"{name}: " in refused.stderr
    exported = cairn("data", "contract", "export", "orders", "--from", "cairn.yaml", code=3)
    assert "orders.contract.yaml" in exported.stderr
