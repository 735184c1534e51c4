"""PMML documents that others wrote, or that say what the standard allows, answer as JPMML answers: read by a worker, and as ONNX."""

import itertools
import json
import math
import os
import pathlib
import subprocess
import sys
import urllib.parse

import mlflow
import numpy
import onnxruntime
import pandas
import pytest
import tritonclient.http
from running import CAIRN, ROOT
from serving_project import NAME, begun
from test_convert import files, invoked, local, run_by_onnxruntime

sys.path.insert(0, str(ROOT / "src" / "loop" / "runtime" / "worker"))
import worker  # noqa: E402

worker.numpy, worker.pandas = numpy, pandas
from conversion import pmml as conversion  # noqa: E402
from pmml.served import Document, PmmlModel  # noqa: E402

PEER = os.environ.get("CAIRN_PMML", str(ROOT / "build" / "env" / "pmml" / "bin" / "python"))
OWN = pathlib.Path(__file__).with_name("pmml")
WORKER = {"python": sys.executable, "processes": 1, "timeout_s": 30, "memory_mib": 4096}


def peer(*words, told=None):
    done = subprocess.run([PEER, pathlib.Path(__file__).with_name("pmml_peer.py"), *words], input=told, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported")
    peer("make", str(folder))
    return folder


def own_documents(folder):
    """Each with one of the ways that the standard has for what is missing or not agreed on."""
    def put(name, kind, **words):
        text = (OWN / f"{kind}.pmml").read_text()
        for word, value in words.items():
            text = text.replace(word, value)
        (folder / f"{name}.pmml").write_text(text)

    for strategy, none in itertools.product(("none", "defaultChild", "lastPrediction", "nullPrediction"), ("returnNullPrediction", "returnLastPrediction")):
        put(f"golf-{strategy}-{none}", "golf", STRATEGY=strategy, NOTRUE=none)
    for method in ("softmax", "simplemax", "none"):
        put(f"jobs-{method}", "jobs", METHOD=method)
    for method, gaps in itertools.product(("majorityVote", "weightedMajorityVote", "average", "weightedAverage", "selectFirst"), ("continue", "skipSegment", "returnMissing")):
        put(f"iris-{method}-{gaps}", "iris", METHOD=method, TREATMENT=gaps, FIRST="<True/>")
    put("iris-some-apply", "iris", METHOD="average", TREATMENT="continue", FIRST='<SimplePredicate field="sepal" operator="lessThan" value="5.5"/>')
    put("price", "price")


def rows_of(document, count=250):
    """Of the document's own constants, as JSON has them: null for what is missing."""
    casts = {"integer": int, "boolean": bool, "string": str}
    return {name: [None if value == "" or value != value else casts.get(document.kind(name), float)(value) for value in values[:count]] for name, values in document.probes().items()}


def as_columns(document, given):
    missing = {name: "" if document.kind(name) == "string" else math.nan for name in given}
    return {name: [missing[name] if value is None else value for value in values] for name, values in given.items()}


def model_of(document):
    """As the worker has it, without a folder around the document."""
    model = PmmlModel.__new__(PmmlModel)
    model.document, model.example = document, None
    model.inputs = worker.Columns([(name, {"integer": "double"}.get(document.kind(name), kind)) for name, kind in model.columns_of(None)])
    classes = document.model.classes
    model.outputs = [("predictions", document.datatype(), [-1])] + ([("probabilities", "FP64", [-1, len(classes.codes)])] if classes else [])
    return model


def by_onnx(document, columns):
    model = model_of(document)
    ports = model.inputs.ports()
    made, _ = conversion.convert(model, ports)
    session = onnxruntime.InferenceSession(made[0][1].SerializeToString())
    given = {}
    for port in ports:
        values = columns[port["name"]]
        if port["datatype"] == "BOOL":  # of a boolean column none is missing
            columns[port["name"]] = values = [0.0 if value != value else value for value in values]
        given[port["name"]] = numpy.array(values, object if port["datatype"] == "BYTES" else worker.NUMBERS[port["datatype"]])
    return dict(zip([output.name for output in session.get_outputs()], session.run(None, given)))


def is_none(document, value):
    return value != value or value == document.nothing()


def same_as_jpmml(document, answers, due, columns):
    """JPMML fails where there is no answer; of a value that is not valid it fails only where it comes across it, and here there is never an answer."""
    answered = 0
    for row, theirs in enumerate(due["rows"]):
        value = answers["predictions"][row]
        of_row = {name: values[row] for name, values in columns.items()}
        if isinstance(theirs, str) or theirs[due["target"]] is None:
            assert is_none(document, value), (of_row, value, theirs)
            continue
        if any(text == "none that it knows" for text in of_row.values()) and is_none(document, value):
            continue
        answered += 1
        if isinstance(value, (float, numpy.floating)):
            assert value == pytest.approx(float(theirs[due["target"]]), rel=1e-9, abs=1e-9), (of_row, theirs)
        else:
            assert str(value) == str(theirs[due["target"]]), (of_row, theirs)
        if "probabilities" in answers:
            labels = [f"{label:g}" if isinstance(label, float) else label for label in document.model.classes.labels]
            chances = [theirs.get(f"probability({label})", theirs.get(f"probability_{label}", 0)) for label in labels]
            if sum(chances) > 0:  # where Nyoka writes a class as it is not called, JPMML finds none
                numpy.testing.assert_allclose(answers["probabilities"][row], chances, rtol=1e-9, atol=1e-9, err_msg=str((of_row, theirs)))
    return answered


def hold_against_jpmml(paths):
    documents = {str(path): Document(path.read_bytes()) for path in paths}
    given = {path: rows_of(document) for path, document in documents.items()}
    due = json.loads(peer("answer", told=json.dumps(given)).splitlines()[-1])
    for path, document in documents.items():
        columns = as_columns(document, given[path])
        answers = document.answers(columns)
        assert same_as_jpmml(document, answers, due[path], columns) > 20, path
        converted = by_onnx(document, columns)
        again = document.answers(columns)
        for name in again:
            if again[name].dtype.kind == "O":
                assert converted[name].tolist() == again[name].tolist(), path
            else:
                numpy.testing.assert_allclose(converted[name], again[name], rtol=1e-12, atol=1e-12, err_msg=path)


class TestAgainstJpmml:
    """At the constants of each document and right beside them, with missing values and texts that it does not know."""

    def test_what_two_exporters_write(self, exported):
        paths = sorted(exported.glob("*.pmml"))
        assert len(paths) == 17
        hold_against_jpmml(paths)

    def test_what_the_standard_allows(self, tmp_path):
        own_documents(tmp_path)
        paths = sorted(tmp_path.glob("*.pmml"))
        assert len(paths) == 28
        hold_against_jpmml(paths)


def frame(count=40):
    chance = numpy.random.default_rng(3)
    return pandas.DataFrame({"a": chance.normal(size=count), "b": chance.integers(0, 9, count).astype(float), "c": chance.choice(["x", "y", "z"], count)}).astype({"c": object})


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    with begun(tmp_path_factory.mktemp("pmml"), frame(), {"a": "number", "b": "number", "c": "string"}, assertions="none", worker=WORKER) as made:
        mlflow.set_tracking_uri(made.running.uri)
        yield made


def convert(project, path, model=NAME):
    return project.cairn("model", "convert", str(path), "--to", model)


def by_jpmml(path, table):
    given = {name: table[name].tolist() for name in table}
    due = json.loads(peer("answer", told=json.dumps({str(path): given})).splitlines()[-1])[str(path)]
    return due["target"], due["rows"]


def infer(project, table):
    """By Triton's client, in the types that the server says, and what runs it."""
    client = tritonclient.http.InferenceServerClient(urllib.parse.urlsplit(project.running.uri).netloc)
    about, inputs = client.get_model_metadata(NAME), []
    for port in about["inputs"]:
        inputs.append(tritonclient.http.InferInput(port["name"], [len(table)], port["datatype"]))
        inputs[-1].set_data_from_numpy(table[port["name"]].to_numpy(worker.NUMBERS[port["datatype"]]))
    answer = client.infer(NAME, inputs)
    return {output["name"]: answer.as_numpy(output["name"]) for output in answer.get_response()["outputs"]}, about["platform"]


class TestAForestFromItsFileToItsAnswers:
    @pytest.fixture(scope="class")
    def both(self, project, exported):
        path = exported / "sklearn2pmml-boosting.pmml"
        return path, convert(project, path)

    def test_its_proof_is_of_rows_that_were_held_back_and_of_its_own(self, project, both):
        held = {on["what"]: on["rows"] for on in both[1]["parity"]}
        assert held["the document's own verification rows"] == 10
        assert held["rows put together of the document's own constants"] == 2000
        assert held["rows@1, training"] > 300

    def test_the_worker_reads_it_and_onnx_answers_the_same_in_the_process(self, project, both):
        path, made = both
        table = frame()[["a", "b"]]
        target, due = by_jpmml(path, table)
        classes, chances = [row[target] for row in due], [[row["probability(0)"], row["probability(1)"]] for row in due]
        project.serve(int(made["from"]["version"]))
        read, platform = infer(project, table)
        assert platform == "python_function"
        project.serve(made["version"])
        run, platform = infer(project, table)
        assert platform == "onnx_onnxv1"
        for answer in (read, run):
            assert answer["predictions"].tolist() == classes
            numpy.testing.assert_allclose(answer["probabilities"], chances, rtol=1e-9)
        assert invoked(project, table) == classes

    def test_mlflow_itself_runs_the_conversion(self, project, both):
        path, made = both
        table = frame(200)[["a", "b"]]
        target, due = by_jpmml(path, table)
        given = {name: table[[name]].to_numpy(numpy.float32).ravel() for name in table}
        assert run_by_onnxruntime(made["version"], pandas.DataFrame(given))["predictions"].tolist() == [row[target] for row in due]
        assert local(made["version"]) is not None

    def test_what_is_said_of_its_file_is_so(self, project, both):
        inspected = subprocess.run([CAIRN, "model", "inspect", str(both[0]), "--json"], capture_output=True, text=True, check=True)
        found = json.loads(inspected.stdout)
        assert (found["format"]["id"], found["loading_runs"], found["format"]["to_onnx"]) == ("pmml", "nothing", "cairn")
        assert "cairn model convert FILE --to MODEL" in found["format"]["conversion"]
        project.cairn("audit", "verify")


@pytest.mark.parametrize("name", ["sklearn2pmml-logistic-of-texts", "sklearn2pmml-forest-of-numbers", "nyoka-linear"])
def test_others_come_in_as_well(project, exported, name):
    path = exported / f"{name}.pmml"
    made = convert(project, path)
    table = frame(200)[["c", "a"] if "texts" in name else ["a", "b"]]
    target, due = by_jpmml(path, table)
    session = onnxruntime.InferenceSession(os.path.join(files(made["version"]), "model.onnx"))
    kinds = {"tensor(double)": float, "tensor(float)": numpy.float32, "tensor(string)": object}
    answers = session.run(["predictions"], {port.name: table[port.name].to_numpy(kinds[port.type]) for port in session.get_inputs()})[0]
    numpy.testing.assert_allclose(answers, [row[target] for row in due], rtol=1e-9)


def refused(project, path, model="strange"):
    environment = {**os.environ, "CAIRN_ID_DIR": str(project.folder / "ids"), "CAIRN_ACTOR": "ben"}
    ended = subprocess.run([CAIRN, "model", "convert", str(path), "--to", model, "--data", str(project.running.data)], cwd=project.folder, env=environment, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 2, ended.stdout + ended.stderr
    return ended.stderr


HEAD = '<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4"><Header/><DataDictionary><DataField name="a" optype="continuous" dataType="double"/></DataDictionary>'
SCHEMA = '<MiningSchema><MiningField name="a"/></MiningSchema>'


@pytest.mark.parametrize("body, said", [
    ('<GeneralRegressionModel functionName="regression" modelType="generalizedLinear"/>', "element GeneralRegressionModel in line 1"),
    (f'<TreeModel functionName="regression" missingValueStrategy="weightedConfidence">{SCHEMA}<Node score="1"><True/></Node></TreeModel>', "missingValueStrategy='weightedConfidence'"),
    (f'<TreeModel functionName="regression">{SCHEMA}<Node score="1"><SimplePredicate field="b" operator="equal" value="1"/></Node></TreeModel>', "names the field 'b', which is not there"),
    (f'<RegressionModel functionName="regression">{SCHEMA}<LocalTransformations><DerivedField name="d" optype="continuous" dataType="double"><Apply function="erf"><FieldRef field="a"/></Apply>'
     '</DerivedField></LocalTransformations><RegressionTable intercept="0"><NumericPredictor name="d" coefficient="1"/></RegressionTable></RegressionModel>', "calls the function erf"),
    (f'<MiningModel functionName="regression">{SCHEMA}<Segmentation multipleModelMethod="median"><Segment><True/><TreeModel functionName="regression">{SCHEMA}<Node score="1"><True/></Node></TreeModel>'
     '</Segment></Segmentation></MiningModel>', "multipleModelMethod='median'"),
    (f'<RegressionModel functionName="regression">{SCHEMA}<RegressionTable intercept="0"><NumericPredictor name="a" coefficient="2"/></RegressionTable><ModelVerification><VerificationFields>'
     '<VerificationField field="a" column="a"/><VerificationField field="y" column="y"/></VerificationFields><InlineTable><row><a>1</a><y>3</y></row></InlineTable></ModelVerification></RegressionModel>'
     .replace(SCHEMA, '<MiningSchema><MiningField name="a"/><MiningField name="y" usageType="target"/></MiningSchema>', 1), "row 1 of its own ModelVerification is to give 3 for 'y' and gives 2.0"),
])
def test_what_is_not_read_is_refused_by_its_element(project, tmp_path, body, said):
    (tmp_path / "model.pmml").write_text(f"{HEAD}{body}</PMML>")
    told = refused(project, tmp_path / "model.pmml")
    assert said in told and "The model cannot be written as ONNX" in told, told


@pytest.mark.parametrize("text, said", [
    ('<!DOCTYPE PMML [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + HEAD + "&b;</PMML>", "document type"),
    ('<!DOCTYPE PMML SYSTEM "file:///etc/passwd">' + HEAD + "</PMML>", "document type"),
    (HEAD + "<TreeModel>", "cut short or broken"),
    ('<?xml version="1.0" encoding="nonsense"?>' + HEAD + f'<TreeModel functionName="regression">{SCHEMA}<Node score="1"><True/></Node></TreeModel></PMML>', "only PMML is taken as a file alone"),
    ("solver: liblinear\n", "only PMML is taken as a file alone"),
])
def test_hostile_or_broken_documents_become_no_version(project, tmp_path, text, said):
    (tmp_path / "model.pmml").write_text(text)
    told = refused(project, tmp_path / "model.pmml", "hostile")
    assert said in told, told
    assert "hostile" not in json.dumps(project.cairn("model", "list"))


@pytest.mark.parametrize("text, said", [
    ('<!DOCTYPE PMML [<!ENTITY a "a">]><PMML>&a;</PMML>', "document type"),
    ("<PMML>" + "<Node>" * 3000, "deeper ones, than are read here"),
    ("<PMML><Node", "no whole XML"),
    ('<?xml version="1.0" encoding="idna"?><PMML/>', "encoding that is not read here"),
    ("<RSS/>", "no PMML but RSS"),
])
def test_the_reader_itself_stops_at_them_too(text, said):
    with pytest.raises(worker.Unfit, match=said):
        Document(text.encode())
