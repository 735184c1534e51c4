"""`cairn load` against a served model: what it sends is answered and counted, failures are told apart, and no other machine is loaded unawares."""

import json
import subprocess

import pytest
import requests
from running import CAIRN, Server
from serving_project import NAME, Project
from test_triton_client import TYPES, column, echo_model, frame


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("load")
    running = Server(folder / "data-folder", folder)
    project = Project(folder, running)
    rules = {column(kind): contract for kind, (_, _, contract, _) in TYPES.items()}
    rules[column("INT8")] = "integer, min: 20, max: 30"
    table = frame()
    table[column("INT8")] = [20, 21, 25, 29, 30]
    project.begin(table, rules, assertions="contract")
    assert project.register(echo_model()) == 1
    project.promote(1)
    yield project
    assert running.stop() == 0
    running.log.close()


def load(*words, code=0):
    ended = subprocess.run([CAIRN, "load", *words], capture_output=True, text=True, timeout=120)
    assert ended.returncode == code, ended.stdout + ended.stderr
    return ended


def answered(project):
    return requests.get(f"{project.running.uri}/v2/models/{NAME}/stats", timeout=10).json()["model_stats"][0]


@pytest.mark.parametrize("form", [[], ["--binary"]], ids=["json", "binary"])
def test_every_request_is_answered_by_the_model_and_counted(project, form):
    before = answered(project)
    said = json.loads(load(project.running.uri, "--requests", "200", "-c", "4", "--rows", "3", "--rate", "100000", "--json", *form).stdout)
    after = answered(project)
    (step,) = said["steps"]
    assert step["connections"] == 4 and step["answered"] == 200 and step["failed"] == 0, step
    assert after["inference_count"] - before["inference_count"] == 600
    assert after["execution_count"] - before["execution_count"] == 200
    assert 0 < step["p50_ms"] <= step["p90_ms"] <= step["p99_ms"] <= step["max_ms"]
    assert sum(bar["count"] for bar in said["histogram"]) == 200
    assert said["url"].endswith(f"/v2/models/{NAME}/infer")
    if step["p99_ms"] <= 50:
        assert said["capacity"]["replicas"] == -(-100000 // (said["capacity"]["per_second"] * 0.7))


def test_it_climbs_and_says_what_it_saw(project):
    ended = load(f"{project.running.uri}/v2/models/{NAME}", "--duration", "2s", "-c", "3", "--bound", "10000", "--rate", "10")
    lines = ended.stdout.splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["1", "2", "3"], ended.stdout
    assert "█" in ended.stdout
    assert "with 99 % of them within 10000 ms" in lines[-1] and lines[-1].endswith("For 10/s take 1, each filled to 70 %.")


def test_a_request_of_ones_own_and_how_it_fails(project, tmp_path):
    (tmp_path / "row.json").write_text(json.dumps({"dataframe_records": [{"in_int8": 25}]}))
    said = json.loads(load(f"{project.running.uri}/invocations", "--in", str(tmp_path / "row.json"), "-n", "7", "--json", code=1).stdout)
    (failure,) = said["steps"][0]["failures"]
    assert failure["kind"] == "HTTP 422" or failure["kind"] == "HTTP 400"
    assert failure["count"] == 7 and "in_" in failure["first"]
    assert said["capacity"]["per_second"] == 0


def test_no_other_machine_is_loaded_unawares():
    for url in ("http://example.invalid/v2", "http://10.0.0.1:8080", "http://127.0.0.1.example.invalid/"):
        assert "--other-machine" in load(url, code=5).stderr


@pytest.mark.parametrize("words, code, sentence", [
    (["127.0.0.1:1"], 2, "is no URL"),
    (["http://127.0.0.1:1"], 6, "127.0.0.1"),
    (["URI", "--connections", "0"], 2, "--connections takes a whole number"),
    (["URI", "--rate", "-3"], 2, "--rate takes a number above 0"),
    (["URI", "--requests", "3", "--duration", "3s"], 2, "not both"),
    (["URI", "--model", "nope"], 3, "nope"),
    (["URI/somewhere"], 2, "--in FILE"),
    (["URI", "--in", "nowhere.json"], 3, "nowhere.json"),
])
def test_what_it_cannot_do_it_says(project, words, code, sentence):
    ended = load(*[word.replace("URI", project.running.uri) for word in words], code=code)
    assert sentence in ended.stderr
