"""Tables that are broken, huge or strange: the commands that read them say what is wrong in one sentence, or read what is there.

CAIRN names the cairn program (default build/release/cairn).
"""

import csv
import gzip
import io
import json
import os
import random
import resource
import subprocess

import numpy
import pandas
import pytest

from cairn_server import CAIRN

CONFIGURATION = "project: p\ndata:\n  d: {path: data/d}\n"
CONTRACT = "apiVersion: v3.1.0\nkind: DataContract\nid: t\nversion: 1.0.0\nstatus: draft\nschema:\n  - name: t\n    logicalType: object\n    properties:\n      - name: a\n        logicalType: string\n"


@pytest.fixture
def project(tmp_path):
    def run(*words, memory=None):
        limit = (lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory))) if memory else None
        environment = {**os.environ, "CAIRN_ID_DIR": str(tmp_path / "ids"), "CAIRN_ACTOR": "ada"}
        return subprocess.run([str(CAIRN), *map(str, words)], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, errors="replace", preexec_fn=limit)

    run.folder = tmp_path
    (tmp_path / "cairn.yaml").write_text(CONFIGURATION)
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    assert run("apply").returncode == 0
    return run


def readings(project, name, **limits):
    """What the commands that read a table say of it, by their names."""
    return {"profile": project("data", "profile", name, "--json", **limits), "check": project("data", "contract", "check", name, "--contract", "contract.yaml", "--json", **limits),
            "infer": project("data", "contract", "infer", name, **limits), "add": project("data", "add", name, "--to", "d", "--json", **limits)}


def assert_refused(done, name, codes=(2, 7)):
    """With a sentence that names the file, and no crash."""
    assert done.returncode in codes, (done.args, done.returncode, done.stdout[-500:], done.stderr[-2000:])
    said = done.stderr.strip() or json.loads(done.stdout)["error"]["message"]
    assert name in said and len(said.splitlines()) == 1 and len(said) < 1000, said


# The contents are part of the tests' names, which each worker of pytest must find the same: hence no time in what is packed.
# "a\n1\n2\n" in a zstd frame with its checksum.
ZSTD = bytes.fromhex("28b52ffd0458310000610a310a320a78292e8c")

NASTY = {
    "ragged.csv": b"a,b\n1,2\n3\n4,5,6\n",
    "open_quote.csv": b'a,b\n1,"two\n3,4\n',
    "stray_quote.csv": b'a,b\n1,tw"o" x\n"3"3,4\n',
    "empty.csv": b"",
    "only_breaks.csv": b"\n\n\n\n",
    "only_nul.csv": b"\0" * 5000,
    "binary.csv": bytes(random.Random(1).randrange(256) for _ in range(20_000)),
    "half_utf16.csv": "a,b\n1,2\n".encode("utf-16")[:-1],
    "broken_utf8.csv": b"a,b\n\xc3,1\n\xff\xfe,2\n",
    "gzip.csv": b"\x1f\x8b\x08\0\0\0\0\0",
    "cr_only.csv": b"a,b\r1,2\r3,4\r",
    "same_names.csv": b"a,a,A\n1,2,3\n",
    "no_names.csv": b",,\n1,2,3\n",
    "wide.csv": b",".join(b"c%d" % i for i in range(30_000)) + b"\n",
    "long_line.csv": b"a,b\n1," + b"x" * (70 << 20) + b"\n",
    "cut.jsonl": b'{"a": 1}\n{"a": ',
    "deep.jsonl": b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n",
    "not_objects.jsonl": b"1\n2\n[3]\n",
}


@pytest.mark.parametrize("name", NASTY)
def test_a_broken_table_is_read_or_refused_with_a_sentence(project, name):
    (project.folder / name).write_bytes(NASTY[name])
    for command, done in readings(project, name).items():
        if done.returncode in (0, 1):
            assert command == "infer" or isinstance(json.loads(done.stdout), dict), (command, done.stdout[:300])
        else:
            assert_refused(done, name)
    assert (project.folder / name).read_bytes() == NASTY[name]


def test_a_billion_columns_are_refused_without_the_memory_for_them(project, thorough):
    """In the short version a hundred million."""
    with open(project.folder / "commas.csv", "wb") as file:
        for _ in range(1000 if thorough else 100):
            file.write(b"," * 1_000_000)
        file.write(b"\n")
    for done in readings(project, "commas.csv", memory=3 << 30).values():
        assert_refused(done, "commas.csv")


def test_strange_but_sound_tables_have_the_rows_that_python_reads(project):
    for name, rows, dialect in (
        ("pipes.csv", [["a", "b"], ["x|y", "1"], ['say "hi"', "2"]], {"delimiter": "|"}),
        ("breaks.csv", [["a", "b"], ["one\ntwo\r\nthree", "1"], ["", "2"]], {}),
        ("tabs.csv", [["a", "b"], ["x", "1"], ["y z", "2"]], {"delimiter": "\t"}),
        ("crlf.csv", [["a", "b"], ["x", "1"], ["y", "2"]], {"lineterminator": "\r\n"}),
        ("emoji.csv", [["a", "b"], ["\U0001f600", "1"], ["\u202eb", "2"]], {}),
        ("nul.csv", [["a", "b"], ["x\0y", "1"], ["z", "2"]], {}),
    ):
        text = io.StringIO()
        csv.writer(text, **dialect).writerows(rows)
        (project.folder / name).write_bytes(text.getvalue().encode())
        profiled = json.loads(project("data", "profile", name, "--json").stdout)
        assert (profiled["table"]["rows"], [column["name"] for column in profiled["columns"]]) == (2, ["a", "b"]), name
        checked = json.loads(project("data", "contract", "check", name, "--contract", "contract.yaml", "--json").stdout)
        assert checked["rows"] == 2 and checked["passed"], (name, checked)
        assert project("data", "add", name, "--to", "d").returncode == 0, name


@pytest.fixture(scope="module")
def parquet(tmp_path_factory):
    path = tmp_path_factory.mktemp("parquet") / "whole.parquet"
    random = numpy.random.default_rng(3)
    pandas.DataFrame({"a": [f"text {i}" for i in range(5000)], "x": random.normal(size=5000), "n": range(5000)}).to_parquet(path, row_group_size=1000)
    return path.read_bytes()


def test_a_table_may_begin_with_an_empty_text(project):
    pandas.DataFrame({"a": ["", "", "x"], "b": ["", "", ""]}).to_parquet(project.folder / "t.parquet")
    done = project("data", "profile", "t.parquet", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["table"]["rows"] == 3


@pytest.mark.parametrize("rows", (769, 1024, 1025, 1537, 1538, 1539, 7690))
def test_the_saved_profile_of_texts_that_are_all_unlike_is_read_again(project, rows):
    """However many there are: the sketch of frequent texts forgets all it holds with each 769th of them."""
    (project.folder / "t.csv").write_text("a\n" + "".join(f"one of {number} in words\n" for number in range(rows)))
    assert project("data", "profile", "t.csv", "-o", "t.profile").returncode == 0
    done = project("data", "profile", "t.profile", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["table"]["rows"] == rows


def test_a_column_without_a_type_fits_any_other(project):
    """Parquet's Null, which pandas writes for a column without a value: the engine calls it INTEGER and reads it as something else."""
    pandas.DataFrame({"a": [1.5, 2.5, 4.5], "b": [None, None, None]}).to_parquet(project.folder / "none.parquet")
    pandas.DataFrame({"a": [3.5, 5.5], "b": ["x", "y"]}).to_parquet(project.folder / "some.parquet")
    inferred = project("data", "contract", "infer", "none.parquet")
    assert inferred.returncode == 0, inferred.stderr
    (project.folder / "inferred.yaml").write_text(inferred.stdout)
    assert project("data", "contract", "check", "none.parquet", "--contract", "inferred.yaml").returncode == 0
    for name in ("none", "some"):
        assert project("data", "profile", f"{name}.parquet", "-o", f"{name}.profile").returncode == 0
    for order in (("none", "some"), ("some", "none")):
        merged = project("data", "profile", "merge", *(f"{name}.profile" for name in order), "-o", "merged.profile")
        assert merged.returncode == 0, merged.stderr
        shown = json.loads(project("data", "profile", "merged.profile", "--json").stdout)
        assert shown["table"]["rows"] == 5 and shown["correlations"]["numbers"]["columns"] == ["a"], shown["correlations"]


def test_what_is_proposed_for_codes_among_which_are_numbers_is_kept_by_them(project):
    (project.folder / "t.csv").write_text("version\n" + "1.0\n1.10\n007\nx\n+5\n1e3\n" * 20)
    (project.folder / "proposed.yaml").write_text(project("data", "contract", "infer", "t.csv").stdout)
    assert '"1.10"' in (project.folder / "proposed.yaml").read_text()
    checked = project("data", "contract", "check", "t.csv", "--contract", "proposed.yaml")
    assert checked.returncode == 0, checked.stdout


def test_a_parquet_file_cut_anywhere_is_refused(project, parquet, thorough):
    chance = random.Random(9)
    ends = [0, 1, 4, 8, 11, 12, len(parquet) - 1, len(parquet) - 4, len(parquet) - 8, *(chance.randrange(len(parquet)) for _ in range(100 if thorough else 4))]
    for end in ends:
        (project.folder / "cut.parquet").write_bytes(parquet[:end])
        for done in readings(project, "cut.parquet").values():
            assert_refused(done, "cut.parquet")
    listed = project("data", "list", "d", "--json")
    assert listed.returncode == 3 or json.loads(listed.stdout)["items"] == []


def test_a_parquet_file_with_changed_bytes_crashes_nothing(project, parquet, thorough):
    """Which bytes matter the file cannot always tell; but the commands end with an answer or a sentence."""
    chance = random.Random(10)
    for round_ in range(200 if thorough else 6):
        name = f"spoilt{round_}.parquet"
        spoilt = bytearray(parquet)
        # The footer at the end is what leads everywhere.
        for _ in range(chance.randint(1, 5)):
            spoilt[chance.randrange(len(parquet) - 2000, len(parquet))] ^= 1 << chance.randrange(8)
        (project.folder / name).write_bytes(spoilt)
        for done in readings(project, name).values():
            if done.returncode not in (0, 1):
                assert_refused(done, name, codes=(2, 6, 7))


RECORDS = pandas.DataFrame({"id": range(40), "name": [f"n{i}" for i in range(40)], "x": [i / 8 for i in range(40)]})


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["records.json", "records.json.gz", "records"])
def test_an_array_of_objects_has_the_rows_and_columns_that_pandas_wrote(project, name, indent):
    RECORDS.to_json(project.folder / name, orient="records", indent=indent)
    profiled = json.loads(project("data", "profile", f"./{name}", "--json").stdout)
    assert (profiled["table"]["rows"], [column["name"] for column in profiled["columns"]]) == (40, ["id", "name", "x"])
    assert profiled["columns"][2]["mean"] == RECORDS["x"].mean()
    (project.folder / "contract.yaml").write_text(CONTRACT.replace("- name: a\n", "- name: name\n") + "        unique: true\n")
    checked = json.loads(project("data", "contract", "check", name, "--contract", "contract.yaml", "--json").stdout)
    assert checked["rows"] == 40 and checked["passed"], checked
    assert "- name: x\n" in project("data", "contract", "infer", f"./{name}").stdout
    assert project("data", "add", name, "--to", "d").returncode == 0
    assert json.loads(project("data", "list", "d", "--json").stdout)["items"][0]["rows"] == 40
    RECORDS.to_csv(project.folder / "same.csv", index=False)
    assert project("data", "compare", f"./{name}", "same.csv").returncode == 0


@pytest.mark.parametrize(
    "name, content, says",
    [
        ("numbers.json", b"[1, 2, 3]", "is a JSON array of other things than objects"),
        ("none.json", b" [ ]\n", "is an empty JSON array"),
        ("pretty.json", b'{\n  "a": 1,\n  "b": 2\n}\n', "goes over several lines"),
        ("deep.json", b'[{"a":\n' + b"[\n" * 100_000 + b"]\n" * 100_000 + b"}]\n", "nests more than 200 levels"),
        ("cut.parquet", b"PAR1" + b"x" * 500, "is cut short"),
        ("cut.csv.gz", gzip.compress(b"a,b\n1,2\n" * 50, mtime=0)[:20], "is cut short"),
        # All rows are there, and nobody can know: the checksum behind them is not.
        ("late.csv.gz", gzip.compress(b"a\n1\n2\n", mtime=0)[:-6], "break off in line 4 (byte 6) of what it holds"),
        ("late.jsonl.gz", gzip.compress(b'{"a": 1}\n', mtime=0)[:-3], "break off in line 2"),
        ("late.csv.zst", ZSTD[:-2], "is cut short or damaged: its Zstandard data"),
        ("flipped.csv.gz", gzip.compress(b"a\n1\n2\n", mtime=0)[:-7] + b"\xff\xff\xff" + gzip.compress(b"a\n1\n2\n", mtime=0)[-4:], "is cut short or damaged"),
    ],
)
def test_what_holds_no_rows_or_not_all_is_refused_with_what_to_do(project, name, content, says):
    (project.folder / name).write_bytes(content)
    for command, done in readings(project, name).items():
        assert_refused(done, name)
        said = done.stderr.strip() or json.loads(done.stdout)["error"]["message"]
        assert says in said and "auto-detect" not in said, (command, said)


def test_what_has_no_end_is_refused_at_once(project):
    os.mkfifo(project.folder / "pipe.csv")
    (project.folder / "zero.csv").symlink_to("/dev/zero")
    for name in ("pipe.csv", "zero.csv"):
        for command in (["data", "profile", name], ["data", "contract", "check", name, "--contract", "contract.yaml"], ["data", "contract", "infer", f"./{name}"], ["data", "compare", name, name], ["data", "add", name, "--to", "d"]):
            environment = {**os.environ, "CAIRN_ID_DIR": str(project.folder / "ids"), "CAIRN_ACTOR": "ada"}
            done = subprocess.run([str(CAIRN), *command], cwd=project.folder, env=environment, capture_output=True, text=True, timeout=60)
            assert done.returncode == 2 and ("regular file" in done.stderr or "neither a file nor a folder" in done.stderr), (command, done)


def test_a_name_that_is_not_utf8_is_refused_with_what_to_do(project):
    name = b"caf\xe9.csv"
    (project.folder / os.fsdecode(name)).write_bytes(b"a,b\n1,2\n")
    for command in (["data", "profile"], ["data", "contract", "check", "--contract", "contract.yaml"], ["data", "contract", "infer"], ["data", "leaks", "contract.yaml"], ["data", "compare", "contract.yaml"], ["data", "add"]):
        words = [*map(os.fsencode, command), name, *([b"--to", b"d"] if "add" in command else [])]
        done = subprocess.run([os.fsencode(CAIRN), *words], cwd=project.folder, env={**os.environ, "CAIRN_ID_DIR": str(project.folder / "ids"), "CAIRN_ACTOR": "ada"}, capture_output=True, text=True, timeout=60, errors="replace")
        assert done.returncode == 2 and "caf\\xe9.csv" in done.stderr and "rename" in done.stderr, (command, done)
