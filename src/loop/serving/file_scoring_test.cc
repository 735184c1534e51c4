#include "loop/serving/file_scoring.h"

#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/tables/engine.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"

namespace cairn::serving {
namespace {

constexpr const char* kModel = "src/loop/runtime/testdata/columns.onnx";

class FileScorings : public testing::Test {
 protected:
  FileScorings() {
    model_.model = *runtime::Model::Load(kModel);
    known_ = *Json::Parse(*os::ReadFile("src/loop/runtime/testdata/columns.json"));
  }
  /// The known rows, over and over, as CSV.
  std::string Csv(std::size_t rows) {
    std::string text = "id,distance,carrier,hour\n";
    for (std::size_t i = 0; i < rows; ++i) {
      const std::size_t at = i % known_.At("hour").items().size();
      text += std::to_string(i) + "," + ShortestText(known_.At("distance").items()[at].AsDouble()) + "," +
              known_.At("carrier").items()[at].AsString() + "," +
              std::to_string(known_.At("hour").items()[at].AsInt()) + "\n";
    }
    const std::string path = folder_ / "rows.csv";
    EXPECT_TRUE(os::WriteFileAtomically(path, text));
    return path;
  }
  tables::Table Read(const std::string& path) {
    const auto source = *tables::Source::Open(path);
    return *(*tables::Engine::Open())->Query("SELECT * FROM " + source.Relation(), {});
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  runtime::LoadedFolder model_;
  Json known_;
};

TEST_F(FileScorings, AnswerEveryRowInItsPlace) {
  const std::size_t rows = 30'000;  // of several blocks, run side by side
  const FileScoring wanted{Csv(rows), folder_ / "answers.parquet", tables::Format::Parquet, {"id"}};
  const auto scored = ScoreFile(model_, wanted);
  ASSERT_TRUE(scored) << scored.error().message;
  EXPECT_EQ(*scored, static_cast<std::int64_t>(rows));
  const auto table = Read(wanted.output);
  ASSERT_EQ(table.rows(), rows);
  const auto* second = table.Find("probabilities_1");
  ASSERT_TRUE(second && table.Find("label"));
  const auto& chances = known_.At("probabilities").items();
  for (std::size_t row = 0; row < rows; ++row) {
    ASSERT_EQ(table.Find("id")->Int(row), static_cast<std::int64_t>(row));
    const double due = chances[row % chances.size()].items()[1].AsDouble();
    ASSERT_NEAR(second->Double(row), due, 1e-6) << row;
    const std::string& label = known_.At("labels").items()[row % chances.size()].AsString();
    ASSERT_EQ(table.Find("label")->Text(row), label) << row;
  }
}

TEST_F(FileScorings, WriteTheFormsThatAreAskedFor) {
  for (const auto& [format, name] :
       {std::pair(tables::Format::Csv, "a.csv"), {tables::Format::JsonLines, "a.jsonl"}}) {
    const FileScoring wanted{Csv(10), folder_ / name, format};
    ASSERT_TRUE(ScoreFile(model_, wanted));
    const auto table = Read(wanted.output);
    EXPECT_EQ(table.rows(), 10u);
    EXPECT_EQ(table.columns().size(), 3u);
  }
}

TEST_F(FileScorings, ThatFailLeaveWhatWasThere) {
  const std::string output = folder_ / "answers.parquet";
  ASSERT_TRUE(os::WriteFileAtomically(output, "before"));
  const std::string input = Csv(10);
  const auto unknown = ScoreFile(model_, {input, output, tables::Format::Parquet, {"key"}});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().reason, Reason::Unprocessable);
  EXPECT_NE(unknown.error().message.find("has no column 'key'"), std::string::npos)
      << unknown.error().message;
  ASSERT_TRUE(os::WriteFileAtomically(input, "distance,carrier,hour\n1,AA,2.5\n"));
  EXPECT_EQ(ScoreFile(model_, {input, output}).error().reason, Reason::Unprocessable);
  ASSERT_TRUE(os::WriteFileAtomically(input, "distance,carrier,hour\n"));
  EXPECT_FALSE(ScoreFile(model_, {input, output}));
  ASSERT_TRUE(os::WriteFileAtomically(input, "distance,carrier,hour,label\n1,AA,2,x\n"));
  EXPECT_EQ(ScoreFile(model_, {input, output, tables::Format::Parquet, {"label"}}).error().reason,
            Reason::InvalidArgument);
  EXPECT_EQ(*os::ReadFile(output), "before");
}

TEST_F(FileScorings, StopWhenTheyAreAskedTo) {
  std::stop_source stop;
  stop.request_stop();
  const auto stopped = ScoreFile(model_, {Csv(30'000), folder_ / "answers.parquet"}, stop.get_token());
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().reason, Reason::Conflict);
}

}  // namespace
}  // namespace cairn::serving
