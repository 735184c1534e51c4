"""What a run took place in, and its OpenLineage events, which the official client's own classes must take."""

import hashlib
import http.server
import json
import os
import platform
import threading
import uuid

import pytest
from dvc_project import begin
from openlineage.client import event_v2
from openlineage.client.generated import dataset_version_dataset, error_message_run, job_type_job, output_statistics_output_dataset, parent_run, source_code_location_job
from openlineage.client.generated.base import RunFacet
from openlineage.client.serde import Serde

DVC_YAML = """
stages:
  prep: {cmd: 'mkdir -p clean && cp raw.csv clean/a && cp raw.csv clean/b', deps: [raw.csv], outs: [clean]}
  train: {wdir: sub, cmd: 'test ! -e ../broken && cat ../clean/a > model', deps: [../clean, ../train.py], outs: [model]}
"""
KNOWN = {
    "parent": parent_run.ParentRunFacet,
    "errorMessage": error_message_run.ErrorMessageRunFacet,
    "jobType": job_type_job.JobTypeJobFacet,
    "sourceCodeLocation": source_code_location_job.SourceCodeLocationJobFacet,
    "version": dataset_version_dataset.DatasetVersionDatasetFacet,
    "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet,
}


def facet(name, members):
    rest = {key: value for key, value in members.items() if key not in ("_producer", "_schemaURL")}
    if name == "cairn":
        assert members["_schemaURL"].startswith("urn:cairn:")
        return RunFacet(producer=members["_producer"]).with_additional_properties(**rest)
    if name == "parent":
        rest = {"run": parent_run.Run(**rest["run"]), "job": parent_run.Job(**rest["job"])}
    return KNOWN[name](producer=members["_producer"], **rest)


def facets(members):
    return {name: facet(name, value) for name, value in members.items()}


def rebuilt(event):
    """The event, made by the client's classes: their constructors refuse bad times and ids."""
    return event_v2.RunEvent(
        eventTime=event["eventTime"],
        producer=event["producer"],
        eventType=event_v2.RunState[event["eventType"]],
        run=event_v2.Run(runId=event["run"]["runId"], facets=facets(event["run"]["facets"])),
        job=event_v2.Job(namespace=event["job"]["namespace"], name=event["job"]["name"], facets=facets(event["job"]["facets"])),
        inputs=[event_v2.InputDataset(namespace=one["namespace"], name=one["name"], facets=facets(one["facets"]), inputFacets=facets(one["inputFacets"])) for one in event["inputs"]],
        outputs=[event_v2.OutputDataset(namespace=one["namespace"], name=one["name"], facets=facets(one["facets"]), outputFacets=facets(one["outputFacets"])) for one in event["outputs"]],
    )


def bare(value):
    """Without what is empty, which the client leaves out in some places, and without the address of our own facet's schema."""
    if isinstance(value, dict):
        kept = {key: bare(one) for key, one in value.items() if not (key == "_schemaURL" and "trigger" in value)}
        return {key: one for key, one in kept.items() if one not in ({}, [], None)}
    return [bare(one) for one in value] if isinstance(value, list) else value


class Collector:
    """A lineage server that answers what it is told to."""

    def __init__(self):
        self.status, self.events, self.keys = 503, [], []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.keys.append(self.headers["Authorization"])
                if outer.status == 200:
                    outer.events.append(json.loads(body))
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/api/v1/lineage"


@pytest.fixture
def collector():
    made = Collector()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def project(tmp_path):
    made = begin(tmp_path)
    made.write("dvc.yaml", DVC_YAML)
    made.write("raw.csv", "1,2\n")
    made.write("train.py", "one\n")
    made.write("uv.lock", "numpy 2\n")
    made.write("sub/.keep", "")
    made.write(".gitignore", "/.cairn\n")
    made.commit("all")
    return made


def run(project, code=0):
    return json.loads(project.cairn("run", "--json", code=code).stdout)


def test_a_run_keeps_what_it_took_place_in(project):
    project.write("train.py", "two\n")
    ran = run(project)
    found = ran["environment"]
    assert ran["git"] == {"commit": project.git("rev-parse", "HEAD").stdout.strip(), "dirty": True}
    assert found["host"] == platform.node()
    assert found["machine"]["architecture"] == platform.machine()
    assert found["machine"]["processors"] == len(os.sched_getaffinity(0))
    assert found["locks"] == {"uv.lock": hashlib.sha256(b"numpy 2\n").hexdigest()}
    with open(found["changes"]["file"], "rb") as file:
        diff = file.read()
    assert found["changes"] == {"file": found["changes"]["file"], "sha256": hashlib.sha256(diff).hexdigest(), "bytes": len(diff)}
    project.git("checkout", "-q", "train.py")
    project.git("apply", found["changes"]["file"])
    assert (project.folder / "train.py").read_text() == "two\n", "the kept changes lead back to what ran"
    project.commit("two")
    project.write("raw.csv", "3,4\n")
    project.commit("data")
    assert "changes" not in run(project)["environment"]


def test_events_in_a_file_are_ones_that_the_client_would_make(project):
    project.write("cairn.yaml", "pipeline: {openlineage: {namespace: team, file: out/lineage.jsonl}}\n")
    project.write("out/.keep", "")
    project.commit("lineage")
    first = run(project)
    project.write("broken", "")
    project.write("train.py", "three\n")
    second = run(project, code=1)
    events = [json.loads(line) for line in (project.folder / "out" / "lineage.jsonl").read_text().splitlines()]
    told = [(event["eventType"], event["job"]["name"]) for event in events]
    whole = [("START", "project"), ("START", "project.prep"), ("COMPLETE", "project.prep"), ("START", "project.train"), ("COMPLETE", "project.train"), ("COMPLETE", "project")]
    assert told == whole + [("START", "project"), ("START", "project.train"), ("FAIL", "project.train"), ("FAIL", "project")]
    for event in events:
        assert bare(Serde.to_dict(rebuilt(event))) == bare(event)
        uuid.UUID(event["run"]["runId"])
    assert events[0]["run"]["runId"] == first["id"] and events[6]["run"]["runId"] == second["id"]
    trained = events[4]
    assert {one["name"] for one in trained["inputs"]} == {str(project.folder / "clean"), str(project.folder / "train.py")}
    assert [one["name"] for one in trained["outputs"]] == [str(project.folder / "sub" / "model")]
    assert trained["outputs"][0]["facets"]["version"]["datasetVersion"] == "md5:" + hashlib.md5(b"1,2\n").hexdigest()
    assert "exit code 1" in events[8]["run"]["facets"]["errorMessage"]["message"]


def test_events_for_a_server_wait_until_it_takes_them(project, collector, monkeypatch):
    project.environment["LINEAGE_KEY"] = "open sesame"
    project.write("cairn.yaml", f"pipeline: {{openlineage: {{url: '{collector.url}', key: {{env: LINEAGE_KEY}}}}}}\n")
    first = run(project)
    assert first["state"] == "finished" and not collector.events
    collector.status = 200
    project.write("train.py", "two\n")
    second = run(project)
    ids = [event["run"]["runId"] for event in collector.events if event["job"]["name"] == "project"]
    assert ids == [first["id"]] * 2 + [second["id"]] * 2, "nothing is lost, in order"
    assert set(collector.keys) == {"Bearer open sesame"}
    for event in collector.events:
        rebuilt(event)
