"""Draws what a program wrote to a terminal as SVG: text with colour codes on standard input, the picture on standard output."""

import html
import re
import sys

COLORS = {"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "34": "#79c0ff", "36": "#76e3ea"}
NO_BREAK = "\u00a0"  # Pictures fold plain spaces.
LINE, CHARACTER, EDGE = 17, 7.83, 18


def spans(line: str):
    """Pieces of one look: (text, styles, column)."""
    styles, column = set(), 0
    for piece in re.split(r"(\x1b\[[0-9;]*m)", line):
        if code := re.fullmatch(r"\x1b\[([0-9;]*)m", piece):
            given = set(code[1].split(";")) - {""}
            styles = set() if not given or "0" in given else styles | given
        elif piece:
            yield piece, frozenset(styles), column
            column += len(piece)


def drawn(line: str, y: int) -> str:
    texts = []
    for text, styles, column in spans(line):
        column += len(text) - len(text.lstrip())
        if not (text := text.strip()):
            continue
        color = next((COLORS[style] for style in styles if style in COLORS), "#e6edf3")
        more = (' font-weight="bold"' if "1" in styles else "") + (' opacity="0.6"' if "2" in styles else "")
        place = f'x="{EDGE + column * CHARACTER:.1f}" y="{y}" textLength="{len(text) * CHARACTER:.1f}"'
        shown = html.escape(text).replace(" ", NO_BREAK)
        texts.append(f'<text {place} fill="{color}"{more}>{shown}</text>')
    return "\n".join(texts)


def main() -> None:
    lines = sys.stdin.read().rstrip().split("\n")
    columns = max(sum(len(text) for text, _, _ in spans(line)) for line in lines)
    width, height = round(columns * CHARACTER + 2 * EDGE), len(lines) * LINE + 2 * EDGE
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
          'font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="13">')
    print(f'<rect width="{width}" height="{height}" rx="10" fill="#0d1117"/>')
    for place, line in enumerate(lines):
        if piece := drawn(line, EDGE + (place + 1) * LINE - 4):
            print(piece)
    print("</svg>")


if __name__ == "__main__":
    main()
