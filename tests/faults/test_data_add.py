"""Adding data where things go wrong: nothing acknowledged is lost, and what is refused changes nothing."""

import json
import os
import random
import subprocess
import threading

import pytest

import power_loss
from cairn_server import CAIRN, cairn

CONFIGURATION = "project: p\ndata:\n  d: {path: data/d, key: [id], holdout: 20%}\n"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "cairn.yaml").write_text(CONFIGURATION)
    assert cairn("apply", data=tmp_path / "data-store", cwd=tmp_path).returncode == 0
    return tmp_path


def add(project, name, *words):
    return cairn("data", "add", name, "--to", "d", *words, data=project / "data-store", cwd=project)


def versions(project):
    ended = cairn("data", "list", "d", "--json", data=project / "data-store", cwd=project)
    return json.loads(ended.stdout)["items"] if ended.returncode == 0 else []


def left_over(project):
    drafts = project / "data-store" / "scratch" / "adding"
    return sorted(os.listdir(drafts)) if drafts.exists() else []


def rows(first, last):
    return "id,x\n" + "".join(f"{i},{i * 0.5}\n" for i in range(first, last))


@pytest.mark.parametrize(
    ("name", "content", "fragment"),
    [
        ("ragged.csv", b"id,x\n1,2\n3\n4,5,6\n", "line 3"),
        ("open.csv", b'id,x\n1,"two\n3,4\n', "quote"),
        ("torn.csv", "id;x\n1;caf\xe9\n2\n".encode("latin-1"), "line 3"),
        ("wide.csv", b",".join(b"c%d" % i for i in range(30_000)) + b"\n", "20,000 columns"),
        ("cut.parquet", b"PAR1" + b"\0" * 1000, "cut.parquet"),
        ("a.arrow", b"ARROW1\0\0" + b"\0" * 100, "Parquet"),
        ("lines.jsonl", b'{"id": 1}\n{"id": \n', "lines.jsonl"),
        ("keyless.csv", b"identity,x\n1,2\n", "'id'"),
        ("empty.csv", b"", "empty"),
    ],
)
def test_what_cannot_be_read_is_named_and_changes_nothing(project, name, content, fragment):
    (project / name).write_bytes(content)
    ended = add(project, name)
    assert ended.returncode in (2, 7), ended.stdout + ended.stderr
    assert fragment in ended.stderr and name in ended.stderr, ended.stderr
    assert versions(project) == [] and left_over(project) == []
    assert (project / name).read_bytes() == content and not (project / "data").exists()


def test_zero_bytes_within_a_field_are_carried_over(project):
    (project / "nul.csv").write_bytes(b"id,x\n1,a\0b\n2,c\n")
    assert add(project, "nul.csv").returncode == 0
    assert b"a\0b" in b"".join(path.read_bytes() for path in (project / ".dvc" / "cache").rglob("*") if path.is_file())


def test_a_file_that_changes_while_it_is_read_is_refused(project):
    (project / "busy.csv").write_text(rows(0, 400_000))
    over = threading.Event()

    def append():
        with open(project / "busy.csv", "a") as file:
            for i in range(10**9):
                if over.is_set():
                    return
                file.write(f"{10**7 + i},1\n")
                file.flush()

    writer = threading.Thread(target=append)
    writer.start()
    ended = add(project, "busy.csv")
    over.set()
    writer.join()
    assert ended.returncode == 4 and "changed while" in ended.stderr, ended.stdout + ended.stderr
    assert versions(project) == [] and left_over(project) == []
    assert add(project, "busy.csv").returncode == 0


def test_a_full_disk_is_told_and_the_next_add_works(project, tmp_path_factory):
    (project / "a.csv").write_text(rows(0, 100_000))
    tools = tmp_path_factory.mktemp("full")
    (tools / "full").write_text("")
    full = power_loss.preloaded(power_loss.build_shim(tools), project, tools / "journal", UNSYNCED_FULL=tools / "full")
    ended = cairn("data", "add", "a.csv", "--to", "d", data=project / "data-store", cwd=project, env=full)
    assert ended.returncode == 6 and ended.stderr.startswith("cairn: "), ended.stdout + ended.stderr
    assert versions(project) == []
    assert add(project, "a.csv").returncode == 0 and left_over(project) == []


def test_kill_9_at_any_moment_loses_nothing_acknowledged(project, thorough):
    chance, acknowledged = random.Random(3), set()
    for round_ in range(200 if thorough else 12):
        name = f"{round_}.csv"
        (project / name).write_text(rows(round_ * 1000, round_ * 1000 + 20_000))
        process = subprocess.Popen(
            [CAIRN, "data", "add", name, "--to", "d", "--data", str(project / "data-store")],
            cwd=project, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            said, _ = process.communicate(timeout=chance.uniform(0.01, 0.8))
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate()
        if " version " in said:
            acknowledged.add(name)
        names = {file["name"] for version in versions(project)[:1] for file in version["files"]}
        assert acknowledged <= names
    last = add(project, "0.csv")
    assert last.returncode == 0 and left_over(project) == [], last.stderr
    verified = cairn("data", "verify", "d", "--json", data=project / "data-store", cwd=project)
    assert json.loads(verified.stdout)["sound"], verified.stdout
