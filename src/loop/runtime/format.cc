#include "loop/runtime/format.h"

#include "ground/os/files.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"

namespace cairn::runtime {
namespace {

constexpr std::uint64_t kMostModelText = 16 << 20;

Error Wrong(const std::string& folder, const std::string& what) {
  return {Reason::Corrupt, "'" + os::JoinPath(folder, "MLmodel") + "' " + what + "."};
}

/// Denied when it lies elsewhere.
Result<std::string> PathInside(const std::string& folder, const std::string& name) {
  const auto inside = CAIRN_TRY(os::RealPath(folder));
  const auto file = CAIRN_TRY(os::RealPath(os::JoinPath(inside, name)));
  if (file.starts_with(inside + "/")) return file;
  return Error{Reason::Denied, "'" + os::JoinPath(folder, "MLmodel") + "' names the file '" + name +
                                   "', which is not in its folder."};
}

/// A signature's inputs are JSON in a YAML string; tensors (of type "tensor") have no column names.
std::vector<SignatureColumn> ColumnsOf(const Node& document) {
  std::vector<SignatureColumn> columns;
  const auto* inputs = document.FindPath("signature.inputs");
  if (!inputs || !inputs->IsScalar()) return columns;
  const auto list = Json::Parse(inputs->text());
  if (!list) return columns;
  for (const auto& item : list->items()) {
    if (item.Text("name").empty() || item.Text("type") == "tensor") return {};
    columns.push_back({item.Text("name"), item.Text("type")});
  }
  return columns;
}

/// Of the data frame that was logged as an example; nothing when there is none that can be read.
std::vector<SignatureColumn> ColumnsOfExample(const Node& document, const std::string& folder) {
  const auto* info = document.Find("saved_input_example_info");
  const auto* kind = info ? info->Find("type") : nullptr;
  const auto* name = info ? info->Find("artifact_path") : nullptr;
  if (!kind || kind->text() != "dataframe" || !name) return {};
  const auto file = PathInside(folder, name->text());
  const auto text = file ? os::ReadFile(*file, kMostModelText) : Result<std::string>(file.error());
  const auto example = text ? Json::Parse(*text) : Result<Json>(text.error());
  if (!example) return {};
  std::vector<SignatureColumn> columns;
  for (const auto& column : example->At("columns").items()) {
    if (!column.IsString()) return {};
    columns.push_back({column.AsString(), ""});
  }
  return columns;
}

}  // namespace

Result<ModelFolder> ReadModelFolder(const std::string& folder) {
  const auto path = os::JoinPath(folder, "MLmodel");
  const auto text = CAIRN_TRY(os::ReadFile(path, kMostModelText));
  const auto document = ParseYaml(text, path);
  if (!document) return Error{Reason::Corrupt, document.error().message};
  const auto* flavours = document->Find("flavors");
  if (!flavours || !flavours->IsMap()) return Wrong(folder, "names no flavors");
  ModelFolder found;
  for (const auto& flavour : flavours->entries()) found.flavours.push_back(flavour.key);
  found.columns = ColumnsOf(*document);
  if (found.columns.empty()) found.columns = ColumnsOfExample(*document, folder);
  const auto* onnx = flavours->Find("onnx");
  if (!onnx) return found;
  const auto* data = onnx->Find("data");
  const std::string name = data ? data->text() : "model.onnx";
  if (name.empty()) return Wrong(folder, "names no file for its onnx flavor");
  found.data = CAIRN_TRY(PathInside(folder, name));
  return found;
}

}  // namespace cairn::runtime
