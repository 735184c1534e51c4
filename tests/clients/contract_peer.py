"""Run by the environment that has the reference tools for data contracts; prints JSON.

    contract_peer.py schema CONTRACT          what the published schema of ODCS 3.1 has against the document
    contract_peer.py datacontract CONTRACT    what datacontract-cli finds: [[check, column, passed, count or null]]
    contract_peer.py pandera FOLDER           writes schema.yaml and rows.csv; prints {"column: check": cases} that pandera finds
"""

import json
import pathlib
import re
import sys
import warnings

import pandas as pd
import yaml

warnings.simplefilter("ignore")


def schema(path):
    import datacontract
    import jsonschema

    published = pathlib.Path(datacontract.__file__).parent / "schemas" / "odcs-3.1.0.schema.json"
    document = yaml.safe_load(pathlib.Path(path).read_text())
    validator = jsonschema.Draft201909Validator(json.loads(published.read_text()))
    return [f"{'/'.join(map(str, error.path))}: {error.message}" for error in validator.iter_errors(document)]


def datacontract(path):
    from datacontract.data_contract import DataContract

    found = []
    for check in DataContract(data_contract_file=path).test().checks:
        count = re.search(r"was (\d+),", check.reason or "")
        found.append([check.type, check.field, check.result.value == "passed", int(count[1]) if count else None])
    return found


def pandera(folder):
    import pandera.pandas as pa

    folder = pathlib.Path(folder)
    rules = pa.DataFrameSchema(
        {
            "id": pa.Column(int, unique=True),
            "age": pa.Column(int, pa.Check.in_range(0, 120)),
            "city": pa.Column(str, pa.Check.isin(["Ulm", "Bonn", "Köln"])),
            "code": pa.Column(str, [pa.Check.str_matches("^[A-Z]{2}[0-9]+$"), pa.Check.str_length(min_value=3, max_value=6)]),
            "share": pa.Column(float, [pa.Check.ge(0), pa.Check.lt(1)], nullable=True),
        }
    )
    rows = 2000
    table = pd.DataFrame(
        {
            "id": range(rows),
            "age": [i % 100 for i in range(rows)],
            "city": [["Ulm", "Bonn", "Köln"][i % 3] for i in range(rows)],
            "code": [f"AB{i % 1000}" for i in range(rows)],
            "share": [None if i % 10 == 0 else (i % 100) / 100 for i in range(rows)],
        }
    )
    table.loc[[5, 6, 7], "age"] = [-1, 121, 400]
    table.loc[[8, 9], "city"] = "Wien"
    table.loc[[10, 11, 12, 13], "code"] = ["ab12", "AB1234567", "A1", "AB"]
    table.loc[[15, 21], "share"] = [1.0, -0.25]
    table.loc[[30, 31], "id"] = 29
    rules.to_yaml(folder / "schema.yaml")
    table.to_csv(folder / "rows.csv", index=False)
    try:
        rules.validate(table, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        return {f"{column}: {check}": int(n) for (column, check), n in cases.groupby(["column", "check"]).size().items()}
    return {}


if __name__ == "__main__":
    print(json.dumps({"schema": schema, "datacontract": datacontract, "pandera": pandera}[sys.argv[1]](sys.argv[2])))
