"""Which rows of key_hash.csv are sealed, and in which part of a split they lie, computed without Cairn."""

import csv
import hashlib
import json
import pathlib
import random

here = pathlib.Path(__file__).resolve().parent
chance = random.Random(5)
rows = [
    {"name": chance.choice(["Ada", "Bén", "", "x,y", 'q"'] + [f"n{i}" for i in range(300)]), "carrier": chance.choice(["UA", "B6", ""]), "n": str(i)}
    for i in range(400)
]
with open(here / "key_hash.csv", "w", newline="") as file:
    writer = csv.DictWriter(file, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def place(*texts):
    return int(hashlib.md5("\x1f".join(texts).encode()).hexdigest()[:8], 16) / 2**32


golden = {
    "sealed": [row["n"] for row in rows if place(row["name"], row["carrier"]) < 0.2],
    "validation": [row["n"] for row in rows if 0.5 <= place("split", "7", row["name"], row["carrier"]) < 0.8],
}
(here / "key_hash.json").write_text(json.dumps(golden) + "\n")
