"""The XML of a PMML document as plain elements. Nothing outside it is ever fetched, no entity expanded: a document type is refused."""

import xml.parsers.expat

from worker import INPUT, Unfit

MOST_BYTES, MOST_ELEMENTS, DEEPEST = 256 << 20, 5_000_000, 1000


class Element:
    __slots__ = ("tag", "attributes", "children", "text", "line")

    def __init__(self, tag, attributes, line):
        self.tag, self.attributes, self.line = tag, attributes, line
        self.children, self.text = [], ""

    def get(self, name, default=None):
        return self.attributes.get(name, default)

    def all(self, *tags):
        return [child for child in self.children if child.tag in tags]

    def one(self, *tags):
        found = self.all(*tags)
        if len(found) > 1:
            refuse(found[1], "is there more than once")
        return found[0] if found else None

    def need(self, name):
        if name not in self.attributes:
            refuse(self, f"has no attribute {name}")
        return self.attributes[name]

    def only(self, attributes="", children=""):
        """What it says beyond these would change its meaning, so it is refused."""
        for name in self.attributes:
            if name not in attributes.split():
                refuse(self, f"has the attribute {name}='{self.attributes[name][:50]}', which is not read here")
        for child in self.children:
            if child.tag not in children.split():
                refuse(child, f"in {self.tag} is not read here")
        return self

    def choice(self, name, known, default=None):
        """An attribute with a closed list of values; those that are not known here are refused."""
        value = self.get(name, default)
        if value not in known.split():
            refuse(self, f"has {name}='{value}', which is not read here; there is {', '.join(known.split())}")
        return value


def refuse(element, why):
    raise Unfit(INPUT, f"its element {element.tag} in line {element.line} {why}")


def number(element, text):
    try:
        return float(text)
    except (TypeError, ValueError):
        refuse(element, f"has '{str(text)[:50]}' where a number is due")


def parse(data):
    if len(data) > MOST_BYTES:
        raise Unfit(INPUT, f"its document is larger than {MOST_BYTES >> 20} MiB")
    reader = xml.parsers.expat.ParserCreate(namespace_separator="\n")
    root, open_elements, count = None, [], 0

    def start(name, attributes):
        nonlocal root, count
        count += 1
        if count > MOST_ELEMENTS or len(open_elements) > DEEPEST:
            raise Unfit(INPUT, "its document has more elements, or deeper ones, than are read here")
        element = Element(name.rsplit("\n", 1)[-1], {key.rsplit("\n", 1)[-1]: value for key, value in attributes.items()}, reader.CurrentLineNumber)
        if open_elements:
            if element.tag != "Extension" and open_elements[-1].tag != "Extension":
                open_elements[-1].children.append(element)
        else:
            root = element
        open_elements.append(element)

    def doctype(*_):
        raise Unfit(INPUT, "its document has a document type, which is not read: it may name entities")

    def text(more):
        open_elements[-1].text += more

    reader.StartElementHandler, reader.EndElementHandler = start, lambda _: open_elements.pop()
    reader.CharacterDataHandler, reader.StartDoctypeDeclHandler, reader.buffer_text = text, doctype, True
    try:
        reader.Parse(data, True)
    except xml.parsers.expat.ExpatError as problem:
        raise Unfit(INPUT, f"its document is no whole XML: {problem}") from None
    except (LookupError, ValueError) as problem:
        raise Unfit(INPUT, f"its document says that it is written in an encoding that is not read here: {problem}") from None
    if root.tag != "PMML":
        raise Unfit(INPUT, f"its document is no PMML but {root.tag}")
    return root


def words(element):
    """Of an Array: quoted words may have spaces."""
    found, word, quoted, escaped, begun = [], "", False, False, False
    for letter in element.text + " ":
        if escaped:
            word, escaped = word + letter, False
        elif letter == "\\" and quoted:
            escaped = True
        elif letter == '"':
            quoted, begun = not quoted, True
        elif letter.isspace() and not quoted:
            if begun:
                found.append(word)
            word, begun = "", False
        else:
            word, begun = word + letter, True
    return found
