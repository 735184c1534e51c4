"""The loop from an alert to its candidate, with a server that is killed on the way."""

import os

import pytest
from small_project import MODEL, go_wrong, infer, judged, make, rollouts, write_rows


@pytest.fixture
def project(tmp_path, cairn_binary):
    """A version in production, newer data beside it, and a stage that will wait when it is run next."""
    cairn = make(tmp_path / "project", cairn_binary)
    server = cairn.start("ben")
    assert cairn.ask("run", actor="ben")["state"] == "finished"
    assert cairn.ask("model", "approve", judged(server, 1)["id"], "--sign", "ada", actor="ada")["stage"] == "promoted"
    write_rows(cairn.folder / "second.csv", 1000)
    cairn.ask("data", "add", "second.csv", "--to", "rows")
    os.mkfifo(cairn.folder / "up")
    os.mkfifo(cairn.folder / "go")
    (cairn.folder / "hold").touch()
    return cairn, server


def kill(server) -> None:
    server.process.kill()
    server.process.wait(30)


def until_up(cairn) -> None:
    """Comes back when the stage has begun and waits."""
    assert (cairn.folder / "up").read_text() == "up\n"


def runs_of(server, cause: str) -> list[dict]:
    return [run for run in server.get("/api/v1/pipeline/runs")["items"] if run["trigger"]["cause"] == cause]


def alert_of(server) -> str:
    return server.wait_for("the alert", lambda: server.get("/api/v1/alerts")["items"], 60)[0]["id"]


def ended(server, cause: str, count: int) -> list[dict]:
    """The runs of that cause, newest first, once there are so many and the newest has ended."""

    def look():
        runs = runs_of(server, cause)
        return runs if len(runs) >= count and runs[0]["state"] != "running" else None

    return server.wait_for("the end of the triggered run", look, 120)


def assert_told_once(cairn, server, cause: str) -> None:
    rollout = judged(server, 2)
    assert (rollout["cause"], rollout["actor"]) == (cause, "system")
    assert [one["version"] for one in rollouts(server)] == [2, 1]
    story = [event["kind"] for event in cairn.ask("audit", "log", "--cause", cause, "--limit", "200")["items"]]
    assert story.count("monitoring.alert_raised") == 1
    assert story.count("rollout.considered") == story.count("rollout.gates_judged") == 1
    assert story.count("registry.version_added") == story.count("run.ended") == 1
    version = next(one for one in server.get(f"/api/v1/models/{MODEL}")["versions"] if one["version"] == 2)
    assert version["created_by"] == "system"
    assert cairn.ask("audit", "rebuild")["equal"]
    assert cairn.ask("audit", "verify")["sound"]


def test_a_run_that_died_with_the_server_is_begun_anew_and_makes_one_candidate(project):
    cairn, server = project
    go_wrong(server)
    alert = alert_of(server)
    until_up(cairn)
    (first,) = runs_of(server, alert)
    kill(server)
    server = cairn.start("ben")
    try:
        until_up(cairn)
        # Both stages would read on, were the dead server's still there: one line for each.
        go = os.open(cairn.folder / "go", os.O_RDWR)
        os.write(go, b"go\ngo\n")
        runs = ended(server, alert, 2)
        os.close(go)
        assert [(run["state"], run["trigger"]["name"]) for run in runs] == [("finished", "retrain"), ("killed", "retrain")]
        assert runs[1]["id"] == first["id"]
        assert_told_once(cairn, server, alert)
        assert infer(server, "2013-02-03T00:00:00Z")["model_version"] == "1"
    finally:
        assert server.stop() == 0


def test_a_trigger_that_waits_for_another_run_is_not_lost_with_the_server(project):
    cairn, server = project
    # A person's run is under way and waits; the alert comes while it does.
    by_hand = server.post("/api/v1/pipeline/runs", {"project_dir": str(cairn.folder)})
    until_up(cairn)
    go_wrong(server)
    alert = alert_of(server)
    kill(server)
    (cairn.folder / "hold").unlink()
    server = cairn.start("ben")
    try:
        (run,) = ended(server, alert, 1)
        assert run["state"] == "finished"
        assert server.get(f"/api/v1/pipeline/runs/{by_hand['id']}")["state"] == "killed"
        assert_told_once(cairn, server, alert)
    finally:
        assert server.stop() == 0


def test_a_server_that_is_asked_to_end_leaves_the_triggered_run_to_the_next(project):
    cairn, server = project
    go_wrong(server)
    alert = alert_of(server)
    until_up(cairn)
    assert server.stop() == 0
    (cairn.folder / "hold").unlink()
    server = cairn.start("ben")
    try:
        assert [run["state"] for run in ended(server, alert, 2)] == ["finished", "killed"]
        assert_told_once(cairn, server, alert)
    finally:
        assert server.stop() == 0
