"""A git repository that the real dvc and Cairn share.

CAIRN names the cairn program (default build/release/cairn), CAIRN_DVC the dvc program (default build/env/dvc/bin/dvc).
"""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAIRN = pathlib.Path(os.environ.get("CAIRN", ROOT / "build/release/cairn")).resolve()
DVC = pathlib.Path(os.environ.get("CAIRN_DVC", ROOT / "build/env/dvc/bin/dvc"))
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


class Project:
    """A git repository with DVC in it, in a home of its own."""

    def __init__(self, folder, tools):
        self.folder, self.tools = folder, tools
        self.environment = {**os.environ, **KEYS, "HOME": str(folder.parent), "DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": str(folder.parent / "site"),
                            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org",
                            "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org"}

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(self, program, *words, code=0):
        done = subprocess.run([str(program), *map(str, words)], cwd=self.folder, env=self.environment, capture_output=True, text=True, errors="surrogateescape")
        assert code is None or done.returncode == code, f"{program} {words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def dvc(self, *words, code=0):
        return self.run(DVC, *words, code=code)

    def as_dvc(self, *words, code=0):
        """Cairn, called by the name dvc."""
        return self.run(self.tools / "dvc", *words, code=code)

    def cairn(self, *words, code=0):
        return self.run(CAIRN, *words, code=code)

    def git(self, *words):
        return self.run("git", *words)

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    @property
    def cache(self):
        return self.folder / ".dvc" / "cache"


def tree(folder):
    """Every file below, with its bytes and mode."""
    return {str(path.relative_to(folder)): (path.read_bytes(), oct(path.stat().st_mode)) for path in sorted(pathlib.Path(folder).rglob("*")) if path.is_file()}


def begin(folder):
    """A project in a new folder below `folder`, as `git init` and `dvc init` leave it (Cairn's, which is quicker, and the same)."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    if not (tools / "dvc").exists():
        (tools / "dvc").symlink_to(CAIRN)
    made = Project(folder / "project", tools)
    made.folder.mkdir()
    made.git("init", "-q", "-b", "main")
    made.as_dvc("init", "-q")
    return made
