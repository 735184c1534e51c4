"""From `cairn init` to a signed charter and a canvas on a page, following only what the program says."""

import html.parser
import json
import os
import subprocess

import pytest

ANSWERS = """Passengers learn of a delay when they are at the gate
Travellers with a connection
A missed connection costs 300 EUR
Nine of ten are told two hours before
departures
cancellations
flight
late
1d
Send a message
ada, product owner, launch

honest risk, model, quality.log_loss, <= 0.5, ada, 2030-01-01

log_loss < heuristic

1, 3, EUR
hour >= 17: 0.33
0.18

limited
A wrong message annoys
2030-03-01, pilot

"""

DATA = """data:
  flights:
    path: data/flights
    target: late
    key: [id]
    contract:
      columns:
        id: {type: integer, serving: false}
        hour: {type: integer}
        late: {type: integer, allowed: [0, 1], serving: false}
model: {name: delay, dataset: flights, metric: log_loss, threshold: cost}
gates:
  rules:
    - {name: better than the heuristic, metric: log_loss, against: heuristic}
monitors:
  - {name: quality, protects: honest risk, quality: log_loss, window: 7d, min_rows: 5, above: 0.5}
triggers:
  - {name: retrain, on: alert, monitor: quality, run: pipeline}
"""


class Newcomer:
    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder

    def __call__(self, *words, answers=""):
        environment = {**os.environ, "CAIRN_ID_DIR": str(self.folder / "ids"), "CAIRN_ACTOR": "ada"}
        return subprocess.run([self.binary, *words], cwd=self.folder, env=environment, input=answers, capture_output=True, text=True, timeout=120)

    def ask(self, *words):
        done = self(*words, "--json")
        return done.returncode, json.loads(done.stdout)


@pytest.fixture
def newcomer(cairn_binary, tmp_path):
    return Newcomer(cairn_binary, tmp_path)


def test_a_newcomer_comes_to_a_signed_charter_and_a_canvas(newcomer):
    assert "cairn charter new" in newcomer("init", "--as", "ada").stdout
    asked = newcomer("charter", "new", answers=ANSWERS)
    assert asked.returncode == 0, asked.stderr
    assert "a goal that nothing measures is a wish" in asked.stderr  # It teaches.
    assert "cairn charter check" in asked.stdout and "cairn charter sign" in asked.stdout
    written = newcomer.folder / "cairn.yaml"
    # The charter is whole; what it rests on is not there yet, and each is named.
    code, checked = newcomer.ask("charter", "check")
    assert code == 1 and {finding["field"] for finding in checked["findings"]} == {
        "prediction.outcome", "prediction.wait", "kpis.honest risk.source", "success.log_loss.metric"}
    written.write_text(written.read_text() + DATA)
    assert newcomer("charter", "check").returncode == 0
    assert newcomer("apply").returncode == 0
    assert newcomer.ask("charter", "sign", "--sign", "ada")[1]["signatures"][0]["principal"] == "ada"
    code, standing = newcomer.ask("charter", "sign")
    assert code == 0 and standing["signatures"][0]["counts"]
    assert newcomer("canvas", "export", "canvas.html").returncode == 0
    page = (newcomer.folder / "canvas.html").read_text()

    class Boxes(html.parser.HTMLParser):
        count = 0

        def handle_starttag(self, tag, attrs):
            self.count += ("class", "box") in attrs
            assert not {"src", "href"} & dict(attrs).keys(), "the page needs nothing else"

    boxes = Boxes()
    boxes.feed(page)
    assert boxes.count == 10
    assert "Passengers learn of a delay" in page
    # Nothing has run yet: every block waits, and none contradicts.
    code, linted = newcomer.ask("canvas", "lint")
    assert code == 1 and {finding["bond"] for finding in linted["findings"]} == {"waiting"}


def test_an_edit_of_the_charter_is_shown_and_voids_the_signature(newcomer):
    newcomer("init", "--as", "ada")
    newcomer("charter", "new", answers=ANSWERS)
    newcomer("apply", "--sign", "ada")
    newcomer("charter", "sign", "--sign", "ada")
    written = newcomer.folder / "cairn.yaml"
    written.write_text(written.read_text().replace("wait: 1d", "wait: 2d").replace("A wrong message annoys", "It annoys"))
    code, changed = newcomer.ask("charter", "diff")
    assert code == 1
    assert {item["field"]: (item["was"], item["is"]) for item in changed["items"]} == {
        "prediction.wait": ("1d", "2d"), "risk_reason": ("A wrong message annoys", "It annoys")}
    assert newcomer("apply", "--sign", "ada").returncode == 0
    assert newcomer.ask("charter", "sign")[1]["signatures"] == []
    _, log = newcomer.ask("charter", "log")
    assert len(log["items"]) == 2
    older = log["items"][1]["digest"]
    assert newcomer.ask("charter", "diff", older[:10], log["items"][0]["digest"][:10])[1] == changed


def test_nothing_trains_before_the_signatures_that_the_charter_asks_for(newcomer):
    newcomer("init", "--as", "ada")
    written = newcomer.folder / "cairn.yaml"
    written.write_text(written.read_text().replace("  timeline: []", "  timeline: []\n  signatures: {required: [ada]}"))
    (newcomer.folder / "dvc.yaml").write_text("stages:\n  make:\n    cmd: echo made > made\n    outs: [made]\n")
    assert newcomer("apply").returncode == 0
    refused = newcomer("run")
    assert refused.returncode == 5 and "is not signed by ada" in refused.stderr
    assert newcomer("charter", "sign", "--sign", "ada").returncode == 0
    assert newcomer("run").returncode == 0


def test_an_answer_that_cannot_be_used_leaves_the_file_as_it_was(newcomer):
    newcomer("init", "--as", "ada")
    before = (newcomer.folder / "cairn.yaml").read_text()
    refused = newcomer("charter", "new", answers=ANSWERS.replace("\n1d\n", "\nsoon\n"))
    assert refused.returncode == 2 and "'soon'" in refused.stderr
    assert (newcomer.folder / "cairn.yaml").read_text() == before


def test_what_the_canvas_says_and_the_system_does_not_is_drift(newcomer):
    newcomer("init", "--as", "ada")
    newcomer("charter", "new", answers=ANSWERS)
    written = newcomer.folder / "cairn.yaml"
    written.write_text(written.read_text() + DATA + "canvas:\n  monitoring: {says: Every week, monitors: [quality, weather]}\n")
    code, linted = newcomer.ask("canvas", "lint")
    drifted = [finding for finding in linted["findings"] if finding["bond"] == "drifted"]
    assert code == 1 and len(drifted) == 1 and "'weather'" in drifted[0]["problem"]
    shown = newcomer("canvas", "show").stdout
    assert "x weather" in shown and "- Every week" in shown
    assert "The release policy" in newcomer("stack").stdout or "What is the release policy?" in newcomer("stack").stdout
