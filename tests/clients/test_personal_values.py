"""No value that points at a person stands in what is written about a table: proposed contracts, verdicts, leaks, comparisons."""

import json
import random
import subprocess

import pytest
from running import CAIRN

PEOPLE = ["Anna Meyer", "John Smith", "Maria Garcia", "Peter Jones", "Thomas Miller", "Julia Schmidt"]
SECRETS = {
    "iban": ["DE89370400440532013000", "GB82WEST12345698765432"],
    "card": ["4111111111111111", "5555555555554444"],
    "phone": ["+49 30 1234567", "+49 40 7654321", "0049 89 1112223"],
    "who": PEOPLE,
    "mail": ["jane@mail.org", "john@mail.org"],
}


def write(path, seed, rows=120):
    """Codes of few values in every column, so that each could become a list of valid values."""
    chosen = random.Random(seed)
    lines = [",".join(["id", *SECRETS, "colour"])]
    for row in range(rows):
        lines.append(",".join([str(row), *(chosen.choice(values) for values in SECRETS.values()), chosen.choice(["red", "green"])]))
    path.write_text("\n".join(lines) + "\n")
    return path


def call(folder, *words, code=0):
    ended = subprocess.run([CAIRN, *map(str, words)], cwd=folder, capture_output=True, text=True, timeout=300)
    assert ended.returncode == code, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def assert_kept_back(text):
    for column, values in SECRETS.items():
        for value in values:
            assert value not in text, (column, value)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_proposed_contract_lists_no_personal_value_and_classifies_the_column(tmp_path, form):
    table = write(tmp_path / "t.csv", 1)
    if form == "parquet":
        import pandas

        pandas.read_csv(table).to_parquet(tmp_path / "t.parquet")
        table = tmp_path / "t.parquet"
    text = call(tmp_path, "data", "contract", "infer", table)
    assert_kept_back(text)
    assert "- red" in text, "what is not personal is listed"
    for column in SECRETS:
        block = text.split(f"- name: {column}\n")[1].split("- name: ")[0]
        assert "classification: restricted" in block and "validValues" not in block and "minimum" not in block, block


def test_a_verdict_under_the_proposed_contract_shows_none(tmp_path):
    (tmp_path / "contract.yaml").write_text(call(tmp_path, "data", "contract", "infer", write(tmp_path / "t.csv", 1)))
    other = tmp_path / "other.csv"
    other.write_text((tmp_path / "t.csv").read_text().replace(",red", ",blue").replace("jane@mail.org", "no address"))
    for words in [(), ("--json",)]:
        text = call(tmp_path, "data", "contract", "check", other, "--contract", "contract.yaml", *words, code=1)
        assert "blue" in text and "no address" not in text
        assert_kept_back(text)


@pytest.mark.parametrize("tag", ["tags: [personal]", "tags: [billing, PII]", "classification: restricted"])
def test_tags_keep_values_back_as_the_classification_does(tmp_path, tag):
    (tmp_path / "t.csv").write_text("mail,n\nsecret-one,1\nsecret-two,2\n")
    contract = "apiVersion: v3.1.0\nkind: DataContract\nid: t\nversion: 1.0.0\nstatus: draft\nschema:\n  - name: t\n    properties:\n      - {name: mail, logicalType: string, %slogicalTypeOptions: {format: email}}\n      - {name: n, logicalType: integer, logicalTypeOptions: {minimum: 2}}\n"
    for given, shown in [(tag + ", ", False), ("tags: [billing], ", True)]:
        (tmp_path / "contract.yaml").write_text(contract % given)
        for words in [(), ("--json",), ("--junit", "j.xml")]:
            text = call(tmp_path, "data", "contract", "check", "t.csv", "--contract", "contract.yaml", *words, code=1)
            assert ("secret-one" in text) is shown, text
        assert ("secret-one" in (tmp_path / "j.xml").read_text()) is shown


def test_leaks_are_told_without_personal_values(tmp_path):
    one, two = write(tmp_path / "one.csv", 1), write(tmp_path / "two.csv", 1, rows=60)
    for key in ["who", "iban", "colour"]:
        for words in [(), ("--json",)]:
            text = call(tmp_path, "data", "leaks", one, two, "--key", key, *words, code=1)
            assert_kept_back(text)
            assert "***" in text and ("red" in text or key != "colour"), text


def test_a_comparison_shows_no_personal_value(tmp_path):
    one, two = write(tmp_path / "one.csv", 1), write(tmp_path / "two.csv", 2)
    lines = two.read_text().splitlines()
    two.write_text("\n".join(line.replace("Anna Meyer", "John Smith") for line in lines) + "\n")
    for name in ["one", "two"]:
        call(tmp_path, "data", "profile", f"{name}.csv", "--json", "-o", f"{name}.profile")
        (tmp_path / f"{name}.json").write_text(call(tmp_path, "data", "profile", f"{name}.csv", "--json"))
    for form in ["csv", "json"]:
        page = tmp_path / f"{form}.html"
        for policy in ["cairn", "evidently"]:
            ended = subprocess.run([CAIRN, "data", "compare", f"one.{form}", f"two.{form}", "--policy", policy, "--json", "--html", page], cwd=tmp_path, capture_output=True, text=True, timeout=300)
            assert ended.returncode in (0, 1), ended.stderr
            assert_kept_back(ended.stdout)
            assert_kept_back(page.read_text())
            columns = {column["column"]: column for column in json.loads(ended.stdout)["columns"]}
            assert {name for name, column in columns.items() if column.get("personal")} == set(SECRETS)
            assert columns["colour"]["picture"]["labels"], "what is not personal is shown"
        assert "personal: no value is shown" in page.read_text()
