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
  const auto* onnx = flavours->Find("onnx");
  if (!onnx) return found;
  const auto* data = onnx->Find("data");
  const std::string name = data ? data->text() : "model.onnx";
  if (name.empty()) return Wrong(folder, "names no file for its onnx flavor");
  const auto inside = CAIRN_TRY(os::RealPath(folder));
  const auto file = CAIRN_TRY(os::RealPath(os::JoinPath(inside, name)));
  if (!file.starts_with(inside + "/"))
    return Error{Reason::Denied, "'" + path + "' names the file '" + name + "', which is not in its folder."};
  found.data = file;
  return found;
}

}  // namespace cairn::runtime
