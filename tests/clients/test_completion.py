"""Commands completed by real shells."""

import subprocess

import pytest


def completed_by_bash(binary, line):
    script = f"""source <({binary} completion bash)
COMP_WORDS=({line} ''); [[ '{line}' == *' ' ]] || COMP_WORDS=({line}); COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
_cairn; printf '%s\\n' "${{COMPREPLY[@]}}" """
    return set(subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True).stdout.split())


def completed_by_fish(binary, line):
    script = f"{binary} completion fish | source; complete -C '{line}'"
    answer = subprocess.run(["fish", "--no-config", "-c", script], check=True, capture_output=True, text=True).stdout
    return {row.split("\t")[0] for row in answer.splitlines()}


@pytest.mark.parametrize("completed", [completed_by_bash, completed_by_fish])
def test_commands_and_flags_are_offered_where_they_belong(cairn_binary, completed):
    assert {"data", "model", "up", "audit"} <= completed(cairn_binary, "cairn ")
    assert completed(cairn_binary, "cairn aud") == {"audit"}
    assert completed(cairn_binary, "cairn model insp") == {"inspect"} and completed(cairn_binary, "cairn forma") == {"formats"}
    second = completed(cairn_binary, "cairn audit ")
    assert {"log", "verify", "as-of", "rebuild"} <= second
    assert completed(cairn_binary, "cairn audit ver") == {"verify"}
    flags = completed(cairn_binary, "cairn audit log --")
    assert {"--kind", "--cause", "--json"} <= flags
    assert "--holdout" not in flags and "--filter" not in flags


def test_a_shell_that_is_not_known_is_refused(cairn_binary):
    asked = subprocess.run([cairn_binary, "completion", "csh"], capture_output=True, text=True)
    assert asked.returncode == 2
    assert "bash, zsh and fish" in asked.stderr
