"""`cairn evidence`: public validators take what leaves, and refuse mutants of it; one changed byte is named."""

import base64
import hashlib
import io
import json
import os
import pathlib
import random
import subprocess
import sys
import zipfile

import mlflow
import pytest
from running import CAIRN, ROOT, Server
from serving_project import NAME, Project
from test_package import FIXTURES, rows

PEER = os.environ.get("CAIRN_EVIDENCE", str(ROOT / "build" / "env" / "evidence" / "bin" / "python"))
FORMS = {
    "cyclonedx": "bom.cdx.json",
    "attestations": "attestations.cdx.json",
    "slsa": "provenance.dsse.json",
    "model-signing": "model.sig",
    "openlineage": "lineage.jsonl",
    "huggingface": "huggingface.md",
    "junit": "junit.xml",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evidence")
    running = Server(folder / "data-folder", folder)
    project = Project(folder, running)
    project.begin(rows(), {"carrier": "string", "hour": "integer", "distance": "number"})
    project.promote(project.register(FIXTURES / "columns.onnx"))
    project.register(FIXTURES / "columns.onnx")
    yield project
    assert running.stop() == 0
    running.log.close()


class Bundle:
    def __init__(self, path):
        self.path, self.bytes = path, path.read_bytes()
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            self.files = {name: archive.read(name) for name in archive.namelist()}
        self.folder = path.with_suffix("")
        for name, content in self.files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_bytes(content)

    def asked(self, form, text=None):
        """What the peer is asked about one document, or another text in its place."""
        one = {"form": form, "text": self.files[FORMS[form]].decode() if text is None else text}
        if form == "slsa":
            one["key"] = self.files["keys/log.pem"].decode()
        if form == "model-signing":
            one |= {"key": self.files["keys/model.pem"].decode(), "folder": str(self.folder / "model")}
        return one


@pytest.fixture(scope="module")
def bundle(project):
    said = project.cairn("evidence", "bundle", NAME, "production", "--out", "bundle.zip")
    made = Bundle(project.folder / "bundle.zip")
    assert said["sha256"] == hashlib.sha256(made.bytes).hexdigest() and said["version"] == 1
    return made


def complaints(asked):
    done = subprocess.run([PEER, pathlib.Path(__file__).parent / "evidence_peer.py"], input=json.dumps(asked), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def zipped(files):
    """As the program writes zips: so that only the contents can be found fault with."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in sorted(files.items(), key=lambda one: one[0].encode()):
            about = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            about.create_system, about.external_attr, about.flag_bits = 3, 0o100644 << 16, 1 << 11
            archive.writestr(about, content)
    return bytearray(written.getvalue())


def with_utf8_marks(archive):
    """Python marks only names as UTF-8 that are not ASCII."""
    for mark, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = archive.find(mark)
        while at >= 0:
            archive[at + flags + 1] |= 0x08
            at = archive.find(mark, at + 4)
    return bytes(archive)


def bundled(project, version):
    command = [CAIRN, "evidence", "bundle", NAME, str(version), "--out", f"changed-{version}.zip", "--json", "--data", str(project.running.data)]
    return subprocess.run(command, cwd=project.folder, capture_output=True, text=True)


def verified(project, path, *options, code=0):
    return project.cairn("evidence", "verify", str(path), *options, code=code)


def test_the_validators_take_every_document(bundle):
    assert complaints([bundle.asked(form) for form in FORMS]) == [""] * len(FORMS)


def test_each_document_is_the_same_by_itself(project, bundle):
    head = json.loads(bundle.files["bundle.json"])["head"]["size"]
    for form, file in FORMS.items():
        project.cairn("evidence", "export", form, NAME, "1", "--at", str(head), "--out", f"{form}.out")
        assert (project.folder / f"{form}.out").read_bytes() == bundle.files[file], form
    assert "Did you mean 'cyclonedx'" in project.cairn("evidence", "export", "cyclondx", NAME, "1", code=3)["error"]["message"]


def test_the_same_records_give_the_same_bytes(project, bundle):
    head = json.loads(bundle.files["bundle.json"])["head"]["size"]
    again = project.cairn("evidence", "bundle", NAME, "1", "--at", str(head), "--out", "again.zip")
    assert (project.folder / "again.zip").read_bytes() == bundle.bytes
    events = project.cairn("audit", "log", "--kind", "evidence.bundled")["items"]
    assert len(events) >= 2 and len({event["body"]["bundle"] for event in events}) == 1
    assert hashlib.sha256(bundle.files["SHA256SUMS"]).hexdigest() == events[0]["body"]["bundle"]
    assert again["head"]["size"] == head
    assert project.cairn("evidence", "bundle", NAME, "1", "--at", "1000000", code=3)


def test_what_the_readme_says_works(bundle, tmp_path):
    folder = bundle.folder
    for command in (
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "keys/log.pem", "-rawin", "-in", "SHA256SUMS", "-sigfile", "SHA256SUMS.sig"],
        [sys.executable, "verify.py"],
        [str(pathlib.Path(PEER).with_name("model_signing")), "verify", "key", "model", "--signature", "model.sig", "--public_key", "keys/model.pem"],
    ):
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        if command[0] != sys.executable:
            assert " ".join(command[-5:]).replace(str(pathlib.Path(PEER).parent) + "/", "") in bundle.files["README.md"].decode()
    listed = {line.split("  ", 1)[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    assert listed | {"SHA256SUMS", "SHA256SUMS.sig"} == set(bundle.files)


def test_the_script_in_it_finds_a_forged_log(bundle, tmp_path):
    for name, change in (
        ("log/events.jsonl", lambda text: text.replace(b'"actor":"ben"', b'"actor":"bob"', 1)),
        ("log/head.json", lambda text: text.replace(b'"size": ', b'"size": 1')),
        ("decision.json", lambda text: text.replace(b"promote", b"demoted")),
    ):
        copy = tmp_path / name.replace("/", "-")
        subprocess.run(["cp", "-r", bundle.folder, copy], check=True)
        assert change(bundle.files[name]) != bundle.files[name]
        (copy / name).write_bytes(change(bundle.files[name]))
        ended = subprocess.run([sys.executable, "verify.py"], cwd=copy, capture_output=True, text=True)
        assert ended.returncode == 1 and name in ended.stdout, ended.stdout + ended.stderr


def test_it_verifies_without_server_or_project(project, bundle, tmp_path):
    (tmp_path / "moved.zip").write_bytes(bundle.bytes)
    ended = subprocess.run([CAIRN, "evidence", "verify", "moved.zip", "--json"], cwd=tmp_path, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True)
    verdict = json.loads(ended.stdout)
    assert ended.returncode == 0 and verdict["sound"] and verdict["problems"] == [] and verdict["events"] > 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["moved.zip"], "it leaves nothing behind"
    assert verdict["key"] == hashlib.sha256(bundle.files["keys/log.pem"]).hexdigest()
    assert len(verdict["notes"]) == 1 and verified(project, bundle.path, "--key", str(bundle.folder / "keys/log.pem"))["notes"] == []
    stranger = project.cairn("id", "new", "stranger")["key"]
    assert verified(project, bundle.path, "--key", stranger, code=1)["problems"][0]["file"] == "keys/log.pem"
    assert project.cairn("evidence", "verify", str(bundle.path), "--key", "none", code=2)


def test_one_changed_byte_anywhere_is_named(project, bundle, tmp_path, thorough):
    """In every entry its head, its content and its line of the folder at the end; then anywhere."""
    with zipfile.ZipFile(bundle.path) as archive:
        begins = [(entry.header_offset, entry.filename) for entry in archive.infolist()]
        folder = archive.start_dir
    places = []
    for (at, name), (end, _) in zip(begins, begins[1:] + [(folder, "")]):
        places += [(at + 10, name), (at + 32, name), (end - 1, name), ((at + 30 + len(name) + end) // 2, name)]
    random.seed(8)
    for place in random.sample(range(len(bundle.bytes)), 500 if thorough else 25):
        name = next((name for at, name in reversed(begins) if at <= place < folder), None)
        places.append((place, name))
    changed = tmp_path / "changed.zip"
    for place, name in places:
        altered = bytearray(bundle.bytes)
        altered[place] ^= 1 << random.randrange(8)
        changed.write_bytes(altered)
        ended = subprocess.run([CAIRN, "evidence", "verify", changed, "--json"], capture_output=True, text=True)
        assert ended.returncode in (1, 7), (place, ended.stdout)
        if ended.returncode == 1:
            first = json.loads(ended.stdout)["problems"][0]
            assert name is None or name in first["file"] + first["message"], (place, name, first)
        else:
            assert place >= folder, (place, name, ended.stdout)


def test_a_changed_file_in_a_zip_that_is_whole_is_named(project, bundle, tmp_path):
    """Somebody unpacks it, changes a byte, and packs it again."""
    assert with_utf8_marks(zipped(bundle.files)) == bundle.bytes
    for name, content in bundle.files.items():
        middle = len(content) // 2
        files = dict(bundle.files) | {name: content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]}
        (tmp_path / "changed.zip").write_bytes(with_utf8_marks(zipped(files)))
        verdict = verified(project, tmp_path / "changed.zip", code=1)
        assert verdict["problems"][0]["file"] == name, verdict["problems"]
    for name in bundle.files:
        files = {other: content for other, content in bundle.files.items() if other != name}
        (tmp_path / "changed.zip").write_bytes(with_utf8_marks(zipped(files)))
        ended = subprocess.run([CAIRN, "evidence", "verify", tmp_path / "changed.zip", "--json"], capture_output=True, text=True)
        assert ended.returncode in (1, 7), name
    files = dict(bundle.files) | {"model/more": b"x"}
    (tmp_path / "changed.zip").write_bytes(with_utf8_marks(zipped(files)))
    assert verified(project, tmp_path / "changed.zip", code=1)["problems"][0]["file"] == "model/more"


def changed_json(text, change):
    value = json.loads(text)
    change(value)
    return json.dumps(value)


def dropped(*path):
    def change(value):
        for name in path[:-1]:
            value = value[name]
        del value[path[-1]]

    return lambda text: changed_json(text, change)


def put(new, *path):
    def change(value):
        for name in path[:-1]:
            value = value[name]
        value[path[-1]] = new

    return lambda text: changed_json(text, change)


def resubject(text):
    envelope = json.loads(text)
    holder = envelope.get("dsseEnvelope", envelope)
    statement = json.loads(base64.b64decode(holder["payload"]))
    statement["subject"][0]["digest"]["sha256"] = "0" * 64
    holder["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()
    return json.dumps(envelope)


def in_lines(number, change):
    def changed(text):
        lines = text.splitlines()
        lines[number] = change(lines[number])
        return "\n".join(lines) + "\n"

    return changed


MUTANTS = [
    ("cyclonedx", "no such format", put("CycloneDY", "bomFormat")),
    ("cyclonedx", "an unknown member", put("x", "metadata", "component", "modelCard", "surprise")),
    ("cyclonedx", "a component without name", dropped("metadata", "component", "name")),
    ("cyclonedx", "an unknown kind of component", put("llm", "components", 0, "type")),
    ("cyclonedx", "no such hash", put("SHA-3", "components", 0, "hashes", 0, "alg")),
    ("cyclonedx", "a digest too short", put("abc", "components", 0, "hashes", 0, "content")),
    ("cyclonedx", "a number for a text", put(1, "metadata", "component", "modelCard", "quantitativeAnalysis", "performanceMetrics", 0, "value")),
    ("cyclonedx", "a serial number that is none", put("1", "serialNumber")),
    ("cyclonedx", "a dependency on nothing", put("model:none", "dependencies", 0, "dependsOn", 0)),
    ("attestations", "a score above 1", put(2, "declarations", "attestations", 0, "map", 0, "conformance", "score")),
    ("attestations", "an unknown member", put(1, "declarations", "claims", 0, "truth")),
    ("attestations", "a moment that is none", put("yesterday", "declarations", "evidence", 0, "created")),
    ("attestations", "a claim about nothing", put("model:none", "declarations", "claims", 0, "target")),
    ("attestations", "a requirement twice", put("requirement:T-D2", "definitions", "standards", 0, "requirements", 0, "bom-ref")),
    ("slsa", "another subject", resubject),
    ("slsa", "no signature", put([], "signatures")),
    ("slsa", "another type", put("application/json", "payloadType")),
    ("slsa", "another's signature", put(base64.b64encode(b"x" * 64).decode(), "signatures", 0, "sig")),
    ("model-signing", "another digest", resubject),
    ("model-signing", "no envelope", dropped("dsseEnvelope")),
    ("model-signing", "another key", put("0" * 64, "verificationMaterial", "publicKey", "hint")),
    ("model-signing", "another signature", put(base64.b64encode(b"0" * 70).decode(), "dsseEnvelope", "signatures", 0, "sig")),
    ("openlineage", "a run id that is none", in_lines(0, put("run-1", "run", "runId"))),
    ("openlineage", "a moment that is none", in_lines(0, put("today", "eventTime"))),
    ("openlineage", "a state that is none", in_lines(0, put("DONE", "eventType"))),
    ("openlineage", "no job", in_lines(0, dropped("job"))),
    ("openlineage", "no end", lambda text: "\n".join(text.splitlines()[:-1]) + "\n"),
    ("huggingface", "no task", lambda text: text.replace("type: tabular-classification", "tipe: x")),
    ("huggingface", "a model-index that is no list", lambda text: text.replace("model-index:", "model-index: none\nother:")),
    ("junit", "a cut file", lambda text: text[: len(text) // 2]),
    ("junit", "a wrong count", lambda text: text.replace('tests="28"', 'tests="27"')),
    ("junit", "a bare mark", lambda text: text.replace("<testcase", "< testcase", 1)),
]


def test_mutants_are_refused_by_the_validators_and_by_the_program(project, bundle, tmp_path):
    texts = [mutate(bundle.files[FORMS[form]].decode()) for form, _, mutate in MUTANTS]
    for (form, what, _), text in zip(MUTANTS, texts):
        assert text != bundle.files[FORMS[form]].decode(), (form, what)
    found = complaints([bundle.asked(form, text) for (form, *_), text in zip(MUTANTS, texts)])
    assert [mutant[:2] for mutant, complaint in zip(MUTANTS, found) if complaint == ""] == []
    for (form, what, _), text in zip(MUTANTS, texts):
        (tmp_path / "mutant.zip").write_bytes(with_utf8_marks(zipped(bundle.files | {FORMS[form]: text.encode()})))
        verdict = verified(project, tmp_path / "mutant.zip", code=1)
        assert verdict["problems"][0]["file"] == FORMS[form], (form, what)


class Weights(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return [0.0] * len(model_input)


def test_a_bundle_is_as_large_as_its_model(project, tmp_path):
    """More than 64 MiB come from a server whole, through its socket and its address."""
    (tmp_path / "weights.bin").write_bytes(random.Random(1).randbytes(70 << 20))
    mlflow.set_tracking_uri(project.running.uri)
    with mlflow.start_run():
        mlflow.pyfunc.log_model(name="model", python_model=Weights(), artifacts={"weights": str(tmp_path / "weights.bin")}, registered_model_name="large", pip_requirements=[])
    for door, words in {"socket": (), "address": ("--server", project.running.uri)}.items():
        project.cairn("evidence", "bundle", "large", "1", "--out", str(tmp_path / f"{door}.zip"), *words)
        assert (tmp_path / f"{door}.zip").stat().st_size > 70 << 20
        assert project.cairn("evidence", "verify", str(tmp_path / f"{door}.zip"))["sound"]


def test_a_version_that_nobody_decided_about_says_so(project, tmp_path):
    project.cairn("evidence", "bundle", NAME, "2", "--out", "second.zip")
    second = Bundle(project.folder / "second.zip")
    assert "decision.json" not in second.files and "examination.json" not in second.files
    card = json.loads(second.files["bom.cdx.json"])["metadata"]["component"]["modelCard"]
    assert "quantitativeAnalysis" not in card, "nothing was measured, so nothing is said"
    asked = [second.asked(form) for form in FORMS if form != "huggingface"]
    assert complaints(asked) == [""] * len(asked)


def test_what_is_no_bundle_is_refused(project, tmp_path):
    (tmp_path / "words").write_text("no bundle, but more than a few words of it")
    assert "no zip" in project.cairn("evidence", "verify", str(tmp_path / "words"), code=7)["error"]["message"]
    (tmp_path / "other.zip").write_bytes(with_utf8_marks(zipped({"a": b"1"})))
    assert "no bundle of evidence" in project.cairn("evidence", "verify", str(tmp_path / "other.zip"), code=7)["error"]["message"]
    assert project.cairn("evidence", "verify", str(tmp_path / "absent"), code=3)
    assert project.cairn("evidence", "bundle", NAME, "9", code=3)
    assert project.cairn("evidence", "bundle", NAME, "prodution", code=3)
    assert project.cairn("evidence", "bundle", NAME, "1", "--out", "bundle.zip", code=4), "what is there is left alone"


def test_a_file_that_changed_after_it_was_registered_is_named(project):
    model = next((project.running.data / "artifacts").glob("**/model.onnx"))
    before = model.read_bytes()
    model.write_bytes(before + b"\0")
    try:
        ended = [bundled(project, version) for version in (1, 2)]
        assert sorted(one.returncode for one in ended) == [0, 7]
        [refused] = [one for one in ended if one.returncode]
        assert "model.onnx" in json.loads(refused.stdout)["error"]["message"]
        assert len(list(project.folder.glob("changed-*.zip"))) == 1
    finally:
        model.write_bytes(before)
