#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

#include "ground/vocabulary/json.h"
#include "loop/evaluation/random.h"
#include "loop/evaluation/statistics/binary_sheet.h"
#include "loop/evaluation/statistics/class_sheet.h"
#include "loop/evaluation/statistics/multiplicity.h"
#include "loop/evaluation/statistics/number_sheet.h"
#include "loop/evaluation/statistics/parity_sheet.h"
#include "loop/evaluation/statistics/resampling.h"

namespace cairn::evaluation {
namespace {

const Json& Golden() {
  static const Json golden = [] {
    std::ifstream file("src/loop/evaluation/testdata/sheets.json");
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    auto parsed = Json::Parse(text);
    EXPECT_TRUE(parsed);
    return parsed ? *parsed : Json();
  }();
  return golden;
}

std::vector<double> Numbers(const Json& array) {
  std::vector<double> numbers;
  for (const Json& item : array.items()) numbers.push_back(item.AsDouble());
  return numbers;
}

std::vector<std::uint32_t> Places(const Json& array) {
  std::vector<std::uint32_t> places;
  for (const Json& item : array.items()) places.push_back(static_cast<std::uint32_t>(item.AsInt()));
  return places;
}

/// Every figure of the sheet is among the golden ones and equals it, and the other way round.
void ExpectFigures(const Sheet& sheet, const Json& expected) {
  const auto values = sheet.Values();
  EXPECT_EQ(sheet.figures().size(), expected.members().size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Json* golden = expected.Find(sheet.figures()[i].name);
    ASSERT_NE(golden, nullptr) << sheet.figures()[i].name;
    EXPECT_NEAR(values[i], golden->AsDouble(), 1e-12 * std::max(1.0, std::abs(values[i])))
        << sheet.figures()[i].name;
  }
}

std::unique_ptr<BinarySheet> TwoClasses(const Json& sample) {
  const auto labels = Numbers(sample.At("labels")), scores = Numbers(sample.At("scores"));
  auto sheet =
      BinarySheet::Of({labels, scores}, {.threshold = sample.Double("threshold"), .cost = {2, 7.5, 0, 0}});
  EXPECT_TRUE(sheet);
  return *std::move(sheet);
}

TEST(SheetsTest, FiguresOfTwoClassesAreThoseOfScikitLearn) {
  for (const Json& sample : Golden().At("binary").items())
    ExpectFigures(*TwoClasses(sample), sample.At("figures"));
}

TEST(SheetsTest, FiguresOfSeveralClassesAreThoseOfScikitLearn) {
  for (const Json& sample : Golden().At("classes").items()) {
    std::vector<std::string> names;
    for (const Json& name : sample.At("classes").items()) names.push_back(name.AsString());
    const auto labels = Places(sample.At("labels")), decided = Places(sample.At("decided"));
    const auto chances = Numbers(sample.At("probabilities"));
    const auto sheet = ClassSheet::Of({names, labels, decided, chances});
    ASSERT_TRUE(sheet) << sheet.error().message;
    ExpectFigures(**sheet, sample.At("figures"));
  }
}

TEST(SheetsTest, FiguresOfNumbersAreThoseOfScikitLearn) {
  for (const Json& sample : Golden().At("numbers").items()) {
    const auto labels = Numbers(sample.At("labels")), predictions = Numbers(sample.At("predictions")),
               low = Numbers(sample.At("low")), high = Numbers(sample.At("high"));
    const auto naive = NaiveError(labels, 1);
    ASSERT_TRUE(naive);
    EXPECT_NEAR(*naive, sample.Double("naive"), 1e-12);
    const auto sheet = NumberSheet::Of({labels, predictions, {{0.1, low}, {0.9, high}}, *naive});
    ASSERT_TRUE(sheet) << sheet.error().message;
    ExpectFigures(**sheet, sample.At("figures"));
  }
}

TEST(SheetsTest, GapsBetweenGroupsAreThoseOfFairlearn) {
  for (const Json& sample : Golden().At("groups").items()) {
    const auto group = Places(sample.At("group"));
    const auto labels = Numbers(sample.At("labels")), decided = Numbers(sample.At("decided")),
               scores = Numbers(sample.At("scores"));
    const auto sheet =
        ParitySheet::Of({static_cast<std::size_t>(sample.Int("groups")), group, labels, decided, scores});
    ASSERT_TRUE(sheet) << sheet.error().message;
    ExpectFigures(**sheet, sample.At("figures"));
  }
}

TEST(SheetsTest, EndsOfBcaAreThoseOfScipyForTheSameReplicates) {
  for (const Json& sample : Golden().At("bca").items()) {
    const auto replicates = Numbers(sample.At("replicates")), left_out = Numbers(sample.At("jackknife"));
    const auto ends = BcaEnds(sample.Double("value"), replicates, left_out, sample.Double("confidence"));
    EXPECT_NEAR(ends.low, sample.Double("low"), 1e-12);
    EXPECT_NEAR(ends.high, sample.Double("high"), 1e-12);
  }
}

TEST(SheetsTest, AdjustedPValuesAndNormalQuantilesAreThoseOfScipy) {
  const Json& adjusted = Golden().At("adjusted");
  const auto p = Numbers(adjusted.At("p")), holm = Numbers(adjusted.At("holm")),
             fdr = Numbers(adjusted.At("fdr"));
  for (std::size_t i = 0; i < p.size(); ++i) {
    EXPECT_NEAR(HolmAdjusted(p)[i], holm[i], 1e-15);
    EXPECT_NEAR(FalseDiscoveryAdjusted(p)[i], fdr[i], 1e-15);
  }
  const auto shares = Numbers(Golden().At("normal").At("p")), points = Numbers(Golden().At("normal").At("x"));
  for (std::size_t i = 0; i < shares.size(); ++i)
    EXPECT_NEAR(NormalQuantile(shares[i]), points[i], 1e-14 * std::max(1.0, std::abs(points[i])))
        << shares[i];
}

TEST(SheetsTest, AWeightOfTwoIsARowThatIsThereTwice) {
  const Json& sample = Golden().At("binary").items().front();
  auto labels = Numbers(sample.At("labels")), scores = Numbers(sample.At("scores"));
  const auto sheet = TwoClasses(sample);
  std::vector<Weight> weights(labels.size(), 1);
  const std::size_t rows = labels.size();
  for (std::size_t i = 0; i < rows; i += 3) {
    weights[sheet->place_of()[i]] = 2;
    labels.push_back(labels[i]);
    scores.push_back(scores[i]);
  }
  const auto doubled = BinarySheet::Of({labels, scores}, {.threshold = 0.5, .cost = {2, 7.5, 0, 0}});
  ASSERT_TRUE(doubled);
  std::vector<double> weighted(sheet->figures().size());
  sheet->Measure(weights, weighted);
  const auto expected = (*doubled)->Values();
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(weighted[i], expected[i], 1e-9) << sheet->figures()[i].name;
}

TEST(SheetsTest, IntervalsDoNotDependOnTheNumberOfThreads) {
  const auto sheet = TwoClasses(Golden().At("binary").items().back());
  const auto one = EstimatesOf(*sheet, {}, {.replicates = 100, .threads = 1}),
             three = EstimatesOf(*sheet, {}, {.replicates = 100, .threads = 3});
  ASSERT_TRUE(one && three);
  for (std::size_t i = 0; i < one->size(); ++i) {
    EXPECT_EQ((*one)[i].low, (*three)[i].low);
    EXPECT_EQ((*one)[i].high, (*three)[i].high);
  }
}

TEST(SheetsTest, ABcaIntervalHoldsTheTruthAsOftenAsItSays) {
  Random random(11);
  int held = 0;
  constexpr int kTrials = 300;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> labels(80), predictions(80, 0.0);
    for (double& label : labels) label = -std::log1p(-random.Unit());  // mean 1, skewed
    const auto sheet = NumberSheet::Of({labels, predictions});
    ASSERT_TRUE(sheet);
    const auto estimates = EstimatesOf(
        **sheet, {},
        {.replicates = 300, .confidence = 0.9, .seed = 1000u + static_cast<unsigned>(trial), .threads = 1});
    ASSERT_TRUE(estimates);
    held += (*estimates)[0].low <= 1 && 1 <= (*estimates)[0].high;
  }
  EXPECT_GT(held, kTrials * 84 / 100);
  EXPECT_LT(held, kTrials * 95 / 100);
}

TEST(SheetsTest, TheIntervalOfAShareIsTheBinomialOneAlsoWhereGroupsAreLeftOut) {
  std::vector<double> labels(6000), scores(6000);
  Random random(21);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    labels[i] = random.Unit() < 0.4;
    scores[i] = random.Unit();
  }
  const auto sheet = BinarySheet::Of({labels, scores}, {.threshold = 0.7});
  ASSERT_TRUE(sheet);
  const auto estimates = EstimatesOf(**sheet, {}, {.replicates = 2000});
  ASSERT_TRUE(estimates);
  const auto place = static_cast<std::size_t>(
      std::ranges::find((*sheet)->figures(), "positive_rate", &Figure::name) - (*sheet)->figures().begin());
  const Estimate& share = (*estimates)[place];
  const double half = 1.96 * std::sqrt(share.value * (1 - share.value) / 6000);
  EXPECT_NEAR(share.low, share.value - half, 0.12 * half);
  EXPECT_NEAR(share.high, share.value + half, 0.12 * half);
}

TEST(SheetsTest, AStratifiedDrawKeepsARareClass) {
  std::vector<double> labels(200, 0), scores(200);
  labels[17] = 1;
  for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = static_cast<double>(i) / 200;
  const auto sheet = BinarySheet::Of({labels, scores}, {});
  ASSERT_TRUE(sheet);
  Drawing drawing{Drawing::Way::Strata, {{}, {}}};
  for (std::size_t i = 0; i < labels.size(); ++i)
    drawing.strata[labels[i] == 1].push_back((*sheet)->place_of()[i]);
  const auto drawn = EstimatesOf(**sheet, drawing, {.replicates = 200}),
             free = EstimatesOf(**sheet, {}, {.replicates = 200});
  ASSERT_TRUE(drawn && free);
  const auto auc =
      std::ranges::find((*sheet)->figures(), "roc_auc", &Figure::name) - (*sheet)->figures().begin();
  EXPECT_EQ((*drawn)[static_cast<std::size_t>(auc)].undefined, 0);
  EXPECT_GT((*free)[static_cast<std::size_t>(auc)].undefined, 40);
}

TEST(SheetsTest, BlocksWidenTheIntervalOfAnErrorThatLingers) {
  std::vector<double> labels, predictions(2000, 0);
  Random random(5);
  double level = 0;
  for (std::size_t i = 0; i < 2000; ++i) labels.push_back(level = 0.95 * level + random.Unit() - 0.5);
  const auto sheet = NumberSheet::Of({labels, predictions});
  ASSERT_TRUE(sheet);
  Drawing blocks{Drawing::Way::Blocks};
  blocks.block = 60;
  blocks.sequence.assign((*sheet)->place_of().begin(), (*sheet)->place_of().end());
  const auto lone = EstimatesOf(**sheet, {}, {.replicates = 300}),
             together = EstimatesOf(**sheet, blocks, {.replicates = 300});
  ASSERT_TRUE(lone && together);
  EXPECT_GT((*together)[0].standard_error, 2 * (*lone)[0].standard_error);
}

TEST(SheetsTest, WhatIsUndefinedIsNoNumberAndBadInputIsNamed) {
  const std::vector<double> zeros(5, 0), chances{0.1, 0.2, 0.3, 0.4, 0.5};
  const auto sheet = BinarySheet::Of({zeros, chances}, {});
  ASSERT_TRUE(sheet);
  const auto values = (*sheet)->Values();
  EXPECT_TRUE(std::isnan(values[9]) && std::isnan(values[10]));
  EXPECT_EQ(values[3], 0);
  const std::vector<double> wrong{0.1, 1.2, 0, 0, 0}, none;
  const auto refused = BinarySheet::Of({zeros, wrong}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::InvalidArgument);
  EXPECT_NE(refused.error().message.find("row 2"), std::string::npos) << refused.error().message;
  EXPECT_EQ(BinarySheet::Of({none, none}, {}).error().reason, Reason::Unprocessable);
  EXPECT_EQ(NaiveError(zeros, 1).error().reason, Reason::Unprocessable);
  EXPECT_EQ(EstimatesOf(**sheet, {}, {.replicates = 1}).error().reason, Reason::InvalidArgument);
}

}  // namespace
}  // namespace cairn::evaluation
