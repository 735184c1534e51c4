#include <gtest/gtest.h>

#include "loop/pipeline/parameters/python_file.h"
#include "loop/pipeline/parameters/toml_file.h"

namespace cairn::pipeline {
namespace {

std::string Python(std::string_view text) { return ReadPythonParams(text).Dump(); }

TEST(PythonParams, WhatIsWrittenOutCounts) {
  EXPECT_EQ(Python("# a remark\nLR = 1e-3\nBIG = 1_000  # and another\nHEX=0xff\nNEG = -2\nF = .5\nON = "
                   "True\nOFF: bool = False\nNO = None\n"),
            R"({"LR":0.001,"BIG":1000,"HEX":255,"NEG":-2,"F":0.5,"ON":true,"OFF":false,"NO":null})");
  EXPECT_EQ(Python("a = 'x' \"y\"\nb = r'\\d'\nc = '''two\nlines = 1'''\nd = 'a\\n\\u00e9\\'#'\ne = \"#\"\n"),
            R"({"a":"xy","b":"\\d","c":"two\nlines = 1","d":"a\né'#","e":"#"})");
  EXPECT_EQ(Python("l = [1, (2, 3), [], ]\nt = 1, 2\nd = {'a': 1,\n     'b': {'c': [2]}}\nlong = \\\n  "
                   "(4)\nx = 1; y = 2\n"),
            R"({"l":[1,[2,3],[]],"t":[1,2],"d":{"a":1,"b":{"c":[2]}},"long":4,"x":1,"y":2})");
}

TEST(PythonParams, ClassesAndTheirInit) {
  EXPECT_EQ(Python("class Train:\n    lr = 1\n    def __init__(self, a=2):\n        self.depth = 3\n        "
                   "other = 4\n        if a:\n            self.no = 5\n"
                   "    class Deep(Base):\n        x: int = 6\n    def run(self):\n        self.no = "
                   "7\nclass One: a = 1; b = 2\nafter = 8\n"),
            R"({"Train":{"lr":1,"depth":3,"Deep":{"x":6}},"One":{"a":1,"b":2},"after":8})");
}

TEST(PythonParams, AllElseIsPassedOver) {
  EXPECT_EQ(Python("import os\nfrom a import (b,\n  c)\na = os.getcwd()\nb = c = 1\nd, e = 1, 2\nf[0] = "
                   "1\ng.h = 2\ni += 1\nj == 1\nk = 1 + 1\nl = f'{a}'\n"
                   "m = [x for x in y]\nn = {1, 2}\no: int\np = b'x'\nq = lambda x=1: x\n"
                   "if True:\n    r = 1\nelse: s = 2\ntry:\n  t = 1\nfinally:\n  u = 2\nfor v in w: x = 1; y "
                   "= 2\nwith a as b:\n    c2 = 1\n@z\ndef f(a=1):\n    b3 = 2\nreturned = 3\n"),
            R"({"returned":3})");
  EXPECT_EQ(Python(""), "{}");
  EXPECT_EQ(Python("a = '''never ends\nb = 1"), "{}");
  EXPECT_EQ(Python("a = [1, 2\nb = 1"), "{}");
  EXPECT_EQ(Python("a = " + std::string(100'000, '[')), "{}");
}

TEST(TomlParams, TablesKeepTheirOrder) {
  const auto read = ReadTomlParams(
      "title = 'x'\n[z]\nb = 1\na = [1.5, true]\n[a.deep]\nday = 2026-01-02\n[[list]]\nn = 1\n", "p.toml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->Dump(),
            R"({"title":"x","z":{"b":1,"a":[1.5,true]},"a":{"deep":{"day":"2026-01-02"}},"list":[{"n":1}]})");
  const auto wrong = ReadTomlParams("a = 1\nb = = 2\n", "p.toml");
  ASSERT_FALSE(wrong);
  EXPECT_TRUE(wrong.error().message.starts_with("p.toml:2:5: ")) << wrong.error().message;
  EXPECT_FALSE(ReadTomlParams("[=]\n", "p.toml"));
}

}  // namespace
}  // namespace cairn::pipeline
