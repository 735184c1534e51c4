"""Checks the house rules of src/ that a program can check, and names each line that breaks one.

Usage: check_layers.py SRC

  down     an #include of a room must be permitted by that room's name under USES
  private  sub-folders of a room are its own; testing/ is open to tests
  walls    each third-party header is included from the one folder named in walls.txt beside this program
  tables   SQL on a table appears only in the room whose schema/ creates the table
  names    no folder is a drawer
"""

import pathlib
import re
import sys

DRAWERS = {"utils", "util", "common", "core", "base", "helpers", "misc", "services", "models", "types", "managers"}
KEYWORDS = {"SOURCES", "USES", "LIBS", "SCHEMA", "TESTS", "TESTING", "TEST_LIBS"}
SOURCES = {".cc", ".h", ".c"}
LITERAL = re.compile(r'R"(?P<mark>\w*)\((?P<raw>.*?)\)(?P=mark)"|"(?P<plain>(?:[^"\\\n]|\\.)*)"|//[^\n]*|/\*.*?\*/|' r"'(?:[^'\\\n]|\\.)+'", re.S)
NAME = r'"?([a-z_][a-z0-9_]*)"?'
SQL_TABLES = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE|TABLE(?:\s+IF(?:\s+NOT)?\s+EXISTS)?)\s+({NAME}(?:\s*,\s*{NAME})*)", re.I)


def rooms_of(src):
    """Room folder -> (name, names under USES)."""
    rooms = {}
    for lists in src.rglob("CMakeLists.txt"):
        text = re.sub(r"#[^\n]*", "", lists.read_text())
        if not (call := re.search(r"cairn_room\(\s*(\w+)([^)]*)\)", text)):
            continue
        uses, under = set(), ""
        for word in call[2].split():
            if word in KEYWORDS:
                under = word
            elif under == "USES":
                uses.add(word)
        rooms[lists.parent.relative_to(src).as_posix()] = (call[1], uses)
    return rooms


def room_at(rooms, path):
    """The room a path below src lies in: the longest folder that fits."""
    return max((room for room in rooms if f"{path}/".startswith(f"{room}/")), key=len, default=None)


def walls_of(file):
    """Third-party header prefix -> folders that may include it."""
    walls = {}
    for line in file.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            header, *folders = line.split()
            walls[header] = folders
    return walls


def is_test(path):
    return "_test." in path.name or "testing" in path.parts or "testdata" in path.parts


class Check:
    def __init__(self, src):
        self.src = src
        self.rooms = rooms_of(src)
        self.walls = walls_of(pathlib.Path(__file__).with_name("walls.txt"))
        self.owners = {}
        self.complaints = []

    def complain(self, path, line, sentence):
        self.complaints.append(f"{self.src / path}:{line}: {sentence}")

    def run(self):
        for folder in sorted(path for path in self.src.rglob("*") if path.is_dir()):
            if folder.name in DRAWERS:
                self.complain(folder.relative_to(self.src), 1, f"'{folder.name}' is a drawer; name the folder by what it keeps")
        self.read_schemas()
        for file in sorted(self.src.rglob("*")):
            if file.suffix in SOURCES:
                self.check_file(file.relative_to(self.src), file.read_text())
        return self.complaints

    def read_schemas(self):
        for schema in sorted(self.src.rglob("schema/*.sql")):
            path = schema.relative_to(self.src)
            room = room_at(self.rooms, path.as_posix())
            for found in re.finditer(rf"CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{NAME}", schema.read_text(), re.I):
                owner = self.owners.setdefault(found[1].lower(), room)
                if owner != room:
                    self.complain(path, 1, f"table '{found[1]}' is also created by {owner}; one table has one owner")

    def check_file(self, path, text):
        home = room_at(self.rooms, path.as_posix())
        if home is None:
            self.complain(path, 1, "this file is in no room; its folder has no cairn_room()")
            return
        for number, line in enumerate(text.splitlines(), 1):
            if found := re.match(r'\s*#\s*include\s+"([^"]+)"', line):
                self.check_room_include(path, number, home, found[1])
            elif found := re.match(r"\s*#\s*include\s+<([^>]+)>", line):
                self.check_wall(path, number, found[1])
        if not is_test(path):
            self.check_sql(path, home, text)

    def check_room_include(self, path, number, home, included):
        folder = included.rpartition("/")[0]
        target = room_at(self.rooms, included)
        if target is None:
            if self.wall(included):
                self.check_wall(path, number, included)
            else:
                self.complain(path, number, f'"{included}" lies in no room; write the path from src/')
            return
        if target == home:
            return
        name, _ = self.rooms[target]
        if folder != target and not (is_test(path) and folder == f"{target}/testing"):
            self.complain(path, number, f"{folder} is private to {target}")
        if name not in self.rooms[home][1]:
            self.complain(path, number, f"{home} may not include {included}: '{name}' is not under its USES")

    def wall(self, header):
        """The longest prefix in walls.txt that fits the header."""
        return max((p for p in self.walls if header == p or (p.endswith("/") and header.startswith(p))), key=len, default=None)

    def check_wall(self, path, number, header):
        wall = self.wall(header)
        if wall is None:
            if "." in header or "/" in header:
                self.complain(path, number, f"<{header}> has no wall; name its folder in tools/walls.txt")
            return
        allowed = self.walls[wall]
        at = f"{path.as_posix()}"
        if "*" in allowed or any(at.startswith(f"{folder}/") for folder in allowed) or ("tests" in allowed and is_test(path)):
            return
        self.complain(path, number, f"<{header}> may be included only from {' and '.join(allowed)}")

    def check_sql(self, path, home, text):
        for start, literal in joined_literals(text):
            for found in SQL_TABLES.finditer(literal):
                for table in re.findall(NAME, found[1]):
                    owner = self.owners.get(table.lower())
                    if owner not in (None, home):
                        line = text.count("\n", 0, start) + 1
                        self.complain(path, line, f"SQL on table '{table}', which belongs to {owner}; call that room instead")


def joined_literals(text):
    """(offset, characters) of each string literal; literals with only blanks between them are one, as for the compiler."""
    start, end, parts = 0, None, []
    for found in LITERAL.finditer(text):
        content = found["raw"] if found["raw"] is not None else found["plain"]
        if content is None:
            continue
        if end is not None and text[end : found.start()].strip():
            yield start, "".join(parts)
            parts = []
        if not parts:
            start = found.start()
        parts.append(content)
        end = found.end()
    if parts:
        yield start, "".join(parts)


def main():
    complaints = Check(pathlib.Path(sys.argv[1])).run()
    print("\n".join(complaints) if complaints else "layers: every include, wall, table and name is in its place")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
