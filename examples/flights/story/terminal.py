"""How the story looks: numbered steps, a label and a fact a line, the program's sentences quoted, what each step took."""

import contextlib
import os
import re
import shutil
import sys
import textwrap
import time

LABEL = 14
STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


class Terminal:
    def __init__(self, color: str = "auto"):
        self.lively = sys.stdout.isatty()
        self.colored = color == "always" or (color == "auto" and self.lively and "NO_COLOR" not in os.environ)
        self.width = min(shutil.get_terminal_size((100, 40)).columns, 100)
        self.began = time.monotonic()
        self.steps = 0
        self.times: list[tuple[str, float]] = []

    def styled(self, text: str, *styles: str) -> str:
        if not self.colored or not styles:
            return text
        return f"\x1b[{';'.join(STYLES[style] for style in styles)}m{text}\x1b[0m"

    def title(self, text: str, subtitle: str) -> None:
        print(f"\n  {self.styled(text, 'bold')}\n  {self.styled(subtitle, 'dim')}")

    @contextlib.contextmanager
    def step(self, title: str):
        """A numbered step; the time it took stands under its last line."""
        self.steps += 1
        head = f"{self.steps:>3}  {title} "
        print("\n" + self.styled(head, "bold") + self.styled("─" * (self.width - len(head)), "dim"), flush=True)
        began = time.monotonic()
        yield
        seconds = time.monotonic() - began
        self.times.append((title, seconds))
        print(self.styled(f"{seconds:.1f} s".rjust(self.width), "dim"), flush=True)

    def fact(self, label: str, text: str, *styles: str) -> None:
        """One line under a step, folded when it is long."""
        self._clear()
        lines = textwrap.wrap(text, self.width - 5 - LABEL, break_on_hyphens=False) or [""]
        for place, line in enumerate(lines):
            shown = self.styled((label if place == 0 else "").ljust(LABEL), "cyan")
            print(f"     {shown}{self.styled(line, *styles)}", flush=True)

    def good(self, label: str, text: str) -> None:
        self.fact(label, text, "green")

    def bad(self, label: str, text: str) -> None:
        self.fact(label, text, "red")

    def quote(self, text: str) -> None:
        """The program's own sentence."""
        self._clear()
        for line in textwrap.wrap(text, self.width - 7 - LABEL, break_on_hyphens=False):
            print(f"     {' ' * LABEL}{self.styled('│ ' + line, 'yellow')}", flush=True)

    def progress(self, done: int, total: int, what: str) -> None:
        if self.lively and total:
            filled = 30 * done // total
            print(f"\r     {'':{LABEL}}{'█' * filled}{'░' * (30 - filled)} {what}", end="", flush=True)

    def waiting(self, what: str) -> None:
        if self.lively:
            print(f"\r\x1b[2K     {'':{LABEL}}{self.styled('… ' + what, 'dim')}", end="", flush=True)

    def _clear(self) -> None:
        if self.lively:
            print("\r\x1b[2K", end="")

    def elapsed(self) -> float:
        return time.monotonic() - self.began


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def short(digest: str) -> str:
    return re.sub(r"^(\w+:)?([0-9a-f]{12})[0-9a-f]+$", r"\1\2…", digest)
