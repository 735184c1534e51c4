"""A version is packed here and answers elsewhere: in an empty folder, with an empty home, and nothing else of this program's."""

import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import zipfile

import pandas
import pytest
import requests
from running import CAIRN, Server
from serving_project import NAME, Project

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "src" / "loop" / "runtime" / "testdata"


def rows():
    expected = json.loads((FIXTURES / "columns.json").read_text())
    return pandas.DataFrame({name: expected[name][:20] for name in ("carrier", "hour", "distance")})


class Served:
    """`cairn serve`, in a folder and with a home that have nothing in them."""

    def __init__(self, package, folder, *options):
        self.home = folder / "home"
        self.home.mkdir(parents=True, exist_ok=True)
        command = [CAIRN, "serve", str(package), "--listen", "127.0.0.1:0", "--json", *options]
        environment = {"HOME": str(self.home), "PATH": "/usr/bin:/bin"}
        self.process = subprocess.Popen(command, cwd=self.home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.said = json.loads(line) if line else None
        self.uri = self.said.get("listening") if self.said else None

    def __enter__(self):
        assert self.uri, self.process.stderr.read()
        return self

    def __exit__(self, *_):
        self.end(signal.SIGTERM)

    def end(self, how):
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        self.process.stderr.close()
        return code

    def refused(self):
        """The error it ended with, before it listened."""
        code = self.process.wait(timeout=60)
        error = self.said["error"]
        self.end(signal.SIGTERM)
        return code, error["message"]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packing")
    running = Server(folder / "data-folder", folder)
    project = Project(folder, running)
    project.begin(rows(), {"carrier": "string", "hour": "integer", "distance": "number"})
    project.promote(project.register(FIXTURES / "columns.onnx"))
    project.register(FIXTURES / "columns.onnx")
    yield project
    assert running.stop() == 0
    running.log.close()


@pytest.fixture(scope="module")
def packed(project):
    """As a folder and as a zip, both made by name of the alias."""
    said = project.cairn("model", "package", f"{NAME}@production", "-o", "package")
    project.cairn("model", "package", f"{NAME}@1", "-o", "package.zip")
    assert said["model"] == NAME and said["version"] == 1
    return project.folder / "package", project.folder / "package.zip"


def contents(package):
    if package.is_dir():
        return {path.relative_to(package).as_posix(): path.read_bytes() for path in package.rglob("*") if path.is_file()}
    with zipfile.ZipFile(package) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def questions():
    table = rows().to_dict(orient="split")
    inputs = [{"name": name, "shape": [20, 1], "datatype": kind, "data": rows()[name].tolist()} for name, kind in {"carrier": "BYTES", "hour": "INT64", "distance": "FP32"}.items()]
    yield "/invocations", {"dataframe_split": {"columns": table["columns"], "data": table["data"]}}
    yield f"/v2/models/{NAME}/infer", {"id": "same", "inputs": inputs}
    yield f"/v2/models/{NAME}/versions/1/infer", {"id": "same", "inputs": inputs}
    yield "/invocations", {"dataframe_records": [{"carrier": "UA", "hour": 3}]}
    yield "/invocations", {"dataframe_records": [{"carrier": 7, "hour": 3, "distance": 1}]}
    yield f"/v2/models/{NAME}/versions/2/infer", {"inputs": inputs}
    yield "/v2/models/nope/infer", {"inputs": inputs}


def test_a_package_is_the_same_bytes_each_time(project, packed):
    folder, archive = packed
    project.cairn("model", "package", f"{NAME}@1", "-o", "again.zip")
    assert (project.folder / "again.zip").read_bytes() == archive.read_bytes()
    assert contents(folder) == contents(archive)


def test_a_package_can_be_checked_without_this_program(packed):
    folder, _ = packed
    ended = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout
    listed = {line.split("  ", 1)[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    assert listed | {"SHA256SUMS"} == set(contents(folder))
    assert listed >= {"package.json", "signature.json", "serving.json", "golden.json", "environment.lock", "licence.txt", "model/MLmodel", "model/model.onnx"}


def test_a_package_holds_what_answering_takes_and_no_more(project, packed):
    files = contents(packed[0])
    about, golden = json.loads(files["package.json"]), json.loads(files["golden.json"])
    assert about["model"] == NAME and about["decision"] and about["golden"] == {"rows": golden["rows"], "from": "rows@1, held back"}
    assert golden["rows"] > 10 and set(golden["inputs"]) == {"carrier", "hour", "distance"}, "no target among them"
    assert b"onnxruntime==" in files["environment.lock"]
    key = [line for line in (project.folder / "cairn.yaml").read_text().splitlines() if "key:" in line and "ada" in line][0].split("key: ")[1].split("}")[0]
    assert not any(key.encode() in content or b'"ada"' in content for name, content in files.items() if name.endswith(".json")), "nobody's name or key"
    events = project.cairn("audit", "log")
    kinds = [event["kind"] for event in events["items"]]
    assert "registry.version_packaged" in kinds and "data.seal_opened" in kinds


@pytest.mark.parametrize("form", [0, 1], ids=["folder", "zip"])
def test_it_answers_elsewhere_as_the_server_answers_here(project, packed, tmp_path, form):
    moved = tmp_path / packed[form].name
    (shutil.copytree if packed[form].is_dir() else shutil.copy)(packed[form], moved)
    with Served(moved, tmp_path) as served:
        assert served.said["golden_rows"] > 10
        for path, body in questions():
            here, there = (requests.post(uri + path, json=body, timeout=30) for uri in (project.running.uri, served.uri))
            if "versions/2" in path:
                assert (here.status_code, there.status_code) == (403, 404)
                continue
            assert there.status_code == here.status_code, there.text
            assert there.json() == here.json()
        for path in ("/ping", "/v2/health/ready", f"/v2/models/{NAME}/ready"):
            assert requests.get(served.uri + path, timeout=10).status_code == 200
        here, there = (requests.get(f"{uri}/v2/models/{NAME}/openapi.json", timeout=10).json() for uri in (project.running.uri, served.uri))
        assert there == here
        assert requests.get(f"{served.uri}/version", timeout=10).text == requests.get(f"{project.running.uri}/version", timeout=10).text
        assert requests.get(f"{served.uri}/api/v1/models", timeout=10).status_code == 404
    assert sorted(served.home.iterdir()) == [], "it leaves nothing behind"


def test_it_starts_again_after_it_was_killed(packed, tmp_path):
    path, body = next(questions())
    first = Served(packed[0], tmp_path)
    before = requests.post(first.uri + path, json=body, timeout=30).json()
    assert first.end(signal.SIGKILL) == -signal.SIGKILL
    with Served(packed[0], tmp_path) as again:
        assert requests.post(again.uri + path, json=body, timeout=30).json() == before


def test_a_changed_byte_in_any_file_is_named(packed, tmp_path):
    for name, content in contents(packed[0]).items():
        copy = tmp_path / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(packed[0], copy)
        middle = len(content) // 2
        (copy / name).write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
        code, message = Served(copy, tmp_path).refused()
        assert code == 7 and f"'{name}'" in message


def test_a_vector_that_differs_is_named(packed, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(packed[0], copy)
    golden = json.loads((copy / "golden.json").read_text())
    probabilities = next(output for output in golden["outputs"] if output["name"] == "probabilities")
    probabilities["data"][2 * 5 + 1] += 0.01
    (copy / "golden.json").write_text(json.dumps(golden))
    digest = hashlib.sha256((copy / "golden.json").read_bytes()).hexdigest()
    lines = [f"{digest}  golden.json" if line.endswith("  golden.json") else line for line in (copy / "SHA256SUMS").read_text().splitlines()]
    (copy / "SHA256SUMS").write_text("\n".join(lines) + "\n")
    code, message = Served(copy, tmp_path).refused()
    assert code == 7 and message.startswith("Golden vector 6 differs: the output 'probabilities'")


def test_a_damaged_or_foreign_package_is_refused(packed, tmp_path):
    cut = tmp_path / "cut.zip"
    cut.write_bytes(packed[1].read_bytes()[:-100])
    assert Served(cut, tmp_path).refused()[0] == 7
    (tmp_path / "words").write_text("no package")
    assert Served(tmp_path / "words", tmp_path).refused()[0] == 7
    assert Served(tmp_path / "absent", tmp_path).refused()[0] == 3
    code, message = Served(packed[0], tmp_path, "--sha256", "0" * 64).refused()
    assert code == 7 and "is another one" in message


def test_what_nobody_decided_about_is_not_packed(project, packed):
    def refused(*words):
        ended = subprocess.run([CAIRN, "model", "package", *words, "--json", "--data", str(project.running.data)], cwd=project.folder, env=os.environ, capture_output=True, text=True)
        return ended.returncode, json.loads(ended.stdout)["error"]["message"]

    code, message = refused(f"{NAME}@2")
    assert code == 5 and "decision" in message
    assert not (project.folder / f"{NAME}-2").exists()
    assert refused(f"{NAME}@9")[0] == 3
    code, message = refused(f"{NAME}@prodution")
    assert code == 3 and "production" in message
    assert refused(NAME)[0] == 2
    assert refused(f"{NAME}@1", "-o", "package")[0] == 4, "what is there is left alone"
