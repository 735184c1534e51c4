"""A year of real flights through the whole loop: from a written problem to a served, monitored, drifted, retrained and
re-approved model. Every figure was computed in this run."""

import argparse
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from story import flights as source
from story import living, making, proving
from story.program import Cairn, Refused
from story.scene import Scene
from story.terminal import Terminal

EXAMPLE = pathlib.Path(__file__).resolve().parent
ROOT = EXAMPLE.parents[1]
PROJECT = ["cairn.yaml", "dvc.yaml", "params.yaml", "columns.py", "prepare.py", "train.py", "explain.py"]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run demo", description=__doc__)
    parser.add_argument("--no-wait", action="store_true", help="end the server with the story instead of leaving it up")
    binary, workspace = os.environ.get("CAIRN", str(ROOT / "build" / "release" / "cairn")), ROOT / "build" / "demo"
    parser.add_argument("--binary", default=binary, help="the program (build/release/cairn)")
    parser.add_argument("--workspace", type=pathlib.Path, default=workspace, help="a folder of its own, made anew (build/demo)")
    parser.add_argument("--share", type=float, default=1.0, help="tell it with this share of the flights (1)")
    parser.add_argument("--color", choices=["auto", "always", "never"], default="auto")
    return parser.parse_args()


def is_up(folder: pathlib.Path) -> bool:
    with socket.socket(socket.AF_UNIX) as caller, contextlib.chdir(folder if folder.is_dir() else "."):
        return folder.is_dir() and caller.connect_ex(".cairn/sock") == 0


def make_workspace(folder: pathlib.Path) -> None:
    """An empty folder with the example project in it. A folder that no demonstration made, or that one still uses, is left
    alone."""
    mark = folder / ".demo"
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        sys.exit(f"'{folder}' holds something else; give an empty folder with --workspace.")
    if is_up(folder):
        sys.exit(f"a server still runs on '{folder}': end it with Ctrl-C where it runs, or give another folder with --workspace.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    mark.touch()
    for name in PROJECT:
        shutil.copy(EXAMPLE / name, folder / name)
    ignored = [".cairn/", ".demo", ".kept/", "build/", "data/", "feed/", "ids/", "server.log"]
    (folder / ".gitignore").write_text("".join(f"{name}\n" for name in ignored))
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=folder, check=True)


CHAPTERS = [
    making.problem, making.data, making.feasibility, making.training, making.approval,
    living.april, living.decay, living.may,
    making.bad_idea, proving.drill, living.rest_of_the_year, proving.scorecard,
]


def tell(scene: Scene) -> None:
    for chapter in CHAPTERS:
        chapter(scene)
    longest = sorted(scene.say.times, key=lambda step: -step[1])[:3]
    steps = ", ".join(f"'{title}' {seconds:.1f} s" for title, seconds in longest)
    print()
    scene.say.fact("the end", f"after {scene.say.elapsed():.1f} s; longest: {steps}")


def leave_up(scene: Scene) -> None:
    page = scene.say.styled(scene.server.address + "/", "cyan", "bold")
    print(f"\n     Look at it: {page}   (Ctrl-C ends it; the project is in {os.path.relpath(scene.cairn.folder)})", flush=True)
    scene.server.process.wait()


def main() -> int:
    given = arguments()
    if not pathlib.Path(given.binary).is_file():
        sys.exit(f"there is no program at '{given.binary}': ./run build makes it.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    workspace = given.workspace.resolve()
    make_workspace(workspace)
    terminal = Terminal(given.color)
    terminal.title("Will this flight arrive 15 minutes late or more?", "One model's life among the departures from New York in 2013")
    scene = Scene(terminal, Cairn(given.binary, workspace), source.table(given.share))
    try:
        tell(scene)
        if not given.no_wait:
            leave_up(scene)
    except Refused as problem:
        terminal.bad("stopped", problem.sentence)
        return 1
    except KeyboardInterrupt:
        print()
    finally:
        if scene.server:
            scene.server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
