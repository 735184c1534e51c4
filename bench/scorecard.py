"""What is derived from the event log, over 1,000,000 events: score, delivery figures, principles, canvas; and what an event costs.

    scorecard.py [--small | --large]    --small: a tenth of the events; --large: the proof of one among 10,000,000 besides,
                                        which takes minutes to fill and 6 GB of disk while it runs

Nothing else computes these, so there is no peer: `jq` over the same events as lines of JSON, counting kinds, says what reading alone costs."""

import argparse
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import time
import urllib.request

import measure

EVENTS = 1_000_000
MANY = 10_000_000
APPEND = str(measure.ROOT / "build" / "release" / "src" / "ledger" / "metadata" / "append_bench")
BAR = 1.0  # seconds
DAY = 86_400_000


def events(count):
    """The deeds of some years: runs above all, then stages and windows, and every hundredth run a version on its way."""
    begin = int(time.time() * 1000) - 700 * DAY
    step = 700 * DAY // count
    version = 0
    for number in range(count):
        at, cause = begin + number * step, f"story-{number // 2000}"
        place = number % 2000
        if place == 0:
            version += 1
            run = f"run-{version}"
            yield at, "pipeline.run_started", f"pipeline_run:{run}", cause, {"run": run, "trigger": {"on": "schedule"}, "git": {"commit": "c0ffee", "dirty": False}}
        elif place < 12:
            yield at, "pipeline.stage_ended", f"pipeline_run:{run}", cause, {"run": run, "stage": f"stage{place}", "exit": 0}
        elif place == 12:
            yield at, "pipeline.run_ended", f"pipeline_run:{run}", cause, {"run": run, "state": "finished"}
        elif place == 13:
            yield at, "registry.version_added", f"model:m/{version}", cause, {"model": "m", "version": str(version), "manifest": "a" * 64, "pipeline_run": run}
        elif place == 14:
            yield at, "rollout.examined", f"model:m/{version}", cause, {"model": "m", "version": str(version), "metric": "log_loss", "value": 0.4}
        elif place == 15:
            yield at, "rollout.gates_judged", f"model:m/{version}", cause, {"model": "m", "version": str(version), "passed": True, "decision": f"d{version}"}
        elif place == 16:
            yield at, "rollout.canary_ended", f"model:m/{version}", cause, {"model": "m", "version": str(version), "verdict": "promote", "requests": 300}
        elif place == 17:
            yield at, "registry.alias_moved", "model:m", cause, {"model": "m", "alias": "production", "version": str(version), "previous": str(version - 1), "decision": f"d{version}"}
        elif place == 18:
            yield at, "rollout.promoted", f"model:m/{version}", cause, {"model": "m", "version": str(version), "previous": str(version - 1) if version > 1 else "", "decision": f"d{version}"}
        elif place == 19:
            yield at, "data.contract_checked", "dataset:d@1", cause, {"dataset": "d", "passed": True, "contract": "c"}
        elif place < 40:
            yield at, "monitoring.window_closed", "monitor:quality", "", {
                "monitor": "quality", "kind": "quality" if place % 2 else "drift", "statistic": "log_loss", "version": version, "values": [{"column": "", "value": 0.4 + place / 1000, "breached": False}]}
        elif place == 40 and version % 10 == 0:
            yield at, "monitoring.alert_raised", f"alert:a{version}", f"a{version}", {"alert": f"a{version}", "monitor": "quality", "kind": "quality", "model": "m", "version": version}
        elif place == 60 and version % 10 == 0:
            yield at, "monitoring.alert_closed", f"alert:a{version}", f"a{version}", {"alert": f"a{version}", "monitor": "quality"}
        else:
            yield at, "run.ended", f"run:{number}", "", {"run_id": f"{number}", "experiment_id": "1", "status": "FINISHED", "metrics": 10, "params": 5, "models": 0, "duration_ms": 1000}


def fill(store, lines, count):
    """Events as they wait for the sealer, and the same as lines of JSON, unless that is None."""
    insert = "INSERT INTO event (id, position, at_ms, kind, subject, actor, cause, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    with contextlib.closing(sqlite3.connect(store)) as connection, lines.open("w") if lines else contextlib.nullcontext() as file:
        (position,) = connection.execute("SELECT COALESCE(MAX(position), -1) + 1 FROM event").fetchone()
        rows = []
        for number, (at, kind, subject, cause, body) in enumerate(events(count)):
            text = json.dumps(body, sort_keys=True, separators=(",", ":"))
            rows.append((f"{at:012x}-{number:08x}-7000-8000-000000000000", position + number, at, kind, subject, "bench", cause, text))
            if file:
                file.write(json.dumps({"kind": kind, "body": body}) + "\n")
            if len(rows) == 50_000:
                with connection:
                    connection.executemany(insert, rows)
                rows.clear()
        with connection:
            connection.executemany(insert, rows)


def fill_lineage(store, count):
    """`count` things in stories of twenty, each made of the one before it; three stories each belong together. Gives one that has some forty others before and after it."""
    with contextlib.closing(sqlite3.connect(store)) as connection, connection:
        edges, made = [], [identifier for (identifier,) in connection.execute("SELECT id FROM event ORDER BY position LIMIT ?", (count,))]
        for number in range(count):
            story, place = divmod(number, 20)
            if place > 0:
                edges.append((f"thing:{number - 1}", f"thing:{number}", made[number], "step"))
            if place == 10 and story % 3 > 0:
                edges.append((f"thing:{number - 15}", f"thing:{number}", made[number], "aside"))
        connection.executemany("INSERT INTO lineage_edge (source, target, event, label) VALUES (?, ?, ?, ?)", edges)
    return f"thing:{(count // 120 * 3 + 1) * 20 + 10}"


def get(address, path):
    with urllib.request.urlopen(f"{address}/api/v1/{path}", timeout=measure.PATIENCE) as answer:
        return json.load(answer)


def best(ask, times=5):
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        spent.append(time.perf_counter() - began)
    return min(spent)


def wait_until_sealed(address, count):
    end = time.monotonic() + measure.PATIENCE * max(1, count // EVENTS)
    while (audit := get(address, "overview")["audit"])["sealed"] < count:
        assert time.monotonic() < end, f"{audit['sealed']} of {count} events are sealed"
        time.sleep(0.1)


def proof(report, address, count):
    newest = get(address, "audit/log?limit=1&kind=rollout.promoted")["items"][0]
    spent = best(lambda: get(address, f"audit/proof/{newest['id']}"))
    report.line(f"the proof of one event, {count:,} events", f"{spent * 1000:.1f} ms", "nothing to compare", "<= 1 ms", spent <= 0.001)


def append(report, folder):
    """An event that is written in its deed's own transaction."""
    said = json.loads(subprocess.run([APPEND, str(folder), "20000"], check=True, capture_output=True, text=True).stdout)
    # Now and then one more, when SQLite's log is long enough to be copied.
    met = said["append_us"] <= 15 and said["syncs_with"] <= 1.1 * said["syncs_without"]
    note = f"{said['syncs_with']} syncs in {said['transactions']:,} transactions with events, {said['syncs_without']} without"
    report.line("append of an event inside a deed", f"{said['append_us']:.1f} us", "nothing to compare", "<= 15 us, no further sync", met, note)


def ledger(report, address, count, first, again, thing):
    """The log itself: sealed, verified, proven, and read as of a moment."""
    verified = best(lambda: get(address, "audit/verify"), 3)
    for name, spent in (("sealing", first - again), ("verifying", verified)):
        report.line(f"{name} {count:,} events", f"{count / spent:,.0f} events/s", "nothing to compare", ">= 300,000 events/s", count / spent >= 300_000)
    proof(report, address, count)
    for name, path in (("production as of a moment, with all that was so", "audit/as-of?at=2100-01-01"), ("why a version is in production", "audit/account?thing=m@production"),
                       ("what a thing came from", f"lineage?thing={thing}&direction=upstream"), ("what was made of a thing", f"lineage?thing={thing}&direction=downstream")):
        assert "lineage" not in path or len(get(address, path)["items"]) > 5
        spent = best(lambda path=path: get(address, path))
        report.line(f"{name}, {count:,} events", f"{spent * 1000:.1f} ms", "nothing to compare", "<= 5 ms", spent <= 0.005)


def project(folder):
    """The store of a new project whose configuration governs."""
    environment = {**os.environ, "CAIRN_ID_DIR": str(folder / "ids")}
    for words in (["init", "--as", "ada"], ["apply", "--data", str(folder / "data")]):
        subprocess.run([measure.CAIRN, *words], cwd=folder, env=environment, check=True, capture_output=True)
    return next((folder / "data").glob("*.db"))


def many(report):
    """A store that is ten times as large holds nothing but events."""
    with measure.workspace() as folder:
        fill(project(folder), None, MANY)
        with measure.cairn_up(folder) as (_, address):
            wait_until_sealed(address, MANY)
            proof(report, address, MANY)


def main():
    arguments = argparse.ArgumentParser()
    sizes = arguments.add_mutually_exclusive_group()
    sizes.add_argument("--small", action="store_true")
    sizes.add_argument("--large", action="store_true")
    said = arguments.parse_args()
    count = EVENTS // 10 if said.small else EVENTS
    report = measure.Report()
    with measure.workspace() as folder:
        append(report, folder)
        store = project(folder)
        lines = folder / "events.jsonl"
        fill(store, lines, count)
        thing = fill_lineage(store, count)
        jq = best(lambda: subprocess.run(["jq", "-rn", "reduce inputs.kind as $kind ({}; .[$kind] += 1)", str(lines)], check=True, capture_output=True), 1) if shutil.which("jq") else None
        peer = f"jq reads them in {jq:.2f} s" if jq else "no jq here"
        verify = [measure.CAIRN, "audit", "verify", "--data", str(folder / "data")]
        first, again = (best(lambda: subprocess.run(verify, cwd=folder, check=True, capture_output=True), 1) for _ in range(2))
        with measure.cairn_up(folder) as (_, address):
            wait_until_sealed(address, count)
            ledger(report, address, count, first, again, thing)
            for name, path in (("whole scorecard", "score"), ("delivery figures", "delivery"), ("principles grid", "principles"), ("maturity level", "level"), ("regime and readiness", "governance"), ("register of risks", "risks")):
                answer = get(address, path)
                assert path != "score" or any(test["points"] == 1 for test in answer["items"])
                spent = best(lambda path=path: get(address, path))
                report.line(f"{name}, {count:,} events", f"{spent * 1000:.0f} ms", peer, f"<= {BAR:.0f} s", spent <= BAR)
    if said.large:
        many(report)
    report.end()


if __name__ == "__main__":
    main()
