"""What the prediction log keeps: of classified columns masks, which drift like the values; of the requests the share that a signed policy wants."""

import hashlib
import hmac
import json
import pathlib
import sys

import pytest
from small_project import CONFIGURATION, FIXTURES, MODEL, Refused, infer, judged, make

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "faults"))
import prediction_segments  # noqa: E402

KNOWN = json.loads((FIXTURES / "columns.json").read_text())
ROWS = 10
DRIFT = "  - {name: inputs, protects: honest risk, drift: psi, columns: [carrier, distance], window: 1d, min_rows: 5, above: 100}\ntriggers:"


@pytest.fixture(scope="module")
def served(tmp_path_factory, cairn_binary):
    """A version in production, under a contract that classifies nothing, with a monitor of its inputs."""
    cairn = make(tmp_path_factory.mktemp("log") / "project", cairn_binary, CONFIGURATION.replace("triggers:", DRIFT))
    cairn.ask("data", "profile", "rows")
    server = cairn.start("ben")
    assert cairn.ask("run", actor="ben")["state"] == "finished"
    assert cairn.ask("model", "approve", judged(server, 1)["id"], "--sign", "ada", actor="ada")["stage"] == "promoted"
    server.wait_for("the version in production", lambda: server.get("/api/v1/serving")["version"] == "1", 60)
    yield cairn, server
    assert server.stop() == 0


def apply(cairn, *changes, sign=True):
    file = cairn.folder / "cairn.yaml"
    before = text = file.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)
    try:
        cairn.ask("apply", *(["--sign", "ada"] if sign else []), actor="ada")
    except Refused:
        file.write_text(before)
        raise


def ask(server, at, name):
    kinds = {"at": ("BYTES", [at] * ROWS), "carrier": ("BYTES", KNOWN["carrier"][:ROWS]), "hour": ("INT64", KNOWN["hour"][:ROWS]),
             "distance": ("FP32", KNOWN["distance"][:ROWS])}
    inputs = [{"name": column, "datatype": kind, "shape": [ROWS, 1], "data": values} for column, (kind, values) in kinds.items()]
    return server.post(f"/v2/models/{MODEL}/infer", {"id": name, "inputs": inputs})["outputs"]


def logged(cairn):
    folder = cairn.folder / ".cairn" / "predictions"
    return {record["id"]: record for number in prediction_segments.segments(folder) for record in prediction_segments.records(folder, number)}


def window(server, column, day):
    server.post("/api/v1/monitors/advance", {})
    found = [one for one in server.get("/api/v1/monitors/windows?monitor=inputs")["items"] if one["column"] == column]
    return sorted(found, key=lambda one: one["from_ms"])[day]


def policies(cairn):
    return [event["body"] for event in reversed(cairn.ask("audit", "log", "--kind", "serving.log_policy", "--limit", "100")["items"])]


def test_a_classified_column_is_masked_in_the_log_and_drifts_as_before(served):
    cairn, server = served
    assert server.get("/api/v1/serving")["log"] == {"share": 1, "reason": "", "masked": [], "plain": [], "kept": 0, "passed_over": 0, "lost": 0}
    plain = ask(server, "2013-02-01T10:00:00Z", "plain")
    apply(cairn, ("carrier: {type: string}", "carrier: {type: string, classification: personal}"))
    assert server.get("/api/v1/serving")["log"]["masked"] == ["carrier"]
    assert ask(server, "2013-02-02T10:00:00Z", "masked") == plain, "the model sees the values"
    infer(server, "2013-02-03T10:00:00Z", name="later")

    key = (cairn.folder / ".cairn" / "mask.key").read_bytes()
    masks = ["masked:" + hmac.new(key, b"carrier\0" + carrier.encode(), hashlib.sha256).hexdigest()[:32] for carrier in KNOWN["carrier"][:ROWS]]
    records = logged(cairn)
    assert records["plain"]["inputs"]["carrier"] == KNOWN["carrier"][:ROWS]
    assert records["masked"]["inputs"]["carrier"] == masks
    for column in ("at", "hour", "distance"):
        assert len(records["masked"]["inputs"][column]) == ROWS and "masked" not in str(records["masked"]["inputs"][column])
    for column in ("carrier", "distance"):
        before, after = window(server, column, 0), window(server, column, 1)
        assert before["state"] == after["state"] == "closed"
        assert before["value"] == pytest.approx(after["value"], abs=1e-12), column
    assert [(one["masked"], one["share"]) for one in policies(cairn)] == [(["carrier"], 1)]


def test_only_a_signed_policy_keeps_a_share_of_the_requests_and_that_is_on_record(served):
    cairn, server = served
    plain = "serving: {assertions: contract, fallback: none}"
    for log, code, sentence in (("{share: 30%, reason: a test}", 5, "serving.log"),):
        with pytest.raises(Refused) as refused:
            apply(cairn, (plain, plain.replace("}", f", log: {log}}}")), sign=False)
        assert refused.value.code == code and sentence in refused.value.sentence
    for log, sentence in (("{share: 30%}", "reason"), ("{share: 0%, reason: a test}", "monitors"), ("{plain: [hour], reason: a test}", "hour")):
        with pytest.raises(Refused) as refused:
            apply(cairn, (plain, plain.replace("}", f", log: {log}}}")))
        assert refused.value.code == 2 and sentence in refused.value.sentence
    with pytest.raises(Refused, match="high risk"):
        apply(cairn, ("risk: limited", "risk: high"), (plain, plain.replace("}", ", log: {share: 30%, reason: a test}}")))

    before = len(logged(cairn))
    apply(cairn, (plain, plain.replace("}", ", log: {share: 30%, reason: a test}}")))
    start = server.get("/api/v1/serving")["log"]
    for number in range(300):
        infer(server, "2013-02-04T10:00:00Z", name=f"some-{number}")
    log = server.get("/api/v1/serving")["log"]
    kept = log["kept"] - start["kept"]
    assert (log["share"], log["reason"], kept + log["passed_over"] - start["passed_over"]) == (0.3, "a test", 300)
    assert 45 < kept < 135, "about 90"
    assert len(logged(cairn)) - before == kept
    joined = server.post("/api/v1/labels", {"labels": [{"id": f"some-{number}.0", "value": 1} for number in range(300)]})
    assert joined == {"accepted": kept, "unknown": 300 - kept}
    assert cairn.ask("serving", "verify")["records"] == len(logged(cairn))

    apply(cairn, (", log: {share: 30%, reason: a test}", ""))
    for number in range(20):
        infer(server, "2013-02-04T10:00:00Z", name=f"all-{number}")
    assert server.get("/api/v1/serving")["log"]["kept"] - log["kept"] == 20
    assert [(one["share"], one["reason"]) for one in policies(cairn)] == [(1, ""), (0.3, "a test"), (1, "")]
