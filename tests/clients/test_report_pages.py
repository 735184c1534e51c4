"""The pages of `data profile --html` and `data compare --html` in a real browser: what they draw is what the figures say, and they ask nobody."""

import contextlib
import json
import subprocess

import numpy
import pages
import pandas
import pytest
from running import CAIRN

ROWS = 5_000


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder, random = tmp_path_factory.mktemp("tables"), numpy.random.default_rng(1)
    for name, shift, kinds in (("before", 0, "abc"), ("now", 1, "abd")):
        pandas.DataFrame({
            "amount": random.normal(shift, 1, ROWS),
            "kind": random.choice(list(kinds), ROWS, p=[0.6, 0.3, 0.1]),
            "at": pandas.date_range("2020-01-01", periods=ROWS, freq="h"),
        }).to_parquet(folder / f"{name}.parquet")
    return folder


def made(tables, *words):
    """The report as JSON, and the page beside it."""
    done = subprocess.run([CAIRN, "data", *words, "--json", "--html", "page.html"], cwd=tables, capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout), tables / "page.html"


@contextlib.contextmanager
def opened(path):
    with pages.browser() as browser:
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        complaints, asked = [], []
        page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        yield page
        assert complaints == []
        assert asked == [path.as_uri()], "it is one file that needs no other"


def bars_of(page, column, kind):
    """Rows and drawn height (or width) of each bar in the section of a column."""
    section = page.locator("section").filter(has=page.locator("h2, h3", has_text=column))
    return section.first.locator(f"rect.{kind}[data-rows]").evaluate_all(
        "bars => bars.map(bar => ({rows: +bar.dataset.rows, height: bar.getBoundingClientRect().height, width: bar.getBoundingClientRect().width}))"
    )


def in_proportion(bars, side):
    largest = max(bars, key=lambda bar: bar["rows"])
    for bar in bars:
        # A bar of few rows is drawn a little larger than nothing, so that it is seen.
        assert bar[side] == pytest.approx(largest[side] * bar["rows"] / largest["rows"], abs=1.5)


def test_a_profile_draws_the_counts_that_it_holds(tables):
    report, path = made(tables, "profile", "before.parquet")
    columns = {column["name"]: column for column in report["columns"]}
    with opened(path) as page:
        for name in ("amount", "at"):
            bars = bars_of(page, name, "bar")
            assert [bar["rows"] for bar in bars] == columns[name]["histogram"]["counts"]
            in_proportion(bars, "height")
        bars = bars_of(page, "kind", "bar")
        assert [bar["rows"] for bar in bars] == [value["rows"] for value in columns["kind"]["top"]]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing runs out of the window"


def test_a_comparison_draws_both_sides(tables):
    report, path = made(tables, "compare", "before.parquet", "now.parquet")
    with opened(path) as page:
        for column in report["columns"]:
            for side, kind in (("reference", "b"), ("current", "a")):
                bars = bars_of(page, column["column"], kind)
                assert [bar["rows"] for bar in bars] == column["picture"][side], (column["column"], side)
        assert page.get_by_text("drifted", exact=False).first.is_visible()
