"""Writes the table of what Python's regular expressions call a word character beyond ASCII, as which MLflow's servers check names.

    python3 tools/word_characters.py | clang-format > src/loop/tracking/limits/word_characters.inc"""

import re
import sys

WORD = re.compile(r"\w")
ranges, first = [], None
for code in range(0x80, sys.maxunicode + 2):
    word = code <= sys.maxunicode and not 0xD800 <= code < 0xE000 and WORD.match(chr(code))
    if word and first is None:
        first = code
    if not word and first is not None:
        ranges.append((first, code - 1))
        first = None
print("// Written by tools/word_characters.py: first and last code point of each range.")
print(", ".join(f"{{0x{a:X}, 0x{b:X}}}" for a, b in ranges))
