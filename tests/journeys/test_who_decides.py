"""Who may let a candidate through, and what may answer, as people and clients meet it."""

import mlflow
import onnx
import pytest
from mlflow import MlflowClient
from small_project import CONFIGURATION, FIXTURES, MODEL, Refused, infer, judged, make, rollouts

POLICY = CONFIGURATION.replace("approval: human", "approval: policy")


def start(cairn, actor="ben"):
    server = cairn.start(actor)
    mlflow.set_tracking_uri(server.address)
    return server


def register(experiment="by hand") -> str:
    mlflow.set_experiment(experiment)
    with mlflow.start_run():
        info = mlflow.onnx.log_model(onnx.load(FIXTURES / "columns.onnx"), name="model", pip_requirements=["onnx"])
    return mlflow.register_model(info.model_uri, MODEL).version


@pytest.fixture(scope="module")
def project(tmp_path_factory, cairn_binary):
    """Ben, who develops and approves, has run the pipeline once."""
    cairn = make(tmp_path_factory.mktemp("approves") / "project", cairn_binary)
    server = start(cairn)
    assert cairn.ask("run", actor="ben")["state"] == "finished"
    yield cairn, server
    assert server.stop() == 0


class TestTheOneWhoRanThePipeline:
    def test_cannot_approve_what_it_made_though_he_is_an_approver(self, project):
        cairn, server = project
        rollout = judged(server, 1)
        assert rollout["actor"] == "ben"
        with pytest.raises(Refused) as refusal:
            cairn.ask("model", "approve", rollout["id"], "--sign", "ben", actor="ben")
        assert refusal.value.code == 5
        assert "'ben' made this candidate and cannot approve it" in refusal.value.sentence
        # Nor under another name that he says he has: the signature is his.
        with pytest.raises(Refused):
            cairn.ask("model", "approve", rollout["id"], "--sign", "ben", actor="somebody")
        assert rollouts(server)[0]["stage"] == "awaiting_approval"

    def test_another_approver_can(self, project):
        cairn, server = project
        rollout = judged(server, 1)
        assert cairn.ask("model", "approve", rollout["id"], "--sign", "ada", actor="ada")["stage"] == "promoted"
        assert infer(server, "2013-01-02T00:00:00Z")["model_version"] == "1"

    def test_a_run_cannot_be_called_what_it_is_not(self, project):
        _, server = project
        for member in ({"trigger": {"on": "alert", "name": "retrain", "cause": "made-up"}}, {"cause": "made-up"}):
            with pytest.raises(Refused) as refusal:
                server.post("/api/v1/pipeline/runs", {"project_dir": str(project[0].folder)} | member)
            assert refusal.value.code == 400
            assert "cannot be given" in refusal.value.sentence

    def test_a_version_that_nobody_allowed_does_not_answer_by_its_number(self, project):
        _, server = project
        version = int(register())
        with pytest.raises(Refused) as refusal:
            infer(server, "2013-01-02T00:00:00Z", version=version)
        assert refusal.value.code == 403
        assert f"`cairn model consider {MODEL} {version}`" in refusal.value.sentence
        with pytest.raises(Refused):
            server.get(f"/v2/models/{MODEL}/versions/{version}/ready")
        assert infer(server, "2013-01-02T00:00:00Z", version=1)["model_version"] == "1"

    @pytest.mark.parametrize("call", [
        lambda client: client.delete_model_version(MODEL, "1"),
        lambda client: client.delete_registered_model(MODEL),
        lambda client: client.rename_registered_model(MODEL, "another"),
        lambda client: client.delete_registered_model_alias(MODEL, "production"),
        lambda client: client.set_registered_model_alias(MODEL, "production", "1"),
        lambda client: client.transition_model_version_stage(MODEL, "1", "Production"),
        lambda client: client.transition_model_version_stage(MODEL, "1", "Staging", archive_existing_versions=True) and
        client.transition_model_version_stage(MODEL, "1", "Production"),
    ], ids=["version", "model", "rename", "alias", "set alias", "stage", "stage after another"])
    def test_no_call_of_the_client_takes_the_version_in_production_away(self, project, call):
        _, server = project
        with pytest.raises(mlflow.exceptions.MlflowException) as refusal:
            call(MlflowClient(server.address))
        assert refusal.value.error_code == "PERMISSION_DENIED"
        assert "cairn model approve" in refusal.value.message
        assert MlflowClient(server.address).get_model_version_by_alias(MODEL, "production").version == "1"
        assert infer(server, "2013-01-02T00:00:00Z")["model_version"] == "1"

    def test_nor_do_its_files_go(self, project):
        _, server = project
        client = MlflowClient(server.address)
        try:
            client.delete_logged_model(client.get_model_version(MODEL, "1").model_id)
        except mlflow.exceptions.MlflowException:
            pass  # Refused or marked: what counts is what is still there.
        assert server.get(f"/api/v1/models/{MODEL}/versions/1/verify")["sound"]
        assert infer(server, "2013-01-02T00:00:00Z")["model_version"] == "1"


class TestAPolicy:
    def test_approves_nothing_before_an_approver_has_signed_it_and_then_by_itself(self, tmp_path, cairn_binary):
        cairn = make(tmp_path / "project", cairn_binary, POLICY)
        warnings = cairn.ask("apply", actor="ada")["warnings"]
        assert any("no approver has signed this policy" in warning for warning in warnings)
        server = start(cairn)
        try:
            assert cairn.ask("run", actor="ben")["state"] == "finished"
            waiting = judged(server, 1)
            assert waiting["stage"] == "awaiting_approval"
            reason = server.wait_for("why it waits", lambda: rollouts(server)[0]["reason"], 60)
            assert "cairn apply --sign NAME" in reason
            signed = cairn.ask("apply", "--sign", "ada", actor="ada")
            assert (signed["unchanged"], signed["confirmed"], signed["signer"]) == (True, True, "ada")
            server.wait_for("the promotion", lambda: rollouts(server)[0]["stage"] == "promoted", 60)
            (approved,) = cairn.ask("audit", "log", "--kind", "governance.decision_approved")["items"]
            assert (approved["body"]["policy"], approved["body"]["signer"]) == (signed["digest"], "ada")
        finally:
            assert server.stop() == 0

    def test_what_it_rests_on_changes_only_with_a_signature(self, tmp_path, cairn_binary):
        cairn = make(tmp_path / "project", cairn_binary, POLICY)
        text = (tmp_path / "project" / "cairn.yaml").read_text()
        for before, after, part in (("hour: {type: integer}", "hour: {type: number}", "data.rows"), ("latency_p99_ms: 60000", "latency_p99_ms: 90000", "gates"),
                                    ("target: 0.5", "target: 0.9", "charter.kpis"), ("dataset: rows", "dataset: rows, threshold: 0.9", "model")):
            (tmp_path / "project" / "cairn.yaml").write_text(text.replace(before, after))
            with pytest.raises(Refused) as refusal:
                cairn.ask("apply", actor="ben")
            assert refusal.value.code == 5
            assert f"changes {part}," in refusal.value.sentence
        (tmp_path / "project" / "cairn.yaml").write_text(text.replace("window: 1d", "window: 2d"))
        assert not cairn.ask("apply", actor="ben")["unchanged"]


def test_an_alias_that_was_set_before_the_model_was_bound_serves_nothing_until_a_decision_covers_it(tmp_path, cairn_binary):
    unbound = CONFIGURATION.split("model: {name")[0]
    cairn = make(tmp_path / "project", cairn_binary, unbound)
    server = start(cairn)
    try:
        assert register("before") == "1"
        MlflowClient(server.address).set_registered_model_alias(MODEL, "production", "1")
        bound = (tmp_path / "project" / "cairn.yaml").read_text() + "model: {name" + CONFIGURATION.split("model: {name")[1]
        (tmp_path / "project" / "cairn.yaml").write_text(bound)
        warnings = cairn.ask("apply", "--sign", "ada", actor="ada")["warnings"]
        assert any("no decision put it there" in warning for warning in warnings)
        with pytest.raises(Refused) as refusal:
            server.post("/invocations", {"dataframe_records": [{"carrier": "UA", "hour": 12, "distance": 1000.5}]})
        assert refusal.value.code == 503
        assert f"`cairn model consider {MODEL} 1`" in refusal.value.sentence
        rollout = cairn.ask("model", "consider", MODEL, "1", actor="ben")
        assert cairn.ask("model", "approve", rollout["id"], "--sign", "ada", actor="ada")["stage"] == "promoted"
        assert infer(server, "2013-01-02T00:00:00Z")["model_version"] == "1"
    finally:
        assert server.stop() == 0
