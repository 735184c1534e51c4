"""The moments of cron expressions, beside those that cronsim (which keeps to Debian's cron) finds."""

import datetime
import json
import random
import subprocess
import zoneinfo

from cronsim import CronSim

COUNT = 12


def moments(binary, expression, zone, after):
    words = [binary, "trigger", "next", expression, "--zone", zone, "--after", after.strftime("%Y-%m-%dT%H:%M:%SZ"), "--count", str(COUNT), "--json"]
    return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)["moments"]


def peer(expression, zone, after):
    walk = CronSim(expression, after.astimezone(zoneinfo.ZoneInfo(zone)))
    found = []
    while len(found) < COUNT:
        at = next(walk).astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        if at not in found:  # What falls into a gap, and what is due at its end, are one.
            found.append(at)
    return found


def a_field(choose, least, most, plain):
    kind = choose.choice(plain)
    first = choose.randint(least, most)
    if kind == "value":
        return str(first)
    if kind == "list":
        return ",".join(str(choose.randint(least, most)) for _ in range(3))
    if kind == "range":
        return f"{first}-{choose.randint(first, most)}"
    if kind == "step":
        return f"*/{choose.randint(2, max(2, most // 2))}"
    return "*"


def an_expression(choose):
    """Every kind of field, for a zone whose clocks are never set."""
    kinds = ["value", "list", "range", "step", "any"]
    months, weekdays = choose.choice(["*", "*", "JAN-JUN", "2,7,11", "*/3"]), choose.choice(["*", "*", "MON-FRI", "0", "7", "SAT,SUN", "*/2"])
    fields = [a_field(choose, 0, 59, kinds), a_field(choose, 0, 23, kinds), choose.choice(["*", "*", "1", "15,31", "*/10", "28-31", "L"]), months, weekdays]
    seconds = [a_field(choose, 0, 59, kinds)] if choose.random() < 0.3 else []
    return " ".join(seconds + fields)


def test_expressions_of_every_kind_mean_what_they_mean_elsewhere(cairn_binary):
    choose = random.Random(7)
    for _ in range(60):
        expression = an_expression(choose)
        after = datetime.datetime(choose.randint(1999, 2060), choose.randint(1, 12), choose.randint(1, 28), choose.randint(0, 23), tzinfo=datetime.timezone.utc)
        assert moments(cairn_binary, expression, "UTC", after) == peer(expression, "UTC", after), (expression, after)


def test_schedules_keep_to_local_clocks_where_these_are_set(cairn_binary):
    choose = random.Random(11)
    zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Apia"]
    changes = [(3, 27), (10, 23), (4, 3), (10, 2), (9, 3), (11, 4), (3, 12)]
    for zone in zones:
        for month, day in changes:
            # The hour and the minute named, or every hour: there the two have the same rules.
            hours = choose.choice(["2", "1", "0", "3", "0,2", "1-3", "*"])
            expression = f"{choose.choice(['0', '30', '15,45'])} {hours} * * *"
            after = datetime.datetime(choose.randint(2010, 2036), month, day, tzinfo=datetime.timezone.utc)
            assert moments(cairn_binary, expression, zone, after) == peer(expression, zone, after), (expression, zone, after)
