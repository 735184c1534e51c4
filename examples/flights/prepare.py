"""One table of the newest months, in order of time."""

import pathlib

import pandas as pd
import yaml

params = yaml.safe_load(pathlib.Path("params.yaml").read_text())["prepare"]
files = sorted(pathlib.Path("data/flights").glob("*.csv"))[-params["months"]:]
months = [pd.read_csv(path, keep_default_na=False) for path in files]
flights = pd.concat(months).sort_values(["time_hour", "carrier", "flight"], ignore_index=True)

pathlib.Path("build").mkdir(exist_ok=True)
flights.to_parquet("build/flights.parquet", index=False)
print(f"{len(flights):,} flights from {len(months)} months, {flights['late'].mean():.1%} late")
