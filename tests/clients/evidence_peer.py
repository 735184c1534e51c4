"""The public validators, in an environment of their own. Reads a JSON list of documents and writes a list of complaints, "" for none:

    {"form": "cyclonedx" | "attestations" | "huggingface" | "junit" | "openlineage", "text": …}
    {"form": "slsa", "text": …, "key": PEM}
    {"form": "model-signing", "text": …, "key": PEM, "folder": the model's}
"""

import json
import pathlib
import sys
import tempfile
import uuid


def cyclonedx(one):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    return JsonStrictValidator(SchemaVersion.V1_6).validate_str(one["text"])


def references(value, found):
    """Every bom-ref that a CycloneDX document gives, and every one that it uses: the schema does not hold them against each other."""
    given, used = found
    if isinstance(value, dict):
        for name, inside in value.items():
            if name == "bom-ref":
                assert inside not in given, f"{inside} is given twice"
                given.add(inside)
            elif name in ("ref", "target", "requirement", "assessor") and isinstance(inside, str):
                used.add(inside)
            elif name in ("dependsOn", "claims", "counterClaims", "evidence") and all(isinstance(each, str) for each in inside):
                used.update(inside)
            references(inside, found)
    elif isinstance(value, list):
        for inside in value:
            references(inside, found)


def cyclonedx_and_references(one):
    complaint = cyclonedx(one)
    if complaint:
        return complaint
    given, used = set(), set()
    references(json.loads(one["text"]), (given, used))
    return f"nothing is called {sorted(used - given)}" if used - given else None


def slsa(one):
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from google.protobuf import json_format
    from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
    from in_toto_attestation.v1 import statement, statement_pb2
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import SSlibKey

    envelope = Envelope.from_dict(json.loads(one["text"]))
    key_id = json.loads(one["text"])["signatures"][0]["keyid"]
    envelope.verify([SSlibKey.from_crypto(load_pem_public_key(one["key"].encode()), keyid=key_id)], 1)
    read = json_format.Parse(envelope.payload, statement_pb2.Statement())
    statement.Statement.copy_from_pb(read).validate()
    assert read.predicate_type == "https://slsa.dev/provenance/v1", read.predicate_type
    predicate = json_format.ParseDict(json.loads(envelope.payload)["predicate"], provenance_pb2.Provenance())
    assert predicate.build_definition.build_type and predicate.run_details.builder.id


def model_signing(one):
    from model_signing import verifying

    with tempfile.TemporaryDirectory() as folder:
        signature, key = pathlib.Path(folder, "sig"), pathlib.Path(folder, "key")
        signature.write_text(one["text"])
        key.write_text(one["key"])
        verifying.Config().use_elliptic_key_verifier(public_key=key).verify(one["folder"], signature)


def facet(known, members):
    rest = {name: value for name, value in members.items() if name not in ("_producer", "_schemaURL")}
    made = known(producer=members["_producer"], **rest)
    assert made._get_schema() == members["_schemaURL"], members["_schemaURL"]


def openlineage(one):
    from openlineage.client import event_v2
    from openlineage.client.generated import dataset_type_dataset, dataset_version_dataset, execution_parameters_run, job_type_job, test_run

    def test_facet(producer, tests):
        return test_run.TestRunFacet(tests=[test_run.TestExecution(**test) for test in tests], producer=producer)

    states = {}
    for line in one["text"].splitlines():
        event = json.loads(line)
        uuid.UUID(event["run"]["runId"])
        made = event_v2.RunEvent(
            eventTime=event["eventTime"],
            producer=event["producer"],
            eventType=event_v2.RunState[event["eventType"]],
            run=event_v2.Run(runId=event["run"]["runId"]),
            job=event_v2.Job(namespace=event["job"]["namespace"], name=event["job"]["name"]),
            inputs=[event_v2.InputDataset(namespace=each["namespace"], name=each["name"]) for each in event["inputs"]],
            outputs=[event_v2.OutputDataset(namespace=each["namespace"], name=each["name"]) for each in event["outputs"]],
        )
        assert event["schemaURL"].endswith("RunEvent") and made.run.runId
        states.setdefault(event["run"]["runId"], []).append(event["eventType"])
        if event["producer"] != "urn:cairn:evidence":
            continue
        for each in event["inputs"] + event["outputs"]:
            facet(dataset_version_dataset.DatasetVersionDatasetFacet, each["facets"]["version"])
            facet(dataset_type_dataset.DatasetTypeDatasetFacet, each["facets"]["datasetType"])
        facet(job_type_job.JobTypeJobFacet, event["job"]["facets"]["jobType"])
        if parameters := event["run"]["facets"].get("executionParameters"):
            facet(execution_parameters_run.ExecutionParametersRunFacet, parameters)
        if tests := event["run"]["facets"].get("test"):
            test_facet(tests["_producer"], tests["tests"])
    assert states and all(len(each) == 2 and each[0] == "START" and each[1] in ("COMPLETE", "FAIL", "ABORT") for each in states.values()), states


def huggingface(one):
    from huggingface_hub import ModelCard

    card = ModelCard(one["text"], ignore_metadata_errors=False)
    assert card.data.model_name and card.data.eval_results, "no model-index"


def junit(one):
    import junitparser

    suites = junitparser.JUnitXml.fromstring(one["text"].encode())
    for suite in suites:
        counted = {"tests": 0, "failures": 0, "skipped": 0}
        for case in suite:
            assert isinstance(case, junitparser.TestCase) and case.name
            counted["tests"] += 1
            counted["failures"] += any(isinstance(result, junitparser.Failure) for result in case.result)
            counted["skipped"] += case.is_skipped
        assert counted == {"tests": suite.tests, "failures": suite.failures, "skipped": suite.skipped}, (suite.name, counted)
    assert suites.tests == sum(suite.tests for suite in suites)


VALIDATORS = {
    "cyclonedx": cyclonedx_and_references,
    "attestations": cyclonedx_and_references,
    "slsa": slsa,
    "model-signing": model_signing,
    "openlineage": openlineage,
    "huggingface": huggingface,
    "junit": junit,
}


def complaint(one):
    try:
        return str(VALIDATORS[one["form"]](one) or "")
    except Exception as refused:  # whatever a validator throws is its complaint
        return f"{type(refused).__name__}: {refused}" or "refused"


if __name__ == "__main__":
    print(json.dumps([complaint(one) for one in json.load(sys.stdin)]))
