#include "ground/vocabulary/json.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace cairn {
namespace {

TEST(Json, KeepsMemberOrderAndKinds) {
  const auto parsed = Json::Parse(R"({"b":1,"a":[true,null,-2.5,"x\u00e9"],"big":9007199254740993})");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->Dump(), "{\"b\":1,\"a\":[true,null,-2.5,\"x\xC3\xA9\"],\"big\":9007199254740993}");
  EXPECT_EQ(parsed->Canonical(), "{\"a\":[true,null,-2.5,\"x\xC3\xA9\"],\"b\":1,\"big\":9007199254740993}");
}

TEST(Json, NamesLineAndColumnOfAMistake) {
  const auto wrong = Json::Parse("{\n  \"a\": 1,\n  \"b\": tru\n}");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().reason, Reason::InvalidArgument);
  EXPECT_NE(wrong.error().message.find("line 3, column 8"), std::string::npos) << wrong.error().message;
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const char* text : {"", "{", "[1,]", "{\"a\":1,}", "NaN", "1e400", "'x'", "{\"a\" 1}", "1 2", "\"\t\"",
                           "\"\xff\"", "nul"}) {
    EXPECT_FALSE(Json::Parse(text)) << text;
  }
  EXPECT_EQ(Json::Parse(std::string_view()).error().message, Json::Parse("").error().message);
}

TEST(Json, RefusesNestingBeyondTheLimit) {
  EXPECT_TRUE(Json::Parse("[[1]]", {.depth = 3}));
  EXPECT_FALSE(Json::Parse("[[[[[[1]]]]]]", {.depth = 3}));
  EXPECT_FALSE(Json::Parse(std::string(100'000, '[')));
}

TEST(Json, EveryDoubleReadsBackAsItself) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const double value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    const auto parsed = Json::Parse(Json(value).Dump());
    ASSERT_TRUE(parsed);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(parsed->AsDouble()), std::bit_cast<std::uint64_t>(value));
  }
}

TEST(Json, WritesWhatJsonLacksAsNames) {
  EXPECT_EQ(Json(std::nan("")).Dump(), "\"NaN\"");
  EXPECT_EQ(Json(-std::numeric_limits<double>::infinity()).Dump(), "\"-Infinity\"");
}

TEST(Json, ReadsThroughAbsentMembers) {
  const Json answer{{"run", Json{{"info", Json{{"name", "x"}}}}}};
  EXPECT_EQ(answer.At("run").At("info").Text("name"), "x");
  EXPECT_EQ(answer.At("nothing").At("here").Text("name", "none"), "none");
}

TEST(Json, OfMembersWithOneNameTheLastCountsInTheFirstsPlace) {
  EXPECT_EQ(Json::Parse(R"({"b":1,"a":2,"b":3,"c":4,"a":5,"b":6})")->Dump(), R"({"b":6,"a":5,"c":4})");
}

TEST(Json, ReadsAnObjectOfManyMembers) {
  std::string text = "{\"k\":0";
  for (int i = 0; i < 200'000; ++i) text += ",\"" + std::to_string(i) + "\":1";
  const auto object = Json::Parse(text + "}");
  ASSERT_TRUE(object);
  EXPECT_EQ(object->members().size(), 200'001U);
}

TEST(Json, EqualObjectsMayDifferInOrder) {
  EXPECT_EQ((Json{{"a", 1}, {"b", 2}}), (Json{{"b", 2}, {"a", 1}}));
  EXPECT_FALSE((Json{{"a", 1}}) == (Json{{"a", 1.0}}));
}

}  // namespace
}  // namespace cairn
