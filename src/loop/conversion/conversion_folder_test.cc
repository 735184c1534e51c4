#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/document.h"
#include "loop/conversion/folder.h"
#include "loop/runtime/format.h"

namespace cairn::conversion {
namespace {

constexpr const char* kOriginal = R"(artifact_path: model
flavors:
  python_function: {loader_module: mlflow.sklearn, predict_fn: predict, python_version: 3.11.2}
  sklearn: {pickled_model: model.pkl, serialization_format: cloudpickle}
model_id: m-old
model_uuid: abc
saved_input_example_info: {artifact_path: input_example.json, type: dataframe}
signature:
  inputs: '[{"type": "double", "name": "a", "required": true}, {"type": "long", "name": "b", "required": true}]'
  outputs: '[{"type": "long", "required": true}]'
utc_time_created: '2026-01-01 00:00:00.000001'
)";

TEST(ConversionFolderTest, IsWhatMlflowAndCairnReadAndHoldsNoCode) {
  const auto original = *os::TempFolder::Create(), folder = *os::TempFolder::Create();
  ASSERT_TRUE(os::WriteFileAtomically(original / "MLmodel", kOriginal));
  ASSERT_TRUE(os::WriteFileAtomically(original / "model.pkl", "code"));
  ASSERT_TRUE(os::WriteFileAtomically(original / "input_example.json", "{}"));
  const auto written = WriteFolder(
      folder.path(),
      {original.path(), "m-new", *os::ReadFile("src/loop/runtime/testdata/regression.onnx"), "predictions",
       "python==3.11.2\nmlflow==3.17.2\nonnx==1.23.2\n", "onnxruntime==1.32.0", Json{{"rows", 7}}});
  ASSERT_TRUE(written) << written.error().message;

  const auto read = runtime::ReadModelFolder(folder.path());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->data, *os::RealPath(folder / "model.onnx"));
  EXPECT_EQ(read->flavours, (std::vector<std::string>{"onnx", "python_function"}));
  ASSERT_EQ(read->columns.size(), 2u);
  EXPECT_EQ(read->columns[1].name, "b");

  const Json about = ParseYaml(*os::ReadFile(folder / "MLmodel"), "MLmodel")->ToJson();
  EXPECT_EQ(about.Text("model_id"), "m-new");
  EXPECT_EQ(about.At("flavors").At("python_function").Text("loader_module"), "mlflow.onnx");
  EXPECT_EQ(about.At("flavors").At("onnx").Text("bare"), "predictions");
  EXPECT_EQ(about.At("flavors").At("python_function").Text("python_version"), "3.11.2");
  EXPECT_FALSE(about.Find("model_uuid"));
  EXPECT_EQ(*os::ReadFile(folder / "requirements.txt"),
            "mlflow==3.17.2\nonnx==1.23.2\nonnxruntime==1.32.0\n");
  EXPECT_EQ(Json::Parse(*os::ReadFile(folder / "conversion.json"))->Int("rows"), 7);
  EXPECT_TRUE(os::Exists(folder / "input_example.json"));
  EXPECT_FALSE(os::Exists(folder / "model.pkl"));
}

}  // namespace
}  // namespace cairn::conversion
