"""Asks the reader of PMML for documents that something was done to, within bounds on memory and time, and tells what came of each: run by
test_pmml_hostile.py in a process of its own, since a reader that fell over would take the test with it.

    pmml_mutants.py FOLDER COUNT SEED

For every document of the folder so many mutants, each told on a line: its number, and "read", "refused" or what else was raised."""

import json
import pathlib
import random
import re
import resource
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "src" / "loop" / "runtime" / "worker"))
import numpy  # noqa: E402
import pandas  # noqa: E402
import worker  # noqa: E402

worker.numpy, worker.pandas = numpy, pandas
from pmml.served import Document  # noqa: E402

MEMORY, SECONDS = 1 << 30, 20
ODD = ["", "-1", "0", "1e400", "NaN", "-Infinity", "99999999999999999999", "\u0000", "true", "&#x10FFFF;", "a b", "ä", "]]>", "%s%n", "../../x", "x" * 5000]


def tags(text):
    return list(re.finditer(r"<(/?)([A-Za-z]+)([^<>]*?)(/?)>", text))


def attributes(text):
    return list(re.finditer(r'([A-Za-z]+)="([^"<>]*)"', text))


def put(text, found, new):
    return text[: found.start()] + new + text[found.end() :]


def elements(text):
    """Spans of whole elements, by a stack of tags."""
    spans, open_ones = [], []
    for tag in tags(text):
        if tag[4]:
            spans.append((tag.start(), tag.end()))
        elif not tag[1]:
            open_ones.append(tag)
        elif open_ones:
            spans.append((open_ones.pop().start(), tag.end()))
    return spans


def odd_value(text, chance):
    found = chance.choice(attributes(text))
    return put(text, found, f'{found[1]}="{chance.choice(ODD)}"')


def swapped_value(text, chance):
    one, other = chance.choice(attributes(text)), chance.choice(attributes(text))
    return put(text, one, f'{one[1]}="{other[2]}"')


def lost_attribute(text, chance):
    return put(text, chance.choice(attributes(text)), "")


def renamed(text, chance):
    one, other = chance.choice(tags(text)), chance.choice(tags(text))
    return put(text, one, one[0].replace(one[2], other[2], 1))


def lost(text, chance):
    begin, end = chance.choice(elements(text))
    return text[:begin] + text[end:]


def doubled(text, chance):
    begin, end = chance.choice(elements(text))
    return text[:end] + text[begin:end] + text[end:]


def moved(text, chance):
    begin, end = chance.choice(elements(text))
    rest = text[:begin] + text[end:]
    found = tags(rest)
    place = chance.choice(found).start() if found else 0
    return rest[:place] + text[begin:end] + rest[place:]


def nested(text, chance):
    """An element within itself, many times."""
    begin, end = chance.choice(elements(text))
    whole = text[begin:end]
    first = tags(whole)[0]
    if first[4]:
        return doubled(text, chance)
    times = chance.choice([2, 50, 3000])
    return text[:begin] + whole[: first.end()] * times + whole[first.end() :] + f"</{first[2]}>" * (times - 1) + text[end:]


def repeated(text, chance):
    begin, end = chance.choice(elements(text))
    return text[:end] + text[begin:end] * chance.choice([100, 2000]) + text[end:]


def cut(text, chance):
    return text[: chance.randrange(len(text))]


def flipped(text, chance):
    data = bytearray(text.encode())
    for _ in range(chance.choice([1, 3, 20])):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def laughs(text, chance):
    """Entities in entities: a thousand million of them if anybody expanded them."""
    levels = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    return f'<!DOCTYPE PMML [<!ENTITY l0 "ha">{levels}]>' + odd_value(body(text), chance).replace('="', '="&l9;', 1)


def outside(text, chance):
    said = chance.choice(['<!ENTITY x SYSTEM "file:///etc/passwd">', '<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;', '<!NOTATION n SYSTEM "x">'])
    return f"<!DOCTYPE PMML [{said}]>" + body(text).replace('="', '="&x;', 1)


def other_encoding(text, chance):
    return f'<?xml version="1.0" encoding="{chance.choice(["utf-16", "latin-1", "utf-7", "nonsense", "idna"])}"?>'.encode() + body(text).encode()


def body(text):
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text)


WAYS = [odd_value, odd_value, odd_value, swapped_value, swapped_value, lost_attribute, renamed, lost, doubled, moved, nested, repeated, cut, flipped, laughs, outside, other_encoding]


def mutant(text, chance):
    for _ in range(chance.choice([1, 1, 2, 4])):
        way = chance.choice(WAYS)
        if way is not cut and not (isinstance(text, str) and attributes(text) and elements(text)):
            break
        text = way(text, chance)
        if isinstance(text, bytes) or len(text) > 3_000_000:
            break
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def asked(data):
    try:
        document = Document(data)
        document.answers({name: values[:20] for name, values in document.probes().items()})
        return "read"
    except worker.Unfit as unfit:
        return "refused" if str(unfit).strip() else "refused without a word"
    except MemoryError:
        return "memory"


def main():
    folder, count, seed = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for path in sorted(folder.glob("*.pmml")):
        text = path.read_text()
        for number in range(count):
            data = mutant(text, random.Random(f"{seed}/{path.name}/{number}"))
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
            try:
                came = asked(data)
            except BaseException as raised:  # whatever it is, the test wants to know
                came = f"{type(raised).__name__}: {raised}"[:300]
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            if came not in ("read", "refused"):
                pathlib.Path(f"{path}.{number}.mutant").write_bytes(data)
            print(json.dumps({"document": path.name, "number": number, "came": came}), flush=True)


def too_long(*_):
    raise TimeoutError(f"it took more than {SECONDS} s of processor time")


if __name__ == "__main__":
    signal.signal(signal.SIGVTALRM, too_long)
    main()
