"""Triggers of a running server: each kind fires once and names itself, also when the server is killed, and when two share a store."""

import calendar
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time
import urllib.parse
import uuid

import psycopg2
import pytest
from small_project import Refused

STAGES = """stages:
  work:
    cmd: if [ -e hold ]; then echo up > up; read go < go; fi; echo "$CAIRN_TRIGGER_ON|$CAIRN_TRIGGER|$CAIRN_CAUSE|$CAIRN_DUE" >> fired.txt
    always_changed: true
"""
PATIENCE = 60
SECRET = "s3cret"


class Project:
    """A project folder, and servers on it that are killed and started again."""

    def __init__(self, binary, folder, store=""):
        self.binary, self.folder, self.store = binary, folder, store
        folder.mkdir()
        (folder / "dvc.yaml").write_text(STAGES)
        self.environment = {**os.environ, "CAIRN_ID_DIR": str(folder / "ids"), "CAIRN_ACTOR": "ada", "HOOK_KEY": SECRET}
        self.process = None

    def ask(self, *words):
        done = subprocess.run([self.binary, *words, "--json"], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=PATIENCE)
        answer = json.loads(done.stdout) if done.stdout.strip() else {}
        if done.returncode:
            raise Refused(answer.get("error", {}).get("message") or done.stderr, done.returncode)
        return answer

    def accept(self, triggers):
        (self.folder / "cairn.yaml").write_text(
            "project: small\ndata:\n  rows:\n    path: data/rows\n    key: [id]\n    contract: {columns: {id: {type: integer}}}\ntriggers:\n" + triggers)
        self.ask("apply")

    def start(self):
        words = [self.binary, "up", "--listen", "127.0.0.1:0", "--json", *(["--store", self.store] if self.store else [])]
        with open(self.folder / "server.log", "ab") as log:
            self.process = subprocess.Popen(words, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        assert line, (self.folder / "server.log").read_text()
        self.address = urllib.parse.urlsplit(json.loads(line)["listening"])
        return self

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE) == 0

    def call(self, method, path, body=None, headers=None):
        """Status and answer."""
        with contextlib.closing(http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=PATIENCE)) as connection:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"{}")

    def get(self, path):
        status, answer = self.call("GET", path)
        assert status == 200, answer
        return answer

    def firings(self, name):
        """Oldest first."""
        return self.get(f"/api/v1/triggers/{urllib.parse.quote(name)}/firings?limit=1000")["items"][::-1]

    def runs(self, cause):
        return [run for run in self.get("/api/v1/pipeline/runs?limit=1000")["items"] if run["trigger"]["cause"] == cause]

    def wait_for(self, what, look):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := look():
                return found
            time.sleep(0.05)
        raise AssertionError(f"waited in vain for {what}; the server says: {(self.folder / 'server.log').read_text()[-2000:]}")

    def wait_fired(self, name, count=1):
        """The firings, when there are so many and nothing of them waits or runs."""

        def look():
            fired = self.firings(name)
            if len(fired) < count or any(one["state"] == "waiting" for one in fired):
                return None
            if any(run["state"] == "running" for run in self.get("/api/v1/pipeline/runs")["items"]):
                return None
            # A run that died with a killed server may have been found dead in between, and its firing waits again.
            return fired if self.firings(name) == fired else None

        return self.wait_for(f"{name} to fire", look)

    def fired(self):
        """What its stages said, a line each: which kind of trigger, its name, the cause and the moment due; none before the first has run here."""
        said = self.folder / "fired.txt"
        return said.read_text().splitlines() if said.exists() else []

    def send(self, body, name="hook", at=None, key=SECRET):
        at = str(int(time.time()) if at is None else at)
        signature = "sha256=" + hmac.new(key.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
        return self.call("POST", f"/api/v1/triggers/{name}/messages", body.encode(), {"X-Cairn-Timestamp": at, "X-Cairn-Signature": signature})


@pytest.fixture
def project(tmp_path, cairn_binary):
    made = Project(cairn_binary, tmp_path / "project")
    yield made
    if made.process and made.process.poll() is None:
        made.stop()


def git(folder, *words):
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main", *words], cwd=folder, check=True, capture_output=True)


def test_each_kind_fires_once_and_names_itself_in_its_run(project):
    folder = project.folder
    git(folder, "init", "-q")
    (folder / "train.py").write_text("1\n")
    git(folder, "add", "train.py")
    git(folder, "commit", "-q", "-m", "one")
    due = time.gmtime(time.time() + 6)
    project.accept(
        f"  - {{name: at once, on: schedule, cron: '{due.tm_sec} {due.tm_min} {due.tm_hour} {due.tm_mday} {due.tm_mon} *', run: pipeline}}\n"
        "  - {name: hook, on: message, secret: {env: HOOK_KEY}, run: pipeline}\n"
        "  - {name: rows, on: data, dataset: rows, run: pipeline}\n"
        "  - {name: feed, on: data, path: feed, settle: 0s, run: pipeline}\n"
        "  - {name: training, on: training_code, ref: main, paths: ['*.py'], run: pipeline}\n"
        "  - {name: application, on: application_code, ref: main, paths: ['serving/**'], run: pipeline}\n"
        "  - {name: by hand, on: demand, run: pipeline}\n")
    project.start()
    # Each trigger has seen what is there, before any of it changes.
    project.wait_for("the triggers to look", lambda: project.get("/api/v1/triggers")["items"][0]["next_ms"] is not None)
    (folder / "rows.csv").write_text("id\n1\n")
    assert project.wait_fired("at once")[0]["detail"]["due"].startswith(time.strftime("%Y-%m-%dT%H:%M:%S", due))
    assert project.send("{}")[0] == 200
    project.wait_fired("hook")
    project.ask("data", "add", "rows.csv", "--to", "rows")
    assert project.wait_fired("rows")[0]["trigger"]["cause"] == "rows@rows@1"
    (folder / "feed").mkdir()
    (folder / "feed" / "a").write_text("1")
    project.wait_fired("feed")
    (folder / "train.py").write_text("2\n")
    git(folder, "commit", "-q", "-a", "-m", "two")
    assert project.wait_fired("training")[0]["detail"]["paths"] == ["train.py"]
    (folder / "serving").mkdir()
    (folder / "serving" / "api.py").write_text("1\n")
    git(folder, "add", "serving")
    git(folder, "commit", "-q", "-m", "three")
    project.wait_fired("application")
    project.ask("trigger", "fire", "by hand")
    project.wait_fired("by hand")
    kinds = {"at once": "schedule", "hook": "message", "rows": "data", "feed": "data", "training": "training_code", "application": "application_code", "by hand": "demand"}
    for name, kind in kinds.items():
        (firing,) = project.firings(name)
        assert firing["state"] == "begun", firing
        (run,) = project.runs(firing["trigger"]["cause"])
        assert run["id"] == firing["run"] and run["state"] == "finished" and run["trigger"] == {"on": kind, "name": name, "cause": firing["trigger"]["cause"]}
    lines = (folder / "fired.txt").read_text().splitlines()
    assert [line.split("|")[:2] for line in lines] == [[kind, name] for name, kind in kinds.items()]
    assert [trigger["problem"] for trigger in project.get("/api/v1/triggers")["items"]] == [""] * 7


def test_a_message_is_taken_once_and_only_when_it_is_signed(project):
    project.accept("  - {name: hook, on: message, secret: {env: HOOK_KEY}, run: pipeline}\n")
    project.start()
    at = int(time.time())
    assert project.send("{}", key="other")[0] == 401
    assert project.send("{}", at=at - 400)[0] == 401
    assert project.send("{}", name="nobody")[0] == 401
    assert project.call("POST", "/api/v1/triggers/hook/messages", "{}")[0] == 401
    status, firing = project.send("not JSON at all \u00e4", at=at)
    assert status == 200 and firing["detail"]["sha256"] == hashlib.sha256("not JSON at all \u00e4".encode()).hexdigest()
    assert project.send("not JSON at all \u00e4", at=at)[0] == 409
    project.kill()
    project.start()
    assert project.send("not JSON at all \u00e4", at=at)[0] == 409
    project.ask("trigger", "pause", "hook")
    assert project.send("{}", at=at)[0] == 503
    project.ask("trigger", "resume", "hook")
    assert project.send("{}", at=at)[0] == 200
    assert [one["trigger"]["on"] for one in project.wait_fired("hook", 2)] == ["message"] * 2


def test_no_firing_is_lost_or_doubled_when_the_server_is_killed(project, thorough):
    """A moment each second and messages in between, while the server is killed again and again."""
    project.accept(
        "  - {name: tick, on: schedule, cron: '* * * * * *', catch_up: all, run: pipeline}\n"
        "  - {name: hook, on: message, secret: {env: HOOK_KEY}, run: pipeline}\n")
    choose, taken = random.Random(3), []
    project.start()
    project.wait_for("the first moment", lambda: project.firings("tick"))
    for turn in range(40 if thorough else 4):
        for _ in range(choose.randint(1, 20)):
            status, firing = project.send(f"{turn} {choose.random()}")
            assert status == 200
            taken.append(firing["trigger"]["cause"])
        # It dies when another moment has come; on a busy machine perhaps three times in the same run, which is given up then.
        seen = len(project.firings("tick"))
        project.wait_for("another moment", lambda: len(project.firings("tick")) > seen)
        project.kill()
        project.start()
    project.ask("trigger", "pause", "tick")
    ticks, hooks = project.wait_fired("tick"), project.wait_fired("hook")
    seconds = [calendar.timegm(time.strptime(one["detail"]["due"][:19], "%Y-%m-%dT%H:%M:%S")) for one in ticks]
    assert sorted(seconds) == list(range(min(seconds), max(seconds) + 1)), "each moment once, and none left out"
    assert sorted(one["trigger"]["cause"] for one in hooks) == sorted(taken)
    finished = [run["trigger"]["cause"] for run in project.get("/api/v1/pipeline/runs?limit=1000")["items"] if run["state"] == "finished"]
    assert len(finished) == len(set(finished)), "none ran twice"
    for one in ticks + hooks:
        run = project.get(f"/api/v1/pipeline/runs/{one['run']}")
        if one["state"] == "refused":
            assert "died with the program 3 times" in run["problem"]
        else:
            assert one["state"] in ("begun", "merged") and run["state"] == "finished", one
    assert project.ask("audit", "verify")["sound"]


@pytest.fixture
def two(tmp_path, cairn_binary):
    """Two copies of a project, each with a server to come, on one store."""
    server = os.environ["CAIRN_TEST_POSTGRES"]
    database = f"shared_{uuid.uuid4().hex}"

    def run(statement):
        connection = psycopg2.connect(server)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    run(f"CREATE DATABASE {database}")
    url = urllib.parse.urlsplit(server)._replace(path="/" + database).geturl()
    projects = [Project(cairn_binary, tmp_path / name, url) for name in ("one", "two")]
    yield projects
    for project in projects:
        if project.process and project.process.poll() is None:
            project.stop()
    run(f"DROP DATABASE {database} WITH (FORCE)")


def test_two_servers_share_the_work_and_one_goes_on_when_the_other_is_killed(two):
    one, other = two
    one.start()
    one.accept("  - {name: tick, on: schedule, cron: '* * * * * *', run: pipeline}\n  - {name: held, on: demand, run: pipeline}\n")
    # They seal one log, and so with one key.
    (other.folder / ".cairn").mkdir()
    shutil.copy2(one.folder / ".cairn" / "seal.key", other.folder / ".cairn" / "seal.key")
    other.start()
    one.wait_for("some moments", lambda: len(one.firings("tick")) >= 4)
    one.ask("trigger", "pause", "tick")
    one.wait_fired("tick")
    causes = [firing["trigger"]["cause"] for firing in one.firings("tick")]
    assert len(causes) == len(set(causes))
    assert all(len(one.runs(cause)) <= 1 for cause in causes)
    # The first is killed in the middle of a run; the other had to wait for it, and does it then.
    for name in ("up", "go"):
        os.mkfifo(one.folder / name)
    (one.folder / "hold").touch()
    held = one.ask("trigger", "fire", "held")["trigger"]["cause"]
    assert (one.folder / "up").read_text() == "up\n"
    status, waiting = other.call("POST", "/api/v1/triggers/held/fire", "{}")
    assert status == 200 and waiting["state"] == "waiting"
    assert [run["state"] for run in other.runs(held)] == ["running"]
    one.kill()
    began = time.monotonic()
    fired = other.wait_fired("held", 2)
    assert time.monotonic() - began < 30
    assert {firing["state"] for firing in fired} <= {"begun", "merged"}
    states = [run["state"] for run in other.get("/api/v1/pipeline/runs")["items"] if run["trigger"]["name"] == "held"]
    assert states.count("killed") == 1 and "finished" in states and len(states) <= 3
    assert "held" in [line.split("|")[1] for line in other.fired()]
    assert "held" not in [line.split("|")[1] for line in one.fired()], "the stage that it left behind was ended"
    # It comes back, and has nothing to do.
    (one.folder / "hold").unlink()
    one.start()
    assert other.ask("audit", "verify")["sound"]
    assert len([run for run in one.get("/api/v1/pipeline/runs")["items"] if run["trigger"]["name"] == "held"]) == len(states)


def test_people_see_pause_and_fill_triggers(project):
    project.accept("  - {name: nightly, on: schedule, cron: '30 2 * * *', zone: Europe/Berlin, run: pipeline}\n")
    (shown,) = project.ask("trigger", "list")["items"]
    assert (shown["subject"]["zone"], shown["paused"], shown["last"]) == ("Europe/Berlin", False, None)
    assert project.ask("trigger", "pause", "nightly")["paused"]
    assert project.ask("trigger", "show", "nightly")["next_ms"] is None
    assert not project.ask("trigger", "resume", "nightly")["paused"]
    dry = project.ask("trigger", "backfill", "nightly", "2026-03-28", "2026-03-31", "--dry-run")
    assert [moment // 1000 for moment in dry["moments_ms"]] == [1774661400, 1774746000, 1774830600]
    # No server runs: what fires waits for one.
    assert project.ask("trigger", "fire", "nightly")["state"] == "waiting"
    project.start()
    project.wait_fired("nightly")
    project.ask("trigger", "backfill", "nightly", "2026-03-28", "2026-03-31")
    project.wait_fired("nightly", 4)
    dues = [line.split("|")[3] for line in project.fired()]
    assert dues == ["", "2026-03-28T01:30:00.000Z", "2026-03-29T01:00:00.000Z", "2026-03-30T00:30:00.000Z"]
    assert project.ask("trigger", "backfill", "nightly", "2026-03-28", "2026-03-31")["there"] == 3
    for words, sentence in [(("fire", "nihgtly"), "Did you mean 'nightly'?"), (("backfill", "nightly", "2026-03-28", "2999-01-01"), "to come"),
                            (("next", "61 * * * *"), "the minute '61'"), (("next", "@daily", "--zone", "Mars"), "time zone 'Mars'")]:
        with pytest.raises(Refused) as refused:
            project.ask("trigger", *words)
        assert sentence in refused.value.sentence


def test_a_configuration_with_a_trigger_that_cannot_be_is_not_accepted(project):
    for trigger, sentence in [("{name: a, on: schedule, cron: '0 0 30 2 *', run: pipeline}", "never comes"), ("{name: a, on: data, dataset: rwos, run: pipeline}", "Did you mean 'rows'?"),
                              ("{name: a, on: message, secret: hush, run: pipeline}", "must be a reference")]:
        with pytest.raises(Refused) as refused:
            project.accept(f"  - {trigger}\n")
        assert sentence in refused.value.sentence
        assert "hush" not in refused.value.sentence
