#include "loop/batch/row_text.h"

#include <gtest/gtest.h>

#include "ground/tables/engine.h"

namespace cairn::batch {
namespace {

TEST(RowTexts, OfKeysTellValuesApartAndCanBeShown) {
  const std::vector<std::string> one{"a/b", "c"}, other{"a", "b/c"};
  EXPECT_EQ(KeyText(one), "a%2Fb/c");
  EXPECT_NE(KeyText(one), KeyText(other));
  EXPECT_EQ(ShownKey(KeyText(one)), "a/b, c");
  EXPECT_EQ(KeyText(std::vector<std::string>{"4711"}), "4711");
}

TEST(RowTexts, AreJsonWithEveryKindOfValue) {
  const auto engine = *tables::Engine::Open();
  std::string text;
  const auto taken = engine->Scan(
      "SELECT 'passed over', true AS b, 9007199254740993 AS i, 0.1::DOUBLE AS d, 'a\"b' AS t, "
      "TIMESTAMP '2026-01-02 03:04:05' AS at, NULL::BIGINT AS n",
      [&](const tables::Chunk& chunk) {
        AppendRow(text, chunk, 0, 1);
        return Result<>();
      });
  ASSERT_TRUE(taken);
  EXPECT_EQ(text,
            R"({"b":true,"i":9007199254740993,"d":0.1,"t":"a\"b","at":"2026-01-02T03:04:05.000Z","n":null})");
}

}  // namespace
}  // namespace cairn::batch
