#include "loop/comparison/policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "loop/comparison/count_distances.h"
#include "loop/comparison/drift.h"
#include "loop/comparison/testing/golden.h"

namespace cairn::comparison {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

NumberColumn Numbers(std::string name, const std::vector<double>& reference,
                     const std::vector<double>& current) {
  NumberColumn column{std::move(name), reference, current, NumberKind::Real, {}, reference, current};
  column.missing = {column.reference.dropped(), column.current.dropped()};
  return column;
}

CategoryColumn Categories(std::string name, std::vector<std::int64_t> reference,
                          std::vector<std::int64_t> current) {
  CategoryColumn column{std::move(name), {}, {std::move(reference), std::move(current)}};
  for (std::size_t i = 0; i < column.counts.reference.size(); ++i) column.labels.push_back(std::to_string(i));
  return column;
}

std::vector<std::int64_t> CountsFrom(std::uint64_t seed, std::size_t rows, std::size_t bins) {
  std::vector<std::int64_t> counts(bins);
  for (const double u : Uniform(seed, rows))
    ++counts[static_cast<std::size_t>(u * u * static_cast<double>(bins))];
  return counts;
}

std::vector<double> WithMissing(std::vector<double> values, std::uint64_t seed, double share) {
  const auto u = Uniform(seed, values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (u[i] < share) values[i] = kNan;
  }
  return values;
}

TextTally Texts(std::uint64_t seed, std::size_t rows, double refunds) {
  static const char* const kWords[] = {"order", "late", "thanks", "Where", "parcel", "is", "my", "invoice"};
  TextTally tally;
  for (std::size_t row = 0; row < rows; ++row) {
    const auto u = Uniform(seed + 31 * row, 7);
    std::string text;
    for (int i = 0; i < 5; ++i)
      text += std::string(kWords[static_cast<std::size_t>(8 * u[static_cast<std::size_t>(i)])]) + " ";
    if (u[6] < refunds) text += "refund";
    tally.Add(text);
  }
  return tally;
}

/// Twelve columns of either side, from one source: bells, copies that go together, ties, few values, missing
/// ones, categories, texts.
std::vector<ColumnDrift> CleanTable(const Policy& policy, std::uint64_t seed, std::size_t n1,
                                    std::size_t n2) {
  const std::uint64_t a = seed * 1'000'003, b = a + 500'009;
  std::vector<ColumnDrift> columns;
  const auto base1 = Drawn(a, n1), base2 = Drawn(b, n2);
  columns.push_back(Look(policy, Numbers("base", base1, base2)));
  for (int copy = 1; copy <= 3; ++copy) {
    const auto seeds = static_cast<std::uint64_t>(copy);
    auto one = Drawn(a + seeds, n1, 0, 0.3), two = Drawn(b + seeds, n2, 0, 0.3);
    for (std::size_t i = 0; i < n1; ++i) one[i] += base1[i];
    for (std::size_t i = 0; i < n2; ++i) two[i] += base2[i];
    columns.push_back(Look(policy, Numbers("copy" + std::to_string(copy), one, two)));
  }
  columns.push_back(Look(policy, Numbers("ties", Drawn(a + 10, n1, 0, 1, 20), Drawn(b + 10, n2, 0, 1, 20))));
  columns.push_back(Look(policy, Numbers("few", Drawn(a + 11, n1, 0, 1, 3), Drawn(b + 11, n2, 0, 1, 3))));
  columns.push_back(Look(policy, Numbers("gaps", WithMissing(Drawn(a + 12, n1), a + 13, 0.2),
                                         WithMissing(Drawn(b + 12, n2), b + 13, 0.2))));
  columns.push_back(Look(policy, Categories("two", CountsFrom(a + 14, n1, 2), CountsFrom(b + 14, n2, 2))));
  columns.push_back(Look(policy, Categories("five", CountsFrom(a + 15, n1, 5), CountsFrom(b + 15, n2, 5))));
  columns.push_back(
      Look(policy, Categories("many", CountsFrom(a + 16, n1, 200), CountsFrom(b + 16, n2, 200))));
  columns.push_back(Look(policy, TextColumn{"text", Texts(a + 17, n1 / 4, 0.1), Texts(b + 17, n2 / 4, 0.1)}));
  return columns;
}

TEST(Policy, WhatAStatisticDoesNotApplyToIsNotJudged) {
  for (const auto kind : {Policy::Kind::Cairn, Policy::Kind::Evidently}) {
    Policy policy{kind};
    policy.method = Method::FisherP;
    std::vector<ColumnDrift> columns;
    columns.push_back(Look(policy, Categories("three", {4, 4, 4}, {4, 4, 4})));
    columns.push_back(Look(policy, Categories("two", {90, 10}, {10, 90})));
    const TableDrift table = Conclude(policy, std::move(columns));
    EXPECT_FALSE(table.columns[0].judged);
    EXPECT_FALSE(table.columns[0].drifted);
    EXPECT_EQ(table.columns[0].sentence.rfind("could not be judged: ", 0), 0u) << table.columns[0].sentence;
    EXPECT_TRUE(table.columns[1].judged);
    EXPECT_TRUE(table.columns[1].drifted);
    EXPECT_EQ(table.unjudged_columns, 1);
    EXPECT_EQ(table.drifted_columns, 1);
    EXPECT_EQ(table.drifted_share, 1.0) << "of the columns that were judged";
  }
}

TEST(Policy, OursAlarmsOnNoMoreThanItsLevelOfCleanTables) {
  constexpr int kTables = 1000;
  Policy bare, ours;
  bare.least_share = 0;
  bare.least_shift = 0;
  Policy evidently{Policy::Kind::Evidently};
  int without_floors = 0, with_floors = 0, by_evidently = 0;
  for (std::uint64_t table = 1; table <= kTables; ++table) {
    const auto found = CleanTable(bare, table, 400, 300);
    without_floors += Conclude(bare, found).drifted;
    with_floors += Conclude(ours, found).drifted;
    for (const ColumnDrift& column : CleanTable(evidently, table, 200, 150)) {
      if (!column.drifted) continue;
      ++by_evidently;
      break;
    }
  }
  const double error = std::sqrt(ours.level * (1 - ours.level) / kTables);
  RecordProperty("share_without_floors", std::to_string(without_floors / static_cast<double>(kTables)));
  RecordProperty("share_with_floors", std::to_string(with_floors / static_cast<double>(kTables)));
  RecordProperty("share_by_single_columns", std::to_string(by_evidently / static_cast<double>(kTables)));
  std::printf(
      "of %d clean tables alarmed: %d by significance alone, %d with floors; with a column over Evidently's "
      "threshold: %d\n",
      kTables, without_floors, with_floors, by_evidently);
  EXPECT_LE(without_floors, kTables * (ours.level + 3 * error));
  EXPECT_LE(with_floors, kTables * (ours.level + 3 * error));
  EXPECT_GT(by_evidently, kTables / 4) << "judging each column alone alarms often";
}

const ColumnDrift& Named(const TableDrift& table, std::string_view name) {
  return *std::ranges::find(table.columns, name, &ColumnDrift::column);
}

TEST(Policy, OursFindsPlantedDriftAmongCleanColumns) {
  const Policy ours;
  for (std::uint64_t run = 1; run <= 20; ++run) {
    constexpr std::size_t kRows = 3000;
    auto columns = CleanTable(ours, 5000 + run, kRows, kRows);
    const std::uint64_t a = 77'000 * run, b = a + 30'000;
    columns.push_back(Look(ours, Numbers("shifted", Drawn(a, kRows), Drawn(b, kRows, 0.15))));
    columns.push_back(Look(ours, Numbers("wider", Drawn(a + 1, kRows), Drawn(b + 1, kRows, 0, 1.4))));
    auto outliers = Drawn(b + 2, kRows);
    for (std::size_t i = 0; i < kRows / 15; ++i) outliers[i] = 40;
    columns.push_back(Look(ours, Numbers("outliers", Drawn(a + 2, kRows), outliers)));
    columns.push_back(Look(ours, Numbers("emptier", WithMissing(Drawn(a + 3, kRows), a + 4, 0.05),
                                         WithMissing(Drawn(b + 3, kRows), b + 4, 0.2))));
    auto counts = CountsFrom(b + 5, kRows, 5);
    counts[0] -= 300, counts[4] += 300;
    columns.push_back(Look(ours, Categories("shares", CountsFrom(a + 5, kRows, 5), counts)));
    columns.push_back(Look(ours, TextColumn{"words", Texts(a + 6, 1000, 0.02), Texts(b + 6, 1000, 0.12)}));
    const TableDrift table = Conclude(ours, columns);
    EXPECT_TRUE(table.drifted);
    for (const char* name : {"shifted", "wider", "outliers", "emptier", "shares", "words"})
      EXPECT_TRUE(Named(table, name).drifted) << name << " in run " << run;
    EXPECT_NE(Named(table, "emptier").sentence.find("missing values went from"), std::string::npos)
        << Named(table, "emptier").sentence;
    EXPECT_EQ(Named(table, "words").words.front().word, "refund");
    EXPECT_FALSE(Named(table, "base").drifted);
  }
}

TEST(Policy, OursIsQuietAboutWhatIsSureButSmall) {
  const Policy ours;
  auto found = Look(ours, Numbers("x", Drawn(1, 1'000'000), Drawn(2, 1'000'000, 0.01)));
  EXPECT_LT(*found.p_value, 1e-10);
  const TableDrift table = Conclude(ours, {found});
  EXPECT_LT(*table.columns[0].adjusted_p_value, 1e-10);
  EXPECT_FALSE(table.drifted);
  const CategoryColumn many = Categories("c", {5'000'000'000, 5'000'000'000}, {5'010'000'000, 4'990'000'000});
  EXPECT_FALSE(Conclude(ours, {Look(ours, many)}).drifted);
}

TEST(Policy, EvidentlysTableDriftsFromHalfOfItsColumns) {
  const Policy evidently{Policy::Kind::Evidently};
  const auto clean = Look(evidently, Numbers("clean", Drawn(1, 5000), Drawn(2, 5000)));
  const auto moved = Look(evidently, Numbers("moved", Drawn(3, 5000), Drawn(4, 5000, 1)));
  EXPECT_EQ(clean.method, Method::Wasserstein);
  EXPECT_TRUE(Conclude(evidently, {clean, moved}).drifted);
  const TableDrift third = Conclude(evidently, {clean, clean, moved});
  EXPECT_FALSE(third.drifted);
  EXPECT_EQ(third.drifted_columns, 1);
  EXPECT_DOUBLE_EQ(third.drifted_share, 1.0 / 3);
}

TEST(Policy, NannymlJudgesChunksByTheReferencesOwn) {
  const Policy nannyml{Policy::Kind::Nannyml};
  const auto clean = Look(nannyml, Numbers("clean", Drawn(1, 5005), Drawn(2, 5000)));
  EXPECT_EQ(clean.method, Method::JsDistance2);
  EXPECT_GT(clean.threshold, 0);
  auto later = Drawn(3, 5000);
  for (std::size_t i = 4500; i < later.size(); ++i) later[i] += 1;
  const auto moved = Look(nannyml, Numbers("moved", Drawn(1, 5005), later));
  EXPECT_TRUE(moved.drifted) << "one chunk of ten is enough";
  EXPECT_FALSE(clean.drifted);
}

TEST(Policy, TfdvCountsMissingValuesAsABucketAndTakesTheLargestShare) {
  const Policy tfdv{Policy::Kind::Tfdv};
  const auto emptier = Look(tfdv, Numbers("x", Drawn(1, 2000), WithMissing(Drawn(2, 2000), 3, 0.7)));
  EXPECT_EQ(emptier.method, Method::JsDivergence2);
  EXPECT_TRUE(emptier.drifted);
  const auto category = Look(tfdv, Categories("c", {50, 50}, {52, 48}));
  EXPECT_EQ(category.method, Method::LInfinity);
  EXPECT_NEAR(category.score, 0.02, 1e-15);
  EXPECT_TRUE(category.drifted);
}

TEST(Policy, AMethodThatWasAskedForJudgesAloneWhereItFits) {
  Policy policy;
  policy.method = Method::Wasserstein;
  policy.threshold = 0.3;
  const auto numbers = Look(policy, Numbers("x", Drawn(1, 2000), Drawn(2, 2000, 0.5)));
  const auto categories = Look(policy, Categories("c", {500, 500}, {100, 900}));
  EXPECT_EQ(numbers.method, Method::Wasserstein);
  EXPECT_EQ(numbers.threshold, 0.3);
  EXPECT_EQ(categories.method, Method::FisherP);
  const TableDrift table = Conclude(policy, {numbers, categories});
  EXPECT_TRUE(table.columns[0].drifted);
  EXPECT_TRUE(table.columns[1].drifted);
}

TEST(Policy, ASideThatLostAllItsValuesHasDrifted) {
  for (const auto kind :
       {Policy::Kind::Evidently, Policy::Kind::Nannyml, Policy::Kind::Tfdv, Policy::Kind::Cairn}) {
    const Policy policy{kind};
    const std::vector<double> none(100, kNan);
    const auto lost = Conclude(policy, {Look(policy, Numbers("lost", Drawn(1, 100), none)),
                                        Look(policy, Numbers("never", none, none))});
    EXPECT_TRUE(lost.columns[0].drifted) << NameOf(kind);
    EXPECT_NE(lost.columns[0].sentence, "");
    EXPECT_FALSE(lost.columns[1].drifted);
  }
}

TEST(Policy, PValuesOfManyColumnsAreAdjustedAsScipyDoes) {
  const Json golden = ReadGolden("src/loop/comparison/testdata/compare.json").At("adjusted");
  const auto adjusted = AdjustForMany(SampleOf(golden.At("p")));
  const auto expected = SampleOf(golden.At("adjusted"));
  ASSERT_EQ(adjusted.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_TRUE(Near(adjusted[i], expected[i], 1e-12, 0)) << i;
  EXPECT_TRUE(AdjustForMany({}).empty());
}

TEST(Policy, IsNamedAndAMistakeGetsASuggestion) {
  for (const char* name : {"cairn", "evidently", "nannyml", "tfdv"})
    EXPECT_EQ(NameOf(PolicyNamed(name)->kind), name);
  EXPECT_NE(PolicyNamed("evidentl").error().message.find("Did you mean 'evidently'?"), std::string::npos);
}

TEST(Texts, WordsAreCountedOncePerTextInLowerCase) {
  TextTally tally;
  tally.Add("Refund, refund! Größe 12", 3);
  tally.Add("");
  EXPECT_EQ(tally.rows(), 4);
  EXPECT_EQ(tally.words().at("refund"), 3);
  EXPECT_EQ(tally.words().at("größe"), 3);
  EXPECT_EQ(tally.words().at("12"), 3);
  EXPECT_EQ(tally.lengths().at(24), 3);
  EXPECT_EQ(tally.lengths().at(0), 1);
  EXPECT_FALSE(CompareTexts(tally, TextTally()));
}

}  // namespace
}  // namespace cairn::comparison
