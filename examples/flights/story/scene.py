"""What the chapters share: the terminal, the program, the server once it is up, and how runs, gates and replays are shown."""

import subprocess

import pandas as pd

from story import traffic
from story.program import Cairn, Server
from story.terminal import Terminal, short

MODEL = "late-arrival"
WEEK, DUE = pd.Timedelta("7D"), pd.Timedelta("1D")  # The monitor's window, and the charter's wait for the truth.
PATIENCE = 60  # Seconds that anything may take; on a quiet machine all of it takes a few.


class Scene:
    def __init__(self, terminal: Terminal, cairn: Cairn, flights: pd.DataFrame):
        self.say, self.cairn, self.flights = terminal, cairn, flights
        self.server: Server | None = None
        self.alert: dict | None = None
        self.windows: list[dict] = []

    # What is

    def month(self, number: int) -> pd.DataFrame:
        return self.flights[self.flights["month"] == number]

    def rollouts(self) -> list[dict]:
        return self.server.get(f"/api/v1/rollouts?model={MODEL}")["items"]

    def production(self) -> str:
        aliases = self.server.get(f"/api/v1/models/{MODEL}")["aliases"]
        return next((str(alias["version"]) for alias in aliases if alias["name"] == "production"), "none")

    def judged(self, beyond: int, cause: str | None = None) -> dict:
        """The rollout of a version beyond that number, as soon as the gates have judged it."""

        def look():
            found = (one for one in self.rollouts() if one["version"] > beyond and cause in (None, one["cause"]))
            newest = next(found, None)
            return newest and newest["stage"] != "examining" and self.server.get(f"/api/v1/rollouts/{newest['id']}")

        return self.server.wait_for("the gates", look, PATIENCE)

    def windows_of(self, month: pd.DataFrame) -> list[dict]:
        """The quality windows that a month let close, once the last of them has: its labels are due a day after its end."""
        newest = pd.Timestamp(month["time_hour"].max())
        last = (newest - DUE).floor(WEEK).timestamp() * 1000
        known = {window["from_ms"] for window in self.windows}

        def look():
            windows = self.server.get("/api/v1/monitors/windows?monitor=quality")["items"]
            over = [window for window in windows if window["state"] not in ("open", "pending")]
            return [window for window in over if window["from_ms"] not in known] if any(w["to_ms"] == last for w in over) else None

        found = self.server.wait_for("the monitor's windows", look, PATIENCE)
        self.windows += found
        return found

    # What people do

    def add_data(self, *files: str) -> None:
        for version in self.cairn.ask("data", "add", *files, "--to", "flights")["items"]:
            file, verdict = version["file"], "contract kept" if version["contract_passed"] else "contract broken"
            self.say.fact(f"version {version['version']}", f"{file['name']}: {file['rows']:,} rows, {verdict}, "
                          f"{file['sealed']['rows']:,} of them sealed · {short(version['digest'])}")

    def commit(self, message: str) -> None:
        """The project's files as they are, by ben, so that every run can name what it was built from."""
        name = ["-c", "user.name=ben", "-c", "user.email=ben@localhost", "-c", "commit.gpgsign=false"]
        for words in (["add", "--all"], [*name, "commit", "-q", "-m", message]):
            subprocess.run(["git", *words], cwd=self.cairn.folder, check=True)

    def approve(self, rollout: str) -> dict:
        return self.cairn.ask("model", "approve", rollout, "--sign", "ada", actor="ada")

    def replay(self, requests: list[traffic.Departures], name: str) -> traffic.Replay:
        replay = traffic.replay(self.server, requests, lambda done, total: self.say.progress(done, total, name))
        self.say.fact(name, f"{replay.rows:,} flights in {len(replay.answers):,} requests, {replay.seconds:.1f} s: "
                      f"{replay.rows / replay.seconds:,.0f} predictions/s")
        self.say.fact("latency", f"p50 {replay.latency_ms(0.5):.2f} ms, p99 {replay.latency_ms(0.99):.2f} ms at the client")
        givers = {version: f"version {version}" if version else "the rule of thumb" for version in replay.by_version()}
        shares = (f"{givers[version]} gave {rows:,}" for version, rows in replay.by_version().items())
        self.say.fact("answered by", ", ".join(shares))
        return replay

    def keep_labels(self, *replays: traffic.Replay) -> tuple[int, int]:
        """How many of how many outcomes found their prediction."""
        labels = [label for replay in replays for label in traffic.labels_of(replay.answers)]
        return self.server.post("/api/v1/labels", {"labels": labels})["accepted"], len(labels)

    def post_labels(self, *replays: traffic.Replay) -> None:
        accepted, total = self.keep_labels(*replays)
        self.say.fact("labels", f"{accepted:,} of {total:,} outcomes joined to their predictions")

    # How it looks

    def show_run(self, run: dict) -> None:
        for stage in run["stages"]:
            why = stage["causes"][0]["sentence"] if stage.get("causes") else ""
            done = stage["state"] == "finished"
            self.say.fact(stage["name"], f"{stage['seconds']:.1f} s · {why}" if done else f"{stage['state']}: {stage['reason']}")
        for file, values in run["metrics"].items():
            claims = ", ".join(f"{name} {value:.4f}" for name, value in values.items() if isinstance(value, float))
            self.say.fact("own claim", f"{claims} (in {file}; no gate believes it)")

    def show_gates(self, rollout: dict) -> None:
        report = rollout["report"]
        figures = ", ".join(f"{one['name']} {figure(one['value'])}" for one in report["contestants"])
        self.say.fact(report["metric"].replace("_", " "), f"{figures}, on {report['rows']:,} sealed rows")
        for rule in rollout["decision_record"]["rules"]:
            show, mark = (self.say.good, "✓") if rule["passed"] else (self.say.bad, "✗")
            show("", f"{mark} {rule['name']}: {figure(rule['value'])}, wanted {rule['bound']}")
        self.say.fact(f"version {rollout['version']}", stage_of(rollout))

    def show_windows(self, windows: list[dict]) -> None:
        for window in sorted((one for one in windows if one["state"] == "closed"), key=lambda one: one["from_ms"]):
            begins, ends = (pd.Timestamp(window[edge], unit="ms") for edge in ("from_ms", "to_ms"))
            bar = "█" * round(100 * max(0.0, window["value"] - 0.4))
            show = self.say.bad if window["breached"] else self.say.fact
            show("log loss", f"{begins:%d %b} – {ends - pd.Timedelta('1ms'):%d %b}  {window['value']:.3f}  {bar}")


def stage_of(rollout: dict) -> str:
    return rollout["stage"].replace("_", " ")


def figure(value) -> str:
    return f"{value:.4g}" if isinstance(value, float) else "–" if value is None else str(value)
