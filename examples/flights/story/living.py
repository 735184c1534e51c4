"""Months of live traffic, and what follows when the world changes."""

import pandas as pd

from story import flights as source
from story import traffic
from story.program import Refused
from story.scene import MODEL, PATIENCE, Scene, stage_of


def april(scene: Scene) -> None:
    flights = scene.month(4)
    requests = traffic.departures(flights)
    with scene.say.step("April answers live"):
        replay = scene.replay(requests, "April")
        _other_requests(scene, flights)
        scene.say.fact("month's end", f"the flights have landed: {flights['late'].mean():.1%} late, log loss {replay.log_loss():.4f}")
        source.write_extracts(scene.flights, scene.cairn.folder / "feed", [4])
        scene.add_data("feed/2013-04.csv")
        scene.cairn.ask("data", "profile", "flights")
        scene.post_labels(replay)


def _other_requests(scene: Scene, flights: pd.DataFrame) -> None:
    """One flight through the Open Inference Protocol, and one that the contract does not know."""
    row = flights.iloc[[len(flights) // 2]][traffic.INPUTS].values.tolist()[0]
    flight = dict(zip(traffic.INPUTS, row))
    version, (chance,) = traffic.infer(scene.server, MODEL, [row])
    name = f"{flight['carrier']} {flight['flight']} from {flight['origin']} to {flight['dest']} on {flight['time_hour'][:10]}"
    scene.say.fact("v2 infer", f"{name}: {chance:.0%} late, says version {version}")
    row[traffic.INPUTS.index("origin")] = "LHR"
    try:
        scene.server.post("/invocations", {"dataframe_split": {"columns": traffic.INPUTS, "data": [row]}})
    except Refused as refusal:
        scene.say.bad(f"status {refusal.code}", "the same flight, from London:")
        scene.say.quote(refusal.sentence)


def decay(scene: Scene) -> None:
    with scene.say.step("The monitor sees it, the pipeline runs by itself"):
        scene.show_windows(scene.windows_of(scene.month(4)))
        alerts = scene.server.get("/api/v1/alerts")["items"]
        scene.alert = next((alert for alert in alerts if alert["monitor"] == "quality"), None)
        if not scene.alert:
            scene.say.good("no alert", "quality stayed within its bound, so nothing is retrained")
            return
        value, bound, kpi = (scene.alert[name] for name in ("value", "bound", "kpi"))
        scene.say.bad("alert", f"log loss {value:.3f}, bound {bound}: the KPI '{kpi}' is in danger")
        scene.say.waiting("the pipeline runs")
        run = _triggered_run(scene, scene.alert)
        scene.say.fact("trigger", f"'{run['trigger']['name']}' set off a pipeline run: {run['state']}")
        scene.show_run(run)
        candidate = scene.judged(beyond=1, cause=scene.alert["id"])
        scene.show_gates(candidate)
        if candidate["stage"] == "awaiting_approval":
            rollout = scene.approve(candidate["id"])
            scene.say.good("approved", f"by ada: version {rollout['version']} is {stage_of(rollout)}")


def _triggered_run(scene: Scene, alert: dict) -> dict:
    def look():
        runs = scene.server.get("/api/v1/pipeline/runs")["items"]
        return next((run for run in runs if run["trigger"]["cause"] == alert["id"]), None)

    run = scene.server.wait_for("the triggered pipeline run", look, PATIENCE)
    while run["state"] == "running":
        run = scene.server.get(f"/api/v1/pipeline/runs/{run['id']}?wait_ms=20000&after={run['revision']}")
    return run


def may(scene: Scene) -> None:
    requests = traffic.departures(scene.month(5))
    half = len(requests) // 2
    with scene.say.step("May, first as a canary"):
        first = scene.replay(requests[:half], "May, 1st half")
        if scene.alert:
            _canary_end(scene)
        second = scene.replay(requests[half:], "May, 2nd half")
        _compare(scene, second, requests[half:])
        source.write_extracts(scene.flights, scene.cairn.folder / "feed", [5])
        scene.add_data("feed/2013-05.csv")
        scene.post_labels(first, second)
        scene.show_windows(scene.windows_of(scene.month(5)))
        if scene.alert:
            _alert_end(scene)


def _canary_end(scene: Scene) -> None:
    def look():
        ended = (one for one in scene.rollouts() if one["cause"] == scene.alert["id"] and one["stage"] != "canary")
        return next(ended, None)

    rollout = scene.server.wait_for("the canary's end", look, PATIENCE)
    for event in scene.cairn.ask("audit", "log", "--kind", "rollout.canary_ended", "--cause", scene.alert["id"])["items"]:
        scene.say.fact("canary", event["body"]["reason"])
    show = scene.say.good if rollout["stage"] == "promoted" else scene.say.bad
    show(stage_of(rollout), f"production is version {scene.production()}; it was version {rollout['previous']}")


def _compare(scene: Scene, replay: traffic.Replay, requests: list[traffic.Departures]) -> None:
    """What the version before would have said to the same flights."""
    versions = list(replay.by_version())
    if versions != [2]:
        return
    loss = traffic.log_loss(traffic.asked_of(scene.server, MODEL, 1, requests))
    scene.say.fact("log loss", f"{replay.log_loss():.4f}; on the same flights version 1 would have had {loss:.4f}")


def _alert_end(scene: Scene) -> None:
    words = ("audit", "log", "--kind", "monitoring.alert_closed", "--cause", scene.alert["id"])
    closed = scene.cairn.ask(*words)["items"]
    for event in closed:
        scene.say.good("alert closed", f"log loss {event['body']['value']:.3f} is back within {scene.alert['bound']}")
    if not closed:
        scene.say.bad("alert open", f"log loss is not back within {scene.alert['bound']}")


def rest_of_the_year(scene: Scene) -> None:
    """June to December, month by month, each with what it leads to."""
    with scene.say.step("The rest of the year"):
        known = {alert["id"] for alert in scene.server.get("/api/v1/alerts")["items"]}
        for number in range(6, 13):
            _one_month(scene, number)
            for alert in scene.server.get("/api/v1/alerts")["items"]:
                if alert["monitor"] == "quality" and alert["id"] not in known:
                    _another_incident(scene, alert)
                known.add(alert["id"])
        scene.say.fact("production", f"version {scene.production()} at the end of the year")


def _one_month(scene: Scene, number: int) -> None:
    flights = scene.month(number)
    name = f"2013-{number:02}"
    replay = traffic.replay(scene.server, traffic.departures(flights), lambda done, total: scene.say.progress(done, total, name))
    source.write_extracts(scene.flights, scene.cairn.folder / "feed", [number])
    scene.cairn.ask("data", "add", f"feed/{name}.csv", "--to", "flights")
    scene.keep_labels(replay)
    worst = max(scene.windows_of(flights), key=lambda window: window["value"])
    givers = " and ".join(str(version) for version in replay.by_version())
    say = scene.say.bad if worst["breached"] else scene.say.fact
    say(name, f"{replay.rows:,} flights, {flights['late'].mean():.1%} late; log loss {replay.log_loss():.3f} by version {givers}; worst week {worst['value']:.3f}")


def _another_incident(scene: Scene, alert: dict) -> None:
    scene.say.bad("alert", f"log loss {alert['value']:.3f}, bound {alert['bound']}")
    newest = max(one["version"] for one in scene.rollouts())
    scene.say.waiting("the pipeline runs")
    run = _triggered_run(scene, alert)
    scene.say.fact("trigger", f"'{run['trigger']['name']}' set off a pipeline run: {run['state']}")
    scene.cairn.ask("data", "profile", "flights")  # With it the monitor of the inputs knows what the new version was trained on.
    candidate = scene.judged(beyond=newest, cause=alert["id"])
    if candidate["stage"] == "awaiting_approval":
        rollout = scene.approve(candidate["id"])
        scene.say.good("approved", f"by ada: version {rollout['version']} is {stage_of(rollout)}")
    else:
        scene.say.bad(stage_of(candidate), candidate["reason"])
