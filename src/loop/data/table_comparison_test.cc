#include "loop/data/table_comparison.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/tables/source.h"
#include "ground/vocabulary/text.h"
#include "loop/comparison/comparison.h"
#include "loop/comparison/testing/golden.h"
#include "loop/data/comparison_page.h"
#include "loop/profile/profile.h"

namespace cairn::data {
namespace {

using comparison::Policy;

const Json& ColumnOf(const Json& report, std::string_view name) {
  for (const Json& column : report.At("columns").items()) {
    if (column.Text("column") == name) return column;
  }
  ADD_FAILURE() << "no column " << name << " in " << report.Dump().substr(0, 400);
  static const Json none;
  return none;
}

class TableComparisonTest : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    EXPECT_TRUE(os::WriteFileAtomically(folder_ / name, text));
    return folder_ / name;
  }

  /// Two columns that stay, one that moves, a category that moves, times, gaps.
  std::string Table(const std::string& name, std::uint64_t seed, double shift, double moved) {
    std::string text = "calm,shifted,grade,city,when,gaps\n";
    const auto calm = comparison::Drawn(seed, kRows), shifted = comparison::Drawn(seed + 1, kRows, shift);
    const auto u = comparison::Uniform(seed + 2, 3 * kRows);
    for (std::size_t i = 0; i < kRows; ++i) {
      const bool gap = u[3 * i + 2] < 0.1;
      text += ShortestText(calm[i]) + "," + ShortestText(shifted[i]) + "," +
              std::to_string(static_cast<int>(4 * u[3 * i])) + "," +
              (u[3 * i + 1] < 0.3 + moved ? "Ulm" : "Bonn") + ",2024-01-0" + std::to_string(1 + i % 9) + "," +
              (gap ? "" : std::to_string(static_cast<int>(100 * u[3 * i]))) + "\n";
    }
    return Write(name, text);
  }

  Result<Json> Compare(const std::string& before, const std::string& after,
                       ComparisonSettings settings = {}) {
    return CompareTables(*engine_, {"before", {before}}, {"after", {after}}, settings);
  }

  static constexpr std::size_t kRows = 3000;
  os::TempFolder folder_ = *os::TempFolder::Create();
  std::unique_ptr<tables::Engine> engine_ = *tables::Engine::Open();
};

TEST_F(TableComparisonTest, FindsTheColumnsThatMovedAndOnlyThose) {
  const std::string before = Table("a.csv", 1, 0, 0), after = Table("b.csv", 100, 0.4, 0.2);
  const auto report = Compare(before, after);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->Bool("drifted"));
  EXPECT_EQ(report->Int("drifted_columns"), 2) << report->Dump();
  EXPECT_TRUE(ColumnOf(*report, "shifted").Bool("drifted"));
  EXPECT_TRUE(ColumnOf(*report, "city").Bool("drifted"));
  EXPECT_EQ(ColumnOf(*report, "city").Text("type"), "category");
  EXPECT_EQ(ColumnOf(*report, "calm").Text("type"), "number");
  EXPECT_EQ(report->At("left_out").items()[0].Text("column"), "when");
  EXPECT_EQ(report->At("reference").Int("rows"), static_cast<std::int64_t>(kRows));
  EXPECT_EQ(ColumnOf(*report, "gaps").At("reference").Int("missing") +
                ColumnOf(*report, "gaps").At("reference").Int("rows"),
            static_cast<std::int64_t>(kRows));
  const auto same = Compare(before, before);
  EXPECT_FALSE(same->Bool("drifted", true));
}

TEST_F(TableComparisonTest, ParquetGivesTheSameReportAsCsvWithAnyNumberOfThreads) {
  const std::string before = Table("a.csv", 1, 0, 0), after = Table("b.csv", 100, 0.4, 0.2);
  const auto packed = [&](const std::string& csv) {
    const std::string path = csv + ".parquet";
    const auto source = tables::Source::Open(csv);
    EXPECT_TRUE(engine_->Write("SELECT * FROM " + source->Relation(), path, tables::Format::Parquet));
    return path;
  };
  const std::string packed_before = packed(before), packed_after = packed(after);
  for (const auto kind :
       {Policy::Kind::Cairn, Policy::Kind::Evidently, Policy::Kind::Nannyml, Policy::Kind::Tfdv}) {
    ComparisonSettings settings;
    settings.policy.kind = kind;
    const auto csv = Compare(before, after, settings);
    ASSERT_TRUE(csv) << csv.error().message;
    settings.threads = 4;
    const auto parquet = Compare(packed_before, packed_after, settings);
    ASSERT_TRUE(parquet) << parquet.error().message;
    EXPECT_EQ(csv->Dump(), parquet->Dump()) << comparison::NameOf(kind);
    EXPECT_TRUE(ColumnOf(*csv, "city").Bool("drifted")) << comparison::NameOf(kind);
  }
}

TEST_F(TableComparisonTest, TypesAreThoseThatEvidentlyInfers) {
  const std::string before = Table("a.csv", 1, 0, 0), after = Table("b.csv", 100, 0.4, 0.2);
  ComparisonSettings settings;
  settings.policy.kind = Policy::Kind::Evidently;
  const auto report = Compare(before, after, settings);
  EXPECT_EQ(ColumnOf(*report, "grade").Text("type"), "category") << "four whole numbers";
  EXPECT_EQ(ColumnOf(*report, "gaps").Text("type"), "number");
  EXPECT_EQ(ColumnOf(*report, "calm").Text("method"), "wasserstein");
  EXPECT_EQ(ColumnOf(*report, "city").Text("method"), "jensenshannon");
  EXPECT_FALSE(report->Bool("drifted", true)) << "two of five columns are less than half";
}

TEST_F(TableComparisonTest, ColumnsThatWentAwayCameOrChangedTheirTypeAreNamed) {
  const std::string before = Write("a.csv", "x,gone,code,empty\n1.5,2,7,1\n2.5,3,8,2\n3.5,4,9,3\n");
  const std::string after = Write("b.csv", "x,new,code,empty\n1.5,2,A7,\n2.5,3,B8,\n3.5,4,C9,\n");
  const auto report = Compare(before, after);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->At("missing_columns").items()[0].AsString(), "gone");
  EXPECT_EQ(report->At("new_columns").items()[0].AsString(), "new");
  EXPECT_EQ(ColumnOf(*report, "code").Text("sentence"), "was int and is text now");
  EXPECT_TRUE(ColumnOf(*report, "empty").Bool("drifted"));
  EXPECT_EQ(ColumnOf(*report, "empty").Text("sentence"), "the current side has no usable value");
  EXPECT_TRUE(report->Bool("drifted"));
  const auto only = Compare(before, after, {.columns = {"x"}});
  EXPECT_EQ(only->At("columns").items().size(), 1u);
  EXPECT_FALSE(only->Bool("drifted", true));
}

TEST_F(TableComparisonTest, TextsAreComparedByTheirWords) {
  std::string before = "note\n", after = "note\n";
  for (int i = 0; i < 400; ++i) {
    before += "parcel " + std::to_string(i) + " arrived\n";
    after += "parcel " + std::to_string(i) + (i % 4 == 0 ? " broken\n" : " arrived\n");
  }
  const auto report = Compare(Write("a.csv", before), Write("b.csv", after));
  ASSERT_TRUE(report) << report.error().message;
  const Json& note = ColumnOf(*report, "note");
  EXPECT_EQ(note.Text("type"), "text");
  EXPECT_EQ(note.Text("method"), "text_content");
  EXPECT_TRUE(note.Bool("drifted"));
  EXPECT_EQ(note.At("words").items()[0].Double("current_share") +
                note.At("words").items()[1].Double("current_share"),
            1.0);
}

TEST_F(TableComparisonTest, WhatCannotBeReadIsRefusedInASentence) {
  const std::string good = Write("a.csv", "x\n1\n2\n");
  EXPECT_EQ(Compare(good, folder_ / "none.csv").error().reason, Reason::NotFound);
  EXPECT_EQ(Compare(good, Write("bad.csv", "x,y\n1,2\n3,4,5,6\n\"")).error().reason, Reason::Unprocessable);
  const auto unknown = Compare(good, good, {.columns = {"X1"}});
  EXPECT_EQ(unknown.error().reason, Reason::Unprocessable);
  EXPECT_NE(unknown.error().message.find("X1"), std::string::npos);
}

TEST_F(TableComparisonTest, ProfilesCompareAsTheTablesDoWithinTheirBound) {
  const std::string before = Table("a.csv", 1, 0, 0), after = Table("b.csv", 100, 0.4, 0.2);
  const auto profile = [&](const std::string& file) {
    return *profile::Profile(*engine_, {file}, {"table", "", {}});
  };
  const Json first = profile(before), second = profile(after);
  const auto exact = Compare(before, after);
  const auto told = CompareProfiles(first, second, {});
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_TRUE(told->Bool("approximate"));
  EXPECT_EQ(told->Int("drifted_columns"), 2) << told->Dump();
  EXPECT_EQ(told->At("left_out").items()[0].Text("column"), "when");
  for (const char* name : {"calm", "shifted"}) {
    const Json& column = ColumnOf(*told, name);
    EXPECT_TRUE(column.Bool("approximate")) << name;
    EXPECT_NEAR(column.Double("share_moved"), ColumnOf(*exact, name).Double("share_moved"),
                column.Double("error_bound"))
        << name;
    EXPECT_NEAR(column.Double("shift"), ColumnOf(*exact, name).Double("shift"), 0.01) << name;
  }
  EXPECT_FALSE(ColumnOf(*told, "city").Bool("approximate")) << "a category that is named completely is exact";
  EXPECT_EQ(ColumnOf(*told, "city").Double("p_value"), ColumnOf(*exact, "city").Double("p_value"));
  EXPECT_EQ(ColumnOf(*told, "grade").Double("p_value"), ColumnOf(*exact, "grade").Double("p_value"));
  EXPECT_FALSE(CompareProfiles(first, first, {})->Bool("drifted", true));
  ComparisonSettings evidently;
  evidently.policy.kind = Policy::Kind::Evidently;
  EXPECT_NEAR(ColumnOf(*CompareProfiles(first, second, evidently), "shifted").Double("score"),
              ColumnOf(*Compare(before, after, evidently), "shifted").Double("score"), 0.01);
}

TEST_F(TableComparisonTest, WhatIsNoProfileIsRefused) {
  const Json good = *profile::Profile(*engine_, {Write("a.csv", "x\n1\n2\n3\n")}, {"table", "", {}});
  const Json cases[] = {
      Json{{"format", 1}},
      Json{{"reference", Json{{"x", Json{{"rows", 3}}}}}},
      Json{{"reference",
            Json{{"x", Json{{"kind", "number"}, {"rows", 3}, {"grid", Json::Array({Json("a")})}}}}}},
      Json{{"reference", Json{{"x", Json{{"kind", "number"}, {"rows", 3}}}}}},
      Json{{"reference", Json{{"x", Json{{"kind", "category"}, {"rows", 3}, {"levels", Json{{"a", -1}}}}}}}},
  };
  for (const Json& bad : cases) {
    const auto refused = CompareProfiles(good, bad, {});
    ASSERT_FALSE(refused) << bad.Dump();
    EXPECT_EQ(refused.error().reason, Reason::InvalidArgument);
  }
  ComparisonSettings nannyml;
  nannyml.policy.kind = Policy::Kind::Nannyml;
  EXPECT_EQ(CompareProfiles(good, good, nannyml).error().reason, Reason::Unprocessable);
}

TEST_F(TableComparisonTest, ThePageDrawsWhatTheReportCountsAndNeedsNothingElse) {
  const auto report = Compare(Table("a.csv", 1, 0, 0), Table("b.csv", 100, 0.4, 0.2));
  const std::string page = ComparisonPage(*report);
  EXPECT_NE(page.find("2 of 5 columns have drifted"), std::string::npos);
  EXPECT_LT(page.find("<h2>shifted"), page.find("<h2>calm")) << "drifted ones first";
  EXPECT_EQ(page.find("http"), std::string::npos);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  for (const Json& column : report->At("columns").items()) {
    for (const char* side : {"reference", "current"}) {
      std::int64_t drawn = 0;
      for (const Json& rows : column.At("picture").At(side).items()) {
        drawn += rows.AsInt();
        EXPECT_NE(page.find("data-rows=\"" + std::to_string(rows.AsInt()) + "\""), std::string::npos);
      }
      EXPECT_EQ(drawn, column.At(side).Int("rows")) << column.Text("column");
    }
  }
  EXPECT_NE(ComparisonPage(*Compare(folder_ / "a.csv", folder_ / "a.csv")).find("Nothing has drifted"),
            std::string::npos);
}

TEST_F(TableComparisonTest, NamesThatAreMarkupStayText) {
  const std::string nasty = "\"<script>alert(1)</script> & 'x'\"\n1\n2\n3\n";
  const auto report = Compare(Write("a.csv", nasty), Write("b.csv", "y\n1\n2\n3\n"));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(ComparisonPage(*report).find("<script"), std::string::npos);
  const std::string junit = ComparisonJunit(*report);
  EXPECT_EQ(junit.find("<script"), std::string::npos);
  EXPECT_NE(junit.find("tests=\"1\" failures=\"1\""), std::string::npos) << junit;
  EXPECT_NE(junit.find("the column is missing"), std::string::npos);
}

}  // namespace
}  // namespace cairn::data
