#include "ground/tables/row_file.h"

#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"

namespace cairn::tables {
namespace {

class RowFileTest : public testing::Test {
 protected:
  std::int64_t Write(const std::vector<RowFile::Head>& heads, const std::vector<std::vector<Value>>& rows,
                     const std::string& name, Format format) {
    auto file = RowFile::Create(folder_ / "spool", heads);
    EXPECT_TRUE(file) << file.error().message;
    for (const auto& row : rows) EXPECT_TRUE(file->Append(row));
    const auto written = file->Finish(*engine_, folder_ / name, format);
    EXPECT_TRUE(written) << written.error().message;
    return written ? *written : -1;
  }
  Table Read(const std::string& name) {
    return *engine_->Query("SELECT * FROM " + Source::Open(folder_ / name)->Relation());
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  std::unique_ptr<Engine> engine_ = *Engine::Open();
};

TEST_F(RowFileTest, ValuesAndNullsComeThroughEveryFormat) {
  const std::vector<RowFile::Head> heads = {{"id"}, {"km"}, {"say"}, {"ok"}, {"at", Type::Time}};
  const std::vector<std::vector<Value>> rows = {
      {std::int64_t{1}, 0.1, std::string("a \"b\", \n c"), true, std::string("2013-01-01 05:00:00+00")},
      {std::int64_t{2}, std::int64_t{3}, std::string("\\N"), std::monostate{}, std::monostate{}},
      {std::monostate{}, 1e300, std::string(""), false, std::string("2013-01-02")},
  };
  for (const auto& [name, format] :
       {std::pair{"x.parquet", Format::Parquet}, std::pair{"x.jsonl", Format::JsonLines}}) {
    EXPECT_EQ(Write(heads, rows, name, format), 3);
    const Table table = Read(name);
    EXPECT_EQ(table[0].Int(0), 1) << name;
    EXPECT_TRUE(table[0].IsNull(2));
    EXPECT_EQ(table[1].Double(0), 0.1);
    EXPECT_EQ(table[1].Double(2), 1e300);
    EXPECT_EQ(table[2].Text(0), "a \"b\", \n c");
    EXPECT_EQ(table[2].Text(1), "\\N") << "a text that looks like a missing value is none";
    EXPECT_FALSE(table[2].IsNull(2));
    EXPECT_TRUE(table[3].Bool(0));
    EXPECT_EQ(table[4].type(), Type::Time);
    EXPECT_EQ(table[4].Shown(1), "");
  }
  EXPECT_FALSE(os::Exists(folder_ / "spool"));
}

TEST_F(RowFileTest, MixedColumnsBecomeWhatHoldsAll) {
  Write({{"a"}, {"b"}, {"c"}},
        {{std::int64_t{1}, true, std::monostate{}}, {std::string("x"), std::int64_t{2}, std::monostate{}}},
        "x.parquet", Format::Parquet);
  const Table table = Read("x.parquet");
  EXPECT_EQ(table[0].Text(0), "1");
  EXPECT_EQ(table[1].Text(0), "true");
  EXPECT_EQ(table[1].Text(1), "2");
  EXPECT_EQ(table[2].type(), Type::Text);
}

TEST_F(RowFileTest, TheSameRowsGiveTheSameBytes) {
  std::vector<std::vector<Value>> rows;
  for (std::int64_t i = 0; i < 5000; ++i)
    rows.push_back({i, 0.5 * static_cast<double>(i), std::string(i % 7, 'x')});
  const std::vector<RowFile::Head> heads = {{"a"}, {"b"}, {"c"}};
  for (const auto* name : {"1.parquet", "2.parquet"}) Write(heads, rows, name, Format::Parquet);
  EXPECT_EQ(*os::ReadFile(folder_ / "1.parquet"), *os::ReadFile(folder_ / "2.parquet"));
}

TEST_F(RowFileTest, WhatCannotBeWrittenIsToldAndLeavesNothing) {
  EXPECT_EQ(RowFile::Create(folder_ / "spool", {{"id"}, {"ID"}}).error().reason, Reason::InvalidArgument);
  {
    auto file = RowFile::Create(folder_ / "spool", {{"n", Type::Int}});
    const std::vector<Value> row = {std::string("many")};
    ASSERT_TRUE(file->Append(row));
    const auto refused = file->Finish(*engine_, folder_ / "x.parquet", Format::Parquet);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, Reason::Unprocessable) << refused.error().message;
    EXPECT_TRUE(RowFile::Create(folder_ / "dropped", {{"n"}}));
  }
  EXPECT_TRUE(os::ListFolder(folder_.path())->empty());
}

}  // namespace
}  // namespace cairn::tables
