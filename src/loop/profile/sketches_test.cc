#include <gtest/gtest.h>

#include <cmath>

#include "ground/vocabulary/text.h"
#include "loop/comparison/testing/golden.h"
#include "loop/profile/sketches/frequent.h"
#include "loop/profile/sketches/hll.h"
#include "loop/profile/sketches/kll.h"

namespace cairn::profile {
namespace {

const Json& Golden() {
  static const Json golden = comparison::ReadGolden("src/loop/profile/testdata/sketches.json");
  return golden;
}
std::string BytesOf(const Json& one) { return *FromBase64(one.Text("bytes")); }

Kll Filled(std::int64_t rows) {
  Kll sketch;
  std::vector<double> values;
  for (std::int64_t i = 0; i < rows; ++i) values.push_back(static_cast<double>(i * 7919 % rows));
  sketch.Add(values);
  return sketch;
}

/// The greatest distance between a value's share of rows and its rank among 0…rows-1.
double WorstRank(const Kll& sketch, double rows) {
  double below = 0, worst = 0;
  for (const auto& [value, count] : sketch.Items()) {
    worst = std::max(
        {worst, std::fabs(below - value), std::fabs(below + static_cast<double>(count) - value - 1)});
    below += static_cast<double>(count);
  }
  return worst / rows;
}

TEST(Sketches, KllOfOtherLanguagesIsReadAndStaysWithinItsError) {
  for (const Json& one : Golden().At("kll").items()) {
    const auto read = Kll::FromBytes(BytesOf(one));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->rows(), static_cast<std::uint64_t>(one.Int("rows")));
    EXPECT_LE(WorstRank(*read, one.Double("rows")), Kll::RankError());
    EXPECT_EQ(Kll::FromBytes(read->Bytes())->Items(), read->Items());
  }
  EXPECT_EQ(Filled(500).Bytes(), BytesOf(Golden().At("kll").items()[0]))
      << "what needs no choice is the same byte for byte";
}

TEST(Sketches, KllIsTheSameForTheSameNumbersAndMergesWithinItsError) {
  EXPECT_EQ(Filled(50'000).Bytes(), Filled(50'000).Bytes());
  Kll merged;
  for (int part = 0; part < 16; ++part) {
    Kll one;
    std::vector<double> values;
    for (int i = 0; i < 4096; ++i) values.push_back(i * 16 + part);
    one.Add(values);
    merged.Merge(one);
  }
  EXPECT_EQ(merged.rows(), 65536U);
  EXPECT_LE(WorstRank(merged, 65536), 2 * Kll::RankError());
}

TEST(Sketches, HllIsByteForByteThatOfOtherLanguages) {
  for (const char* kind : {"hll", "hll_texts"}) {
    for (const Json& one : Golden().At(kind).items()) {
      Hll sketch;
      for (std::int64_t i = 0; i < one.Int("rows"); ++i) {
        if (std::string(kind) == "hll")
          sketch.Add(static_cast<double>(i));
        else
          sketch.Add("text " + std::to_string(i));
      }
      EXPECT_EQ(sketch.Bytes(), BytesOf(one)) << kind << one.Int("rows");
      const auto read = Hll::FromBytes(BytesOf(one));
      ASSERT_TRUE(read) << read.error().message;
      EXPECT_DOUBLE_EQ(read->Estimate(), one.Double("estimate"));
      EXPECT_NEAR(read->Estimate(), one.Double("rows"), 3 * Hll::StandardError() * one.Double("rows"));
    }
  }
}

TEST(Sketches, FrequentTextsAreReadAndCountedAsPromised) {
  for (const Json& one : Golden().At("frequent").items()) {
    const auto read = Frequent::FromBytes(BytesOf(one));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->rows(), one.Int("rows"));
    for (const auto& item : read->Items()) {
      const Json* rows = one.At("items").Find(item.text);
      if (!rows) continue;
      EXPECT_EQ(item.at_least, rows->AsInt()) << item.text;
    }
    EXPECT_EQ(Frequent::FromBytes(read->Bytes())->Bytes(), read->Bytes());
  }
  Frequent sketch;
  for (int i = 0; i < 300'000; ++i) sketch.Add(i % 4 == 0 ? "often" : "v" + std::to_string(i));
  EXPECT_EQ(sketch.Items().front().text, "often");
  EXPECT_LE(sketch.Items().front().at_least, 75'000);
  EXPECT_GE(sketch.Items().front().at_least + sketch.error(), 75'000);
  EXPECT_LE(static_cast<double>(sketch.error()), 3.5 / 1024 * 300'000);
}

TEST(Sketches, FrequentTextsKnowTheirRowsWhenNoTextIsLeft) {
  Frequent sketch;
  for (int i = 0; i < 769; ++i) sketch.Add(std::to_string(i));
  ASSERT_TRUE(sketch.Items().empty());
  const auto read = Frequent::FromBytes(sketch.Bytes());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->rows(), 769);
  EXPECT_EQ(read->error(), sketch.error());
}

TEST(Sketches, ASketchThatSaysItIsEmptyHoldsNothing) {
  Hll sketch;
  for (int i = 0; i < 5; ++i) sketch.Add(std::int64_t{i});
  std::string bytes = sketch.Bytes();
  ASSERT_TRUE(Hll::FromBytes(bytes));
  bytes[5] = static_cast<char>(bytes[5] | 4);
  EXPECT_FALSE(Hll::FromBytes(bytes));
}

TEST(Sketches, EveryCutAndEveryFlippedByteIsRefusedOrHarmless) {
  const std::string kll = Filled(5'000).Bytes();
  const std::string hll = BytesOf(Golden().At("hll").items()[2]),
                    set = BytesOf(Golden().At("hll").items()[1]);
  const std::string frequent = BytesOf(Golden().At("frequent").items()[0]);
  const auto use = [&](const std::string& bytes) {
    if (auto read = Kll::FromBytes(bytes)) (void)read->Items();
    if (auto read = Hll::FromBytes(bytes)) (void)read->Estimate();
    if (auto read = Frequent::FromBytes(bytes)) (void)read->Items();
  };
  for (const auto& good : {kll, hll, set, frequent}) {
    for (std::size_t i = 0; i < good.size(); i += 1 + good.size() / 400) {
      use(good.substr(0, i));
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ 0x41);
      use(bad);
    }
  }
  EXPECT_FALSE(Kll::FromBytes(kll.substr(0, kll.size() - 1)));
  EXPECT_FALSE(Hll::FromBytes(hll + "x"));
  EXPECT_FALSE(Frequent::FromBytes(frequent.substr(0, 40)));
}

}  // namespace
}  // namespace cairn::profile
