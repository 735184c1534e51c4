"""A table with planted defects of every kind that a contract can name, and its clean twin: `cairn data contract check` finds each with the right
count in the first and nothing in the second, from every format."""

import datetime
import json
import subprocess

import numpy
import pandas
import pytest
from running import CAIRN

ROWS = 2000
DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0)
FORMATS = ["csv", "parquet", "jsonl"]


def rule(name, implementation, **more):
    return {"name": name, "type": "custom", "engine": "cairn", "implementation": implementation, **more}


def column(name, kind, *quality, **more):
    return {"name": name, "logicalType": kind, **more, **({"quality": list(quality)} if quality else {})}


CONTRACT = {
    "apiVersion": "v3.1.0", "kind": "DataContract", "id": "planted", "version": "1.0.0", "status": "active",
    "schema": [{
        "name": "orders",
        "properties": [
            column("order", "integer", required=True, unique=True),
            column("basket", "integer"),
            column("line", "integer"),
            column("quantity", "integer"),
            column("city", "string", required=True),
            column("age", "integer", logicalTypeOptions={"minimum": 0, "maximum": 120}),
            column("share", "number", logicalTypeOptions={"exclusiveMinimum": 0, "exclusiveMaximum": 1}),
            column("grade", "string", rule("set", {"in": ["a", "b", "c"]})),
            column("state", "string", rule("not in set", {"notIn": ["lost"]}, severity="warning")),
            column("code", "string", logicalTypeOptions={"pattern": "^[A-Z]{2}[0-9]{4}$"}),
            column("note", "string", logicalTypeOptions={"minLength": 3, "maxLength": 20}),
            column("email", "string", rule("form", {"form": "email"}), classification="restricted"),
            column("customer", "integer", rule("reference", {"foreignKey": {"file": "customers.csv", "references": ["id"]}})),
            column("pack", "integer", rule("multiple", {"multipleOf": 6})),
            column("ordered_at", "timestamp"),
            column("shipped_at", "timestamp"),
            column("counter", "integer", rule("order", {"monotonic": "increasing"})),
            column("net", "number"),
            column("vat", "number"),
            column("rebate", "number", rule("mean", {"mean": {"min": 4, "max": 6}})),
            column("amount", "number", rule("distribution", {"distribution": {"against": {"file": "reference.csv"}}})),
            column("partly", "string", {"name": "nulls", "type": "library", "metric": "nullValues", "unit": "percent", "mustBeLessThan": 5}),
            column("remark", "string"),
        ],
        "quality": [
            rule("compound", {"unique": ["basket", "line"]}),
            rule("across", {"compareColumns": {"left": "ordered_at", "op": "<=", "right": "shipped_at"}}),
            rule("sum", {"sumOfColumns": {"columns": ["net", "vat"], "min": 0, "max": 1}}),
            rule("sql", {"sql": 'SELECT "order", net FROM orders WHERE net < -5'}),
            rule("condition", {"condition": "vat >= -5"}),
            rule("freshness", {"freshness": {"within": "2d", "column": "ordered_at"}}),
            rule("columns", {"columns": "only"}),
            {"name": "rows", "type": "library", "metric": "rowCount", "mustBeBetween": [ROWS - 10, ROWS]},
        ],
    }],
}


def clean(seed=3):
    random = numpy.random.default_rng(seed)
    ordered = [NOW - datetime.timedelta(minutes=int(m)) for m in random.integers(60, 600, ROWS)]
    return pandas.DataFrame({
        "order": numpy.arange(1, ROWS + 1),
        "basket": numpy.arange(ROWS) // 4,
        "line": numpy.arange(ROWS) % 4,
        "quantity": random.integers(1, 9, ROWS).astype(float),
        "city": random.choice(["Ulm", "Bonn", "Köln"], ROWS),
        "age": random.integers(0, 121, ROWS),
        "share": random.uniform(0.01, 0.99, ROWS).round(4),
        "grade": random.choice(["a", "b", "c"], ROWS),
        "state": random.choice(["sent", "kept"], ROWS),
        "code": [f"AB{i % 10000:04}" for i in range(ROWS)],
        "note": random.choice(["fine", "as agreed", "twenty letters long."], ROWS),
        "email": [f"someone{i}@example.org" for i in range(ROWS)],
        "customer": random.integers(1, 51, ROWS),
        "pack": 6 * random.integers(1, 5, ROWS),
        "ordered_at": ordered,
        "shipped_at": [at + datetime.timedelta(minutes=int(m)) for at, m in zip(ordered, random.integers(0, 60, ROWS))],
        "counter": numpy.arange(ROWS),
        "net": random.uniform(0, 0.8, ROWS).round(4),
        "vat": random.uniform(0, 0.2, ROWS).round(4),
        "rebate": random.normal(5, 0.5, ROWS).round(3),
        "amount": random.normal(100, 10, ROWS).round(3),
        "partly": [None if i % 25 == 0 else "x" for i in range(ROWS)],
        "remark": random.choice(["this", "that"], ROWS),
    })


def soil(table):
    """Plants the defects; gives for each rule how many rows (or none, where it is about the whole) break it."""
    table.loc[10:12, "order"] = table.loc[20:22, "order"].to_numpy()
    table.loc[30:31, ["basket", "line"]] = [90000, 1]
    table.loc[40:44, "quantity"] = 1.5
    table.loc[50:56, "city"] = None
    table.loc[60:63, "age"] = -1
    table.loc[70:75, "age"] = 121
    table.loc[80:81, "share"] = 0.0
    table.loc[90:92, "share"] = 1.0
    table.loc[100:107, "grade"] = "z"
    table.loc[110:118, "state"] = "lost"
    table.loc[120:129, "code"] = "ab1234"
    table.loc[130:132, "note"] = "no"
    table.loc[140:147, "note"] = "one and twenty letters"
    table.loc[150:161, "email"] = "nobody at home"
    table.loc[170:182, "customer"] = 77
    table.loc[190:203, "pack"] = 7
    table.loc[210:224, "shipped_at"] = table.loc[210:224, "ordered_at"] - DAY
    table.loc[230, "counter"] = 5000
    table.loc[240:255, "net"] = 3.0
    table.loc[260:276, "net"] = -6.0
    table.loc[280:297, "vat"] = -6.0
    table[["ordered_at", "shipped_at"]] -= 10 * DAY
    table["rebate"] += 3
    table["amount"] += 25
    table.loc[0:199, "partly"] = None
    table = table.drop(columns=["remark"])
    table["surplus"] = 1
    found = {
        "order: unique": 6, "quantity: type": 5, "city: not null": 7, "age: min": 4, "age: max": 6, "share: min": 2, "share: max": 3, "grade: set": 8,
        "state: not in set": 9, "code: pattern": 10, "note: length": 11, "email: form": 12, "customer: reference": 13, "pack: multiple": 14,
        "counter: order": 1, "compound": 2, "across": 15, "sum": 16 + 17 + 18, "sql": 17, "condition": 18, "partly: nulls": 200 + (ROWS - 200) // 25,
        "rebate: mean": 0, "amount: distribution": 0, "freshness": 0, "columns": 0, "remark: present": 0, "remark: type": 0, "rows": 0,
    }
    return pandas.concat([table, table.iloc[1990:].assign(order=range(9000, 9010), line=range(10, 20), counter=6000)], ignore_index=True), found


def write(table, path):
    if path.suffix == ".csv":
        table.to_csv(path, index=False)
    elif path.suffix == ".parquet":
        table.to_parquet(path, index=False)
    else:
        table.to_json(path, orient="records", lines=True, date_format="iso", date_unit="s", force_ascii=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("planted")
    (made / "contract.yaml").write_text(json.dumps(CONTRACT))
    pandas.DataFrame({"id": range(1, 51)}).to_csv(made / "customers.csv", index=False)
    clean(seed=4)[["amount"]].to_csv(made / "reference.csv", index=False)
    dirty, _ = soil(clean())
    for suffix in FORMATS:
        write(clean(), made / f"clean.{suffix}")
        write(dirty, made / f"dirty.{suffix}")
    return made


def checked(folder, file, *words, code=0):
    command = [CAIRN, "data", "contract", "check", file, "--contract", "contract.yaml", "--json", *words]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert ended.returncode == code, ended.stdout + ended.stderr
    verdict = json.loads(ended.stdout)
    return verdict, {one["rule"]: one for one in verdict["rules"]}


@pytest.mark.parametrize("suffix", FORMATS)
def test_each_planted_defect_is_found_with_the_right_count(folder, suffix):
    _, found = soil(clean())
    verdict, rules = checked(folder, f"dirty.{suffix}", code=1)
    broken = {name: one["unexpected"] for name, one in rules.items() if one["status"] != "passed"}
    assert broken == found
    assert {name for name, one in rules.items() if one["status"] == "warned"} == {"state: not in set"}
    assert not verdict["passed"] and verdict["rows"] == ROWS + 10
    for name in ("grade: set", "note: length", "customer: reference"):
        assert rules[name]["share"] == pytest.approx(found[name] / (ROWS + 10)) and rules[name]["examples"], rules[name]
    assert rules["grade: set"]["examples"] == ["z"] and rules["grade: set"]["example_rows"] == [101]
    assert set(rules["email: form"]["examples"]) == {"***"}, "what the contract calls restricted is not shown"


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_clean_twin_has_none(folder, suffix):
    verdict, rules = checked(folder, f"clean.{suffix}")
    assert verdict["passed"] and {one["status"] for one in rules.values()} == {"passed"}, [one for one in rules.values() if one["status"] != "passed"]
    assert {name: one["unexpected"] for name, one in rules.items() if one["unexpected"]} == {"partly: nulls": ROWS // 25}, "what is let pass is counted too"


def test_a_warning_alone_fails_nothing(folder):
    table = clean()
    table.loc[110:118, "state"] = "lost"
    write(table, folder / "warned.csv")
    verdict, rules = checked(folder, "warned.csv")
    assert verdict["passed"] and rules["state: not in set"]["status"] == "warned" and rules["state: not in set"]["unexpected"] == 9
