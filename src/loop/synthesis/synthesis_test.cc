#include "loop/synthesis/synthesis.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/text.h"
#include "loop/profile/descriptive.h"
#include "loop/profile/profile.h"
#include "loop/synthesis/chance/chance.h"
#include "loop/synthesis/chance/normal.h"

namespace cairn::synthesis {
namespace {

constexpr int kRows = 4000;

/// A table with every kind of column: `x` and `y` correlate, `late` and `city` depend on `x`.
std::string Source() {
  const Chance chance(1, 1);
  std::string text = "id,order_no,x,y,price,late,city,mail,iban,comment,day\n";
  for (std::uint64_t row = 0; row < kRows; ++row) {
    const double a = NormalQuantile(chance.Unit(row, 0)), b = NormalQuantile(chance.Unit(row, 1));
    const double x = a, y = 0.8 * a + 0.6 * b;
    const std::string name = "jane" + std::to_string(row);
    text += std::to_string(row + 1) + ",ORD-" + std::to_string(100000 + row * 7) + "," + ShortestText(x) +
            "," + (chance.Unit(row, 2) < 0.1 ? "" : ShortestText(y)) + "," +
            ShortestText(std::floor(100 * std::exp(1 + 0.5 * b)) / 100) + "," +
            (x + b > 0.7 ? "true" : "false") + "," +
            (x < -0.5  ? "Oslo"
             : x < 0.5 ? "Bonn"
                       : "Rome") +
            "," + name + "@mail.org," + "DE89370400440532013000" + ",\"well " + name +
            " said so and went home\"," + "2024-0" + std::to_string(1 + row % 9) + "-1" +
            std::to_string(row % 10) + "\n";
  }
  return text;
}

class SynthesisTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_.emplace(*os::TempFolder::Create());
    ASSERT_TRUE(os::WriteFileAtomically(*folder_ / "source.csv", Source()));
    auto engine = tables::Engine::Open();
    auto profile = profile::TableProfile::Of(**engine, {*folder_ / "source.csv"}, {"source", "", {}});
    ASSERT_TRUE(profile) << profile.error().message;
    auto saved = profile::TableProfile::FromBytes(profile->Bytes());
    ASSERT_TRUE(saved);
    outline_ = saved->Outline();
    source_ = Read("source.csv");
  }
  static void TearDownTestSuite() { folder_.reset(); }

  static tables::Table Read(const std::string& name) {
    auto engine = tables::Engine::Open();
    const auto source = tables::Source::Open(std::vector{*folder_ / name});
    return *(*engine)->Query("SELECT * FROM " + source->Relation());
  }
  static Synthesis Made(Order order = {.seed = 3, .rows = kRows}) {
    auto made = Synthesis::Of(outline_, order);
    EXPECT_TRUE(made) << made.error().message;
    return *std::move(made);
  }
  static tables::Table Written(const std::string& name, const Order& order = {.seed = 3, .rows = kRows}) {
    auto engine = tables::Engine::Open();
    const auto written = Made(order).Write(**engine, *folder_ / name, *tables::FormatByName(name));
    EXPECT_TRUE(written) << written.error().message;
    return Read(name);
  }

  static std::vector<double> Numbers(const tables::Table& table, std::string_view name) {
    const auto* column = table.Find(name);
    std::vector<double> values;
    for (std::size_t row = 0; row < column->rows(); ++row)
      values.push_back(column->IsNull(row) ? std::nan("") : column->Double(row));
    return values;
  }
  static std::map<std::string, double> Shares(const tables::Table& table, std::string_view name) {
    std::map<std::string, double> shares;
    const auto* column = table.Find(name);
    for (std::size_t row = 0; row < column->rows(); ++row)
      shares[column->Shown(row)] += 1.0 / static_cast<double>(column->rows());
    return shares;
  }
  /// Kolmogorov and Smirnov's distance.
  static double Distance(std::vector<double> a, std::vector<double> b) {
    std::erase_if(a, [](double value) { return std::isnan(value); });
    std::erase_if(b, [](double value) { return std::isnan(value); });
    std::sort(a.begin(), a.end()), std::sort(b.begin(), b.end());
    const auto share = [](const auto& of, double value) {
      return static_cast<double>(std::upper_bound(of.begin(), of.end(), value) - of.begin()) /
             static_cast<double>(of.size());
    };
    double most = 0;
    for (const auto* values : {&a, &b}) {
      for (const double value : *values) most = std::max(most, std::fabs(share(a, value) - share(b, value)));
    }
    return most;
  }

  static inline std::optional<os::TempFolder> folder_;
  static inline profile::Outline outline_;
  static inline tables::Table source_;
};

/// 1.95 / sqrt(n/2): what two samples of one distribution stay below 999 times of 1,000; and the sketch's
/// 0.44 %.
const double kBound = 1.95 * std::sqrt(2.0 / kRows) + 0.0044;

TEST_F(SynthesisTest, NumbersFollowTheirDistribution) {
  const auto made = Written("a.parquet");
  for (const char* name : {"x", "y", "price"})
    EXPECT_LT(Distance(Numbers(source_, name), Numbers(made, name)), kBound) << name;
  for (const double price : Numbers(made, "price"))
    EXPECT_NEAR(price * 100, std::round(price * 100), 1e-6) << "prices keep their cents";
}

TEST_F(SynthesisTest, LevelsAndMissingValuesKeepTheirShares) {
  const auto made = Written("b.parquet");
  for (const char* name : {"city", "late"}) {
    const auto expected = Shares(source_, name), found = Shares(made, name);
    ASSERT_EQ(expected.size(), found.size()) << name;
    for (const auto& [level, share] : expected)
      EXPECT_NEAR(found.at(level), share, 4 * std::sqrt(share * (1 - share) / kRows)) << level;
  }
  EXPECT_EQ(made.Find("late")->type(), tables::Type::Bool);
  EXPECT_NEAR(static_cast<double>(made.Find("y")->null_count()) / kRows, 0.1, 0.02);
  EXPECT_EQ(made.Find("x")->null_count(), 0U);
}

TEST_F(SynthesisTest, RanksCorrelateAsTheyDid) {
  const auto made = Written("c.parquet");
  // Two samples of n rows: each off by about 1/sqrt(n), three times that and the sample's own.
  const double bound = 3 * std::sqrt(2.0 / kRows) + 0.01;
  const auto numbers_of = [](const tables::Table& table, std::string_view name) {
    auto values = Numbers(table, name == "city" ? "x" : name);
    if (name == "city") {
      for (std::size_t row = 0; row < values.size(); ++row) {
        const std::string& city = table.Find("city")->Text(row);
        values[row] = city == "Oslo" ? 0 : city == "Bonn" ? 1 : 2;
      }
    }
    return values;
  };
  for (const auto& [a, b] :
       {std::pair("x", "y"), {"x", "late"}, {"x", "city"}, {"y", "price"}, {"late", "city"}})
    EXPECT_NEAR(*profile::Spearman(numbers_of(made, a), numbers_of(made, b)),
                *profile::Spearman(numbers_of(source_, a), numbers_of(source_, b)), bound)
        << a << " and " << b;
}

TEST_F(SynthesisTest, NothingThatNamesSomebodyOrSomethingIsCopied) {
  const auto made = Written("d.parquet");
  for (const char* name : {"id", "order_no", "mail", "iban", "comment"}) {
    std::set<std::string> real, drawn;
    for (std::size_t row = 0; row < source_.rows(); ++row) real.insert(source_.Find(name)->Shown(row));
    for (std::size_t row = 0; row < made.rows(); ++row) {
      const std::string value = made.Find(name)->Shown(row);
      EXPECT_FALSE(real.count(value)) << name << " " << value;
      drawn.insert(value);
    }
    const bool repeats = std::string_view(name) == "iban" || std::string_view(name) == "comment";
    EXPECT_TRUE(repeats || drawn.size() == made.rows()) << name << " is unique";
  }
  EXPECT_TRUE(made.Find("order_no")->Text(0).starts_with("ORD-1")) << made.Find("order_no")->Text(0);
  EXPECT_TRUE(made.Find("iban")->Text(0).starts_with("DE")) << made.Find("iban")->Text(0);
}

TEST_F(SynthesisTest, WhatIsSaidToBePersonalHasNoValueOfItsOwn) {
  const auto made = Written("e.parquet", {.seed = 3, .rows = 500, .personal = {"city"}});
  for (const auto& [level, share] : Shares(made, "city"))
    EXPECT_TRUE(level != "Oslo" && level != "Bonn" && level != "Rome") << level;
  EXPECT_EQ(Synthesis::Of(outline_, {.personal = {"town"}}).error().reason, Reason::InvalidArgument);
}

TEST_F(SynthesisTest, AnOutlineThatMakesNoSenseIsRefusedOrDrawnWithinBounds) {
  profile::Outline outline;
  outline.rows = 100;
  profile::ColumnOutline number, text, truth;
  number.name = "n", number.kind = profile::ColumnOutline::Kind::Number, number.whole = true;
  number.meaning = "measure", number.rows = 100, number.distinct = 2;
  number.values = {-HUGE_VAL, 1e300}, number.value_rows = {50, 50}, number.sample = {1, 2, 3};
  text.name = "t", text.rows = 100, text.distinct = 100, text.meaning = "free_text", text.words = 4;
  text.lengths = {{std::int64_t{1} << 50, 5, 100}};
  truth.name = "b", truth.rows = 100, truth.distinct = 2, truth.boolean = true, truth.meaning = "boolean";
  truth.levels = {{"false", 1}, {"true", 99}}, truth.sample = {0, 1, 1};
  outline.columns = {number, text, truth};
  const auto made = Synthesis::Of(outline, {.seed = 1, .rows = 3, .personal = {"b"}});
  ASSERT_TRUE(made) << made.error().message;
  std::vector<tables::Value> values;
  for (std::uint64_t row = 0; row < 3; ++row) {
    made->Draw(row, values);
    EXPECT_TRUE(std::holds_alternative<std::int64_t>(values[0]));
    EXPECT_LE(std::get<std::string>(values[1]).size(), 65536U);
    EXPECT_TRUE(std::holds_alternative<bool>(values[2])) << "a truth value stays one, whatever is said of it";
  }
  outline.columns[2].levels = {{"false", 50}, {"true", 50}};
  outline.columns[2].sample = {0, 1};
  EXPECT_EQ(Synthesis::Of(outline, {.rows = 3}).error().reason, Reason::Unprocessable);
}

TEST_F(SynthesisTest, TheSameSeedGivesTheSameBytesByAnyNumberOfThreads) {
  auto engine = tables::Engine::Open();
  const Order order{.seed = 5, .rows = 10000};
  std::string first;
  for (const unsigned threads : {1U, 2U, 7U}) {
    const std::string path = *folder_ / ("t" + std::to_string(threads) + ".csv");
    ASSERT_TRUE(Made(order).Write(**engine, path, tables::Format::Csv, threads));
    const std::string bytes = *os::ReadFile(path);
    if (first.empty()) first = bytes;
    EXPECT_TRUE(bytes == first) << threads;
    EXPECT_FALSE(os::Exists(path + ".rows"));
  }
  ASSERT_TRUE(Made({.seed = 6, .rows = 10000}).Write(**engine, *folder_ / "other.csv", tables::Format::Csv));
  EXPECT_FALSE(*os::ReadFile(*folder_ / "other.csv") == first);
  EXPECT_NE(first.find(",2024-0"), std::string::npos) << "days stay days";
}

TEST_F(SynthesisTest, AnEmptyTableAndColumnsWithoutValuesAreDrawnToo) {
  profile::Outline outline;
  EXPECT_EQ(Synthesis::Of(outline, {}).error().reason, Reason::Unprocessable);
  outline.rows = 3;
  profile::ColumnOutline column;
  column.name = "nothing", column.rows = 3, column.missing = 3, column.meaning = "empty";
  outline.columns = {column};
  outline.missing = {{{0}, 3}};
  const auto made = Synthesis::Of(outline, {.seed = 1, .rows = 2});
  ASSERT_TRUE(made);
  std::vector<tables::Value> values;
  made->Draw(0, values);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(values.front()));
}

}  // namespace
}  // namespace cairn::synthesis
