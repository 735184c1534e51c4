#include "loop/runtime/format.h"

#include "ground/os/files.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"
#include "loop/runtime/onnx/inspect.h"

namespace cairn::runtime {
namespace {

constexpr std::uint64_t kMostModelText = 16 << 20;

bool IsPickle(std::string_view bytes) {
  if (bytes.size() >= 2 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5) return true;
  // joblib wraps the same in a compressed stream: zlib, gzip, xz, LZ4.
  for (const std::string_view magic : {"\x78\x01", "\x78\x5e", "\x78\x9c", "\x78\xda", "\x1f\x8b",
                                       "\xfd"
                                       "7zXZ",
                                       "\x04\x22\x4d\x18"})
    if (bytes.starts_with(magic)) return true;
  return false;
}

bool IsSkops(std::string_view bytes) {
  return bytes.starts_with("PK\x03\x04") && bytes.find("schema.json") != std::string_view::npos;
}

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

Result<FileFormat> Recognise(const std::string& path) {
  const auto status = CAIRN_TRY(os::Stat(path));
  if (status.kind == os::FileKind::Folder)
    return os::Exists(os::JoinPath(path, "MLmodel")) ? FileFormat::MlflowFolder : FileFormat::Unknown;
  const auto bytes = CAIRN_TRY(os::ReadFile(path, Model::Options{}.most_bytes));
  if (IsPickle(bytes)) return FileFormat::Pickle;
  if (IsSkops(bytes)) return FileFormat::Skops;
  return onnx::Inspect(bytes) ? FileFormat::Onnx : FileFormat::Unknown;
}

const char* Described(FileFormat format) {
  switch (format) {
    case FileFormat::Onnx:
      return "an ONNX model";
    case FileFormat::Pickle:
      return "a Python pickle";
    case FileFormat::Skops:
      return "a skops file";
    case FileFormat::MlflowFolder:
      return "a model folder of MLflow";
    case FileFormat::Unknown:
      return "of no format known here";
  }
  return "";
}

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

Result<LoadedFolder> LoadModelFolder(const std::string& folder, const Model::Options& options) {
  auto about = CAIRN_TRY(ReadModelFolder(folder));
  if (about.data.empty())
    return Error{Reason::Unsupported,
                 "The model in '" + folder + "' has only the flavors " + Join(about.flavours, ", ") +
                     "; convert it to ONNX (skl2onnx) and log it with mlflow.onnx.log_model."};
  auto model = CAIRN_TRY(Model::Load(about.data, options));
  return LoadedFolder{std::move(about), std::move(model)};
}

}  // namespace cairn::runtime
