#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/text.h"
#include "loop/profile/profile.h"
#include "loop/profile/values/hash.h"

namespace cairn::profile {
namespace {

constexpr int kRows = 6000;

/// A table of every kind of column, as SQL over the numbers of its rows.
constexpr const char* kColumns =
    "i AS id, (i * 7919) % 613 AS few, sqrt(i * 1.5) - 20 AS real, CASE WHEN i % 11 = 0 THEN NULL ELSE (i * "
    "31 % 1000) / 7.0 END AS holes, "
    "CASE WHEN i % 997 = 0 THEN 'inf'::DOUBLE WHEN i % 991 = 0 THEN 'nan'::DOUBLE ELSE i % 5 END AS odd, "
    "'level ' || (i % 7) AS kind, 'text ' || (i * 13 % 5000) AS name, CASE WHEN i % 3 = 0 THEN NULL ELSE 'x' "
    "|| (i % 4) END AS sparse, "
    "i % 2 = 0 AS flag, TIMESTAMP '2020-01-01' + to_minutes(i * 17) AS at, 'user' || i || '@example.com' AS "
    "mail, (i % 10 < 3)::INT AS late";

class Parts : public testing::Test {
 protected:
  /// Rows [from, to) as a file.
  std::string Part(int from, int to) {
    const std::string path = folder_ / (std::to_string(from) + "-" + std::to_string(to) + ".parquet");
    const auto written = engine_->Write("SELECT " + std::string(kColumns) + " FROM range(" +
                                            std::to_string(from) + ", " + std::to_string(to) + ") t(i)",
                                        path, tables::Format::Parquet);
    EXPECT_TRUE(written) << written.error().message;
    return path;
  }
  TableProfile Of(const std::vector<std::string>& files, std::uint64_t memory = 256 << 20) {
    Options options{.memory_bytes = memory, .now = 1'600'000'000'000};
    auto profile = TableProfile::Of(*engine_, files, subject_, options);
    EXPECT_TRUE(profile) << profile.error().message;
    return *std::move(profile);
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  std::unique_ptr<tables::Engine> engine_ = *tables::Engine::Open();
  Subject subject_{"parts", "late", {}};
};

/// Numbers to rounding, all else to the letter.
void ExpectSame(const Json& a, const Json& b, const std::string& where) {
  if (a.IsNumber() && b.IsNumber()) {
    EXPECT_NEAR(a.AsDouble(), b.AsDouble(), 1e-9 * std::max(1.0, std::fabs(b.AsDouble()))) << where;
  } else if (a.IsObject() && b.IsObject()) {
    ASSERT_EQ(a.members().size(), b.members().size()) << where;
    for (const auto& [name, value] : b.members()) ExpectSame(a.At(name), value, where + "." + name);
  } else if (a.IsArray() && b.IsArray()) {
    ASSERT_EQ(a.items().size(), b.items().size()) << where;
    for (std::size_t i = 0; i < a.items().size(); ++i)
      ExpectSame(a.items()[i], b.items()[i], where + "[" + std::to_string(i) + "]");
  } else {
    EXPECT_EQ(a, b) << where;
  }
}

TEST_F(Parts, MergedInMemoryAreTheWholeWhereverTheyWereCut) {
  const Json whole = Of({Part(0, kRows)}).Report(subject_);
  for (const std::vector<int>& cuts :
       {std::vector<int>{1}, {3000}, {100, 101, 5999}, {500, 1000, 1500, 2000, 4000}}) {
    std::vector<int> edges = cuts;
    edges.insert(edges.begin(), 0);
    edges.push_back(kRows);
    auto merged = Of({Part(edges[0], edges[1])});
    for (std::size_t i = 1; i + 1 < edges.size(); ++i)
      ASSERT_TRUE(merged.Merge(Of({Part(edges[i], edges[i + 1])})));
    Json report = merged.Report(subject_);
    for (const char* exact : {"table", "missing", "reference"})
      ExpectSame(report.At(exact), whole.At(exact), exact);
    ExpectSame(report.At("correlations").At("numbers").At("pearson"),
               whole.At("correlations").At("numbers").At("pearson"), "pearson");
    for (std::size_t i = 0; i < whole.At("columns").items().size(); ++i) {
      Json column = report.At("columns").items()[i], expected = whole.At("columns").items()[i];
      ExpectSame(column, expected, expected.Text("name"));
    }
  }
}

/// The share of rows at or below `value` in one of the columns that rise with i.
TEST_F(Parts, SavedAndMergedStayWithinTheStatedErrors) {
  const Json whole = Of({Part(0, kRows)}).Report(subject_);
  auto first = TableProfile::FromBytes(Of({Part(0, 2500)}).Bytes());
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_TRUE(first->Merge(*TableProfile::FromBytes(Of({Part(2500, kRows)}).Bytes())));
  auto merged = *TableProfile::FromBytes(first->Bytes());
  const Json report = merged.Report(subject_);
  EXPECT_EQ(report.At("table").Int("rows"), kRows);
  EXPECT_EQ(report.At("table").Int("missing_cells"), whole.At("table").Int("missing_cells"));
  ExpectSame(report.At("missing"), whole.At("missing"), "missing");
  for (std::size_t i = 0; i < whole.At("columns").items().size(); ++i) {
    const Json &column = report.At("columns").items()[i], &expected = whole.At("columns").items()[i];
    const std::string name = expected.Text("name");
    for (const char* exact : {"rows", "missing", "infinite", "mean", "std", "skewness", "kurtosis", "min",
                              "max", "zeros", "meaning"})
      ExpectSame(column.At(exact), expected.At(exact), name + std::string(".") + exact);
    const double error = column.At("errors").Double("distinct");
    EXPECT_NEAR(column.Double("distinct"), expected.Double("distinct"),
                4 * error * expected.Double("distinct") + 0.5)
        << name;
    if (name == "id") {
      EXPECT_NEAR(column.Double("median"), expected.Double("median"),
                  kRows * column.At("errors").Double("rank") + 1);
      EXPECT_FALSE(column.Bool("exact", true));
    }
  }
}

TEST_F(Parts, ASavedProfileSaysTheSameAgainAndAgain) {
  auto profile = Of({Part(0, 300)});
  const std::string bytes = profile.Bytes();
  EXPECT_TRUE(Of({Part(0, 300)}).Bytes() == bytes) << "one table, one form";
  auto read = *TableProfile::FromBytes(bytes);
  Json told = profile.Report(subject_), again = read.Report(subject_);
  for (const char* part : {"table", "columns", "missing", "correlations", "reference", "warnings"}) {
    if (std::string(part) != "columns") {
      ExpectSame(again.At(part), told.At(part), part);
      continue;
    }
    for (std::size_t i = 0; i < told.At(part).items().size(); ++i) {
      Json before = told.At(part).items()[i], after = again.At(part).items()[i];
      // Values that look personal are not in the file.
      for (const char* lost : {"top", "exact", "errors", "entropy_bits"}) {
        if (before.Text("name") == "mail") before.Remove(lost), after.Remove(lost);
      }
      ExpectSame(after, before, before.Text("name"));
    }
  }
}

TEST_F(Parts, NoPersonalValueIsInTheReportOrTheFile) {
  auto profile = Of({Part(0, 500)});
  const std::string report = profile.Report(subject_).Dump(), bytes = profile.Bytes();
  EXPECT_EQ(report.find("@example.com"), std::string::npos);
  EXPECT_EQ(bytes.find("@example.com"), std::string::npos);
  EXPECT_NE(report.find("e-mail"), std::string::npos);
  EXPECT_NE(bytes.find("level 3"), std::string::npos) << "the test looks where values would stand";
}

TEST_F(Parts, DamageIsNamedAndALaterFormIsRefused) {
  const std::string bytes = Of({Part(0, 50)}).Bytes();
  for (std::size_t i = 0; i < bytes.size(); i += 1 + bytes.size() / 300) {
    std::string bad = bytes;
    bad[i] = static_cast<char>(bad[i] ^ 0x20);
    const auto read = TableProfile::FromBytes(bad);
    ASSERT_FALSE(read) << i;
    EXPECT_EQ(read.error().reason, Reason::Corrupt);
    EXPECT_FALSE(TableProfile::FromBytes(bytes.substr(0, i)));
  }
  std::string later = bytes.substr(0, bytes.size() - 8);
  later[10] = 9;
  const std::uint64_t sum = HashOf(std::string_view(later));
  later.append(reinterpret_cast<const char*>(&sum), sizeof sum);
  EXPECT_EQ(TableProfile::FromBytes(later).error().reason, Reason::Unsupported);
}

TEST_F(Parts, WhatDoesNotBelongTogetherIsNotMerged) {
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "a.csv", "x,y\n1,2\n"));
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "b.csv", "x,z\n1,2\n"));
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "c.csv", "x,y\nword,2\n"));
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "d.csv", "x,y\n,2\n"));
  subject_.target = "";
  const auto merged = [&](const char* other) {
    auto profile = Of({folder_ / "a.csv"});
    return profile.Merge(Of({folder_ / other}));
  };
  EXPECT_NE(merged("b.csv").error().message.find("'y' in one and 'z' in the other"), std::string::npos);
  EXPECT_NE(merged("c.csv").error().message.find("column 'x' holds integers in one part"), std::string::npos);
  EXPECT_TRUE(merged("d.csv")) << "a column without a value has no type to contradict";
}

TEST_F(Parts, LittleMemoryMakesEstimatesNotErrors) {
  const Json report = Of({Part(0, kRows)}, 64 << 10).Report(subject_);
  EXPECT_EQ(report.At("table").Int("rows"), kRows);
  EXPECT_FALSE(report.At("table").Bool("repeated_exact", true));
  int estimated = 0;
  for (const Json& column : report.At("columns").items()) {
    estimated += column.Bool("exact", true) ? 0 : 1;
    if (column.Text("name") != "id") continue;
    EXPECT_NEAR(column.Double("median"), kRows / 2.0, kRows * column.At("errors").Double("rank"));
  }
  EXPECT_GT(estimated, 3);
}

}  // namespace
}  // namespace cairn::profile
