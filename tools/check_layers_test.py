"""Small trees, each with one rule broken, and the sentence that check_layers.py says about it."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = pathlib.Path(__file__).with_name("check_layers.py")
TREE = {
    "ground/sql/CMakeLists.txt": "cairn_room(sql\n  SOURCES sql.cc\n  TESTS sql_test.cc)",
    "ground/sql/sql.h": "#pragma once\n#include <string>\n",
    "ground/sql/engine/sqlite.h": "#include <sqlite3.h>\n",
    "ground/sql/testing/engines.h": "#include <gtest/gtest.h>\n",
    "loop/data/CMakeLists.txt": "cairn_room(data USES sql SCHEMA schema/001_data.sql)  # USES registry",
    "loop/data/schema/001_data.sql": "CREATE TABLE datasets (id TEXT);",
    "loop/data/data.cc": '#include "ground/sql/sql.h"\nauto q = "SELECT id "\n  "FROM datasets";\n',
    "loop/data/data_test.cc": '#include "ground/sql/testing/engines.h"\n#include <unistd.h>\n',
    "loop/registry/CMakeLists.txt": "cairn_room(registry USES sql\n data)",
}


class LayersTest(unittest.TestCase):
    def words(self, changes=None):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in (TREE | (changes or {})).items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            done = subprocess.run([sys.executable, PROGRAM, folder], capture_output=True, text=True)
            self.assertEqual(done.returncode != 0, "every include" not in done.stdout, done.stderr)
            return done.stdout

    def breaks(self, path, text, sentence):
        self.assertIn(sentence, self.words({path: text}))

    def test_a_sound_tree_passes(self):
        self.assertIn("every include", self.words())

    def test_upward_include(self):
        self.breaks("loop/data/up.cc", '#include "loop/registry/registry.h"\n', "'registry' is not under its USES")

    def test_private_folder(self):
        self.breaks("loop/data/in.cc", '#include "ground/sql/engine/sqlite.h"\n', "ground/sql/engine is private to ground/sql")

    def test_testing_folder_is_for_tests(self):
        self.breaks("loop/data/in.cc", '#include "ground/sql/testing/engines.h"\n', "ground/sql/testing is private")

    def test_wall(self):
        self.breaks("loop/data/in.cc", "#include <sqlite3.h>\n", "<sqlite3.h> may be included only from ground/sql")

    def test_system_call_outside_os(self):
        self.breaks("loop/data/in.cc", "#include <unistd.h>\n", "<unistd.h> may be included only from ground/os")

    def test_unknown_library(self):
        self.breaks("loop/data/in.cc", "#include <surprise/lib.hpp>\n", "has no wall")

    def test_foreign_table(self):
        self.breaks("loop/registry/in.cc", 'auto q = "DELETE "\n "FROM datasets";\n', "in.cc:1: SQL on table 'datasets', which belongs to loop/data")
        self.breaks("loop/registry/in.cc", 'auto q = R"(SELECT 1\nFROM other, datasets)";\n', "belongs to loop/data")

    def test_table_names_in_prose_and_comments_are_free(self):
        self.assertIn("every include", self.words({"loop/registry/in.cc": '// FROM datasets\nauto s = "no datasets yet";\n'}))

    def test_two_owners(self):
        self.breaks("loop/registry/schema/001_x.sql", "create table if not exists datasets (id TEXT);", "one table has one owner")

    def test_drawer(self):
        self.breaks("loop/data/utils/x.h", "", "'utils' is a drawer")

    def test_homeless_file(self):
        self.breaks("loop/lost.cc", "", "in no room")


if __name__ == "__main__":
    unittest.main()
