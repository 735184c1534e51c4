"""Any byte of the event log that was changed behind Cairn's back is found, and the event it belongs to is named."""

import contextlib
import json
import random
import shutil
import sqlite3

import pytest
import requests

from cairn_server import Server, cairn


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """A store with some events, at rest."""
    with Server(tmp_path_factory.mktemp("log") / "data") as server:
        assert server.start()
        for number in range(12):
            created = requests.post(f"{server.uri}/api/2.0/mlflow/experiments/create", json={"name": f"experiment {number}"}, timeout=30).json()
            run = requests.post(f"{server.uri}/api/2.0/mlflow/runs/create", json=created, timeout=30).json()["run"]["info"]["run_id"]
            requests.post(f"{server.uri}/api/2.0/mlflow/runs/update", json={"run_id": run, "status": "FINISHED", "end_time": 9}, timeout=30)
        verdict, code = server.verify()
        assert (verdict["problems"], verdict["sealed"], code) == ([], 25, 0)
        assert server.stop() == 0
    assert not (server.data / "cairn.db-wal").exists(), "the store is not all in one file, so bytes of it would be missed"
    return server.data


@pytest.fixture
def copy(log, tmp_path):
    shutil.copytree(log, tmp_path / "data", ignore=shutil.ignore_patterns("sock"))
    return tmp_path / "data"


def verify(data):
    ended = cairn("audit", "verify", "--json", data=data)
    return ended.returncode, json.loads(ended.stdout) if ended.stdout else {}


def named(verdict):
    """The places and ids that the verdict points at."""
    return {p["position"] for p in verdict["problems"]} | {p["id"] for p in verdict["problems"]}


def flipped(value, chance):
    """The value with one bit of one byte changed."""
    if isinstance(value, int):
        return value ^ (1 << chance.randrange(8, 40))  # lower bits of a position would name one that another event has
    content = bytearray(value.encode())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(content)


def test_an_untouched_copy_is_sound(copy):
    code, verdict = verify(copy)
    assert (code, verdict["problems"]) == (0, [])


@pytest.mark.parametrize("column", ["id", "position", "at_ms", "kind", "subject", "actor", "body"])
def test_a_bit_flipped_in_any_column_is_found_and_the_event_named(copy, column, thorough):
    chance = random.Random(column)
    for _ in range(40 if thorough else 4):
        with contextlib.closing(sqlite3.connect(copy / "cairn.db", isolation_level=None)) as store:
            store.text_factory = bytes
            position, identifier, value = store.execute(
                f"SELECT position, id, {column} FROM event WHERE {column} IS NOT NULL ORDER BY random() LIMIT 1").fetchone()
            whole = value if isinstance(value, int) else value.decode()
            changed = flipped(whole, chance)
            put = f"UPDATE event SET {column} = {'?' if isinstance(changed, int) else 'CAST(? AS TEXT)'} WHERE position = ?"
            store.execute(put, (changed, position))
            now_at = changed if column == "position" else position
            code, verdict = verify(copy)
            assert code == 1 and not verdict["sound"], f"{column} of event {position} is {changed} instead of {whole}"
            assert {position, identifier.decode()} & named(verdict), verdict["problems"]
            store.execute(f"UPDATE event SET {column} = {'?' if isinstance(whole, int) else 'CAST(? AS TEXT)'} WHERE position = ?",
                          (whole if isinstance(whole, int) else whole.encode(), now_at))
    assert verify(copy)[0] == 0, "the log is not sound when every byte is as it was"


def place_of(row, whole):
    """Where the row's values lie in the file: id, position, time and texts, one behind the other in a page of the table."""
    identifier, texts = row["id"].encode(), "".join(row[name] for name in ("kind", "subject", "actor", "cause", "body")).encode()
    at = whole.find(texts)
    begin = whole.rfind(identifier, 0, at)
    assert whole.count(texts) == 1 and at - begin <= len(identifier) + 8 + 8, "the event does not lie in one page"
    return begin, at + len(texts)


@pytest.mark.parametrize("where", ["values", "sizes"])
def test_a_byte_flipped_in_the_file_itself_is_found(copy, where, thorough):
    """Among the values the event is named; in the few bytes before them that say how long they are, the page may be unreadable."""
    chance, database = random.Random(where), copy / "cairn.db"
    whole = database.read_bytes()
    with contextlib.closing(sqlite3.connect(database)) as store:
        store.row_factory = sqlite3.Row
        rows = store.execute("SELECT * FROM event").fetchall()
    for _ in range(400 if thorough else 25):
        row = chance.choice(rows)
        begin, end = place_of(row, whole)
        at = chance.randrange(begin, end) if where == "values" else chance.randrange(begin - 10, begin)
        database.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :])
        code, verdict = verify(copy)
        note = f"byte {at - begin} of {end - begin}, in event {row['position']}: {code} {verdict}"
        if code == 7 and where == "sizes":
            continue
        assert code == 1 and {row["position"], row["id"]} & named(verdict), note
    database.write_bytes(whole)
    assert verify(copy)[0] == 0


@pytest.mark.parametrize(
    ("sentence", "what"),
    [
        ("DELETE FROM event WHERE position = 7", "missing"),
        ("DELETE FROM event WHERE position >= 20", "cut"),
        ("UPDATE event SET position = CASE position WHEN 3 THEN -1 ELSE 3 END WHERE position IN (3, 4); UPDATE event SET position = 4 WHERE position = -1", "moved"),
        ("UPDATE merkle_tile SET digests = substr(digests, 33) WHERE level = 0", None),
        ("DELETE FROM merkle_tile", "altered_node"),
        ("UPDATE tree_head SET root = substr(root, 2) || substr(root, 1, 1)", None),
        ("DELETE FROM tree_head WHERE size = (SELECT MAX(size) FROM tree_head)", None),
    ],
)
def test_what_was_removed_or_moved_is_told(copy, sentence, what):
    with contextlib.closing(sqlite3.connect(copy / "cairn.db", isolation_level=None)) as store:
        store.executescript(sentence)
    code, verdict = verify(copy)
    assert code == 1 and verdict["problems"]
    assert what is None or what in {problem["what"] for problem in verdict["problems"]}


def test_a_changed_line_among_the_heads_outside_is_told(copy):
    heads = copy / "heads.jsonl"
    content = bytearray(heads.read_bytes())
    content[len(content) // 2] ^= 1
    heads.write_bytes(content)
    assert verify(copy)[0] == 1
