"""From `cairn init` to a signed charter and a canvas on a page, following only what the program says."""

import contextlib
import html.parser
import json
import os
import pathlib
import pty
import re
import signal
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


TASKS = """
  tasks:
    - {name: watch the runway}
    - {name: tell passengers, needs: [watch the runway], prediction: {of: late, gain: 2.5, times_a_year: 300000, chance: 60%, build: 40000, run_a_year: 5000}}
    - {name: plan crews, needs: [tell passengers], prediction: {of: illness, gain: 900, times_a_year: 365, chance: 30%, build: 20000, run_a_year: 2000, years: 3}}
    - {name: order fuel, prediction: {of: fuel, gain: 40}}
"""


def test_use_cases_are_ranked_by_their_return_and_done_one_at_a_time(newcomer):
    newcomer("init", "--as", "ada")
    newcomer("charter", "new", answers=ANSWERS)
    written = newcomer.folder / "cairn.yaml"
    text = written.read_text()
    # Behind the section's last line, whatever that is.
    written.write_text(text.replace("\ncharter:\n", "\ncharter:" + TASKS, 1))
    code, ranked = newcomer.ask("usecase", "rank")
    assert code == 0, ranked
    brute = {"tell passengers": 0.6 * 2.5 * 300000 - 5000 - 40000, "plan crews": 0.3 * 900 * 365 * 3 - 2000 * 3 - 20000}
    order = sorted(brute, key=brute.get, reverse=True)
    assert [item["usecase"] for item in ranked["items"]] == [*order, "order fuel"]
    assert {item["usecase"]: item["return"] for item in ranked["items"][:2]} == pytest.approx(brute)
    assert ranked["items"][2]["return"] is None and "chance" in ranked["items"][2]["missing"]
    assert ranked["tasks"].index("watch the runway") < ranked["tasks"].index("tell passengers") < ranked["tasks"].index("plan crews")
    # A circle is refused, wherever it is read, and changes nothing.
    assert newcomer("apply", "--sign", "ada").returncode == 0
    whole = written.read_text()
    written.write_text(whole.replace("{name: watch the runway}", "{name: watch the runway, needs: [plan crews]}"))
    for words in (("usecase", "rank"), ("charter", "check"), ("apply", "--sign", "ada")):
        refused = newcomer(*words)
        assert refused.returncode == 2 and "in a circle: watch the runway → plan crews → tell passengers → watch the runway" in refused.stderr, words
    written.write_text(whole)
    # One at a time.
    assert newcomer.ask("usecase", "activate", "watch the runway")[0] == 3
    assert newcomer("usecase", "activate", order[0]).returncode == 0
    refused = newcomer("usecase", "activate", order[1])
    assert refused.returncode == 4 and f"'{order[0]}' is worked on" in refused.stderr
    assert newcomer("usecase", "activate", order[1], "--override", "two teams").returncode == 0
    _, log = newcomer.ask("audit", "log", "--kind", "charter.usecase_activated")
    bodies = {item["body"]["usecase"]: item["body"] for item in log["items"]}
    assert bodies[order[1]]["reason"] == "two teams" and bodies[order[1]]["beside"] == [order[0]]
    _, refusals = newcomer.ask("audit", "log", "--kind", "governance.attempt_refused")
    assert any(item["body"]["attempt"] == "activate_usecase" for item in refusals["items"])
    assert newcomer("usecase", "end", order[0], "--reason", "done").returncode == 0
    _, ranked = newcomer.ask("usecase", "rank")
    assert [item["usecase"] for item in ranked["items"] if item["active_since"]] == [order[1]]
    assert newcomer("charter", "export", "papers").returncode == 0
    assert f"- {order[0]}, use case 1: " in (newcomer.folder / "papers" / "problem-statement.md").read_text()


def test_phase_zero_leaves_as_documents(newcomer):
    newcomer("init", "--as", "ada")
    refused = newcomer("charter", "export")
    assert refused.returncode in (3, 4) and "cairn apply" in refused.stderr
    newcomer("charter", "new", answers=ANSWERS)
    written = newcomer.folder / "cairn.yaml"
    written.write_text(written.read_text() + DATA)
    newcomer("apply", "--sign", "ada")
    newcomer("charter", "sign", "--sign", "ada")
    code, said = newcomer.ask("charter", "export", "papers")
    assert code == 0 and [item["document"] for item in said["items"]] == ["problem-statement", "project-charter"]
    assert [(one["document"], one["name"]) for one in said["absent"]] == [("data-report", "flights")]
    statement, charter = ((newcomer.folder / item["file"]).read_text() for item in said["items"])
    assert said["items"][0]["missing"] == [], "the problem was said in full"
    for words in ("Passengers learn of a delay when they are at the gate", "Travellers with a connection", "in: departures", "out: cancellations"):
        assert words in statement
    assert "signed by ada" in charter and "pilot: due 2030-03-01" in charter and "honest risk (model)" in charter
    assert {part["place"] for part in said["items"][1]["missing"]} == {"documents.project_charter.resources", "documents.project_charter.feasibility"}
    assert newcomer("docs", "verify", *(item["file"] for item in said["items"])).returncode == 0


def test_what_runs_take_is_held_against_what_was_planned(newcomer):
    newcomer("init", "--as", "ada")
    written = newcomer.folder / "cairn.yaml"
    text = written.read_text() + DATA.split("model:")[0]
    written.write_text(text.replace("\ncharter:\n", "\ncharter:\n  costs: {bytes: 1000, seconds: 100000, labels: 40, bound: 50%, prices: {labels: 0.5}}\n", 1))
    (newcomer.folder / "dvc.yaml").write_text("stages:\n  make:\n    cmd: wc -c data/flights/* > made\n    deps: [data/flights]\n    outs: [made]\n")
    assert newcomer("apply").returncode == 0
    code, costs = newcomer.ask("cost", "plan")
    assert code == 0 and costs["runs"] == [] and costs["plan"]["labels"] == 40
    rows = "id,hour,late\n" + "".join(f"{row},{row % 24},{row % 2}\n" for row in range(50))
    (newcomer.folder / "rows.csv").write_text(rows)
    assert newcomer("data", "add", "rows.csv", "--to", "flights").returncode == 0
    assert newcomer("run").returncode == 0
    assert newcomer("run").returncode == 0, "nothing to do: it takes nothing"
    code, costs = newcomer.ask("cost", "plan")
    [run] = costs["runs"]
    assert code == 1 and run["bytes"] == len(rows) and run["labels"] == 50 and run["price"] == 25.0
    assert 0 <= run["cpu_seconds"] < 60 and run["seconds"] < 60
    # Labels are 25 % off, within the bound; bytes and seconds are not.
    assert {finding["expense"] for finding in costs["findings"]} == ({"seconds"} if abs(len(rows) - 1000) <= 500 else {"bytes", "seconds"})
    assert "100,000 were planned" in newcomer("cost", "plan").stdout
    written.write_text(written.read_text().replace("seconds: 100000", "seconds: -1"))
    refused = newcomer("charter", "check")
    assert refused.returncode == 2 and "less than nothing" in refused.stderr


class Terminal:
    """A person at a terminal: runs commands on one, reads what is on the screen, and types once it waits."""

    def __init__(self, newcomer):
        self.newcomer = newcomer

    def __call__(self, line, answers=()):
        """What one command shows, and its exit code. Every answer is typed when the program asks for one."""
        environment = {**os.environ, "CAIRN_ID_DIR": str(self.newcomer.folder / "ids"), "CAIRN_ACTOR": "ada", "TERM": "xterm"}
        environment["PATH"] = f"{pathlib.Path(self.newcomer.binary).parent}{os.pathsep}{os.environ['PATH']}"
        child, screen = pty.fork()
        if child == 0:
            os.chdir(self.newcomer.folder)
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # Whoever began the tests in the background had it ignored.
            os.execvpe("/bin/sh", ["sh", "-c", line], environment)
        shown, answers = "", list(answers)
        with contextlib.suppress(OSError):  # The end of a terminal, on Linux.
            while piece := os.read(screen, 65536):
                shown += piece.decode()
                if shown.endswith("> ") and answers:
                    answer = answers.pop(0)
                    os.write(screen, answer if isinstance(answer, bytes) else f"{answer}\n".encode())
        os.close(screen)
        assert answers == [], f"these were not asked for: {answers}\n{shown}"
        return shown.replace("\r\n", "\n"), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


# As people answer: some of it at the second try.
AT_A_TERMINAL = [
    "Our shop loses customers and we notice it when they are gone", "", "Winning one costs 100 EUR", "We call those who are about to leave",
    "customers with a contract", "prepaid", "customer", "churned", "a month", "30d", "call them", "Ada", "Ada, head of sales", "",
    "fewer leave, business, evaluation.recall, 0.6, Ada, 2030-01-01", "fewer leave, business, evaluation.recall, >= 0.6, Ada, 2030-01-01", "",
    "recall > 0.6", "", "5 EUR, 100 EUR", "5, 100, EUR", "contract is monthly: 0.4", "contract = 'monthly': 0.4", "", "0.1", "", "low", "limited",
    "A call harms nobody", "2030-03-01, pilot", "",
]


def test_at_a_terminal_each_step_says_the_next(newcomer):
    """From `cairn` alone to a charter that is signed and a canvas on a page, typing only what the terminal says."""
    terminal = Terminal(newcomer)
    shown, code = terminal("cairn")
    assert code == 0
    begin = re.search(r"To begin a project: `(cairn [a-z]+)`", shown)[1]
    shown, code = terminal(begin)
    assert code == 0
    following = re.search(r"Next: `([^`]+)`", shown)[1]
    shown, code = terminal(following, AT_A_TERMINAL)
    assert code == 0 and "18/18" in shown
    for help_given in ("is not a duration: write a whole number with s, m, h, d or w", "write: name, role, what they decide", "'0.6' is no bound: write one like <= 0.5",
                       "such as 1, 3, EUR", "compare columns with numbers or quoted text", "the score for all the rest is missing: write a number alone", "'low' is no class of risk: minimal"):
        assert help_given in shown
    steps = re.findall(r"^  (cairn [a-z]+(?: [-a-z]+)*)   +\w", shown[shown.rindex("Next:"):], re.MULTILINE)
    assert steps == ["cairn charter check", "cairn charter show", "cairn apply", "cairn charter sign --sign ada", "cairn canvas show", "cairn canvas export"]
    # What is open is named by the first; nothing of it stands in the way of the others.
    codes = {step: terminal(step)[1] for step in steps}
    assert codes == {step: int(step == "cairn charter check") for step in steps}
    assert newcomer.ask("charter", "sign")[1]["signatures"][0] == newcomer.ask("charter", "sign")[1]["signatures"][0] | {"principal": "ada", "counts": True}
    page = (newcomer.folder / "canvas.html").read_text()
    assert "Our shop loses customers" in page and "a wrong yes costs 5 EUR, a wrong no 100" in page
    # The canvas says of each empty block what fills it, and nothing contradicts.
    findings = newcomer.ask("canvas", "lint")[1]["findings"]
    assert {finding["bond"] for finding in findings} == {"waiting"}
    assert all("in cairn.yaml" in finding["problem"] for finding in findings if "nothing yet" in finding["problem"])


def test_who_is_interrupted_goes_on_where_it_was(newcomer):
    terminal = Terminal(newcomer)
    newcomer("init")
    # Control-D: what was answered is kept. Control-C: nothing changes.
    assert terminal("cairn charter new", ["It goes wrong", "For us", b"\x04"])[1] == 0
    written = (newcomer.folder / "cairn.yaml").read_text()
    shown, code = terminal("cairn charter new", ["Something else", b"\x03"])
    assert code != 0 and "Now: It goes wrong" in shown
    assert (newcomer.folder / "cairn.yaml").read_text() == written
    shown, code = terminal("cairn charter new", ["", "For all", b"\x04"])
    written = (newcomer.folder / "cairn.yaml").read_text()
    assert code == 0 and "problem: It goes wrong" in written and "persona: For all" in written
