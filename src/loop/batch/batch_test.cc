#include "loop/batch/batch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/text.h"
#include "loop/batch/answer_table.h"
#include "loop/serving/row_scoring.h"

namespace cairn::batch {
namespace {

constexpr const char* kModel = "src/loop/runtime/testdata/columns.onnx";
constexpr std::int64_t kRows = 2 * serving::kRowsOfPart + 1000;  // three parts

class Batches : public testing::Test {
 protected:
  Batches() {
    model_.model = *runtime::Model::Load(kModel);
    EXPECT_TRUE(os::WriteFileAtomically(folder_ / "rows.csv", Csv(kRows)));
  }
  static std::string Csv(std::int64_t rows, std::int64_t twice = -1) {
    std::string text = "id,distance,carrier,hour\n";
    for (std::int64_t i = 0; i < rows; ++i)
      text += std::to_string(i == twice ? i - 1 : i) + "," + std::to_string(100 + i % 2000) +
              (i % 2 == 0 ? ",AA," : ",UA,") + std::to_string(i % 24) + "\n";
    return text;
  }
  Wanted Want(const std::string& output) const {
    Wanted wanted;
    wanted.batch = "daily";
    wanted.model = "late";
    wanted.version = 3;
    wanted.manifest = std::string(64, 'a');
    wanted.input = folder_ / "rows.csv";
    wanted.output = folder_ / output;
    wanted.key = {"id"};
    wanted.stamped = 1'700'000'000'000;
    return wanted;
  }
  std::unique_ptr<Batch> Begin(const Wanted& wanted) {
    auto begun = Batch::Begin(wanted);
    EXPECT_TRUE(begun) << begun.error().message;
    return *std::move(begun);
  }
  /// From the beginning to the end; gives the output's and the table's bytes.
  std::string Whole(Batch& batch, const Wanted& wanted) {
    const auto scored = batch.Score(model_);
    EXPECT_TRUE(scored) << scored.error().message;
    const auto made = batch.Write(batch.Drift());
    EXPECT_TRUE(made) << made.error().message;
    const std::string answers = *os::ReadFile(made->answers);
    EXPECT_TRUE(batch.Put());
    EXPECT_FALSE(os::Exists(wanted.output + ".cairn-batch"));
    return *os::ReadFile(wanted.output) + answers;
  }
  /// Scores until so many parts are finished, and ends there.
  void Interrupt(const Wanted& wanted, std::int64_t parts) {
    const auto batch = Begin(wanted);
    std::stop_source stop;
    std::jthread watching([&] {
      const std::string lines = wanted.output + ".cairn-batch/parts.jsonl";
      for (std::int64_t seen = 0; seen < parts;) {
        const auto text = os::ReadFile(lines);
        seen = text ? std::count(text->begin(), text->end(), '\n') : 0;
      }
      stop.request_stop();
    });
    static_cast<void>(bool(batch->Score(model_, stop.get_token())));
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  runtime::LoadedFolder model_;
};

TEST_F(Batches, HaveARowForEachRowAndAreFoundByKey) {
  auto wanted = Want("answers.parquet");
  wanted.keep = {"carrier", "id"};
  const auto batch = Begin(wanted);
  ASSERT_TRUE(batch->Score(model_));
  EXPECT_EQ(batch->rows(), kRows);
  EXPECT_TRUE(batch->complete());
  const auto made = batch->Write(batch->Drift());
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_FALSE(os::Exists(wanted.output));
  const auto table = *AnswerTable::Open(made->answers);
  EXPECT_TRUE(table->Check());
  ASSERT_EQ(table->rows(), static_cast<std::uint64_t>(kRows));
  const auto row = *table->Find("200001");
  ASSERT_TRUE(row);
  EXPECT_EQ(Json::Parse(*row)->Int("id"), 200001);
  EXPECT_EQ(Json::Parse(*row)->Text("carrier"), "UA");
  EXPECT_EQ(Json::Parse(*row)->Text("model_version"), "");  // the stamp says it for all
  ASSERT_TRUE(batch->Put());
  const auto engine = *tables::Engine::Open();
  const auto read = *engine->Query(
      "SELECT count(*), min(model_version), max(id) FROM " + tables::Source::Open(wanted.output)->Relation(),
      {});
  EXPECT_EQ(read[0].Int(0), kRows);
  EXPECT_EQ(read[1].Text(0), "late/3");
  EXPECT_EQ(read[2].Int(0), kRows - 1);
}

TEST_F(Batches, GoOnWhereTheyWereToTheSameBytes) {
  const auto undisturbed = Want("a.parquet");
  const std::string due = Whole(*Begin(undisturbed), undisturbed);
  const auto wanted = Want("b.parquet");
  Interrupt(wanted, 1);
  EXPECT_FALSE(os::Exists(wanted.output));
  // What a process leaves that dies while it writes.
  const std::string lines = wanted.output + ".cairn-batch/parts.jsonl";
  ASSERT_TRUE(os::WriteFileAtomically(lines, *os::ReadFile(lines) + "{\"rows\":12"));
  const auto again = Begin(wanted);
  EXPECT_EQ(again->discarded(), "");
  EXPECT_GE(again->rows(), serving::kRowsOfPart);
  EXPECT_EQ(Whole(*again, wanted), due);
}

TEST_F(Batches, UseNoPartOfAnotherBatch) {
  const auto wanted = Want("a.csv");
  const auto discarded = [&](const Wanted& other) {
    Interrupt(wanted, 1);
    const auto batch = Begin(other);
    EXPECT_EQ(batch->rows(), 0);
    return batch->discarded();
  };
  Wanted other = wanted;
  other.manifest = std::string(64, 'b');
  EXPECT_EQ(discarded(other), "the version is another");
  other = wanted;
  other.keep = {"hour"};
  EXPECT_EQ(discarded(other), "what is kept is another");
  other = wanted;
  other.how = Json{{"python", "python9"}};
  EXPECT_EQ(discarded(other), "how the model is run is another");
  Interrupt(wanted, 1);
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "rows.csv", Csv(kRows - 1)));
  EXPECT_EQ(Begin(wanted)->discarded(), "the input is another");
}

TEST_F(Batches, UseNoPartThatWasDamaged) {
  const auto wanted = Want("a.parquet");
  Interrupt(wanted, 2);
  const std::string part = wanted.output + ".cairn-batch/part-000001.parquet";
  ASSERT_TRUE(os::WriteFileAtomically(part, "torn"));
  EXPECT_EQ(Begin(wanted)->rows(), serving::kRowsOfPart);
}

TEST_F(Batches, RefuseKeysThatStandTwiceOrAreMissing) {
  auto wanted = Want("a.parquet");
  ASSERT_TRUE(os::WriteFileAtomically(wanted.output, "before"));
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "rows.csv", Csv(50, 20)));
  auto twice = Begin(wanted);
  ASSERT_TRUE(twice->Score(model_));
  const auto made = twice->Write(twice->Drift());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().reason, Reason::Unprocessable);
  EXPECT_NE(made.error().message.find("The key '19' (id) stands in rows 20 and 21"), std::string::npos)
      << made.error().message;
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "rows.csv", Csv(3) + ",100,AA,3\n"));
  twice.reset();
  const auto none = Begin(wanted)->Score(model_);
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("Row 4 of"), std::string::npos) << none.error().message;
  EXPECT_EQ(*os::ReadFile(wanted.output), "before");
}

TEST_F(Batches, NameRowColumnAndValueOfWhatIsWrong) {
  const auto wanted = Want("a.parquet");
  std::string text = Csv(20'000);
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "rows.csv", text + "20000,100,AA,2.5\n"));
  const auto scored = Begin(wanted)->Score(model_);
  ASSERT_FALSE(scored);
  EXPECT_EQ(scored.error().message,
            "Column 'hour' holds 2.5 in row 20001, and the model takes whole numbers there.");
}

TEST_F(Batches, ReadAFolderOfFilesAndFindByKeysOfSeveralColumns) {
  auto wanted = Want("out/a.csv");
  wanted.input = folder_ / "rows";
  wanted.key = {"carrier", "id"};
  ASSERT_TRUE(os::MakeFolders(wanted.input) && os::MakeFolders(folder_ / "out"));
  ASSERT_TRUE(os::WriteFileAtomically(wanted.input + "/1.csv", Csv(10)));
  ASSERT_TRUE(os::WriteFileAtomically(wanted.input + "/2.csv", "id,distance,carrier,hour\n10,5,A/B,1\n"));
  ASSERT_TRUE(os::WriteFileAtomically(wanted.input + "/notes.txt", "no table"));
  const auto batch = Begin(wanted);
  ASSERT_TRUE(batch->Score(model_));
  const auto made = batch->Write(batch->Drift());
  ASSERT_TRUE(made) << made.error().message;
  const auto table = *AnswerTable::Open(made->answers);
  EXPECT_EQ(table->rows(), 11u);
  EXPECT_TRUE(*table->Find("A%2FB/10"));
  wanted.output = wanted.input + "/a.csv";
  EXPECT_EQ(Batch::Begin(wanted).error().reason, Reason::InvalidArgument);
}

TEST_F(Batches, AreMadeByOneAtATime) {
  const auto wanted = Want("a.parquet");
  const auto first = Begin(wanted);
  EXPECT_EQ(Batch::Begin(wanted).error().reason, Reason::Conflict);
}

TEST_F(Batches, ThatWereChangedUnderWayAreRefused) {
  const auto wanted = Want("a.parquet");
  const auto batch = Begin(wanted);
  ASSERT_TRUE(batch->Score(model_));
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "rows.csv", Csv(kRows)));
  EXPECT_EQ(batch->Write(batch->Drift()).error().reason, Reason::Conflict);
}

}  // namespace
}  // namespace cairn::batch
