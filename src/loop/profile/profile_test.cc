#include "loop/profile/profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/text.h"
#include "loop/comparison/histogram.h"
#include "loop/comparison/testing/golden.h"
#include "loop/profile/profile_page.h"

namespace cairn::profile {
namespace {

constexpr double kClose = 1e-12;

const Json& ColumnOf(const Json& report, std::string_view name) {
  for (const Json& column : report.At("columns").items()) {
    if (column.Text("name") == name) return column;
  }
  ADD_FAILURE() << "no column " << name;
  static const Json none;
  return none;
}

Subject Planted() {
  Subject subject;
  subject.dataset = "planted";
  subject.target = "late";
  contract::ColumnRule code, mixed;
  code.name = "code";
  mixed.name = "mixed";
  mixed.type = contract::ColumnType::Number;
  subject.contract.columns = {code, mixed};
  return subject;
}

class Profiled : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto report = Profile(**tables::Engine::Open(), {"src/loop/profile/testdata/profile.csv"}, Planted());
    ASSERT_TRUE(report) << report.error().message;
    report_ = *std::move(report);
    golden_ = comparison::ReadGolden("src/loop/profile/testdata/profile.json");
  }
  static inline Json report_, golden_;
};

void ExpectFigure(const Json& actual, const Json& expected, const std::string& what) {
  ASSERT_EQ(actual.IsNull(), expected.IsNull()) << what;
  if (expected.IsNull()) return;
  EXPECT_TRUE(comparison::Near(actual.AsDouble(), expected.AsDouble(), kClose, kClose)) << what;
}

TEST_F(Profiled, EveryFigureIsThatOfPandas) {
  EXPECT_EQ(report_.At("table").Int("rows"), golden_.Int("rows"));
  EXPECT_EQ(report_.At("table").Int("duplicate_rows"), golden_.Int("duplicate_rows"));
  EXPECT_EQ(report_.At("table").Int("missing_cells"), golden_.Int("missing_cells"));
  ASSERT_EQ(report_.At("columns").items().size(), golden_.At("columns").items().size());
  for (const Json& expected : golden_.At("columns").items()) {
    const std::string name = expected.Text("name");
    const Json& actual = ColumnOf(report_, name);
    for (const char* count : {"rows", "missing", "distinct"})
      EXPECT_EQ(actual.Int(count), expected.Int(count)) << name << " " << count;
    if (!expected.Find("mean")) continue;
    for (const char* figure : {"min", "max", "mean", "median", "std", "skewness"})
      ExpectFigure(actual.At(figure), expected.At(figure), name + " " + figure);
    for (const auto& [level, value] : expected.At("quantiles").members())
      ExpectFigure(actual.At("quantiles").At(level), value, name + " " + level);
    if (expected.Find("pearson")) {
      EXPECT_EQ(actual.At("association").Text("measure"), "pearson");
      ExpectFigure(actual.At("association").At("value"), expected.At("pearson"), name + " pearson");
      ExpectFigure(actual.At("association").At("auc"), expected.At("auc"), name + " auc");
    }
  }
}

TEST_F(Profiled, HistogramsAreThoseOfNumpy) {
  int compared = 0;
  for (const Json& expected : golden_.At("columns").items()) {
    if (!expected.Find("histogram")) continue;
    const Json& actual = ColumnOf(report_, expected.Text("name")).At("histogram");
    EXPECT_EQ(actual.At("counts"), expected.At("histogram").At("counts")) << expected.Text("name");
    const auto &edges = actual.At("edges").items(), &numpy = expected.At("histogram").At("edges").items();
    ASSERT_EQ(edges.size(), numpy.size());
    for (std::size_t i = 0; i < edges.size(); ++i)
      EXPECT_TRUE(comparison::Near(edges[i].AsDouble(), numpy[i].AsDouble(), kClose, kClose));
    ++compared;
  }
  EXPECT_EQ(compared, 5);
}

TEST_F(Profiled, CategoriesAndTheirTieToTheTarget) {
  for (const char* name : {"carrier", "code"}) {
    const Json& column = ColumnOf(report_, name);
    EXPECT_EQ(column.Text("type"), "string") << "007 is no number where the contract says text";
    for (const Json& level : column.At("top").items())
      EXPECT_EQ(level.Int("rows"), golden_.At("top").At(name).Int(level.Text("value"))) << level.Dump();
    EXPECT_EQ(column.At("top").items().size(), golden_.At("top").At(name).members().size());
    EXPECT_EQ(column.At("association").Text("measure"), "cramers_v");
    ExpectFigure(column.At("association").At("value"), golden_.At("cramers_v").At(name), name);
  }
  for (const Json& one : report_.At("table").At("classes").items())
    EXPECT_EQ(one.Int("rows"), golden_.At("late").Int(one.Text("value")));
  Subject other = Planted();
  other.target = "distance";
  const auto report = Profile(**tables::Engine::Open(), {"src/loop/profile/testdata/profile.csv"}, other);
  ExpectFigure(ColumnOf(*report, "carrier").At("association").At("value"), golden_.At("eta"), "eta");
  EXPECT_EQ(ColumnOf(*report, "carrier").At("association").Text("measure"), "correlation_ratio");
}

TEST_F(Profiled, WhatWasPlantedIsFound) {
  std::set<std::string> found;
  for (const Json& warning : report_.At("warnings").items())
    found.insert(warning.Text("kind") + " " + warning.Text("column"));
  EXPECT_EQ(found, (std::set<std::string>{"leak leak", "leak why", "constant empty", "constant one",
                                          "constant why", "mostly_missing carrier", "mixed_types mixed",
                                          "identifier name", "duplicates "}));
  EXPECT_EQ(report_.At("warnings").items().front().Text("kind"), "leak") << "the worst first";
}

TEST_F(Profiled, TheReferenceHoldsWhatComparisonNeeds) {
  const Json& distance = report_.At("reference").At("distance");
  EXPECT_EQ(distance.At("counts"), ColumnOf(report_, "distance").At("histogram").At("counts"));
  EXPECT_EQ(distance.At("grid").items().size(), 501U);
  EXPECT_EQ(distance.At("grid").items()[250].AsDouble(), ColumnOf(report_, "distance").Double("median"));
  EXPECT_TRUE(distance.At("levels").IsNull());
  EXPECT_EQ(report_.At("reference").At("late").At("levels").Int("0") +
                report_.At("reference").At("late").At("levels").Int("1"),
            golden_.Int("rows"));
  const Json& carrier = report_.At("reference").At("carrier");
  EXPECT_EQ(carrier.Int("rows") + carrier.Int("missing"), golden_.Int("rows"));
  EXPECT_EQ(carrier.At("levels").members().size(), 4U);
  EXPECT_EQ(report_.At("reference").At("when").Text("kind"), "number");
}

TEST_F(Profiled, ThePageDrawsEveryBinOnce) {
  const std::string page = ProfilePage(report_, "planted <1>");
  std::vector<std::int64_t> drawn, told;
  for (std::size_t at = 0; (at = page.find("data-rows=\"", at)) != std::string::npos; ++at)
    drawn.push_back(std::atoll(page.c_str() + at + 11));
  for (const Json& column : report_.At("columns").items()) {
    // Values that hardly repeat are not drawn one by one, and numbers with few values are drawn by value.
    const std::string meaning = column.Text("meaning");
    const std::size_t values = column.At("top").items().size();
    const bool bins = column.At("histogram").IsObject() && (values == 0 || values > 12);
    if (!bins && (meaning == "identifier" || meaning == "nearly_unique")) continue;
    for (const Json& one : bins ? column.At("histogram").At("counts").items() : column.At("top").items())
      told.push_back(bins ? one.AsInt() : one.Int("rows"));
  }
  std::sort(drawn.begin(), drawn.end());
  std::sort(told.begin(), told.end());
  EXPECT_EQ(drawn, told);
  EXPECT_NE(page.find("planted &lt;1&gt;"), std::string::npos);
  EXPECT_LT(page.find("possible leak"), page.find("<section>"));
  EXPECT_EQ(page.find("http"), std::string::npos) << "nothing is fetched";
}

TEST(Profile, SeveralFilesAreOneTable) {
  const auto folder = os::TempFolder::Create();
  ASSERT_TRUE(os::WriteFileAtomically(*folder / "a.csv", "x,late\n1,0\n2,1\n"));
  ASSERT_TRUE(os::WriteFileAtomically(*folder / "b.csv", "x,late\n3,1\n,\n"));
  Subject subject;
  subject.target = "late";
  const auto report = Profile(**tables::Engine::Open(), {*folder / "a.csv", *folder / "b.csv"}, subject);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->At("table").Int("rows"), 4);
  EXPECT_EQ(ColumnOf(*report, "x").Double("mean"), 2);
  EXPECT_EQ(ColumnOf(*report, "late").Int("missing"), 1);
}

TEST(Profile, TablesWithHardlyAnythingHaveAReportToo) {
  const auto folder = os::TempFolder::Create();
  ASSERT_TRUE(os::WriteFileAtomically(*folder / "a.csv", "x,y\n"));
  Subject subject;
  subject.target = "absent";
  const auto report = Profile(**tables::Engine::Open(), {*folder / "a.csv"}, subject);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->At("table").Int("rows"), 0);
  EXPECT_EQ(report->Text("target"), "");
  EXPECT_NE(ProfilePage(*report, "nothing").find("no values"), std::string::npos);
  const auto engine = tables::Engine::Open();
  ASSERT_TRUE((*engine)->Write("SELECT CAST('inf' AS DOUBLE) AS x, CAST(NULL AS DOUBLE) AS y",
                               *folder / "c.parquet", tables::Format::Parquet));
  const auto infinite = Profile(**engine, {*folder / "c.parquet"}, {});
  ASSERT_TRUE(infinite) << infinite.error().message;
  EXPECT_EQ(ColumnOf(*infinite, "x").Int("infinite"), 1);
  EXPECT_TRUE(ColumnOf(*infinite, "x").At("mean").IsNull());
  EXPECT_TRUE(ColumnOf(*infinite, "x").At("histogram").IsNull());
  EXPECT_EQ(ColumnOf(*infinite, "y").Int("missing"), 1);
}

}  // namespace
}  // namespace cairn::profile
