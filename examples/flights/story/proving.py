"""What the records can show afterwards."""

import time

import pandas as pd

from story.scene import MODEL, Scene
from story.terminal import counted, short


def drill(scene: Scene) -> None:
    with scene.say.step("A rollback, as a drill"):
        if scene.production() == "1":
            scene.say.fact("no drill", "production is still its first version, so there is nothing to return to")
            return
        before = time.time()
        began = time.perf_counter()
        back = scene.cairn.ask("model", "rollback", MODEL, "--reason", "drill", actor="ada")
        took = 1000 * (time.perf_counter() - began)
        scene.say.good("rolled back", f"to version {scene.production()} in {took:.0f} ms: approved in advance, with the promotion")
        for label, moment in (("before", before), ("after", time.time())):
            at = pd.Timestamp(moment, unit="s").isoformat(timespec="milliseconds") + "Z"
            for move in scene.cairn.ask("audit", "as-of", at)["items"]:
                by = ", ".join(move["approvers"])
                scene.say.fact(f"as of {label}", f"{move['model']} version {move['version']}, moved by {move['actor']}, approved by {by}")
        again = scene.cairn.ask("model", "consider", MODEL, str(back["version"]), findings=True)
        if again["stage"] == "awaiting_approval" and scene.approve(again["id"])["stage"] == "canary":
            scene.cairn.ask("model", "promote", again["id"], actor="ada")
            scene.say.good("returned", f"to version {scene.production()}: examined and approved anew")
        else:
            scene.say.bad("kept out", f"version {back['version']}: {again['reason']}")


def scorecard(scene: Scene) -> None:
    with scene.say.step("What it all amounts to"):
        for kpi in scene.cairn.ask("kpi", "status", findings=True)["items"]:
            show = {"pass": scene.say.good, "fail": scene.say.bad}.get(kpi["status"], scene.say.fact)
            known = kpi["value"] is not None
            show("KPI", f"{kpi['name']}: {kpi['value']:.4g} {kpi['comparator']} {kpi['target']:g}" if known else f"{kpi['name']}: {kpi['why']}")
        scene.say.fact("delivery", _delivery(scene.cairn.ask("metrics")))
        # What a hand did counts half a point, once a second person has signed that they read it.
        record = scene.cairn.ask("score", "record", "T-D2", "--report", "build/importance.csv", "--sign", "ben", actor="ben")["record"]
        scene.cairn.ask("score", "acknowledge", record, "--sign", "ada", actor="ada")
        scene.say.fact("by hand", "ben signed what each column is worth (T-D2), and ada that she read it")
        score, level = scene.cairn.ask("score"), scene.cairn.ask("level")
        sums = ", ".join(f"{section['name']} {section['sum']:g}" for section in score["sections"])
        scene.say.fact("test score", f"{score['score']:g}, the least of {sums} (7 each): {score['band']}")
        scene.say.fact("maturity", f"level {level['level']}, {level['name']}")
        for sentence in level["missing"][:1]:
            scene.say.fact("", f"for the next: {sentence}")
        logged = scene.cairn.ask("serving", "verify")
        records, segments = f"{logged['records']:,} logged requests", counted(logged["segments"], "segment")
        scene.say.good("predictions", f"{records} in {segments}, none missing")
        if scene.alert:
            _one_cause(scene)
        verdict = scene.cairn.ask("audit", "verify", findings=True)
        show = scene.say.good if verdict["sound"] else scene.say.bad
        sound = "sound" if verdict["sound"] else "NOT sound"
        show("audit", f"{verdict['sealed']:,} events recomputed: {sound}, root {short(verdict['root'])}")
        bundle = scene.cairn.ask("evidence", "bundle", MODEL, "production", "--out", "build/late-arrival.evidence.zip")
        held = scene.cairn.ask("evidence", "verify", bundle["bundle"], findings=True)
        show = scene.say.good if held["sound"] else scene.say.bad
        show("evidence", f"version {bundle['version']} in build/late-arrival.evidence.zip: {held['files']} files and {held['events']} events that verify by themselves")
        profile = scene.cairn.ask("govern", "profile", findings=True)
        due = sum(part["mandatory"] for part in profile["items"])
        show = scene.say.bad if profile["missing"] else scene.say.fact
        show("governance", f"{profile['regime']}: {due} of {len(profile['items'])} parts are mandatory, {len(profile['missing'])} of them missing")


def _delivery(delivery: dict) -> str:
    parts = [counted(delivery["promotions"], "promotion")]
    for name, words in (("lead_time_ms", "lead time"), ("time_to_restore_ms", "time to restore")):
        if delivery[name]["median"] is not None:
            parts.append(f"{words} {delivery[name]['median'] / 1000:.1f} s")
    failures = delivery["change_failure_rate"]["value"]
    if failures is not None:
        parts.append(f"change failure rate {failures:.0%} (the drill counts)")
    return ", ".join(parts)


def _one_cause(scene: Scene) -> None:
    events = scene.cairn.ask("audit", "log", "--cause", scene.alert["id"], "--limit", "500")["items"]
    events.sort(key=lambda event: (event["at"], event["position"] if event["position"] is not None else float("inf")))
    scene.say.fact("one cause", f"{counted(len(events), 'event')} follow from the alert, from its first moment:")
    for event in events:
        seconds = (event["at"] - events[0]["at"]) / 1000
        scene.say.fact("", f"{seconds:6.1f} s  {event['kind']:<30} {event['subject'][:21]:<21}  {event['actor']}", "dim")
