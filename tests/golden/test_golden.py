"""Commands and their exact answers. Each *.txt is a transcript in an empty folder: `$ COMMAND`, what it prints (standard error after
standard output), and `[N]` for an exit code other than 0. After a wanted change: python test_golden.py writes them anew; read the diff."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent
CAIRN = os.environ.get("CAIRN", str(HERE.parents[1] / "build" / "release" / "cairn"))
TRANSCRIPTS = sorted(HERE.glob("*.txt"))


def commands(transcript):
    return [line[2:] for line in transcript.splitlines() if line.startswith("$ ")]


def played(transcript):
    """The transcript with the answers that come today."""
    text = ""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{os.path.dirname(CAIRN)}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "CAIRN_ID_DIR": f"{folder}/ids", "CAIRN_ACTOR": "ada", "COLUMNS": "100"}
        for command in commands(transcript):
            ended = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
            answer = steady(ended.stdout + ended.stderr, folder)
            text += f"$ {command}\n{answer}" + (f"[{ended.returncode}]\n" if ended.returncode else "")
    return text


def steady(text, folder):
    """Without what is another thing in every run: the folder, ids, times and digests."""
    text = text.replace(os.path.realpath(folder), "FOLDER").replace(folder, "FOLDER")
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME", text)
    text = re.sub(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "ID", text)
    text = re.sub(r"\b([0-9a-f]{64}\b|[0-9a-f]{12}(?=…))", "DIGEST", text)
    return re.sub(r"\b\d+(\.\d+)? (ms|s)\b", "DURATION", text)


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_the_answers_are_as_written(path):
    transcript = path.read_text()
    assert played(transcript) == transcript


if __name__ == "__main__":
    for given in [pathlib.Path(word) for word in sys.argv[1:]] or TRANSCRIPTS:
        given.write_text(played(given.read_text()))
