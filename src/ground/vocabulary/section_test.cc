#include "ground/vocabulary/section.h"

#include <gtest/gtest.h>

#include <array>

namespace cairn {
namespace {

constexpr std::array<std::string_view, 2> kColours = {"red", "green"};

Node Map(std::string_view text) { return *ParseYaml(text, "t.yaml"); }

template <class Value>
std::string Refusal(const Result<Value>& read) {
  return read ? "(read)" : read.error().message;
}

TEST(Section, AbsentAndNullReadAsEmpty) {
  for (const auto* text : {"other: 1", "a:", "a: ~"}) {
    const Node map = Map(text);
    EXPECT_EQ(*MapAt(map, "a"), nullptr) << text;
    EXPECT_EQ(*TextAt(map, "a"), "") << text;
    EXPECT_EQ(*ChoiceAt(map, "a", kColours), "") << text;
    EXPECT_FALSE(NumberAt(map, "a")->has_value()) << text;
    EXPECT_TRUE(*TruthAt(map, "a", true)) << text;
    EXPECT_TRUE(WordsAt(map, "a")->empty()) << text;
    EXPECT_FALSE(ShareAt(map, "a", 0, 1)->has_value()) << text;
    EXPECT_TRUE(EachAt(map, "a", {}, [](const Node&) -> Result<> {
      return Error{Reason::Internal, "called"};
    }));
  }
}

TEST(Section, ReadsWhatIsThere) {
  const Node map =
      Map("{n: 1.5, t: false, w: [a, b], one: c, p: 20%, s: 0.25, m: {x: {y: deep}}, c: green, text: 007}");
  EXPECT_EQ(**NumberAt(map, "n"), 1.5);
  EXPECT_FALSE(*TruthAt(map, "t", true));
  EXPECT_EQ(*WordsAt(map, "w"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(*WordsAt(map, "one"), std::vector<std::string>{"c"});
  EXPECT_EQ(**ShareAt(map, "p", 0, 1), 0.2);
  EXPECT_EQ(**ShareAt(map, "s", 0, 1), 0.25);
  EXPECT_EQ(*ChoiceAt(map, "c", kColours), "green");
  EXPECT_EQ(*TextAt(map, "text"), "007");
  EXPECT_EQ(TextAtPath(map, "m.x.y"), "deep");
  EXPECT_EQ(TextAtPath(map, "m.x"), "");
  EXPECT_EQ(TextAtPath(map, "m.z.y"), "");
}

TEST(Section, AValueOfTheWrongKindIsNamedWithItsPlace) {
  EXPECT_EQ(Refusal(NumberAt(Map("\n  a: x"), "a")), "t.yaml:2:6: 'a' must be a number");
  EXPECT_EQ(Refusal(TextAt(Map("a: [x]"), "a")), "t.yaml:1:4: 'a' must be text");
  EXPECT_EQ(Refusal(MapAt(Map("a: 1"), "a")), "t.yaml:1:4: 'a' must be a map");
  EXPECT_EQ(Refusal(TruthAt(Map("a: yes"), "a", true)), "t.yaml:1:4: 'a' must be true or false");
  EXPECT_EQ(Refusal(WordsAt(Map("a: {b: c}"), "a")), "t.yaml:1:4: 'a' must be a list of words");
  EXPECT_EQ(Refusal(WordsAt(Map("a: [b, [c]]"), "a")), "t.yaml:1:8: 'a' is a list of words");
  EXPECT_EQ(Refusal(ChoiceAt(Map("a: gren"), "a", kColours)),
            "t.yaml:1:4: 'a' is 'gren', and must be red or green. Did you mean 'green'?");
  for (const auto* share : {"-1", "91%", "0.95", "x", "[1]", "nan"}) {
    EXPECT_EQ(Refusal(ShareAt(Map(std::string("a: ") + share), "a", 0, 0.9)),
              "t.yaml:1:4: 'a' must be a share between 0% and 90%, such as 20%");
  }
}

TEST(Section, EachEntryIsAMapOfKnownKeys) {
  std::string seen;
  const auto read = [&](const Node& item) -> Result<> {
    seen += item.Find("b")->text();
    return Done{};
  };
  EXPECT_TRUE(EachAt(Map("a: [{b: 1}, {b: 2}]"), "a", {"b"}, read));
  EXPECT_EQ(seen, "12");
  EXPECT_EQ(Refusal(EachAt(Map("a: {b: 1}"), "a", {"b"}, read)), "t.yaml:1:4: 'a' must be a list");
  EXPECT_EQ(Refusal(EachAt(Map("a: [1]"), "a", {"b"}, read)), "t.yaml:1:5: each entry of 'a' must be a map");
  EXPECT_EQ(Refusal(EachAt(Map("a: [{bb: 1}]"), "a", {"b"}, read)),
            "t.yaml:1:6: unknown key 'bb'. Did you mean 'b'?");
}

}  // namespace
}  // namespace cairn
