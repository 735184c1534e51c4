"""`cairn metrics` over logs whose story is known: each figure is what another program makes of the story, to the second."""

import contextlib
import datetime
import json
import random
import sqlite3
import subprocess

import pytest
from scipy.stats import mannwhitneyu
from small_project import Cairn

BEGIN = 1_700_000_000  # seconds; long before the project itself
DAY = 86_400
TRIGGERS = ["demand", "schedule", "alert", "data", "training_code", "ci"]


class Story:
    """Versions of one model on their way into production, some of them found bad: the events, and what is to come of them."""

    def __init__(self, seed: int, versions: int):
        self.chance, self.now = random.Random(seed), BEGIN
        self.events, self.promotions, self.incidents = [], [], []
        self.windows = {0: []}  # by version, values of live quality
        for version in range(1, versions + 1):
            self.change(version)

    def passes(self, most: int) -> int:
        self.now += self.chance.randrange(1, most)
        return self.now

    def tell(self, kind: str, body: dict, cause: str = "", at: int | None = None) -> None:
        self.events.append((self.now if at is None else at, kind, cause, body))

    def window(self, version: int, value: float, breached: bool) -> None:
        self.passes(4000)
        self.windows[version].append(value)
        self.tell("monitoring.window_closed", {"monitor": "quality", "kind": "quality", "statistic": "log_loss", "version": version,
                                               "values": [{"column": "", "value": value, "breached": breached}]})

    def alarm(self, version: int) -> dict:
        self.passes(DAY)
        incident = {"alert": f"a{len(self.incidents)}", "from": self.now, "to": None, "version": version}
        self.incidents.append(incident)
        self.tell("monitoring.alert_raised", {"alert": incident["alert"], "monitor": "quality", "kind": "quality", "model": "m", "version": version}, incident["alert"])
        live = self.promotions[-1]
        if version == live["version"] and not live["good"]:
            live["failed"] = True
        return incident

    def restored(self, incident: dict) -> None:
        self.passes(3 * DAY)
        incident["to"] = self.now
        self.tell("monitoring.alert_closed", {"alert": incident["alert"], "monitor": "quality"}, incident["alert"])

    def tried_out(self, version: int) -> int | None:
        """Tracked runs of the version's own experiment, one of them its own; when the first began, if that can be known."""
        if self.chance.random() < 0.3:
            return None
        first = None
        for number in range(self.chance.randrange(1, 4)):
            begun = self.passes(7000)
            first = begun if first is None else first
            ended = self.passes(5000)
            self.tell("run.ended", {"run_id": f"r{version}.{number}", "experiment_id": f"e{version}", "duration_ms": (ended - begun) * 1000})
        return first

    def change(self, version: int) -> None:
        on = self.chance.choice(TRIGGERS if version > 1 else TRIGGERS[:2])
        incident = self.alarm(version - 1) if on == "alert" else None
        cause = incident["alert"] if incident else ""
        explored = self.tried_out(version) if on == "demand" else None
        began = self.passes(DAY)
        self.tell("pipeline.run_started", {"run": f"p{version}", "trigger": {"on": on}}, cause)
        registered = self.passes(9000)
        own = {"run_id": f"r{version}.0"} if explored is not None else {}
        self.tell("registry.version_added", {"model": "m", "version": str(version), "pipeline_run": f"p{version}"} | own, cause)
        self.passes(60)
        self.tell("pipeline.run_ended", {"run": f"p{version}", "state": "finished"}, cause)
        live = self.passes(2 * DAY)
        self.tell("rollout.promoted", {"model": "m", "version": str(version), "previous": str(version - 1) if version > 1 else "", "decision": f"d{version}"}, cause)
        if incident:
            incident |= {"answer": began - incident["from"], "retraining": registered - began, "release": live - registered, "acted": live}
            if self.chance.random() < 0.8:
                self.restored(incident)
                incident["proof"] = incident["to"] - live
        by_hand = explored if on == "demand" else began
        self.promotions.append({"version": version, "on": on, "at": live, "exploration": None if by_hand is None else began - by_hand, "training": registered - began,
                                "waiting": live - registered, "lead": live - (began if by_hand is None else by_hand), "failed": False, "good": False})
        self.live(version)

    def live(self, version: int) -> None:
        """Its windows of quality; some are worse than those of the one before, some are taken back."""
        self.windows[version] = []
        worse = self.chance.random() < 0.25
        for _ in range(self.chance.choice([0, 2, 4, 6])):
            self.window(version, self.chance.random() + (0.8 if worse else 0), False)
            self.promotions[-1]["good"] = True
        before, after = self.windows[version - 1][-12:], self.windows[version][:12]
        if len(before) >= 3 and len(after) >= 3 and mannwhitneyu(before, after, alternative="less", method="exact").pvalue <= 0.05:
            self.promotions[-1]["failed"] = True
        if version > 1 and self.chance.random() < 0.2:
            self.passes(DAY)
            self.promotions[-1]["failed"] = True
            self.tell("rollout.rolled_back", {"model": "m", "from": version, "to": version - 1, "reason": "worse"}, f"p{version}")


def median(values):
    values = sorted(value for value in values if value is not None)
    middle = len(values) // 2
    return None if not values else values[middle] * 1000 if len(values) % 2 else (values[middle - 1] + values[middle]) * 500


def expected(story: Story, begin: int, end: int) -> dict:
    shipped = [one for one in story.promotions if begin <= one["at"] < end]
    broken = [one for one in story.incidents if begin <= one["from"] < end]
    failed = sum(one["failed"] for one in shipped)
    return {
        "promotions": len(shipped), "per_day": len(shipped) / max(1, (end - begin) / DAY),
        "by_cause": {on: count for on in TRIGGERS if (count := sum(one["on"] == on for one in shipped))},
        "lead": median(one["lead"] for one in shipped), "exploration": median(one["exploration"] for one in shipped),
        "training": median(one["training"] for one in shipped), "waiting": median(one["waiting"] for one in shipped),
        "restore": median(one["to"] and one["to"] - one["from"] for one in broken), "open": sum(one["to"] is None for one in broken),
        "failed": failed, "failure": failed / len(shipped) if shipped else None,
        "each": [tuple(one[part] is not None and one[part] * 1000 for part in ("lead", "exploration", "training", "waiting")) + (one["failed"],) for one in shipped],
        "incidents": [tuple(one.get(part) is not None and one[part] * 1000 for part in ("answer", "retraining", "release", "proof")) for one in broken],
    }


def told(answer: dict) -> dict:
    """The same figures as the program gives them."""
    lead, restore, failure = answer["lead_time_ms"], answer["time_to_restore_ms"], answer["change_failure_rate"]

    def parts(items, names):
        return [tuple(one[f"{name}_ms"] is not None and one[f"{name}_ms"] for name in names) for one in items]

    return {
        "promotions": answer["promotions"], "per_day": answer["deployment_frequency"]["per_day"], "by_cause": answer["deployment_frequency"]["by_cause"],
        "lead": lead["median"], "exploration": lead["exploration"], "training": lead["training"], "waiting": lead["waiting"],
        "restore": restore["median"], "open": restore["open"], "failed": failure["failed"], "failure": failure["value"],
        "each": [one + (item["failed"],) for one, item in zip(parts(answer["items"], ["lead", "exploration", "training", "waiting"]), answer["items"])],
        "incidents": parts(answer["incidents"], ["answer", "retraining", "release", "proof"]),
    }


def put(store, story: Story) -> None:
    with contextlib.closing(sqlite3.connect(store)) as connection, connection:
        (position,) = connection.execute("SELECT COALESCE(MAX(position), -1) + 1 FROM event").fetchone()
        connection.executemany(
            "INSERT INTO event (id, position, at_ms, kind, subject, actor, cause, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(f"{at * 1000:012x}-{number:08x}-7000-8000-000000000000", position + number, at * 1000, kind, "model:m", "ada", cause,
              json.dumps(body, sort_keys=True, separators=(",", ":"))) for number, (at, kind, cause, body) in enumerate(story.events)])


def moment(seconds: int) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("seed", range(3))
def test_every_figure_of_a_known_story_is_exact_to_the_second(tmp_path, cairn_binary, seed):
    cairn = Cairn(cairn_binary, tmp_path)
    subprocess.run([cairn_binary, "init", "--as", "ada"], cwd=tmp_path, env=cairn.environment("ada"), check=True, capture_output=True)
    cairn.ask("apply", actor="ada")
    story = Story(seed, 40)
    put(tmp_path / ".cairn" / "cairn.db", story)
    end = story.now + 1
    spans = [(BEGIN, end)] + [tuple(sorted(story.chance.sample(range(BEGIN, end), 2))) for _ in range(8)]
    for first, last in spans:
        answer = cairn.ask("metrics", "--from", moment(first), "--until", moment(last))
        assert told(answer) == expected(story, first, last), (seed, first, last)
    causes = {one["on"] for one in story.promotions}
    assert causes == set(TRIGGERS) and any(one["failed"] for one in story.promotions) and any(one["to"] is None for one in story.incidents)
    assert cairn.ask("audit", "verify")["sound"], "the story was taken up into the log"
