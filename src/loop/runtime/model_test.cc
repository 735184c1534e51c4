#include "loop/runtime/model.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/json.h"
#include "loop/runtime/format.h"
#include "loop/runtime/scores.h"

namespace cairn::runtime {
namespace {

std::string Path(std::string_view name) { return "src/loop/runtime/testdata/" + std::string(name); }

std::shared_ptr<const Model> Loaded(std::string_view name) {
  auto model = Model::Load(Path(name));
  EXPECT_TRUE(model) << model.error().message;
  return model ? *model : nullptr;
}

Json Expected(std::string_view name) { return *Json::Parse(*os::ReadFile(Path(name))); }

/// A matrix in JSON as one tensor of floats.
Tensor Matrix(std::string name, const Json& rows, std::size_t count) {
  std::vector<float> values;
  for (std::size_t row = 0; row < count; ++row)
    for (const auto& value : rows.items()[row].items())
      values.push_back(static_cast<float>(value.AsDouble()));
  const auto width = static_cast<std::int64_t>(rows.items()[0].items().size());
  return Tensor::From<float>(std::move(name), {static_cast<std::int64_t>(count), width}, values);
}

Batch BoostingRows(std::size_t count) { return {{Matrix("X", Expected("boosting.json").At("rows"), count)}}; }

void ExpectScores(const Batch& answer, const Model& model, const Json& probabilities) {
  const auto scores = Scores(answer, *ScoreOf(model.signature()));
  ASSERT_TRUE(scores) << scores.error().message;
  for (std::size_t row = 0; row < scores->size(); ++row)
    EXPECT_NEAR((*scores)[row], probabilities.items()[row].items()[1].AsDouble(), 1e-5) << "row " << row;
}

TEST(ModelTest, TellsItsSignature) {
  const auto model = Loaded("columns.onnx");
  const auto& inputs = model->signature().inputs;
  ASSERT_EQ(inputs.size(), 3u);
  EXPECT_EQ(inputs[0].name, "carrier");
  EXPECT_EQ(inputs[0].type, DataType::Bytes);
  EXPECT_EQ(inputs[0].shape, (std::vector<std::int64_t>{-1, 1}));
  EXPECT_EQ(inputs[1].type, DataType::Int64);
  EXPECT_EQ(inputs[2].type, DataType::Fp32);
  ASSERT_EQ(model->signature().outputs.size(), 2u);
  EXPECT_EQ(model->signature().outputs[0].type, DataType::Bytes);
  EXPECT_EQ(model->signature().outputs[1].name, "probabilities");
}

TEST(ModelTest, GivesScikitLearnsProbabilitiesForOneRowAndForMany) {
  const auto model = Loaded("boosting.onnx");
  const auto expected = Expected("boosting.json");
  for (const std::size_t count : {1u, 32u, 5u}) {
    const auto answer = model->Run(BoostingRows(count));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->Find("probabilities")->shape,
              (std::vector<std::int64_t>{static_cast<std::int64_t>(count), 2}));
    ExpectScores(*answer, *model, expected.At("probabilities"));
    for (std::size_t row = 0; row < count; ++row)
      EXPECT_EQ(answer->Find("label")->As<std::int64_t>()[row], expected.At("labels").items()[row].AsInt());
  }
}

TEST(ModelTest, TakesAndGivesTexts) {
  const auto model = Loaded("columns.onnx");
  const auto expected = Expected("columns.json");
  const auto count = static_cast<std::int64_t>(expected.At("labels").items().size());
  Batch batch{{Tensor::Of("carrier", DataType::Bytes, {count, 1}),
               Tensor::Of("hour", DataType::Int64, {count, 1}),
               Tensor::Of("distance", DataType::Fp32, {count, 1})}};
  for (std::size_t row = 0; row < static_cast<std::size_t>(count); ++row) {
    batch.tensors[0].texts[row] = expected.At("carrier").items()[row].AsString();
    batch.tensors[1].As<std::int64_t>()[row] = expected.At("hour").items()[row].AsInt();
    batch.tensors[2].As<float>()[row] = static_cast<float>(expected.At("distance").items()[row].AsDouble());
  }
  const auto answer = model->Run(batch);
  ASSERT_TRUE(answer) << answer.error().message;
  ExpectScores(*answer, *model, expected.At("probabilities"));
  for (std::size_t row = 0; row < static_cast<std::size_t>(count); ++row)
    EXPECT_EQ(answer->tensors[0].texts[row], expected.At("labels").items()[row].AsString());
}

TEST(ModelTest, GivesARegressionsValues) {
  const auto model = Loaded("regression.onnx");
  const auto expected = Expected("regression.json");
  const auto answer = model->Run({{Matrix("X", expected.At("rows"), 8)}});
  const auto scores = Scores(*answer, *ScoreOf(model->signature()));
  for (std::size_t row = 0; row < 8; ++row)
    EXPECT_NEAR((*scores)[row], expected.At("variable").items()[row].AsDouble(), 1e-5);
}

TEST(ModelTest, AnswersNoRowsWithNoRows) {
  const auto answer = Loaded("boosting.onnx")->Run({{Tensor::Of("X", DataType::Fp32, {0, 10})}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->Find("probabilities")->rows(), 0);
}

TEST(ModelTest, NamesTheInputThatIsWrong) {
  const auto model = Loaded("boosting.onnx");
  const auto refused = [&](Batch batch) {
    const auto answer = model->Run(batch);
    EXPECT_FALSE(answer);
    if (answer) return std::string();
    EXPECT_EQ(answer.error().reason, Reason::Unprocessable);
    return answer.error().message;
  };
  EXPECT_EQ(refused({}), "Input 'X' is missing.");
  EXPECT_EQ(refused({{Tensor::Of("X", DataType::Fp64, {1, 10})}}),
            "Input 'X' has the type FP64, and the model expects FP32.");
  EXPECT_EQ(refused({{Tensor::Of("X", DataType::Fp32, {1, 9})}}),
            "Input 'X' has the shape [1,9], and the model expects [-1,10].");
  EXPECT_EQ(refused({{Tensor::Of("X", DataType::Fp32, {10})}}),
            "Input 'X' has the shape [10], and the model expects [-1,10].");
  auto extra = BoostingRows(1);
  extra.tensors.push_back(Tensor::Of("Y", DataType::Fp32, {1}));
  EXPECT_EQ(refused(extra), "The model has no input 'Y'. Did you mean 'X'?");
  auto twice = BoostingRows(1);
  twice.tensors.push_back(twice.tensors[0]);
  EXPECT_EQ(refused(twice), "Input 'X' is given twice.");
  auto liar = BoostingRows(1);
  liar.tensors[0].shape = {1000, 10};
  EXPECT_EQ(refused(liar), "Input 'X' holds more or fewer elements than its shape says.");
  liar.tensors[0].shape = {std::int64_t{1} << 62, 10};
  EXPECT_EQ(refused(liar), "Input 'X' holds more or fewer elements than its shape says.");
  liar.tensors[0].shape = {-1, 10};
  EXPECT_NE(refused(liar).find("[-1,10]"), std::string::npos);
}

TEST(ModelTest, RefusesTextsWithANulByte) {
  Batch batch{{Tensor::Of("carrier", DataType::Bytes, {1, 1}), Tensor::Of("hour", DataType::Int64, {1, 1}),
               Tensor::Of("distance", DataType::Fp32, {1, 1})}};
  batch.tensors[0].texts[0] = std::string("U\0A", 3);
  EXPECT_EQ(Loaded("columns.onnx")->Run(batch).error().reason, Reason::Unprocessable);
}

TEST(ModelTest, CallsADamagedFileCorruptWhereverItIsCut) {
  const auto bytes = *os::ReadFile(Path("columns.onnx"));
  for (std::size_t length = 0; length < bytes.size(); length += 13) {
    const auto model = Model::FromBytes(std::string_view(bytes).substr(0, length), "cut.onnx", {});
    ASSERT_FALSE(model) << length;
    EXPECT_EQ(model.error().reason, Reason::Corrupt) << length << ": " << model.error().message;
    EXPECT_NE(model.error().message.find("cut.onnx"), std::string::npos);
  }
  EXPECT_EQ(Model::Load(Path("make.py")).error().reason, Reason::Corrupt);
  EXPECT_EQ(Model::Load(Path("nowhere.onnx")).error().reason, Reason::NotFound);
}

TEST(ModelTest, SurvivesAnyFlippedByte) {
  auto bytes = *os::ReadFile(Path("columns.onnx"));
  for (std::size_t at = 0; at < bytes.size(); at += 7) {
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
    const auto model = Model::FromBytes(bytes, "flipped.onnx", {});
    if (!model) {
      EXPECT_FALSE(model.error().message.empty());
    }
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
  }
}

TEST(ModelTest, RefusesWhatTheLimitsForbid) {
  EXPECT_EQ(Model::Load(Path("outside.onnx")).error().reason, Reason::Denied);
  EXPECT_EQ(Model::Load(Path("foreign.onnx")).error().reason, Reason::Denied);
  EXPECT_EQ(Model::Load(Path("maps.onnx")).error().reason, Reason::Unsupported);
  EXPECT_EQ(Model::Load(Path("boosting.onnx"), {.most_bytes = 1000}).error().reason, Reason::TooLarge);
  EXPECT_EQ(Model::Load(Path("columns.onnx"), {.most_nodes = 2}).error().reason, Reason::TooLarge);
  const auto unknown = Model::Load(Path("unknown.onnx"));
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("NoSuchOperator"), std::string::npos) << unknown.error().message;
}

TEST(ModelTest, FollowsDataInItsOwnFolderOnly) {
  const auto model = Loaded("inside.onnx");
  const float two[] = {1, 2};
  const auto answer = model->Run({{Tensor::From<float>("x", {1, 2}, two)}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->tensors[0].As<float>()[1], 22);
  const auto bytes = *os::ReadFile(Path("inside.onnx"));
  EXPECT_EQ(Model::FromBytes(bytes, "alone.onnx", {}).error().reason, Reason::Denied);
  const auto folder = *os::TempFolder::Create();
  ASSERT_TRUE(os::WriteFileAtomically(folder / "m.onnx", bytes));
  EXPECT_EQ(Model::Load(folder / "m.onnx").error().reason, Reason::Corrupt);
  ASSERT_TRUE(os::Symlink(*os::RealPath(Path("inside.bin")), folder / "inside.bin"));
  EXPECT_EQ(Model::Load(folder / "m.onnx").error().reason, Reason::Denied);
}

TEST(ModelTest, IsUnavailableWithoutTheLibraryAndSaysWhy) {
  const auto model = Model::Load(Path("boosting.onnx"), {.library = "libnosuchruntime.so"});
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().reason, Reason::Unavailable);
  EXPECT_NE(model.error().message.find("libnosuchruntime.so"), std::string::npos);
}

TEST(ModelTest, AnswersManyThreadsAtOnce) {
  const auto model = Loaded("boosting.onnx");
  const auto batch = BoostingRows(32);
  const auto alone = *model->Run(batch);
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int index = 0; index < 4; ++index)
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        const auto answer = model->Run(batch);
        if (answer && answer->tensors[1].data == alone.tensors[1].data) ++right;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 800);
}

TEST(ScoresTest, ChoosesTheScoreAmongTheOutputs) {
  const auto port = [](std::string name, DataType type, std::vector<std::int64_t> shape) {
    return Port{name, type, shape};
  };
  const Signature three{
      {}, {port("label", DataType::Int64, {-1}), port("probabilities", DataType::Fp32, {-1, 3})}};
  EXPECT_EQ(ScoreOf(three).error().reason, Reason::Unsupported);
  EXPECT_EQ(ScoreOf(three, 2)->column, 2);
  EXPECT_EQ(ScoreOf(three, 3).error().reason, Reason::Unprocessable);
  const Signature none{{}, {port("label", DataType::Int64, {-1})}};
  EXPECT_EQ(ScoreOf(none).error().reason, Reason::Unsupported);
  const Signature bare{{}, {port("label", DataType::Int64, {-1})}, "label"};
  EXPECT_EQ(ScoreOf(bare)->name, "label");
  const Signature two{{}, {port("a", DataType::Fp32, {-1}), port("b", DataType::Fp32, {-1})}};
  EXPECT_EQ(ScoreOf(two).error().reason, Reason::Unsupported);
}

class ModelFolderTest : public testing::Test {
 protected:
  ModelFolderTest() : folder_(*os::TempFolder::Create()) {}
  void Write(std::string_view mlmodel) { EXPECT_TRUE(os::WriteFileAtomically(folder_ / "MLmodel", mlmodel)); }
  os::TempFolder folder_;
};

TEST_F(ModelFolderTest, LoadsItsOnnxFlavourWithItsColumns) {
  ASSERT_TRUE(os::CopyFile(Path("columns.onnx"), folder_ / "model.onnx"));
  Write(
      "flavors:\n  onnx:\n    data: model.onnx\n    onnx_version: 1.23.2\n  python_function:\n    "
      "loader_module: mlflow.onnx\n"
      "signature:\n  inputs: '[{\"type\": \"string\", \"name\": \"carrier\", \"required\": true}, {\"type\": "
      "\"long\", \"name\": "
      "\"hour\"}, {\"type\": \"double\", \"name\": \"distance\"}]'\n  outputs: null\n  params: null\n");
  const auto loaded = LoadModelFolder(folder_.path());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->model->signature().inputs.size(), 3u);
  ASSERT_EQ(loaded->about.columns.size(), 3u);
  EXPECT_EQ(loaded->about.columns[1].name, "hour");
  EXPECT_EQ(loaded->about.columns[1].type, "long");
  EXPECT_EQ(loaded->about.flavours, (std::vector<std::string>{"onnx", "python_function"}));
}

TEST_F(ModelFolderTest, KnowsTheColumnsOfAnArrayFromTheExampleThatWasLogged) {
  const std::string tensors =
      "flavors:\n  python_function:\n    loader_module: mlflow.keras\nsaved_input_example_info:\n  "
      "artifact_path: EXAMPLE\n  pandas_orient: split\n  type: dataframe\nsignature:\n  inputs: '[{\"type\": "
      "\"tensor\", \"tensor-spec\": {\"dtype\": \"float32\", \"shape\": [-1, 2]}}]'\n";
  const auto named = [&](const std::string& example) {
    std::string text = tensors;
    Write(text.replace(text.find("EXAMPLE"), 7, example));
    const auto about = ReadModelFolder(folder_.path());
    std::string names;
    for (const auto& column : about->columns) names += column.name + " ";
    return names;
  };
  EXPECT_EQ(named("example.json"), "");
  EXPECT_TRUE(
      os::WriteFileAtomically(folder_ / "example.json", R"({"columns": ["b", "a"], "data": [[1, 2]]})"));
  EXPECT_EQ(named("example.json"), "b a ");
  const auto elsewhere = *os::TempFolder::Create();
  EXPECT_TRUE(os::CopyFile(folder_ / "example.json", elsewhere / "example.json"));
  EXPECT_EQ(named(elsewhere / "example.json"), "");
  EXPECT_TRUE(os::WriteFileAtomically(folder_ / "example.json", R"({"columns": [0, 1], "data": [[1, 2]]})"));
  EXPECT_EQ(named("example.json"), "");
}

TEST_F(ModelFolderTest, SaysWhatToDoWithoutAFlavourThatRunsHere) {
  Write("flavors:\n  sklearn:\n    pickled_model: model.pkl\n  crate: {}\n");
  const auto loaded = LoadModelFolder(folder_.path());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().reason, Reason::Unsupported);
  EXPECT_NE(loaded.error().message.find("sklearn, crate"), std::string::npos);
}

TEST_F(ModelFolderTest, DoesNotLeaveTheFolder) {
  EXPECT_EQ(LoadModelFolder(folder_.path()).error().reason, Reason::NotFound);
  Write("flavors:\n  onnx:\n    data: " + *os::RealPath(Path("columns.onnx")) + "\n");
  EXPECT_EQ(LoadModelFolder(folder_.path()).error().reason, Reason::Denied);
  Write("flavors:\n  onnx:\n    data: gone.onnx\n");
  EXPECT_EQ(LoadModelFolder(folder_.path()).error().reason, Reason::NotFound);
  Write("flavors: [\n");
  EXPECT_EQ(LoadModelFolder(folder_.path()).error().reason, Reason::Corrupt);
  Write("something: else\n");
  EXPECT_EQ(LoadModelFolder(folder_.path()).error().reason, Reason::Corrupt);
}

}  // namespace
}  // namespace cairn::runtime
