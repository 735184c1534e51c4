"""Makes stores as programs of before left them: for each room and each earlier step of its schema, a SQLite file and the same as SQL for PostgreSQL.

    python3 tools/old_stores.py [FOLDER]    writes ROOM_at_NNN.db and ROOM_at_NNN.sql into tests/upgrade/stores (or FOLDER)

A store holds the tables of the event log and of the one room, at that step, and the rows below. tests/upgrade/test_upgrade.py starts the
program on each of them. Whoever adds a step to a room's schema adds rows for the step before it here, and runs this once."""

import pathlib
import re
import sqlite3
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
SCHEMAS = {path.parent.name: path for path in sorted((ROOT / "src").glob("*/*/schema"))}
LOG = "metadata"  # whose tables every store has

RUN, ENDED, MODEL = 22_000_000_000_000, 22_000_000_000_256, "m-" + "5" * 32
FOLDED = [(step, 1_700_000_000_000 + 250 * step, 1 / (step + 1)) for step in range(300)]
LATER = [(step, 1_700_000_100_000 + step, 0.001 * step) for step in range(300, 320)]


def digest_of(text):
    """As ground/sql/migration.cc: FNV-1a in 64 bits, and the length."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return f"{len(text.encode())}-{value}"


def steps_of(room):
    """(number, name, text) of each step of a room's schema."""
    return [(int(file.stem.split("_")[0]), file.stem, file.read_text()) for file in sorted(SCHEMAS[room].glob("*.sql"))]


def statements_of(text, engine):
    """As ground/sql/script.cc."""
    text = re.sub(r"--[^\n]*", "", text).replace("/*CLUSTERED*/", "WITHOUT ROWID" if engine == "sqlite" else "")
    if engine == "postgres":
        text = re.sub(r"\bTEXT\b", 'TEXT COLLATE "C"', text)
    return [statement.strip() for statement in text.split(";") if statement.strip()]


def varint(number):
    digits = b""
    while number >= 0x80:
        digits += bytes([number % 0x80 | 0x80])
        number >>= 7
    return digits + bytes([number])


def zigzag(difference):
    return varint((difference << 1 ^ difference >> 63) % 2**64)


def packed_batch(points):
    """As PackBatch of tracking/tables/points.cc; (key, step, time, value) each."""
    packed, last = b"\1", (0, 0, 0)
    for key, step, at, value in points:
        packed += b"".join(zigzag(now - before) for now, before in zip((key, step, at), last, strict=True)) + struct.pack("<d", value)
        last = (key, step, at)
    return packed


def packed_column(numbers):
    packed, last, last_step, zeros = b"", 0, 0, 0
    for number in [*numbers, None]:
        step = None if number is None else number - last
        if step is not None and step == last_step:
            packed += b"" if zeros else varint(0)
            zeros += 1
        else:
            packed += varint(zeros - 1) if zeros else b""
            zeros = 0
            if step is not None:
                packed += zigzag(step - last_step)
        if step is not None:
            last, last_step = number, step
    return packed


def packed_chunk(points):
    """As PackChunk there; (step, time, value) each."""
    values, last = b"", 0
    for _, _, value in points:
        bits = struct.unpack("<Q", struct.pack("<d", value))[0]
        changed, last = bits ^ last, bits
        high = (64 - changed.bit_length()) // 8
        low = 0 if changed == 0 else ((changed & -changed).bit_length() - 1) // 8
        values += bytes([high << 4 | low]) + (changed >> low * 8).to_bytes(8, "little")[: 8 - high - low]
    return b"\1" + varint(len(points)) + packed_column([p[0] for p in points]) + packed_column([p[1] for p in points]) + values


def tracking(step):
    """An experiment with two runs, one of which ended, and a logged model; every table of the step has rows."""
    run = {"experiment": 7, "user_name": "ann", "deleted": 0}
    yield "experiment", {"id": 7, "name": "old", "artifact_location": "mlflow-artifacts:/7", "deleted": 0, "created_ms": 1, "updated_ms": 2}
    yield "experiment_tag", {"experiment": 7, "key": "team", "value": "blue"}
    yield "run", {**run, "number": RUN, "id": "a" * 32, "name": "live", "status": "RUNNING", "start_ms": 5, "artifact_uri": "mlflow-artifacts:/7/a"}
    yield "run", {**run, "number": ENDED, "id": "b" * 32, "name": "ended", "status": "FINISHED", "start_ms": 6, "end_ms": 9, "artifact_uri": "mlflow-artifacts:/7/b"}
    for number, depth in ((RUN, "3"), (ENDED, "4")):
        yield "run_param", {"run": number, "key": "depth", "value": depth}
        yield "run_tag", {"run": number, "key": "mlflow.runName", "value": "live" if number == RUN else "ended"}
    yield "input_dataset", {"experiment": 7, "name": "rows", "digest": "d1", "source_type": "local", "source": "here"}
    yield "run_input", {"run": ENDED, "name": "rows", "digest": "d1", "experiment": 7}
    yield "run_input_tag", {"run": ENDED, "name": "rows", "digest": "d1", "key": "mlflow.data.context", "value": "training"}
    yield "run_model", {"run": ENDED, "made": 1, "model": MODEL, "step": 0}
    yield "logged_model", {"id": MODEL, "experiment": 7, "name": "model", "type": "", "source_run": "b" * 32, "artifact_uri": "mlflow-artifacts:/7/m",
                           "status": 2, "deleted": 0, "created_ms": 7, "updated_ms": 8}
    yield "logged_model_tag", {"model": MODEL, "key": "k", "value": "v"}
    yield "logged_model_param", {"model": MODEL, "key": "p", "value": "q"}
    yield "logged_model_metric", {"model": MODEL, "key": "auc", "at_ms": 1, "step": 0, "run": "b" * 32, "value": 0.5, "is_nan": 0, "dataset_name": "", "dataset_digest": ""}
    yield "metric_key", {"id": 1, "name": "loss"}
    yield "metric_key", {"id": 2, "name": "odd"}
    yield from (tracking_rows if step < 3 else tracking_chunks)(step)


def tracking_rows(step):
    """Points as rows: the latest ones, where there is such a table, in the tail."""
    for number, points in ((RUN, FOLDED + LATER), (ENDED, FOLDED)):
        for place, (at_step, at, value) in enumerate(points):
            table = "metric_tail" if step == 2 and place >= 250 else "metric_point"
            yield table, {"run": number, "key": 1, "step": at_step, "at_ms": at, "value": value, "is_nan": 0}
        yield "metric_point", {"run": number, "key": 2, "step": 0, "at_ms": 1, "value": 0.0, "is_nan": 1}
        at_step, at, value = points[-1]
        yield "metric_latest", {"run": number, "key": 1, "step": at_step, "at_ms": at, "value": value, "is_nan": 0}
        yield "metric_latest", {"run": number, "key": 2, "step": 0, "at_ms": 1, "value": 0.0, "is_nan": 1}


def tracking_chunks(step):
    """Points in chunks, and of the run that did not end the latest ones in the log."""
    for number in (RUN, ENDED):
        for key, points in ((1, FOLDED), (2, [(0, 1, float("nan"))])):
            first, last = points[0], points[-1]
            nan = last[2] != last[2]
            yield "metric_chunk", {"run": number, "key": key, "first_step": first[0], "first_ms": first[1], "last_step": last[0], "last_ms": last[1],
                                   "least_ms": first[1], "most_ms": last[1], "points": len(points), "content": packed_chunk(points)}
            yield "metric_latest", {"run": number, "key": key, "step": last[0], "at_ms": last[1], "value": 0.0 if nan else last[2], "is_nan": int(nan),
                                    "min_value": None if nan else last[2], "max_value": None if nan else first[2], "first_step": first[0],
                                    "first_ms": first[1], "first_value": None if nan else first[2], "points": len(points)}
    for place in range(0, len(LATER), 5):
        yield "metric_log", {"run": RUN, "points": packed_batch([(1, *point) for point in LATER[place : place + 5]])}


def registry(step):
    """A model with two versions, one of them deleted, and an alias; a webhook that listens to nobody's events."""
    version = {"model": "id-1", "location": "", "run_id": "", "model_id": "", "run_link": "", "manifest": "", "created_by": "ann", "created_ms": 3, "updated_ms": 4}
    yield "registered_model", {"id": "id-1", "name": "churn", "description": "Who leaves?", "created_ms": 1, "updated_ms": 2}
    yield "registered_model_tag", {"model": "id-1", "key": "owner", "value": "ada"}
    yield "model_alias", {"model": "id-1", "name": "champion", "version": 1}
    yield "model_version", {**version, "version": 1, "source": "s3://b/1", "storage": "s3://b/1", "description": "first", "stage": "Staging", "deleted": 0}
    yield "model_version", {**version, "version": 2, "source": "", "storage": "", "description": "", "stage": "None", "deleted": 1}
    yield "model_version_tag", {"model": "id-1", "version": 1, "key": "a", "value": "b"}
    if step >= 2:
        yield "artifact_removal", {"path": "7/gone", "at_ms": 5}
    if step >= 3:
        yield "webhook", {"id": "0190a000-0000-7000-8000-000000000003", "name": "hook", "description": "", "url": "https://example.com/hook", "secret": "s", "active": 1,
                          "created_ms": 1, "updated_ms": 2}
        yield "webhook_event", {"webhook": "0190a000-0000-7000-8000-000000000003", "entity": "MODEL_VERSION", "action": "CREATED"}


def governance(step):
    """A decision that somebody approved."""
    yield "decision", {"id": "0190a000-0000-7000-8000-000000000001", "action": "promote", "model": "churn", "version": "1", "alias": "production", "rules": "[]",
                       "seen": "{}", "state": "refused", "authority": "human", "required": 1, "created_ms": 3, "proposer": "ann", "cause": "", "reason": "too early"}
    yield "approval", {"decision": "0190a000-0000-7000-8000-000000000001", "principal": "ada", "public_key": "k", "signature": "s", "at_ms": 4}


def pipeline(step):
    """A run of the pipeline with one stage, and a trigger for which there was nothing to do."""
    source = {"git_commit": "c" * 40, "git_dirty": 1} if step >= 2 else {}
    source |= {"environment": '{"host":"old"}'} if step >= 4 else {}
    yield "pipeline_run", {"id": "0190a000-0000-7000-8000-000000000002", "project": "late", "home": "/elsewhere", "state": "finished", "trigger_on": "manual",
                           "trigger_name": "", "cause": "", "actor": "ann", "configuration": "", "started_ms": 1, "ended_ms": 2, "problem": "", "metrics": "{}", **source}
    yield "pipeline_stage", {"run": "0190a000-0000-7000-8000-000000000002", "place": 0, "name": "train", "state": "finished", "causes": "[]", "reason": "new",
                             "exit_code": 0, "started_ms": 1, "ended_ms": 2, "wall_ms": 1, "cpu_ms": 1, "max_rss_bytes": 1, "log": ""}
    if step >= 3:
        yield "pipeline_pull", {"trigger_on": "monitor", "trigger_name": "quality", "cause": "0190a000-0000-7000-8000-000000000004", "home": "/elsewhere", "project": "late",
                                "stages": "[]", "forced": 0, "actor": "cairn", "state": "over", "run": "", "begun": 0, "asked_ms": 3}


def monitoring(step):
    """A window that closed beyond its bound, and the alert that it raised."""
    yield "monitor_row", {"id": "r.0", "event_ms": 1_000, "version": 1, "score": 0.25, "label": 1.0, "inputs": "{}"}
    yield "monitor_position", {"name": "predictions", "place": "", "watermark_ms": 1_000}
    yield "monitor_window", {"monitor": "auc", "column_name": "", "from_ms": 0, "to_ms": 2_000, "row_count": 1, "state": "closed", "value": 0.5, "breached": 1}
    yield "monitor_baseline", {"monitor": "auc", "version": 1, "from_ms": 0, "to_ms": 2_000}
    yield "monitor_alert", {"id": "0190a000-0000-7000-8000-000000000004", "monitor": "auc", "kpi": "quality", "column_name": "", "value": 0.5, "bound": 0.7, "from_ms": 0,
                            "to_ms": 2_000, "raised_ms": 3_000, "acknowledged_ms": 0, "acknowledged_by": "", "closed_ms": 0}


def rollout(step):
    """A candidate that was kept out."""
    yield "rollout", {"id": "0190a000-0000-7000-8000-000000000005", "model": "churn", "version": 2, "previous": 1, "stage": "kept_out", "decision": "", "cause": "",
                      "reason": "worse than the champion", "report": "{}", "actor": "ann", "began_ms": 3, "changed_ms": 4}
    if step >= 2:
        yield "contract_verdict", {"file": "f1", "contract": "c1", "passed": 1, "sentence": "keeps all its rules"}


def metadata(step):
    """A deed that waits for the sealer and says nothing of what it was made from."""
    yield "event", {"id": "0190a000-0000-7000-8000-000000000006", "arrival": 1, "at_ms": 3, "kind": "run.ended", "subject": "run:1", "actor": "ann", "cause": "", "body": "{}"}


def data(step):
    """Two versions of a data set, the second with one more file, and the first one's profile."""
    for version in (1, 2):
        yield "dataset_version", {"dataset": "flights", "version": version, "digest": f"d{version}", "row_count": 10 * version, "byte_count": 100 * version,
                                  "sealed_rows": 2 * version, "seal_digest": f"x{version}", "contract_passed": 1, "contract_report": '{"passed":true,"rules":[]}',
                                  "note": "a storm" if version == 2 else "", "added_by": "ann", "created_ms": version}
        yield "dataset_file", {"dataset": "flights", "name": f"{version}.csv", "added_in": version, "origin": f"/feed/{version}.csv", "md5": f"m{version}",
                               "sha256": f"h{version}", "byte_count": 100, "row_count": 10, "training_md5": f"t{version}", "training_sha256": f"u{version}",
                               "training_rows": 8, "sealed_md5": f"n{version}", "sealed_sha256": f"s{version}", "sealed_rows": 2}
    yield "dataset_report", {"dataset": "flights", "version": 1, "digest": "r1", "report": '{"rows":10}', "created_ms": 3}


ROWS = {"metadata": metadata, "data": data, "tracking": tracking, "registry": registry, "governance": governance, "pipeline": pipeline, "monitoring": monitoring, "rollout": rollout}


def literal(value, engine):
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"X'{value.hex()}'" if engine == "sqlite" else f"'\\x{value.hex()}'::bytea"
    return repr(value) if isinstance(value, int | float) else "'" + value.replace("'", "''") + "'"


def script_of(room, last, engine):
    yield ("CREATE TABLE schema_step (room TEXT NOT NULL, number BIGINT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, "
           "applied_ms BIGINT NOT NULL, PRIMARY KEY (room, number))")
    for of in dict.fromkeys((LOG, room)):
        for number, name, text in steps_of(of):
            if of == room and number > last:
                break
            yield from statements_of(text, engine)
            yield f"INSERT INTO schema_step VALUES ('{of}', {number}, '{name}', '{digest_of(text)}', 1700000000000)"
    for table, row in ROWS[room](last):
        yield f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(literal(value, engine) for value in row.values())})"


def earlier_steps():
    """(room, number) of each step that is not its room's last."""
    return [(room, number) for room in SCHEMAS for number, _, _ in steps_of(room)[:-1]]


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "tests" / "upgrade" / "stores"
    folder.mkdir(parents=True, exist_ok=True)
    for room, number in earlier_steps():
        if room not in ROWS:
            sys.exit(f"old_stores: there are no rows for the room '{room}'; add them beside those of the others.")
        file = folder / f"{room}_at_{number:03}.db"
        file.unlink(missing_ok=True)
        store = sqlite3.connect(file)
        store.execute("PRAGMA page_size = 1024")
        for statement in script_of(room, number, "sqlite"):
            store.execute(statement)
        store.commit()
        store.execute("VACUUM")
        store.close()
        file.with_suffix(".sql").write_text(";\n".join(script_of(room, number, "postgres")) + ";\n")


if __name__ == "__main__":
    main()
