"""`cairn batch`: answers made ahead and looked up by key, against what the real libraries answer, read by programs of others, killed at any moment."""

import contextlib
import hashlib
import json
import os
import pathlib
import random
import subprocess
import sys
import threading
import time
import urllib.parse

import lightgbm
import mlflow
import numpy
import onnxruntime
import pandas
import pyarrow
import pyarrow.csv
import pyarrow.parquet
import pytest
import requests
from mlflow.models import infer_signature
from running import CAIRN, Server
from serving_project import NAME, begun
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.linear_model import LogisticRegression

COLUMNS = ["a", "b", "c"]
STAMPED = ["--stamped", "2026-01-02T03:04:05Z"]
OTHER_DUCKDB = os.environ.get("CAIRN_DATACONTRACT", str(pathlib.Path(__file__).resolve().parents[2] / "build/env/datacontract/bin/python"))


def table(rows, seed=5):
    chance = numpy.random.default_rng(seed)
    return pandas.DataFrame(chance.normal(size=(rows, 3)), columns=COLUMNS).assign(key=[f"k{i}" for i in range(rows)])


def labels(rows):
    return (rows["a"] > rows["b"]).astype(int)


def onnx_of(seed=5):
    rows = table(2000, seed)
    trained = LogisticRegression().fit(rows[COLUMNS].to_numpy(), labels(rows) if seed == 5 else 1 - labels(rows))
    return to_onnx(trained, initial_types=[("X", FloatTensorType([None, 3]))], options={"zipmap": False}, target_opset={"": 17, "ai.onnx.ml": 3})


def chances(model, rows):
    return onnxruntime.InferenceSession(model.SerializeToString()).run(["probabilities"], {"X": rows[COLUMNS].to_numpy().astype("float32")})[0][:, 1]


def log(server, name, flavour, model, answers, **options):
    mlflow.set_tracking_uri(server.uri)
    mlflow.set_experiment("batch")
    with mlflow.start_run():
        return flavour.log_model(model, name="model", registered_model_name=name, signature=infer_signature(table(3)[COLUMNS], answers), pip_requirements=["numpy"], **options)


def log_onnx(server, name, seed=5):
    model = onnx_of(seed)
    log(server, name, mlflow.onnx, model, numpy.zeros((3, 2), "float32"))
    return model


def command(server, *words):
    return [CAIRN, "batch", *map(str, words), "--server", server.uri, "--json"]


def environment():
    return {**os.environ, "CAIRN_ACTOR": "ben"}


def batch(server, folder, *words):
    ended = subprocess.run(command(server, *words), cwd=folder, capture_output=True, text=True, env=environment())
    return ended.returncode, json.loads(ended.stdout), ended.stderr


def look_up(server, name, *key):
    path = "/".join(urllib.parse.quote(str(part), safe="") for part in key)
    return requests.get(f"{server.uri}/api/v1/batches/{name}/rows/{path}", timeout=30)


def test_answers_are_those_of_onnx_runtime_and_are_read_by_others(server, tmp_path):
    model, rows = log_onnx(server, "plain"), table(300_000)
    rows.to_parquet(tmp_path / "rows.parquet", index=False)
    code, said, _ = batch(server, tmp_path, "plain@1", "--in", "rows.parquet", "--out", "answers.parquet", "--key", "key", "--keep", "a")
    assert (code, said["rows"], said["published"]) == (0, len(rows), True), said
    answers = pandas.read_parquet(tmp_path / "answers.parquet")
    assert list(answers.columns) == ["key", "a", "label", "probabilities_0", "probabilities_1", "model_version"]
    assert answers["key"].tolist() == rows["key"].tolist()
    assert set(answers["model_version"]) == {"plain/1"}
    due = chances(model, rows)
    numpy.testing.assert_allclose(answers["probabilities_1"], due, atol=1e-6)
    metadata = {name.decode(): value.decode() for name, value in pyarrow.parquet.read_metadata(tmp_path / "answers.parquet").metadata.items()}
    source = hashlib.sha256((tmp_path / "rows.parquet").read_bytes()).hexdigest()
    assert (metadata["cairn.batch"], metadata["cairn.model"], metadata["cairn.version"], metadata["cairn.input"]) == ("plain", "plain", "1", source)
    assert metadata["cairn.manifest"] == said["manifest"] and len(said["manifest"]) == 64
    for number in (0, 17, 122_879, 122_880, 299_999):
        found = look_up(server, "plain", f"k{number}")
        assert found.status_code == 200, found.text
        answer = found.json()
        assert (answer["version"], answer["manifest"], answer["event"], answer["input"]) == (1, said["manifest"], said["event"], source)
        assert answer["row"]["key"] == f"k{number}" and answer["row"]["a"] == rows["a"][number]
        assert abs(answer["row"]["probabilities_1"] - due[number]) < 1e-6
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answers.parquet", "rows.parquet"]
    made_of = requests.get(f"{server.uri}/api/v1/lineage", params={"thing": said["output"], "direction": "upstream"}, timeout=30).text
    assert "model:plain/1" in made_of and source in made_of, made_of


def test_duckdb_reads_what_is_written(server, tmp_path):
    log_onnx(server, "read")
    table(1000).to_csv(tmp_path / "rows.csv", index=False)
    for name in ("x.parquet", "x.csv", "x.jsonl"):
        assert batch(server, tmp_path, "read@1", "--in", "rows.csv", "--out", name, "--key", "key")[0] == 0
        asked = f"import duckdb; print(duckdb.sql(\"SELECT count(*), count(DISTINCT key), min(model_version) FROM '{name}'\").fetchone())"
        assert subprocess.run([OTHER_DUCKDB, "-c", asked], cwd=tmp_path, capture_output=True, text=True, check=True).stdout.strip() == "(1000, 1000, 'read/1')"


def test_a_python_model_answers_as_pyfunc_from_a_folder_of_json_lines(server, tmp_path):
    rows = table(25_000)
    booster = lightgbm.train({"objective": "binary", "verbose": -1}, lightgbm.Dataset(rows[COLUMNS], label=labels(rows)), 10)
    logged = log(server, "booster", mlflow.lightgbm, booster, booster.predict(table(3)[COLUMNS]))
    (tmp_path / "rows").mkdir()
    for number, begin in enumerate(range(0, len(rows), 10_000)):
        rows[begin : begin + 10_000].to_json(tmp_path / "rows" / f"{number}.jsonl", orient="records", lines=True, double_precision=15)
    code, said, _ = batch(server, tmp_path, "booster@1", "--in", "rows", "--out", "answers.csv", "--key", "key", "--python", sys.executable, "--name", "daily")
    assert (code, said["rows"], len(said["inputs"])) == (0, len(rows), 3), said
    read = pandas.concat([pandas.read_json(tmp_path / "rows" / f"{number}.jsonl", lines=True, precise_float=True) for number in range(3)], ignore_index=True)
    answers = pyarrow.csv.read_csv(tmp_path / "answers.csv").to_pandas()
    numpy.testing.assert_array_equal(answers["predictions"], mlflow.pyfunc.load_model(logged.model_uri).predict(read[COLUMNS]))
    assert look_up(server, "daily", "k24999").json()["row"]["predictions"] == answers["predictions"].iloc[-1]


def test_killed_at_any_moment_it_comes_to_the_same_bytes_and_nothing_partial_is_seen(server, tmp_path):
    log_onnx(server, "killed")
    rows = table(700_000)
    rows.to_parquet(tmp_path / "rows.parquet", index=False)
    words = ["killed@1", "--in", "rows.parquet", "--key", "key", "--keep", "b", *STAMPED]
    begun_at = time.monotonic()
    code, due, _ = batch(server, tmp_path, *words, "--out", "due.parquet", "--name", "due")
    lasted = time.monotonic() - begun_at
    assert code == 0, due
    old = b"what was there before"
    out, chance = tmp_path / "out.parquet", random.Random(7)
    out.write_bytes(old)
    kills = went_on = 0
    while kills < 200:
        process = subprocess.Popen(command(server, *words, "--out", "out.parquet", "--name", "made"), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=chance.uniform(0, lasted * 0.6))
        process.kill()
        said, noted = process.communicate()
        went_on += "Goes on behind" in noted
        if process.returncode == 0:
            break
        assert process.returncode == -9, said + noted
        kills += 1
        published = look_up(server, "made", "k5")
        if published.status_code == 200:  # killed between the publication and the end
            assert published.json()["event"]
        else:
            assert published.status_code == 404 and out.read_bytes() == old
    assert kills >= 3 and went_on >= 2, (kills, went_on)
    code, made, _ = (0, json.loads(said), noted) if process.returncode == 0 else batch(server, tmp_path, *words, "--out", "out.parquet", "--name", "made")
    assert code == 0, made

    def content(name):
        return pyarrow.parquet.read_table(tmp_path / name).replace_schema_metadata({})

    assert content("out.parquet").equals(content("due.parquet"))
    # But for the batch's name in the metadata, the bytes are the same; so they are made once more under the same name.
    assert batch(server, tmp_path, *words, "--out", "again.parquet", "--name", "made")[0] == 0
    assert (tmp_path / "again.parquet").read_bytes() == out.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.parquet", "due.parquet", "out.parquet", "rows.parquet"]


def test_look_ups_go_on_while_a_newer_batch_is_published(server, tmp_path):
    models = {1: log_onnx(server, "moving", 5), 2: log_onnx(server, "moving", 6)}
    rows = table(20_000)
    rows.to_csv(tmp_path / "rows.csv", index=False)
    due = {version: chances(model, rows) for version, model in models.items()}
    words = ["--in", "rows.csv", "--out", "answers.parquet", "--key", "key"]
    assert batch(server, tmp_path, "moving@1", *words)[0] == 0
    over, asked, wrong = threading.Event(), [0], []

    def ask(seed):
        chance, session = random.Random(seed), requests.Session()
        while not over.is_set():
            number = chance.randrange(len(rows))
            found = session.get(f"{server.uri}/api/v1/batches/moving/rows/k{number}", timeout=30)
            answer = found.json()
            if found.status_code != 200 or abs(answer["row"]["probabilities_1"] - due[answer["version"]][number]) > 1e-5:
                wrong.append(found.text)
            asked[0] += 1

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    try:
        for round_ in range(6):
            version = 2 - round_ % 2
            assert batch(server, tmp_path, f"moving@{version}", *words)[0] == 0
            assert look_up(server, "moving", "k1").json()["version"] == version  # at once
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert not wrong, wrong[:3]
    assert asked[0] > 100


def test_what_was_acknowledged_outlives_a_killed_server(server_on_each, tmp_path):
    server = server_on_each
    log_onnx(server, "lasting")
    table(500).to_csv(tmp_path / "rows.csv", index=False)
    code, said, _ = batch(server, tmp_path, "lasting@1", "--in", "rows.csv", "--out", "answers.csv", "--key", "key")
    assert code == 0, said
    server.kill()
    server.start()
    assert look_up(server, "lasting", "k7").json()["event"] == said["event"]
    listed = requests.get(f"{server.uri}/api/v1/batches", timeout=30).json()["items"]
    assert [one["event"] for one in listed if one["batch"] == "lasting"] == [said["event"]]


def test_a_server_killed_while_it_publishes_has_one_whole_table_or_the_other(tmp_path):
    server = Server(tmp_path / "data-folder")
    models = {1: log_onnx(server, "torn", 5), 2: log_onnx(server, "torn", 6)}
    rows, chance = table(30_000), random.Random(11)
    rows.to_csv(tmp_path / "rows.csv", index=False)
    due = {version: chances(model, rows) for version, model in models.items()}
    words = ["--in", "rows.csv", "--out", "answers.parquet", "--key", "key"]
    begun_at = time.monotonic()
    assert batch(server, tmp_path, "torn@1", *words)[0] == 0
    lasted, standing = time.monotonic() - begun_at, 1
    for _ in range(12):
        version = 3 - standing
        process = subprocess.Popen(command(server, f"torn@{version}", *words), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment())
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=chance.uniform(lasted * 0.5, lasted * 1.2))
        server.kill()
        process.communicate()
        server.start()
        answer = look_up(server, "torn", "k777").json()
        assert process.returncode != 0 or answer["version"] == version
        standing = answer["version"]
        for number in range(0, len(rows), 1999):
            answer = look_up(server, "torn", f"k{number}").json()
            assert answer["version"] == standing and abs(answer["row"]["probabilities_1"] - due[standing][number]) < 1e-5
    assert batch(server, tmp_path, "torn@1", *words)[0] == 0
    assert len(list((tmp_path / "data-folder" / "batches" / "torn").iterdir())) == 1
    assert server.stop() == 0
    server.log.close()


def test_keys_that_cannot_find_one_row_are_refused(server, tmp_path):
    log_onnx(server, "keyed")
    rows = table(1000)
    (tmp_path / "answers.csv").write_text("before")
    rows.assign(key=rows["key"].replace("k900", "k7")).to_csv(tmp_path / "rows.csv", index=False)
    words = ["keyed@1", "--in", "rows.csv", "--out", "answers.csv", "--key", "key"]
    code, said, _ = batch(server, tmp_path, *words)
    assert code == 2 and "The key 'k7' (key) stands in rows 8 and 901 of 'rows.csv'" in said["error"]["message"], said
    rows.assign(key=rows["key"].replace("k900", None)).to_csv(tmp_path / "rows.csv", index=False)
    code, said, _ = batch(server, tmp_path, *words)
    assert code == 2 and "Row 901 of 'rows.csv' has no value in its key's column 'key'" in said["error"]["message"], said
    assert look_up(server, "keyed", "k7").status_code == 404
    assert (tmp_path / "answers.csv").read_text() == "before"


def test_keys_of_any_text_and_of_several_columns_are_found(server, tmp_path):
    log_onnx(server, "texts")
    texts = ["a/b", "a b", "ä%2F", "...", "?x=1#y", "Ω" * 50, "'; DROP", "nan"]
    rows = table(len(texts)).assign(key=texts, day=pandas.to_datetime("2026-01-01") + pandas.to_timedelta(range(len(texts)), "D"), number=range(len(texts)))
    rows.to_parquet(tmp_path / "rows.parquet", index=False)
    code, said, _ = batch(server, tmp_path, "texts@1", "--in", "rows.parquet", "--out", "answers.csv", "--key", "key", "--key", "number")
    assert code == 0, said
    for number, text in enumerate(texts):
        found = look_up(server, "texts", text, number)
        assert found.status_code == 200 and found.json()["row"]["key"] == text, found.text
        got = subprocess.run(command(server, "get", "texts", text, number), capture_output=True, text=True, cwd=tmp_path, env=environment())
        assert json.loads(got.stdout) == found.json()
    assert look_up(server, "texts", "a", "b", 0).status_code == 400
    missing = look_up(server, "texts", "a/b", 1)
    assert missing.status_code == 404 and missing.json()["error"]["message"] == "The batch 'texts' has no row with the key 'a/b, 1'."


def test_what_is_wrong_is_said_and_nothing_is_published(server, tmp_path):
    log_onnx(server, "strict")
    rows = table(10)
    rows.drop(columns="b").to_csv(tmp_path / "rows.csv", index=False)
    rows.to_csv(tmp_path / "whole.csv", index=False)
    rows.assign(b="x").to_csv(tmp_path / "text.csv", index=False)
    (tmp_path / "empty").mkdir()
    out = ["--out", "x.csv", "--key", "key"]
    for words, code, sentence in ((["strict@1", "--in", "rows.csv", *out], 2, "no column 'b'"), (["strict@1", "--in", "text.csv", *out], 2, "Column 'b' holds text"),
                                  (["strict@1", "--in", "rows.csv", "--out", "x.txt", "--key", "key"], 2, "must end in"), (["strict@1", "--in", "none.csv", *out], 3, "none.csv"),
                                  (["strict@9", "--in", "rows.csv", *out], 3, "9"), (["strict", "--in", "rows.csv", *out], 3, "no alias 'production'"),
                                  (["strict@1", "--in", "rows.csv", "--out", "x.csv"], 2, "--key"), (["strict@1", "--in", "empty", *out], 3, "holds no"),
                                  (["strict@1", "--in", "rows.csv", *out, "--max-drift", "0.2"], 2, "nothing to compare"), (["strict@1", "--in", "rows.csv", *out, "--max-drift", "much"], 2, "--max-drift"),
                                  (["strict@1", "--in", "whole.csv", *out, "--key", "label"], 2, "no column 'label'"), (["strict@1", "--in", "rows.csv", *out, "--stamped", "noon"], 2, "noon")):
        got, said, _ = batch(server, tmp_path, *words)
        assert got == code and sentence in said["error"]["message"], (words, said)
    assert not (tmp_path / "x.csv").exists()
    for body, status in ((b"", 400), (b"no table", 400)):
        assert requests.post(f"{server.uri}/api/v1/batches/strict", data=body, timeout=30).status_code == status
    assert look_up(server, "strict", "k1").status_code == 404


def test_another_input_version_or_setting_uses_no_part(server, tmp_path):
    log_onnx(server, "bound")
    log_onnx(server, "bound", 6)
    rows = table(400_000)
    rows.to_parquet(tmp_path / "rows.parquet", index=False)
    lines = tmp_path / "out.parquet.cairn-batch" / "parts.jsonl"

    def interrupt():
        words = command(server, "bound@1", "--in", "rows.parquet", "--out", "out.parquet", "--key", "key")
        process = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
        while process.poll() is None and not (lines.exists() and lines.read_text().count("\n") >= 1):
            pass
        process.kill()
        process.wait()
        assert lines.exists()

    interrupt()
    code, said, noted = batch(server, tmp_path, "bound@2", "--in", "rows.parquet", "--out", "out.parquet", "--key", "key")
    assert code == 0 and "not used: the version is another" in noted and said["version"] == 2
    interrupt()
    rows.assign(a=-rows["a"]).to_parquet(tmp_path / "rows.parquet", index=False)
    code, said, noted = batch(server, tmp_path, "bound@1", "--in", "rows.parquet", "--out", "out.parquet", "--key", "key")
    assert code == 0 and "not used: the input is another" in noted
    model = onnx_of()
    numpy.testing.assert_allclose(pandas.read_parquet(tmp_path / "out.parquet")["probabilities_1"], chances(model, rows.assign(a=-rows["a"])), atol=1e-6)


def test_inputs_that_drifted_are_kept_back_until_somebody_decides(tmp_path):
    trained = table(800)
    with begun(tmp_path, trained, {name: "number" for name in COLUMNS} | {"key": "string"}) as project:
        server = project.running
        version = project.register(onnx_of(), infer_signature(trained[COLUMNS], numpy.zeros((3, 2), "float32")))
        project.cairn("data", "profile", "rows")
        out = ["--out", "answers.parquet", "--key", "key"]
        trained.to_parquet(tmp_path / "same.parquet", index=False)
        code, said, _ = batch(server, tmp_path, f"{NAME}@1", "--in", "same.parquet", *out)
        assert code == 5 and "decision" in said["error"]["message"], said  # what no decision lets answer is not looked up, either
        project.promote(version)
        code, said, _ = batch(server, tmp_path, f"{NAME}@1", "--in", "same.parquet", *out, "--max-drift", "0.2")
        assert code == 0 and said["drift"]["largest"] < 0.2 and said["drift"]["data"] == "rows@1", said
        moved = table(200_000, 9).assign(b=lambda rows: rows["b"] + 3)
        moved.to_parquet(tmp_path / "moved.parquet", index=False)
        code, refused, _ = batch(server, tmp_path, f"{NAME}@1", "--in", "moved.parquet", *out, "--max-drift", "0.2")
        assert (code, refused["published"], refused["drift"]["column"]) == (1, False, "b"), refused
        assert refused["drift"]["largest"] > 1
        event = requests.get(f"{server.uri}/api/v1/audit/log", params={"kind": "serving.batch_refused"}, timeout=30).json()["items"][0]
        assert event["id"] == refused["event"] and event["body"]["drift"]["column"] == "b"
        assert look_up(server, NAME, "k5").json()["event"] == said["event"]
        assert len(pandas.read_parquet(tmp_path / "answers.parquet")) == len(trained)
        # The same once more needs no scoring, and says so.
        code, again, noted = batch(server, tmp_path, f"{NAME}@1", "--in", "moved.parquet", *out, "--max-drift", "0.2", "--publish-despite-drift", "the new terminal is open")
        assert code == 0 and "Goes on behind 200,000 rows" in noted, noted
        assert again["decision"] == {"reason": "the new terminal is open", "by": "ben"} and again["drift"] == refused["drift"]
        assert look_up(server, NAME, "k199999").json()["event"] == again["event"]


def test_without_a_server_it_goes_to_the_store_itself_and_a_backup_has_it(tmp_path):
    data = tmp_path / "data-folder"
    server = Server(data)
    model, rows = log_onnx(server, "alone"), table(2000)
    assert server.stop() == 0
    server.log.close()
    rows.to_parquet(tmp_path / "rows.parquet", index=False)

    def cairn(*words, folder=data, code=0):
        ended = subprocess.run([CAIRN, *words, "--data", str(folder), "--json"], cwd=tmp_path, capture_output=True, text=True, env=environment())
        assert ended.returncode == code, ended.stdout + ended.stderr
        return json.loads(ended.stdout)

    made = cairn("batch", "alone@1", "--in", "rows.parquet", "--out", "answers.parquet", "--key", "key")
    assert abs(cairn("batch", "get", "alone", "k1999")["row"]["probabilities_1"] - chances(model, rows)[1999]) < 1e-6
    assert "no row with the key 'k2000'" in cairn("batch", "get", "alone", "k2000", code=3)["error"]["message"]
    assert [one["event"] for one in cairn("batch", "list")["items"]] == [made["event"]]
    cairn("backup", "copy")
    cairn("restore", "copy", folder=tmp_path / "restored")
    assert cairn("batch", "get", "alone", "k7", folder=tmp_path / "restored")["event"] == made["event"]


def test_the_same_stands_in_the_socket_of_a_server(tmp_path):
    """A command without --server finds the server that owns the data folder; a table larger than one piece goes through its socket."""
    server = Server(tmp_path / "data-folder")
    log_onnx(server, "socket")
    table(50_000).to_parquet(tmp_path / "rows.parquet", index=False)
    words = [CAIRN, "batch", "socket@1", "--in", "rows.parquet", "--out", "answers.jsonl", "--key", "key", "--data", str(server.data), "--json"]
    ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, env=environment())
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert look_up(server, "socket", "k49999").json()["event"] == json.loads(ended.stdout)["event"]
    # What is finished is not lost when nobody takes it.
    server.kill()
    log_words = command(server, "socket@1", "--in", "rows.parquet", "--out", "answers.jsonl", "--key", "key")
    assert subprocess.run(log_words, cwd=tmp_path, capture_output=True, env=environment()).returncode == 6
    server.start()
    assert look_up(server, "socket", "k5").status_code == 200
    assert server.stop() == 0
    server.log.close()
