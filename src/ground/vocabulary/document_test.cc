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

}  // namespace
}  // namespace cairn
