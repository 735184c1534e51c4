#include <gtest/gtest.h>

#include <string>

#include "loop/formats/pickle/known.h"
#include "loop/formats/pickle/memo.h"
#include "loop/formats/pickle/value.h"
#include "loop/formats/pickle/walk.h"

namespace cairn::formats::pickle {
namespace {

using namespace std::string_literals;

std::string Imports(const Walk& walk) {
  std::string names;
  for (const auto& import : walk.imports)
    names += (names.empty() ? "" : " ") + import.module + "." + import.name;
  return names;
}
std::string ImportsOf(const std::string& bytes, Reader reader = Reader::Plain) {
  return Imports(Follow(bytes, reader));
}

/// SHORT_BINUNICODE.
std::string Text(const std::string& text) {
  return "\x8c" + std::string(1, static_cast<char>(text.size())) + text;
}
std::string Global(const std::string& module, const std::string& name) {
  return Text(module) + Text(name) + "\x93";
}

TEST(PickleWalkTest, EveryWayToFetchIsSeen) {
  EXPECT_EQ(ImportsOf("cos\nsystem\n."), "os.system");
  EXPECT_EQ(ImportsOf("\x80\x04" + Global("os", "system") + "."), "os.system");
  EXPECT_EQ(ImportsOf("(S'x'\nios\nsystem\n."), "os.system");
  EXPECT_EQ(ImportsOf("(cos\nsystem\nS'x'\no."), "os.system");
  EXPECT_EQ(ImportsOf("\x80\x02\x82\x05."), "copyreg.extension 5");
  EXPECT_EQ(ImportsOf("\x80\x02\x83\x05\x01."), "copyreg.extension 261");
  EXPECT_EQ(ImportsOf("Vos\nS'system'\n\x93."), "os.system");
  EXPECT_EQ(ImportsOf("V\\u006fs\nS'\\x73ystem'\n\x93."), "os.system");
}

TEST(PickleWalkTest, NamesComeOutOfTheMemo) {
  EXPECT_EQ(ImportsOf("\x80\x04" + Text("os") + "\x94" + Text("system") + "\x94" + "00h\0h\1\x93."s),
            "os.system");
  EXPECT_EQ(ImportsOf("Vos\np7\n0Vsystem\np+0_8\n0g7\ng8\n\x93."), "os.system");
  // MEMOIZE counts what is remembered, whatever its number.
  EXPECT_EQ(ImportsOf("\x80\x04" + Text("os") + "r\xff\xff\xff\0"s + Text("system") + "\x94" +
                      "00j\xff\xff\xff\0h\1\x93."s),
            "os.system");
}

TEST(PickleWalkTest, ANameMadeWhileLoadingIsMarked) {
  const auto walk =
      Follow("\x80\x04" + Global("builtins", "str") + "C\2os\x85R" + Text("system") + "\x93.", Reader::Plain);
  ASSERT_EQ(walk.imports.size(), 2u);
  EXPECT_EQ(walk.imports[1].module, "?");
  EXPECT_EQ(walk.imports[1].how, Import::How::Computed);
}

TEST(PickleWalkTest, WhatRunsBeforeAFaultIsReported) {
  const auto walk = Follow("cos\nsystem\n(S'x'\ntR\xff", Reader::Plain);
  EXPECT_EQ(Imports(walk), "os.system");
  EXPECT_EQ(walk.fault, "byte 19: there is no opcode 255");
  EXPECT_EQ(walk.pickles, 0u);
}

TEST(PickleWalkTest, PicklesThatFollowAreRead) {
  const auto walk = Follow("N.cos\nsystem\n.", Reader::Plain);
  EXPECT_EQ(walk.pickles, 2u);
  EXPECT_EQ(Imports(walk), "os.system");
  const auto trailing = Follow("N.\0\0rubbish"s, Reader::Plain);
  EXPECT_EQ(trailing.pickles, 1u);
  EXPECT_EQ(trailing.read, 2u);
  EXPECT_EQ(trailing.fault, "");
}

TEST(PickleWalkTest, AMarkIsNotReadAcross) {
  EXPECT_NE(Follow("N(a.", Reader::Plain).fault, "");
  EXPECT_NE(Follow("N(R.", Reader::Plain).fault, "");
  EXPECT_NE(Follow("N(.", Reader::Plain).fault, "");
  EXPECT_EQ(Follow("(N0N.", Reader::Plain).fault, "");
  EXPECT_EQ(Follow("N(00N.", Reader::Plain).fault, "");
}

TEST(PickleWalkTest, ACallOfSomethingMadeIsAConcern) {
  const auto walk = Follow("\x80\x04" + Global("collections", "OrderedDict") + ")R)R.", Reader::Plain);
  ASSERT_EQ(walk.concerns.size(), 1u);
  EXPECT_EQ(walk.concerns[0], "it calls something that it makes while loading");
}

TEST(PickleWalkTest, AChangedClassIsAConcern) {
  const auto walk = Follow("\x80\x04" + Global("collections", "OrderedDict") + "}b.", Reader::Plain);
  ASSERT_EQ(walk.concerns.size(), 1u);
  EXPECT_EQ(walk.concerns[0], "it changes attributes of collections.OrderedDict itself");
}

/// joblib's wrapper of `count` elements, with the state's keys as given.
std::string Wrapper(const std::string& dtype, char count, const std::string& more = "") {
  return Global("joblib.numpy_pickle", "NumpyArrayWrapper") + ")\x81}(" + Text("shape") + "K" +
         std::string(1, count) + "\x85" + Text("dtype") + Global("numpy", "dtype") + Text(dtype) + "\x85R" +
         more + "ub";
}

TEST(JoblibWalkTest, ARawArrayIsSteppedOver) {
  const std::string array(24, '.');
  const auto walk =
      Follow("\x80\x04" + Wrapper("f8", 3) + array + Global("os", "system") + "\x86.", Reader::Joblib);
  EXPECT_EQ(walk.fault, "");
  EXPECT_EQ(walk.arrays, 1u);
  EXPECT_EQ(walk.imports.back().name, "system");
  // Texts have four bytes a character.
  EXPECT_EQ(Follow("\x80\x04" + Wrapper("U2", 3) + array + "0N.", Reader::Joblib).pickles, 1u);
}

TEST(JoblibWalkTest, PaddingIsSteppedOver) {
  const auto aligned = Wrapper("f8", 1, Text("numpy_array_alignment_bytes") + "K\x10");
  EXPECT_EQ(Follow("\x80\x04" + aligned + "\3...12345678" + ".", Reader::Joblib).fault, "");
}

TEST(JoblibWalkTest, ObjectsAreAPickleOfTheirOwn) {
  const auto walk = Follow("\x80\x04" + Wrapper("O8", 1) + "cos\nsystem\n." + "0N.", Reader::Joblib);
  EXPECT_EQ(walk.imports.back().name, "system");
  EXPECT_EQ(walk.fault, "");
}

TEST(JoblibWalkTest, AnArrayThatSaysItsLengthInTwoWaysIsAConcern) {
  for (const auto& wrapper :
       {Wrapper("f8", 3, Text("shape") + "K\0\x85"s), Wrapper("?8", 3), Wrapper("f8", 3, "NN"),
        Global("joblib.numpy_pickle", "NumpyArrayWrapper") + ")\x81}b"}) {
    const auto walk = Follow("\x80\x04" + wrapper + ".", Reader::Joblib);
    ASSERT_EQ(walk.concerns.size(), 1u);
    EXPECT_NE(walk.fault, "");
  }
}

TEST(PickleWalkTest, APickleWithoutAMarkIsToldFromText) {
  EXPECT_TRUE(IsPickle("cos\nsystem\n(S'x'\ntR"));
  EXPECT_TRUE(IsPickle("(lp0\nI1\na."));
  EXPECT_FALSE(IsPickle("count\nvalue\n1\n"));
  EXPECT_FALSE(IsPickle("N.B. this is a text"));
  EXPECT_FALSE(IsPickle("{\"a\": 1}"));
  EXPECT_FALSE(IsPickle(""));
}

TEST(KnownTest, TheListIsExact) {
  EXPECT_EQ(KnownAs("sklearn.ensemble._forest", "RandomForestClassifier"), "scikit-learn");
  EXPECT_EQ(KnownAs("numpy", "dtype"), "numpy");
  EXPECT_EQ(KnownAs("joblib.numpy_pickle", "NumpyArrayWrapper"), "Python");
  EXPECT_EQ(KnownAs("sklearn.ensemble._forest", "os.system"), "");
  EXPECT_EQ(KnownAs("sklearn.ensemble._forest", ""), "");
  for (const auto* name : {"getattr", "eval", "exec", "__import__", "open", "compile", "map", "type"})
    EXPECT_EQ(KnownAs("builtins", name), "") << name;
}

TEST(MemoTest, NumbersFarApartAreKept) {
  Memo memo;
  EXPECT_TRUE(memo.Put(4'000'000'000, Value::Of(1)));
  EXPECT_TRUE(memo.Append(Value::Of(2)));
  ASSERT_TRUE(memo.Find(4'000'000'000) && memo.Find(1));
  EXPECT_EQ(memo.Find(1)->number, 2);
  EXPECT_FALSE(memo.Find(0));
}

}  // namespace
}  // namespace cairn::formats::pickle
