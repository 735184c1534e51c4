#include "loop/conversion/folder.h"

#include "ground/os/files.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"

namespace cairn::conversion {
namespace {

constexpr std::uint64_t kMostModelText = 16 << 20;

/// "3.11.2" of the line "python==3.11.2"; "" without one.
std::string VersionOf(std::string_view environment, std::string_view package) {
  const std::string start = std::string(package) + "==";
  for (const auto line : Split(environment, '\n'))
    if (line.starts_with(start)) return std::string(line.substr(start.size()));
  return "";
}

/// JSON, which is YAML too.
Result<std::string> ModelText(const NewFolder& wanted) {
  const std::string path = os::JoinPath(wanted.original, "MLmodel");
  Json root = CAIRN_TRY(ParseYaml(CAIRN_TRY(os::ReadFile(path, kMostModelText)), path)).ToJson();
  const std::string python = VersionOf(wanted.environment, "python");
  root.Set("flavors", Json{{"onnx", Json{{"onnx_version", VersionOf(wanted.environment, "onnx")},
                                         {"data", "model.onnx"},
                                         {"providers", Json::Array({"CPUExecutionProvider"})},
                                         {"bare", wanted.bare}}},
                           {"python_function", Json{{"loader_module", "mlflow.onnx"},
                                                    {"python_version", python},
                                                    {"data", "model.onnx"},
                                                    {"env", Json{{"virtualenv", "python_env.yaml"}}}}}});
  root.Set("model_id", wanted.model_id);
  // MLflow says these of the files that it wrote itself.
  for (const char* member : {"model_uuid", "model_size_bytes", "utc_time_created"}) root.Remove(member);
  return root.DumpPretty();
}

std::string RequirementsText(const NewFolder& wanted) {
  std::string text =
      "onnx==" + VersionOf(wanted.environment, "onnx") + "\n" + std::string(Trim(wanted.runtime)) + "\n";
  if (const auto mlflow = VersionOf(wanted.environment, "mlflow"); !mlflow.empty())
    text = "mlflow==" + mlflow + "\n" + text;
  return text;
}

}  // namespace

Result<> WriteFolder(const std::string& folder, const NewFolder& wanted) {
  const auto write = [&](const char* name, const std::string& text) {
    return os::WriteFileAtomically(os::JoinPath(folder, name), text);
  };
  CAIRN_TRY(write("MLmodel", CAIRN_TRY(ModelText(wanted))));
  CAIRN_TRY(write("model.onnx", wanted.onnx));
  CAIRN_TRY(write("conversion.json", wanted.proof.DumpPretty()));
  CAIRN_TRY(write("requirements.txt", RequirementsText(wanted)));
  CAIRN_TRY(write("python_env.yaml", "python: " + VersionOf(wanted.environment, "python") +
                                         "\ndependencies:\n- -r requirements.txt\n"));
  for (const char* name : {"input_example.json", "serving_input_example.json"}) {
    const std::string from = os::JoinPath(wanted.original, name);
    if (os::Exists(from)) CAIRN_TRY(os::CopyFile(from, os::JoinPath(folder, name)));
  }
  return Done{};
}

}  // namespace cairn::conversion
