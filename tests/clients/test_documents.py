"""`cairn docs`: written from records, asked for what is missing, and stale the moment the records say something else."""

import hashlib
import json
import os
import re
import subprocess

import pytest
from running import CAIRN, Server
from serving_project import NAME, Project
from test_package import FIXTURES, rows

MARK = "\\_"  # Markdown's own character, as it is meant
KINDS = {"model-card": (NAME, "production"), "instructions": (NAME, "1"), "annex-iv": (NAME, "1"), "datasheet": ("rows",)}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("documents")
    running = Server(folder / "data-folder", folder)
    project = Project(folder, running)
    project.begin(rows(), {"carrier": "string", "hour": "integer", "distance": "number"})
    project.promote(project.register(FIXTURES / "columns.onnx"))
    yield project
    assert running.stop() == 0
    running.log.close()


def write(project, kind, shape="md"):
    path = project.folder / f"{kind}.{shape}"
    said = project.cairn("docs", kind, *KINDS[kind], "--out", str(path))
    return said, path


def verify(project, *paths, code=0):
    return project.cairn("docs", "verify", *map(str, paths), code=code)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", ["md", "html"])
def test_what_was_just_written_is_what_the_records_say(project, kind, shape):
    said, path = write(project, kind, shape)
    verdict = verify(project, path)
    assert verdict["current"] and verdict["items"][0]["problems"] == [] and not verdict["items"][0]["edited"]
    assert said["statements"] > 5 and said["records"] > 1
    assert verdict["items"][0]["missing"] == len(said["missing"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_statement_cites_a_record_by_its_digest(project, kind):
    _, path = write(project, kind)
    text, records = path.read_text().split("\n## Records\n")
    digests = re.findall(r"^- r(\d+): .+, SHA-256 `([0-9a-f]{64})`$", records, re.M)
    assert [int(number) for number, _ in digests] == list(range(1, len(digests) + 1))
    cited = {int(number) for number in re.findall(r"\*\(r(\d+)\)\*", text)}
    assert cited == set(range(1, len(digests) + 1))
    statements = [line for line in text.split("\n## ", 1)[1].splitlines() if line.startswith("- ")]
    assert len(statements) > 5 and all(re.search(r" \*\(r\d+\)\*$", line) for line in statements)


def test_the_figures_are_those_of_the_examination(project):
    _, path = write(project, "model-card")
    text = path.read_text()
    project.cairn("evidence", "export", "cyclonedx", NAME, "1", "--out", "figures.json")
    card = json.loads((project.folder / "figures.json").read_text())["metadata"]["component"]["modelCard"]
    for metric in card["quantitativeAnalysis"]["performanceMetrics"]:
        if "slice" not in metric:
            assert f"- {metric['type'].replace('_', MARK)}: {metric['value']}" in text, metric


def test_what_nobody_said_is_asked_for_and_not_invented(project):
    said, path = write(project, "annex-iv")
    places = {one["place"] for one in said["missing"]}
    assert {"documents.annex_iv.declaration", "documents.annex_iv.security", "documents.annex_iv.risks"} <= places
    assert all(f"`{place}` in cairn.yaml" in path.read_text() for place in places)
    assert "2027-12-02" in path.read_text() and "Digital Omnibus" in path.read_text(), "a date of law stands with its source"


@pytest.mark.parametrize("shape", ["md", "html"])
def test_a_hand_edited_line_is_named(project, shape):
    _, path = write(project, "model-card", shape)
    text = path.read_text()
    changed = re.sub(r"(accuracy: )([0-9.]+)", r"\g<1>0.999", text, count=1)
    assert changed != text
    path.write_text(changed)
    [verdict] = verify(project, path, code=1)["items"]
    assert verdict["edited"] and len(verdict["problems"]) == 1
    [problem] = verdict["problems"]
    assert "0.999" in problem["says"] and "0.999" not in problem["records"]
    assert changed.splitlines()[problem["line"] - 1] == problem["says"]
    ended = subprocess.run([CAIRN, "docs", "verify", path, "--data", project.running.data], capture_output=True, text=True, env=os.environ)
    assert ended.returncode == 1 and f"{path}:{problem['line']}:" in ended.stdout and "was edited" in ended.stdout


def test_every_edit_is_found(project):
    _, path = write(project, "datasheet")
    lines = path.read_text().splitlines()
    for number in range(1, len(lines), 3):
        changed = lines.copy()
        changed[number] += " "
        path.write_text("\n".join(changed) + "\n")
        [verdict] = verify(project, path, code=1)["items"]
        assert verdict["edited"] and verdict["problems"][0]["line"] == number + 1
    for changed in (lines[:5] + lines[6:], lines + ["more"], lines[:-1]):
        path.write_text("\n".join(changed) + "\n")
        assert not verify(project, path, code=1)["current"]


def test_a_forged_digest_does_not_help(project):
    _, path = write(project, "model-card")
    first, body = path.read_text().split("\n", 1)
    body = body.replace("ML Test Score: 0", "ML Test Score: 9", 1)
    forged = hashlib.sha256(body.encode()).hexdigest()
    path.write_text(re.sub(r"[0-9a-f]{64}", forged, first) + "\n" + body)
    [verdict] = verify(project, path, code=1)["items"]
    assert not verdict["edited"] and len(verdict["problems"]) == 1 and "9" in verdict["problems"][0]["says"]


def test_it_is_stale_when_the_records_say_something_else(project):
    """An answer is given, another version is added, the test rows are looked at: each document says what it says no more."""
    paths = {kind: write(project, kind)[1] for kind in KINDS}
    assert verify(project, *paths.values())["current"]
    configuration = project.folder / "cairn.yaml"
    configuration.write_text(configuration.read_text() + "documents: {model_card: {caveats: Not in fog.}, datasheet: {rows: {motivation: To see.}}}\n")
    project.cairn("apply", actor="ada")
    items = {item["form"]: item for item in verify(project, *paths.values(), code=1)["items"]}
    assert items["instructions"]["current"] and items["annex-iv"]["current"]
    assert not items["model-card"]["edited"] and any("Not in fog." in (problem["records"] or "") for problem in items["model-card"]["problems"])
    assert any("To see." in (problem["records"] or "") for problem in items["datasheet"]["problems"])
    said, _ = write(project, "model-card")
    assert "documents.model_card.caveats" not in {one["place"] for one in said["missing"]}
    before = write(project, "datasheet")[1]
    project.cairn("model", "package", f"{NAME}@1", "-o", "opened.zip")
    problems = verify(project, before, code=1)["items"][0]["problems"]
    assert any("times they were looked at" in (problem["says"] or "") for problem in problems)


def test_a_wrong_answer_is_refused_with_its_place(project):
    configuration = project.folder / "cairn.yaml"
    before = configuration.read_text()
    configuration.write_text(before.replace("caveats:", "caveat:") if "caveats:" in before else before + "documents: {model_card: {caveat: x}}\n")
    try:
        refused = project.cairn("apply", actor="ada", code=2)["error"]["message"]
        assert "caveat" in refused and "Did you mean 'caveats'" in refused and "cairn.yaml:" in refused
    finally:
        configuration.write_text(before)


def test_what_is_no_document_is_refused(project, tmp_path):
    (tmp_path / "words.md").write_text("# A card\n")
    assert "no document" in verify(project, tmp_path / "words.md", code=7)["error"]["message"]
    assert project.cairn("docs", "model-card", NAME, "9", code=3)
    assert project.cairn("docs", "datasheet", "rowz", code=3)
    assert project.cairn("docs", "datasheet", "rows", "seven", code=2)


class TestPhaseZero:
    """Problem statement, project charter and data report: documents like the others."""

    @pytest.fixture()
    def exported(self, project, tmp_path):
        said = project.cairn("charter", "export", str(tmp_path / "out"))
        return said, {item["document"]: tmp_path / "out" / os.path.basename(item["file"]) for item in said["items"]}

    def test_all_three_are_written_and_current(self, project, exported, tmp_path):
        said, paths = exported
        assert set(paths) == {"problem-statement", "project-charter", "data-report"} and said["absent"] == []
        assert paths["data-report"].name == "data-report-rows.md"
        assert verify(project, *paths.values())["current"]
        pages = project.cairn("charter", "export", str(tmp_path / "pages"), "--html")
        assert verify(project, *(item["file"] for item in pages["items"]))["current"]
        assert all((tmp_path / "pages" / f"{kind}.html").read_text().startswith("<!doctype html>") for kind in ("problem-statement", "project-charter"))

    def test_what_is_missing_is_named_where_it_belongs_and_not_invented(self, exported):
        said, paths = exported
        missing = {item["document"]: {part["place"] for part in item["missing"]} for item in said["items"]}
        assert {"charter.problem", "charter.why", "charter.persona", "charter.objective", "charter.scope.in"} <= missing["problem-statement"]
        assert {"charter.kpis", "charter.timeline", "documents.project_charter.resources"} <= missing["project-charter"]
        assert "charter.risk" not in missing["project-charter"] and "risk class: limited" in paths["project-charter"].read_text()
        assert "documents.data_report.rows.judgement" in missing["data-report"]
        for document, path in paths.items():
            assert all(f"`{place}` in cairn.yaml" in path.read_text() for place in missing[document])

    def test_every_statement_cites_a_record(self, exported):
        for path in exported[1].values():
            text, records = path.read_text().split("\n## Records\n")
            digests = re.findall(r"^- r(\d+): .+, SHA-256 `([0-9a-f]{64})`$", records, re.M)
            statements = [line for line in text.split("\n## ", 1)[1].splitlines() if line.startswith("- ")]
            assert all(re.search(r" \*\(r\d+\)\*$", line) for line in statements)
            assert {int(number) for number in re.findall(r"\*\(r(\d+)\)\*", text)} == {int(number) for number, _ in digests}

    def test_planted_gaps_and_what_the_columns_say_are_in_the_report(self, project, tmp_path):
        """Counted by pandas."""
        project.cairn("data", "profile", "rows")
        project.cairn("feasibility", "rows", code=1)  # Labels by lot: there is nothing to learn.
        said = project.cairn("charter", "export", str(tmp_path))
        report = (tmp_path / "data-report-rows.md").read_text()
        places = {part["place"] for part in next(item for item in said["items"] if item["document"] == "data-report")["missing"]}
        assert not places & {"documents.data_report.rows.quality", "documents.data_report.rows.relevance"}
        assert "- target: y " in report and "feasibility: no-go" in report
        assert "no-go" in (tmp_path / "project-charter.md").read_text()
        assert verify(project, tmp_path / "data-report-rows.md", tmp_path / "project-charter.md")["current"]

    def test_an_edit_of_the_charter_makes_it_stale_and_another_sections_does_not(self, project, exported):
        _, paths = exported
        configuration = project.folder / "cairn.yaml"
        before = configuration.read_text()
        try:
            configuration.write_text(before + "scorecard: {cadence: 31d}\n")
            project.cairn("apply", actor="ada")
            assert verify(project, paths["problem-statement"])["current"]
            timeline = "timeline: [{milestone: pilot, due: 2013-03-01}, {milestone: start, due: 2013-01-01, done: 2013-01-02}]"
            configuration.write_text(before.replace("charter: {risk: limited}", f"charter: {{risk: limited, problem: Late planes., {timeline}}}"))
            project.cairn("apply", actor="ada")
            [verdict] = verify(project, paths["problem-statement"], code=1)["items"]
            assert not verdict["edited"] and any("Late planes." in (problem["records"] or "") for problem in verdict["problems"])
            written = subprocess.run([CAIRN, "charter", "export", "--data", project.running.data], cwd=project.folder, capture_output=True, text=True)
            assert written.returncode == 0, written.stderr
            charter = (project.folder / "project-charter.md").read_text()
            assert "- pilot: due 2013-03-01, OVERDUE" in charter and "- overdue: 1 of 2 milestones" in charter
            assert "- start: due 2013-01-01, done 2013-01-02" in charter
        finally:
            configuration.write_text(before)
            project.cairn("apply", actor="ada")
