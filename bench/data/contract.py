"""A contract of thirty rules on a table of a million rows and twenty columns, beside one scan of the same columns by DuckDB itself, from CSV and
from Parquet. The peer's SELECT takes a hash of every value, so that each is read and none can be answered from a file's statistics; its time is
without starting Python and DuckDB, ours is the whole program. CAIRN_DATACONTRACT names the Python that has duckdb (of our engine's version) and
pandas; CAIRN_BENCH_ROWS takes fewer rows for a look."""

import json
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import measure  # noqa: E402
import wide_table  # noqa: E402

ROWS = int(os.environ.get("CAIRN_BENCH_ROWS", 1_000_000))
PEER = os.environ.get("CAIRN_DATACONTRACT", str(measure.ROOT / "build" / "env" / "datacontract" / "bin" / "python"))
BAR, RULES, TIMES = 2, 30, 5

SCAN = """
import json, sys, time, duckdb
duckdb.sql("SET enable_progress_bar = false")
duckdb.sql("SET threads = " + sys.argv[2])
names = [row[0] for row in duckdb.sql(f"DESCRIBE SELECT * FROM '{sys.argv[1]}'").fetchall()]
select = "SELECT count(*), " + ", ".join(f'bit_xor(hash("{name}"))' for name in names) + f" FROM '{sys.argv[1]}'"
seconds, processor = [], []
for _ in range(int(sys.argv[3])):
    began, used = time.perf_counter(), time.process_time()
    rows = duckdb.sql(select).fetchall()[0][0]
    seconds.append(time.perf_counter() - began)
    processor.append(time.process_time() - used)
print(json.dumps({"seconds": min(seconds), "processor": min(processor), "rows": rows, "columns": len(names)}))
"""


def column(name, kind, **more):
    return {"name": name, "logicalType": kind, **more}


def rule(quality, **more):
    return {"type": "custom", "engine": "cairn", "implementation": quality, **more}


def contract():
    """Thirty rules of all kinds that one row, one column or the table can be held to, besides each column's being there and of its type."""
    levels = [[f"level_{i}" for i in range(count)] for count in (5, 30)]
    between = {"minimum": -100, "maximum": 100}
    columns = [
        column("real_0", "number", logicalTypeOptions=between),  # 2 rules
        column("real_1", "number", quality=[rule({"stdev": {"min": 1.5, "max": 2.5}}),
                                            {"type": "library", "metric": "nullValues", "unit": "percent", "mustBeLessThan": 5}]),
        column("real_2", "number", logicalTypeOptions=between),  # 2
        column("real_3", "number", logicalTypeOptions=between),  # 2
        column("real_4", "number", quality=[rule({"mean": {"min": 3.5, "max": 4.5}})]),
        column("real_5", "number", quality=[rule({"median": {"min": 4.5, "max": 5.5}})]),
        column("real_6", "number", quality=[rule({"mean": {"min": 5.5, "max": 6.5}})]),
        column("real_7", "number", quality=[rule({"max": {"max": 100}})]),
        column("whole_0", "integer", required=True),
        column("whole_1", "integer", required=True),
        column("whole_2", "integer", quality=[rule({"multipleOf": 1})]),
        column("whole_3", "integer", quality=[rule({"distinct": {"min": 2}})]),
        column("flag", "boolean", required=True),
        column("kind_0", "string", quality=[rule({"in": levels[0]})]),
        column("kind_1", "string", quality=[rule({"in": levels[1]})]),
        column("kind_2", "string", logicalTypeOptions={"pattern": "^level_[0-9]+$"}),
        column("kind_3", "string", logicalTypeOptions={"maxLength": 10}),
        column("at", "timestamp"),
        column("user", "string", required=True, unique=True, logicalTypeOptions={"pattern": "^user-"}),  # 3
        column("target", "integer", quality=[rule({"in": [0, 1]})]),
    ]
    table = [
        rule({"unique": ["kind_3", "user"]}),
        {"type": "library", "metric": "rowCount", "mustBe": ROWS},
        rule({"freshness": {"within": "36500d", "column": "at"}}),
        rule({"compareColumns": {"left": "whole_0", "op": "<=", "right": "whole_3", "offset": -30}}),
        rule({"sumOfColumns": {"columns": ["whole_0", "whole_1"], "min": 0, "max": 330}}),
    ]
    return {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "bench", "version": "1.0.0", "status": "active",
            "schema": [{"name": "table", "properties": columns, "quality": table}]}


def checked(file, folder):
    """The best of some calls of the whole program: seconds, seconds of the processors, MiB at its peak; and what it said."""
    command = [measure.CAIRN, "data", "contract", "check", str(file), "--contract", "contract.yaml", "--json"]
    best, processor, mib, told = None, None, 0, None
    for _ in range(TIMES):
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
        text = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        taken = time.perf_counter() - began
        if os.waitstatus_to_exitcode(status) != 0:
            sys.exit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}\n{text[-3000:]}")
        used = usage.ru_utime + usage.ru_stime
        best, processor = min(taken, best or taken), min(used, processor or used)
        mib, told = max(mib, usage.ru_maxrss / 1024), json.loads(text)
    return best, processor, mib, told


def main():
    report = measure.Report()
    with measure.workspace() as folder:
        wide_table.write(PEER, ROWS, ["real_1", "real_5", "kind_1"], folder / "table.parquet", folder / "table.csv")
        (folder / "contract.yaml").write_text(json.dumps(contract()))
        for suffix in ("parquet", "csv"):
            file = folder / f"table.{suffix}"
            words = [PEER, "-c", SCAN, str(file), str(os.cpu_count()), str(TIMES)]
            scan = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
            seconds, processor, mib, told = checked(file, folder)
            rules = [one for one in told["rules"] if one["test"] not in ("present", "type")]
            assert told["passed"] and told["rows"] == scan["rows"] == ROWS and scan["columns"] == 20, told
            assert len(rules) == RULES and all(one["status"] == "passed" for one in rules), [one["rule"] for one in rules]
            peer = scan["seconds"]
            note = f"{seconds / peer:.2f} x one scan; ours with its start, and {len(told['rules'])} rules in all; " \
                   f"processors {processor:.2f} s and {scan['processor']:.2f} s"
            report.line(f"contract of {RULES} rules on {ROWS:,} x 20, {suffix}", f"{seconds:.3f} s, {mib:,.0f} MiB", f"{peer:.3f} s", f"<= {BAR} x",
                        seconds <= BAR * peer, note)
    report.end()


if __name__ == "__main__":
    main()
