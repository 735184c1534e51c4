#include "ground/vocabulary/document.h"

#include <gtest/gtest.h>

namespace cairn {
namespace {

Json Scalar(const std::string& text) {
  const auto node = ParseYaml("k: " + text, "t.yaml");
  return node ? node->Find("k")->ToJson() : Json("error: " + node.error().message);
}

TEST(Document, ResolvesScalarsAsYaml12AndDvcDo) {
  EXPECT_EQ(Scalar("yes"), Json("yes"));
  EXPECT_EQ(Scalar("on"), Json("on"));
  EXPECT_EQ(Scalar("True"), Json(true));
  EXPECT_EQ(Scalar("~"), Json());
  EXPECT_EQ(Scalar(""), Json());
  EXPECT_EQ(Scalar("1_000"), Json(1000));
  EXPECT_EQ(Scalar("0o17"), Json(15));
  EXPECT_EQ(Scalar("0x1F"), Json(31));
  EXPECT_EQ(Scalar("1e3"), Json(1000.0));
  EXPECT_EQ(Scalar("-.5"), Json(-0.5));
  EXPECT_EQ(Scalar("'12'"), Json("12"));
  EXPECT_EQ(Scalar("2013-01-01"), Json("2013-01-01"));
  EXPECT_EQ(Scalar("-"), Json("error: t.yaml:1:4: block sequence entries are not allowed in this context"));
  EXPECT_EQ(Scalar("1.2.3"), Json("1.2.3"));
}

TEST(Document, KeepsPlacesOfKeysAndValues) {
  const auto node = ParseYaml("a: 1\nb:\n  - x\n  - y: 2\n", "c.yaml");
  ASSERT_TRUE(node) << node.error().message;
  EXPECT_EQ(node->FindPath("b")->items()[1].Find("y")->Where(), "c.yaml:4:8");
}

TEST(Document, NamesAnUnknownKeyAndTheNearestKnownOne) {
  const auto node = ParseYaml("problem: x\nobjektive: y\n", "cairn.yaml");
  const auto wrong = node->OnlyKeys({"problem", "objective"});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "cairn.yaml:2:1: unknown key 'objektive'. Did you mean 'objective'?");
}

TEST(Document, RefusesDuplicateKeysSecondDocumentsAndBadSyntax) {
  EXPECT_FALSE(ParseYaml("a: 1\na: 2\n", "f"));
  EXPECT_FALSE(ParseYaml("a: 1\n---\nb: 2\n", "f"));
  EXPECT_FALSE(ParseYaml("a: [1, 2\n", "f"));
  EXPECT_FALSE(ParseYaml("a: *nowhere\n", "f"));
}

TEST(Document, FollowsAnchorsAndMergeKeysWithinLimits) {
  const auto node = ParseYaml("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n", "f");
  ASSERT_TRUE(node) << node.error().message;
  EXPECT_EQ(node->Find("use")->ToJson(), (Json{{"x", 1}, {"y", 3}}));
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string above = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + above;
    for (int k = 0; k < 9; ++k) bomb += "," + above;
    bomb += "]\n";
  }
  EXPECT_FALSE(ParseYaml(bomb, "f"));
}

TEST(Document, WritesYamlThatReadsBackEqual) {
  const Json value{{"text", "yes: no"},
                   {"number", "12"},
                   {"list", Json::Array({Json(1), Json("a b"), Json{{"k", Json()}}})},
                   {"empty", Json::Array()},
                   {"nested", Json{{"f", 0.5}, {"t", true}, {"line", "a\nb"}}}};
  const auto node = ParseYaml(DumpYaml(value), "f");
  ASSERT_TRUE(node) << node.error().message << "\n" << DumpYaml(value);
  EXPECT_EQ(node->ToJson(), value) << DumpYaml(value);
}

TEST(Document, WritesEveryTextSoThatItReadsBackEqual) {
  for (const std::string text :
       {"<<", "...", "... x", "--- x", "a\u007f", "\u0080b", "\u0085", "a\u2028b", "\u2029", "\ufeffa",
        "a\uffff", "\u00e9t\u00e9", "quote \" and \\", "=", "? x", "x:", "x: y", "x #y", "\x1b[0m"}) {
    const Json value{{"list", Json::Array({Json(text)})}, {text, Json{{text, text}}}};
    const auto node = ParseYaml(DumpYaml(value), "f");
    ASSERT_TRUE(node) << node.error().message << "\n" << DumpYaml(value);
    EXPECT_EQ(node->ToJson(), value) << DumpYaml(value);
  }
}

TEST(Document, WritesKeysThatAreTooLongForOneLine) {
  const Json value{{std::string(5000, 'k'), Json{{"in", Json::Array({1})}}}, {std::string(2000, '#'), 2}};
  const auto node = ParseYaml(DumpYaml(value), "f");
  ASSERT_TRUE(node) << node.error().message;
  EXPECT_EQ(node->ToJson(), value);
}

TEST(Document, AQuotedMergeKeyIsAKeyLikeAnyOther) {
  const auto node = ParseYaml("\"<<\": {x: 1}\n", "f");
  ASSERT_TRUE(node) << node.error().message;
  EXPECT_EQ(node->ToJson(), (Json{{"<<", Json{{"x", 1}}}}));
}

TEST(Document, AWholeNumberBeyond64BitsIsTheNearestDouble) {
  EXPECT_EQ(Scalar("0x10000000000000000"), Json(0x1p64));
  EXPECT_EQ(Scalar("-0o2000000000000000000000"), Json(-0x1p64));
  EXPECT_EQ(Scalar("18446744073709551616"), Json(0x1p64));
}

TEST(Document, ReadsManyKeysInOneMap) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += "k" + std::to_string(i) + ": 1\n";
  const auto node = ParseYaml(text, "f");
  ASSERT_TRUE(node) << node.error().message;
  EXPECT_EQ(node->ToJson().members().size(), 50'000U);
  EXPECT_FALSE(ParseYaml(text + "k7: 2\n", "f"));
}

}  // namespace
}  // namespace cairn
