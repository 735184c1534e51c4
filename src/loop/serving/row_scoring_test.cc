#include "loop/serving/row_scoring.h"

#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"

namespace cairn::serving {
namespace {

constexpr const char* kModel = "src/loop/runtime/testdata/columns.onnx";

class RowScorings : public testing::Test {
 protected:
  RowScorings() { model_.model = *runtime::Model::Load(kModel); }

  tables::Source Rows(std::int64_t rows) {
    std::string text = "id,distance,carrier,hour\n";
    for (std::int64_t i = 0; i < rows; ++i)
      text += std::to_string(i) + "," + std::to_string(100 + i % 1999) + (i % 2 == 0 ? ",AA," : ",UA,") +
              std::to_string(i % 24) + "\n";
    EXPECT_TRUE(os::WriteFileAtomically(folder_ / "rows.csv", text));
    return *tables::Source::Open(folder_ / "rows.csv");
  }
  /// All that comes, from that row on.
  std::vector<tables::Table> Parts(const RowScoring& wanted) {
    std::vector<tables::Table> parts;
    const auto scored = ScoreRows(model_, *engine_, wanted, [&](tables::Table part) {
      parts.push_back(std::move(part));
      return Result<>();
    });
    EXPECT_TRUE(scored) << scored.error().message;
    return parts;
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  std::unique_ptr<tables::Engine> engine_ = *tables::Engine::Open({.threads = 0});
  runtime::LoadedFolder model_;
};

TEST_F(RowScorings, ComeInPartsThatBeginAtTheSameRowsWhereverACallBegins) {
  const auto source = Rows(2 * kRowsOfPart + 77);
  const auto all = Parts({source, "rows", {"id"}});
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].rows(), static_cast<std::size_t>(kRowsOfPart));
  EXPECT_EQ(all[2].rows(), 77u);
  const auto later = Parts({source, "rows", {"id"}, kRowsOfPart});
  ASSERT_EQ(later.size(), 2u);
  for (std::size_t part = 0; part < 2; ++part) {
    ASSERT_EQ(later[part].rows(), all[part + 1].rows());
    for (const auto& column : later[part].columns())
      for (std::size_t row = 0; row < column.rows(); row += 101)
        ASSERT_EQ(column.Shown(row), all[part + 1].Find(column.name())->Shown(row)) << column.name() << row;
  }
  EXPECT_TRUE(Parts({source, "rows", {}, 3 * kRowsOfPart}).empty());
}

TEST_F(RowScorings, AreShownBlockByBlockWithTheirFirstRow) {
  const auto source = Rows(3 * kRowsOfBlock + 5);
  RowScoring wanted{source, "rows", {"id"}};
  std::mutex mutex;
  std::map<std::int64_t, std::size_t> seen;
  wanted.also = [&](std::int64_t first, const runtime::Features& rows,
                    std::vector<tables::Column>& columns) -> Result<> {
    EXPECT_EQ(columns.front().Int(0), first);
    columns.emplace_back("first", tables::Type::Int);
    for (std::size_t row = 0; row < rows.rows(); ++row) columns.back().Push(first);
    const std::lock_guard lock(mutex);
    seen[first] = rows.rows();
    return {};
  };
  const auto parts = Parts(wanted);
  EXPECT_EQ(seen, (std::map<std::int64_t, std::size_t>{{0, kRowsOfBlock},
                                                       {kRowsOfBlock, kRowsOfBlock},
                                                       {2 * kRowsOfBlock, kRowsOfBlock},
                                                       {3 * kRowsOfBlock, 5}}));
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].Find("first")->Int(kRowsOfBlock + 1), kRowsOfBlock);
}

TEST_F(RowScorings, EndWithTheFirstError) {
  const auto source = Rows(2 * kRowsOfPart);
  const auto refused = ScoreRows(model_, *engine_, {source, "rows", {}}, [](const tables::Table&) {
    return Result<>(Error{Reason::Exhausted, "full"});
  });
  EXPECT_EQ(refused.error().reason, Reason::Exhausted);
  const auto missing =
      ScoreRows(model_, *engine_, {source, "rows", {"idd"}}, [](const tables::Table&) { return Result<>(); });
  EXPECT_EQ(missing.error().message, "'rows' has no column 'idd'. Did you mean 'id'?");
}

}  // namespace
}  // namespace cairn::serving
