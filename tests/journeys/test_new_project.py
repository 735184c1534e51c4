"""What `cairn init` leaves, as its reader takes it up."""

import json
import os
import re
import subprocess

import pytest


@pytest.fixture
def cairn(cairn_binary, tmp_path):
    def run(*words):
        environment = {**os.environ, "CAIRN_ID_DIR": str(tmp_path / "ids")}
        return subprocess.run([cairn_binary, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)

    return run


def test_the_examples_hold_when_they_are_uncommented(cairn, tmp_path):
    assert cairn("init", "--as", "ada").returncode == 0
    written = tmp_path / "cairn.yaml"
    text = re.sub(r"^( *)# ?(?=( *- \{| *[a-z_]+:))", r"\1", written.read_text(), flags=re.MULTILINE)
    text = text.replace("kpis: []", "kpis:").replace("success: []", "success:")
    assert "\ndata:\n" in text and "\n      columns:\n" in text and "\n  risk: limited\n" in text
    written.write_text(text)
    checked = cairn("charter", "check", "--json")
    assert checked.returncode in (0, 1), f"the examples are refused: {checked.stdout}{checked.stderr}"


@pytest.mark.parametrize("words", [["runs", "list"], ["gc"], ["audit", "verify"], ["data", "list"], ["backup", "copy"]])
def test_no_command_answers_out_of_a_folder_without_a_store(cairn, tmp_path, words):
    asked = cairn(*words, "--json")
    assert asked.returncode == 3 and "no Cairn store" in json.loads(asked.stdout)["error"]["message"]
    assert not list(tmp_path.iterdir())
