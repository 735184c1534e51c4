"""A table with planted defects and its clean twin, for every test that asks whether defects are found: `make(folder)` writes both as Parquet and
CSV and gives what was planted where, with the counts. The same seed gives the same bytes."""

import dataclasses
import pathlib

import numpy
import pandas

ROWS = 3000  # before the planted duplicates
HOURS = pandas.date_range("2024-01-01", periods=ROWS, freq="h")
FIRST = "Emma Liam Olivia Noah Sophie Lukas Marie Jonas Anna Paul Laura Felix Julia Maria Peter Thomas Sarah David Laura Michael".split()
LAST = "Smith Johnson Müller Schmidt Garcia Martinez Brown Wilson Meyer Weber Rossi Novak Kowalski Andersson Jones Taylor Fischer".split()
WORDS = "the parcel came late and box was open nobody answered my call so please send again or give money back thank you for help".split()


@dataclasses.dataclass
class Planted:
    """What was planted, by kind: for a kind about columns, {column: rows}; for one about the table, rows."""

    dirty: pathlib.Path  # without suffix: .parquet and .csv
    clean: pathlib.Path
    target: str
    rows: int
    counts: dict


def luhn_digit(digits):
    doubled = [int(d) * 2 if i % 2 == 0 else int(d) for i, d in enumerate(reversed(digits))]
    return str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)


def card(random):
    digits = "4" + "".join(str(d) for d in random.integers(0, 10, 14))
    return digits + luhn_digit(digits)


def iban(random):
    account = "".join(str(d) for d in random.integers(0, 10, 18))
    check = 98 - int(account + "131400") % 97  # DE00 as numbers
    return f"DE{check:02d}{account}"


def pick(random, rows, count):
    return numpy.sort(random.choice(rows, count, replace=False))


def clean_table(random):
    late = (random.random(ROWS) < 0.3).astype(int)
    words = [" ".join(random.choice(WORDS, random.integers(8, 25))) for _ in range(ROWS)]
    return pandas.DataFrame({
        "measured_at": HOURS,
        "age": random.integers(18, 80, ROWS),
        "income": random.normal(3000, 500, ROWS).round(2),
        "city": random.choice(["Rome", "Oslo", "Bonn", "Lyon", "Graz"], ROWS, p=[0.4, 0.3, 0.15, 0.1, 0.05]),
        "size": random.normal(10, 2, ROWS).round(3) + 0.4 * late,
        "discount": random.integers(0, 30, ROWS).astype(float),
        "coupon": random.choice(["none", "spring", "summer"], ROWS),
        "comment": words,
        "remark": random.choice(["fine", "good", "poor", "none given"], ROWS),
        "reference": ["".join(str(d) for d in random.integers(0, 10, 16)) for _ in range(ROWS)],
        "score": random.normal(0, 1, ROWS) + 0.5 * late,
        "late": late,
    })


def soil(table, random):
    """The defects, and their counts."""
    late = table["late"].to_numpy()
    found = {}
    table["country"] = "DE"
    found["constant"] = {"country": ROWS}
    table["fax"] = numpy.where(random.random(ROWS) < 0.9, None, "yes")
    table.loc[[0, 1], "fax"] = ["no", "yes"]
    together = pick(random, ROWS, 40)
    table.loc[together, ["discount", "coupon"]] = None
    found["missing_together"] = {"discount": 40, "coupon": 40}
    high = pick(random, ROWS, 7)
    table.loc[high, "income"] = [90000 + 10 * i for i in range(7)]
    found["outliers"] = {"income": 7}
    negative = pick(random, ROWS, 8)
    table.loc[negative, "age"] = -5
    found["below_range"] = {"age": 8}
    table["size"] = table["size"].map(str)
    unread = pick(random, ROWS, 17)
    table.loc[unread, "size"] = "unknown"
    found["mixed_types"] = {"size": 17}
    table["weight"] = [f"{w:.2f}" for w in random.normal(70, 10, ROWS)]
    found["number_text"] = {"weight": ROWS}
    days = random.integers(0, 20000, ROWS)
    table["birthday"] = [(pandas.Timestamp("1950-01-01") + pandas.Timedelta(days=int(d))).strftime("%d.%m.%Y") for d in days]
    found["date_text"] = {"birthday": ROWS}
    table["measured_at"] = table["measured_at"].where(table.index < 2000, table["measured_at"] + pandas.Timedelta(hours=24))
    found["time_gap"] = {"measured_at": 1}
    future = pick(random, 2000, 5)
    table["ordered_at"] = HOURS.floor("D") - pandas.Timedelta(days=3)
    table.loc[future, "ordered_at"] = pandas.Timestamp("2199-01-01")
    found["future"] = {"ordered_at": 5}
    rows = pick(random, ROWS, 21 + 6 + 4 + 3)
    random.shuffle(rows)
    for r in rows[:21]:
        table.loc[r, "remark"] = " fine"
    table.loc[rows[21:27], "remark"] = "   "
    table.loc[rows[27:31], "remark"] = "schlecht fÃ¼r mich"
    table.loc[rows[31:], "remark"] = "bad\x07bell"
    found |= {"padded": {"remark": 21}, "blank": {"remark": 6}, "mojibake": {"remark": 4}, "control": {"remark": 3}}
    mails = pick(random, ROWS, 12)
    for i, r in enumerate(mails):
        table.loc[r, "comment"] += f" write to jane.doe{i}@mail-example.org please"
    names = [f"{random.choice(FIRST)} {random.choice(LAST)}" for _ in range(ROWS)]
    table["customer"] = names
    table["email"] = [n.split()[0].lower() + f".{i}@example.com" for i, n in enumerate(names)]
    table["phone"] = [f"+49 30 {n:07d}" for n in random.integers(1000000, 9999999, ROWS)]
    table["account"] = [iban(random) for _ in range(ROWS)]
    table["paid_with"] = [card(random) for _ in range(ROWS)]
    found["email"] = {"email": ROWS, "comment": 12}
    found |= {"name": {"customer": ROWS}, "phone": {"phone": ROWS}, "iban": {"account": ROWS}, "card": {"paid_with": ROWS}}
    table["outcome"] = numpy.where(late == 1, "refunded", "kept")
    table["refund"] = numpy.where(late == 1, random.uniform(5, 9, ROWS), random.uniform(0, 1, ROWS)).round(3)
    table["reason"] = numpy.where(late == 1, random.choice(["traffic", "weather", "staff"], ROWS), None)
    found["leak"] = {"outcome": ROWS, "refund": ROWS, "reason": ROWS}
    spoilt = {*together, *high, *negative, *unread, *future, *rows, *mails}
    for kind in ("constant", "number_text", "date_text", "name", "phone", "iban", "card", "leak"):
        found[kind] = {column: count + 22 for column, count in found[kind].items()}
    found["email"]["email"] += 22
    return table, found, spoilt


def repeat(table, found, spoilt, random):
    """Whole rows again, and rows again with the other label; none that is `spoilt`, so that the counts stay."""
    whole = table[~table.index.isin(spoilt)].drop(columns=["fax", "reason"])
    whole = whole.index[whole.notna().all(axis=1)]
    twice = table.loc[whole[pick(random, len(whole), 13)]]
    doubted = table.loc[whole[pick(random, len(whole), 9)]].assign(late=lambda t: 1 - t["late"])
    table = pandas.concat([table, twice, doubted], ignore_index=True)
    found |= {"duplicates": 13, "label_conflicts": 18}  # both rows of a pair are in doubt
    found["mostly_missing"] = {column: int(table[column].isna().sum()) for column in ("fax", "reason")}
    return table


def make(folder, seed=7):
    folder = pathlib.Path(folder)
    clean = clean_table(numpy.random.default_rng(seed))
    dirty, found, spoilt = soil(clean_table(numpy.random.default_rng(seed)), numpy.random.default_rng(seed + 1))
    dirty = repeat(dirty, found, spoilt, numpy.random.default_rng(seed + 2))
    for name, table in {"clean": clean, "dirty": dirty}.items():
        table.to_csv(folder / f"{name}.csv", index=False)
        table.to_parquet(folder / f"{name}.parquet", index=False)
    return Planted(folder / "dirty", folder / "clean", "late", len(dirty), found)


def make_shifted(path, seed=11):
    """A series whose column `ahead` is the next row's target; gives the rows in which it is."""
    random = numpy.random.default_rng(seed)
    demand = random.integers(0, 1000, 800)
    table = pandas.DataFrame({"day": pandas.date_range("2022-01-01", periods=800), "demand": demand, "noise": random.normal(size=800)})
    table["ahead"] = table["demand"].shift(-1)
    table.to_parquet(path, index=False)
    return len(table) - 1
