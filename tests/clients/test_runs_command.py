"""`cairn runs`, `experiments`, `hold` and `model delete` on what MLflow's own client logged."""

import csv
import fcntl
import io
import json
import math
import os
import pathlib
import pty
import re
import struct
import subprocess
import termios
import threading
import unicodedata
import uuid

import mlflow
import numpy
import pyarrow.parquet
import pytest
import requests
from mlflow import MlflowClient
from mlflow.entities import Metric
from mlflow.exceptions import MlflowException
from running import CAIRN

NOT_FOUND, CONFLICT, DENIED, WRONG = 3, 4, 5, 2


@pytest.fixture
def cairn(server):
    def call(*words, code=0):
        ended = subprocess.run([CAIRN, *words, "--server", server.uri], capture_output=True, text=True, timeout=60)
        assert ended.returncode == code, ended.stdout + ended.stderr
        return ended.stdout if code in (0, 1) else ended.stderr

    return call


@pytest.fixture
def answer(cairn):
    return lambda *words, code=0: json.loads(cairn(*words, "--json", code=code))


@pytest.fixture
def client(server):
    mlflow.set_tracking_uri(server.uri)
    return MlflowClient(server.uri)


@pytest.fixture
def experiment(client):
    name = f"churn {uuid.uuid4().hex[:8]}"
    return client.create_experiment(name), name


def logged(client, experiment_id, name, losses, status="FINISHED", **params):
    run = client.create_run(experiment_id, run_name=name, tags={"team": "blue"})
    client.log_batch(
        run.info.run_id,
        metrics=[Metric("loss", value, 1000 + step, step) for step, value in enumerate(losses)],
    )
    for key, value in params.items():
        client.log_param(run.info.run_id, key, value)
    if status:
        client.set_terminated(run.info.run_id, status)
    return run.info.run_id


@pytest.fixture
def runs(client, experiment):
    return [
        logged(client, experiment[0], "falling", [1 / (step + 1) for step in range(200)], lr="0.1", depth="3"),
        logged(client, experiment[0], "rising", [step / 10 for step in range(20)], "FAILED", lr="0.2", depth="3"),
        logged(client, experiment[0], "broken", [math.nan], lr="0.3", depth="3"),
    ]


def on_terminal(server, width, *words, color=True):
    """What a person sees on a terminal so wide, and the exit code."""
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm"}
    if not color:
        environment["NO_COLOR"] = "1"
    near, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    process = subprocess.Popen([CAIRN, *words, "--server", server.uri], stdout=far, stderr=subprocess.PIPE, env=environment)
    os.close(far)
    seen = b""
    while True:
        try:
            more = os.read(near, 65536)
        except OSError:
            break
        if not more:
            break
        seen += more
    os.close(near)
    process.stderr.close()
    return seen.decode(), process.wait(timeout=60)


def shown_width(line):
    plain = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line).rstrip("\r\n")
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in plain)


def test_a_filter_an_order_and_columns_choose_what_is_listed(answer, cairn, experiment, runs):
    chosen = answer("runs", "list", "--experiment", experiment[1], "--filter", "metrics.loss < 100 and params.depth = '3'", "--order", "metrics.loss")
    assert [run["name"] for run in chosen["items"]] == ["falling", "rising"]
    assert chosen["items"][0]["metrics"]["loss"] == 1 / 200
    table = cairn("runs", "list", "--experiment", experiment[1], "--order", "metrics.loss DESC", "--columns", "name,params.lr,tags.team")
    lines = [line.split() for line in table.splitlines()]
    assert lines[0] == ["name", "params.lr", "tags.team"]
    assert lines.index(["rising", "0.2", "blue"]) < lines.index(["falling", "0.1", "blue"])
    assert ["broken", "0.3", "blue"] in lines
    assert "position" in cairn("runs", "list", "--filter", "metrics.loss <", code=WRONG)
    assert "Did you mean" in cairn("runs", "list", "--experiment", experiment[1][:-1] + "z", code=NOT_FOUND)


def test_more_than_the_limit_is_said(answer, experiment, runs):
    chosen = answer("runs", "list", "--experiment", experiment[1], "--limit", "2")
    assert len(chosen["items"]) == 2 and chosen["more"] is True
    assert answer("runs", "list", "--experiment", experiment[1], "--limit", "3")["more"] is False


def test_a_run_is_found_by_id_beginning_and_name(answer, cairn, client, experiment, runs):
    for given in (runs[0], runs[0][:12]):
        assert answer("runs", "show", given)["run_id"] == runs[0]
    name = f"only {uuid.uuid4().hex}"
    one = logged(client, experiment[0], name, [1.0])
    assert answer("runs", "show", name)["run_id"] == one
    other = logged(client, experiment[0], name, [1.0])
    words = cairn("runs", "show", name, code=CONFLICT)
    assert one in words and other in words
    client.delete_run(other)
    assert answer("runs", "show", name)["run_id"] == one, "an active run goes before a deleted one"
    assert "runs list" in cairn("runs", "show", "no such run", code=NOT_FOUND)


def test_a_run_is_shown_with_the_course_of_its_metrics(answer, cairn, runs):
    page = cairn("runs", "show", runs[0])
    assert "falling" in page and "FINISHED" in page
    history = re.search(r"loss\s+0\.005\s+199\s+1\s+(\S+)", page)
    assert history, page
    bars = history[1]
    assert len(bars) == 40 and bars[0] == "█" and bars[-1] == "▁"
    series = answer("runs", "show", runs[0])["series"]
    assert series[0]["points"][0]["value"] == 1 and series[0]["points"][-1]["step"] == 199
    assert "nan" in cairn("runs", "show", runs[2]).lower()


def extremes_of(values, parts):
    """The places of the first, the last, and the least and the greatest of equal parts of what is between, by numpy."""
    kept = {0, len(values) - 1}
    for part in numpy.array_split(numpy.arange(1, len(values) - 1), parts):
        kept |= {int(part[numpy.nanargmin(values[part])]), int(part[numpy.nanargmax(values[part])])}
    return sorted(kept)


def test_no_extreme_is_lost_from_a_long_history(server, answer, client, experiment):
    values = numpy.random.default_rng(5).normal(size=7_000)
    values[4_321] = 900.0
    values[5_000] = math.nan
    run_id = client.create_run(experiment[0], run_name="one spike").info.run_id
    for first in range(0, len(values), 1000):
        client.log_batch(run_id, metrics=[Metric("loss", values[step], 1000 + step, step) for step in range(first, first + 1000)])
    wanted = extremes_of(values, 40)
    points = answer("runs", "show", run_id)["series"][0]["points"]
    assert [(point["step"], point["value"]) for point in points] == [(step, values[step]) for step in wanted]
    asked = requests.get(f"{server.uri}/api/v1/runs/{run_id}/sample", params={"key": "loss", "points": 12, "first_step": 100, "last_step": 4999}, timeout=10)
    assert [point["step"] for point in asked.json()["points"]] == [100 + step for step in extremes_of(values[100:5000], 5)]
    refused = requests.get(f"{server.uri}/api/v1/runs/{run_id}/sample", params={"key": "loss", "first_step": "x"}, timeout=10)
    assert refused.status_code == 400 and "first_step" in refused.text


def test_one_high_point_is_seen_in_the_bars(cairn, client, experiment):
    run_id = logged(client, experiment[0], "spiked", [1000.0 if step == 613 else 1 / (step + 1) for step in range(1000)])
    bars = re.search(r"loss\s+0\.001\s+999\s+1\s+(\S+)", cairn("runs", "show", run_id))[1]
    assert len(bars) == 40 and bars.count("█") == 1 and 23 <= bars.index("█") <= 25, bars


@pytest.mark.parametrize("width", [40, 80, 140])
def test_tables_keep_to_the_width_of_the_terminal(server, client, experiment, runs, width):
    wide = logged(client, experiment[0], "a name that is as long as people make them when they are in a hurry", [1], **{f"p{i}": "x" * 30 for i in range(12)})
    for words in (["runs", "list", "--experiment", experiment[1]], ["runs", "compare", *runs, wide], ["runs", "show", runs[0]]):
        seen, code = on_terminal(server, width, *words)
        assert code == 0
        # The head of a page holds an address and an id, which are of no use when cut.
        tables = seen.splitlines() if words[1] != "show" else seen.split("\r\n\r\n", 1)[1].splitlines()
        assert max(map(shown_width, tables)) <= width, seen
    seen, _ = on_terminal(server, width, "runs", "list", "--experiment", experiment[1])
    assert ("more than fit" in seen) or width == 140


def test_what_differs_is_marked_and_coloured_on_a_terminal_alone(server, cairn, answer, runs):
    table = cairn("runs", "compare", runs[0], runs[1])
    marked = {line.split()[1] for line in table.splitlines() if line.startswith("*")}
    assert marked == {"status", "metrics.loss", "params.lr"}
    assert "\x1b" not in table
    assert re.search(r"params\.lr\s+0\.1\s+0\.2\s+\+0\.1", table)
    assert answer("runs", "compare", runs[0], runs[1])["differing"] == ["status", "metrics.loss", "params.lr"]
    only = cairn("runs", "compare", runs[0], runs[1], "--differing")
    assert "params.depth" in table and "params.depth" not in only
    coloured, _ = on_terminal(server, 140, "runs", "compare", runs[0], runs[1])
    assert re.search(r"\x1b\[1;33m\* +params\.lr", coloured)
    plain, _ = on_terminal(server, 140, "runs", "compare", runs[0], runs[1], color=False)
    assert "\x1b" not in plain
    assert "two or more" in cairn("runs", "compare", runs[0], code=WRONG)


def test_watching_follows_a_run_to_its_end(server, client, experiment):
    run_id = logged(client, experiment[0], "live", [1.0], status=None)
    process = subprocess.Popen([CAIRN, "runs", "watch", run_id, "--every", "0.05", "--server", server.uri], stdout=subprocess.PIPE, text=True)
    assert "loss=1 (step 0)" in process.stdout.readline()
    client.log_metric(run_id, "loss", 0.5, step=1)
    assert "loss=0.5 (step 1)" in process.stdout.readline()
    client.set_terminated(run_id, "FINISHED")
    rest = process.stdout.read()
    assert "FINISHED" in rest and "finished after" in rest.splitlines()[-1]
    assert process.wait(timeout=30) == 0


def test_watching_a_run_that_fails_tells_so_by_its_exit_code(server, cairn, client, experiment, runs):
    assert "ended as FAILED" in cairn("runs", "watch", runs[1], code=1)


def test_watching_renews_the_page_in_place_on_a_terminal(server, client, experiment):
    run_id = logged(client, experiment[0], "live", [1.0], status=None)

    def go_on():
        client.log_metric(run_id, "loss", 0.25, step=1)
        client.set_terminated(run_id, "FINISHED")

    timer = threading.Timer(0.5, go_on)
    timer.start()
    seen, code = on_terminal(server, 80, "runs", "watch", run_id, "--every", "0.05")
    timer.join()
    assert code == 0 and "\x1b[J" in seen and "0.25" in seen
    assert max(map(shown_width, seen.splitlines())) <= 80


def test_export_gives_the_same_rows_in_every_form(cairn, answer, experiment, runs, tmp_path):
    chosen = ["runs", "export", "--experiment", experiment[1]]
    rows = list(csv.DictReader(io.StringIO(cairn(*chosen))))
    assert {row["run_id"] for row in rows} == set(runs)
    assert answer(*chosen, "--to", str(tmp_path / "runs.parquet")) == {"file": str(tmp_path / "runs.parquet"), "rows": 3, "columns": len(rows[0])}
    table = {row["run_id"]: row for row in pyarrow.parquet.read_table(tmp_path / "runs.parquet").to_pylist()}
    assert table[runs[0]]["metrics.loss"] == 1 / 200 and table[runs[0]]["params.lr"] == "0.1"
    assert math.isnan(table[runs[2]]["metrics.loss"])
    assert table[runs[0]]["ended"] >= table[runs[0]]["started"]
    cairn(*chosen, "--to", str(tmp_path / "runs.json"))
    assert {row["run_id"] for row in json.loads((tmp_path / "runs.json").read_text())} == set(runs)
    cairn(*chosen, "--to", str(tmp_path / "runs.jsonl"))
    assert len((tmp_path / "runs.jsonl").read_text().splitlines()) == 3
    assert "parquet" in cairn(*chosen, "--to", str(tmp_path / "runs.xlsx"), code=WRONG)


def test_export_of_points_gives_every_point(cairn, experiment, runs, tmp_path):
    file = tmp_path / "points.parquet"
    cairn("runs", "export", "--experiment", experiment[1], "--points", "--to", str(file))
    points = [row for row in pyarrow.parquet.read_table(file).to_pylist() if row["run_id"] == runs[0]]
    assert [(row["metric"], row["step"], row["value"]) for row in points] == [("loss", step, 1 / (step + 1)) for step in range(200)]


def test_marking_and_restoring_are_the_clients_own(cairn, client, runs):
    cairn("runs", "delete", runs[0], runs[1])
    assert client.get_run(runs[0]).info.lifecycle_stage == "deleted"
    cairn("runs", "restore", runs[0])
    assert client.get_run(runs[0]).info.lifecycle_stage == "active"
    client.restore_run(runs[1])
    assert client.get_run(runs[1]).info.lifecycle_stage == "active"


def files_of(server):
    root = pathlib.Path(server.data) / "artifacts"
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_deleting_for_good_tells_first_and_then_takes_records_and_files(server, cairn, answer, client, experiment, runs):
    for run_id in runs[:2]:
        client.log_text(run_id, "0123456789", "notes/a.txt")
    before = files_of(server)
    words = cairn("runs", "delete", runs[0], "--permanently")
    assert "Nothing was deleted" in words and "--yes" in words
    plan = answer("runs", "delete", runs[0], "--permanently")
    assert (plan["files"], plan["bytes"], plan["erased"]) == (1, 10, False)
    assert plan["records"]["runs"] == 1 and plan["records"]["parameters"] == 2
    assert files_of(server) == before and client.get_run(runs[0])
    assert answer("runs", "delete", runs[0], "--permanently", "--yes")["erased"] is True
    with pytest.raises(MlflowException):
        client.get_run(runs[0])
    assert not any(runs[0] in path for path in files_of(server))
    assert any(runs[1] in path for path in files_of(server))
    assert len(client.get_metric_history(runs[1], "loss")) == 20
    logged_events = answer("audit", "log", "--limit", "50")
    assert runs[0] in json.dumps(logged_events) and "run.erased" in json.dumps(logged_events)


def test_the_bin_is_emptied_by_a_filter(cairn, answer, client, experiment, runs):
    cairn("runs", "delete", runs[0], runs[1])
    cairn("runs", "delete", "--experiment", experiment[1], "--deleted", "--permanently", "--yes")
    left = answer("runs", "list", "--experiment", experiment[1], "--all")["items"]
    assert [run["run_id"] for run in left] == [runs[2]]


def test_a_legal_hold_keeps_a_run_and_its_experiment(cairn, answer, client, experiment, runs):
    cairn("hold", "add", f"run:{runs[0][:10]}", "--reason", "audit of 2026")
    assert answer("hold", "list")["items"][0]["subject"] == f"run:{runs[0]}"
    assert "legal hold" in cairn("runs", "delete", *runs, "--permanently", "--yes", code=DENIED)
    assert "legal hold" in cairn("experiments", "delete", experiment[1], "--permanently", "--yes", code=DENIED)
    assert answer("runs", "delete", *runs, "--permanently", code=1)["refusals"][0]["subject"] == f"run:{runs[0]}"
    assert len(answer("runs", "list", "--experiment", experiment[1])["items"]) == 3, "all or nothing"
    cairn("hold", "remove", f"run:{runs[0]}")
    cairn("experiments", "delete", experiment[1], "--permanently", "--yes")
    assert client.get_experiment_by_name(experiment[1]) is None
    client.create_experiment(experiment[1])


def test_what_a_version_was_made_from_goes_only_after_the_version(server, cairn, client, experiment, runs):
    name = f"churn {uuid.uuid4().hex[:8]}"
    client.log_text(runs[0], "weights", "model/weights.txt")
    client.create_registered_model(name)
    client.create_model_version(name, f"runs:/{runs[0]}/model", runs[0])
    assert f"version 1 of model '{name}'" in cairn("runs", "delete", runs[0], "--permanently", "--yes", code=DENIED)
    cairn("model", "delete", name, "1", "--yes")
    assert client.search_model_versions(f"name = '{name}'") == []
    assert not any("weights.txt" in path for path in files_of(server))
    cairn("model", "delete", name, "--yes")
    with pytest.raises(MlflowException):
        client.get_registered_model(name)
    cairn("runs", "delete", runs[0], "--permanently", "--yes")


def test_an_empty_filter_marks_nothing(cairn, answer, experiment, runs):
    for command in ("delete", "restore"):
        for flag in ("--filter", "--experiment"):
            assert f"{flag} is empty" in cairn("runs", command, flag, " ", "--yes", code=WRONG)
            assert f"{flag} is empty" in cairn("runs", command, flag, "", "--yes", code=WRONG)
    assert len(answer("runs", "list", "--experiment", experiment[1])["items"]) == 3


def test_marking_many_by_a_filter_tells_first(cairn, answer, experiment, runs):
    def active():
        return {run["run_id"] for run in answer("runs", "list", "--experiment", experiment[1])["items"]}

    chosen = ["--experiment", experiment[1], "--filter", "metrics.loss < 100"]
    words = cairn("runs", "delete", *chosen)
    assert "falling" in words and "rising" in words and "broken" not in words and "--yes" in words
    plan = answer("runs", "delete", *chosen)
    assert plan["marked"] is False and {run["run_id"] for run in plan["items"]} == set(runs[:2])
    assert active() == set(runs)
    assert "2 runs are marked" in cairn("runs", "delete", *chosen, "--yes")
    assert active() == {runs[2]}
    assert "Nothing was changed" in cairn("runs", "restore", *chosen)
    assert active() == {runs[2]}
    assert answer("runs", "restore", *chosen, "--yes")["marked"] is True
    assert active() == set(runs)
    cairn("runs", "delete", "--experiment", experiment[1], "--filter", "run_name = 'broken'")
    assert active() == set(runs[:2]), "one run needs no second word"
    assert "no run fits" in cairn("runs", "restore", *chosen, "--yes", code=NOT_FOUND)


def test_what_is_exported_as_json_is_json(cairn, client, experiment, runs, tmp_path):
    def refused(name):
        pytest.fail(f"{name} is no JSON")

    cairn("runs", "export", "--experiment", experiment[1], "--to", str(tmp_path / "runs.json"))
    rows = {row["run_id"]: row for row in json.loads((tmp_path / "runs.json").read_text(), parse_constant=refused)}
    assert [rows[run]["metrics.loss"] for run in (runs[0], runs[2])] == [1 / 200, "NaN"]
    cairn("runs", "export", "--experiment", experiment[1], "--points", "--to", str(tmp_path / "points.jsonl"))
    points = [json.loads(line, parse_constant=refused) for line in (tmp_path / "points.jsonl").read_text().splitlines()]
    assert {point["value"] for point in points if point["run_id"] == runs[2]} == {"NaN"}


def test_an_empty_word_is_wrong_input(cairn):
    for words in (["runs", "show"], ["model", "show"], ["experiments", "delete"], ["model", "delete", "churn"], ["runs", "delete"]):
        assert " is empty" in cairn(*words, "", code=WRONG)


def test_columns_stand_in_the_order_of_what_they_say(client, cairn, experiment):
    for number in range(2):
        run_id = logged(client, experiment[0], f"r{number}", [number], lr=str(number), depth="3")
        for key in ("accuracy", "auc", "f1"):
            client.log_metric(run_id, key, number)
    heads = lambda *words: cairn("runs", "list", "--experiment", experiment[1], *words).splitlines()[0].split()
    assert heads() == ["id", "name", "status", "started", "took", "accuracy", "auc", "f1", "lr", "loss", "depth"]
    asked = heads("--filter", "metrics.loss < 5", "--order", "metrics.f1")
    assert asked == ["id", "name", "status", "started", "took", "f1", "loss", "accuracy", "lr", "auc", "depth"]


def test_a_value_with_line_breaks_stays_in_its_row(client, cairn, experiment):
    run_id = logged(client, experiment[0], "odd", [1.0], note="one\ntwo\x1b[31m")
    table = cairn("runs", "list", "--experiment", experiment[1], "--columns", "name,params.note")
    assert table.splitlines()[1:] == ["odd   one\\ntwo\\x1b[31m"]
    assert "one\\ntwo\\x1b[31m" in cairn("runs", "show", run_id)
    long = logged(client, experiment[0], "long", [1.0], note="x" * 600)
    assert "x" * 600 in cairn("runs", "show", long)


def test_what_is_imported_must_be_another_place(server, cairn, answer, tmp_path):
    for source in (server.uri, server.uri.replace("127.0.0.1", "localhost") + "/"):
        assert "this Cairn itself" in cairn("import", "mlflow", source, code=WRONG)
    assert "this Cairn itself" in cairn("merge", str(server.data), code=WRONG)
    (tmp_path / "notes.txt").write_text("no database at all, but long enough to be one")
    for source in (str(tmp_path / "notes.txt"), f"sqlite:///{tmp_path}/notes.txt"):
        assert "no SQLite database" in cairn("import", "mlflow", source, code=WRONG)
    theirs = MlflowClient(f"sqlite:///{tmp_path}/m.db")
    name = f"moved {uuid.uuid4().hex[:8]}"
    theirs.create_experiment(name, artifact_location=str(tmp_path / "artifacts"))
    assert answer("import", "mlflow", os.path.relpath(tmp_path / "m.db"), "--into")["clean"] is True
    assert name in {one["name"] for one in answer("experiments", "list")["items"]}


def test_help_tells_the_grammar_of_filters(cairn):
    for command in ("list", "export", "delete", "restore"):
        words = " ".join(cairn("runs", command, "--help").split())
        for part in ("AND, OR, NOT and parentheses", "min(metrics.KEY)", "without quotes", "milliseconds"):
            assert part in words


def test_the_examples_in_the_help_are_filters(cairn, experiment, runs):
    examples = re.findall(r'--filter "([^"]+)"', cairn("runs", "list", "--help"))
    assert len(examples) == 2
    for example in examples:
        cairn("runs", "list", "--experiment", experiment[1], "--filter", example)


def test_a_refusal_names_its_run_once(cairn, runs):
    cairn("hold", "add", f"run:{runs[0]}", "--reason", "audit")
    words = cairn("runs", "delete", runs[0], "--permanently", code=1)
    assert f"  run:{runs[0]} is under legal hold" in words and f"run:{runs[0]}: run:" not in words
    cairn("hold", "remove", f"run:{runs[0]}")
