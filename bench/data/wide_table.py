"""The table of twenty columns that the benchmarks of data read: real and whole numbers, levels, a time, an identifier, a target."""

import subprocess

SCRIPT = """
import sys, numpy as np, pandas as pd
rows, with_nulls, files, random = int(sys.argv[1]), sys.argv[2].split(","), sys.argv[3:], np.random.default_rng(1)
table = {f"real_{i}": random.normal(i, 1 + i, rows) for i in range(8)}
table |= {f"whole_{i}": random.integers(0, 3 * 10 ** (i + 1), rows) for i in range(4)}
table["flag"] = random.random(rows) < 0.3
table |= {f"kind_{i}": np.char.add("level_", random.integers(0, kinds, rows).astype(str)) for i, kinds in enumerate([5, 30, 200, 5000])}
table["at"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(np.sort(random.integers(0, 86400 * 730, rows)), unit="s")
table["user"] = np.char.add("user-", (np.arange(rows) * 7919 % (10 * rows)).astype(str))
table["target"] = (random.random(rows) < 0.2).astype(int)
frame = pd.DataFrame(table)
for name in with_nulls:
    frame.loc[random.random(rows) < 0.03, name] = None
for file in files:
    frame.to_csv(file, index=False) if file.endswith(".csv") else frame.to_parquet(file, index=False)
"""


def write(python, rows, with_nulls, *files):
    """Writes the same rows into each file, CSV or Parquet by its name, with the environment of `python`, which must have pandas."""
    subprocess.run([python, "-c", SCRIPT, str(rows), ",".join(with_nulls), *map(str, files)], check=True)
