#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"
#include "loop/formats/examiner.h"
#include "loop/formats/pickle/known.h"

/// The files that packages of models describe themselves with.
namespace cairn::formats {
namespace {

constexpr std::size_t kDeepestSchema = 1024;

/// Modules that MLflow itself loads a flavour with.
constexpr std::string_view kLoaders[] = {
    "mlflow.sklearn",  "mlflow.onnx",         "mlflow.xgboost",
    "mlflow.lightgbm", "mlflow.catboost",     "mlflow.pyfunc.model",
    "mlflow.pytorch",  "mlflow.keras",        "mlflow.tensorflow",
    "mlflow.spark",    "mlflow.statsmodels",  "mlflow.prophet",
    "mlflow.h2o",      "mlflow.transformers", "mlflow.sentence_transformers"};

/// Types that skops makes without asking; the rest of its own list is the list for pickles.
bool KnownToSkops(std::string_view module, std::string_view name) {
  return !pickle::KnownAs(module, name).empty() ||
         (module == "builtins" && (name == "map" || name == "NoneType" || name == "type"));
}

class SchemaReader {
 public:
  explicit SchemaReader(Description& description) : description_(description) {}

  void Read(const Json& node) {
    for (const Json& item : node.items()) Read(item);
    if (node.IsObject()) {
      Note(node.Text("__module__"), node.Text("__class__"));
      // A function by its place; what operator's getters are made of is named the same way.
      Note(node.Text("module_path"), node.Text("function"));
    }
    for (const auto& [name, member] : node.members()) Read(member);
  }

 private:
  void Note(const std::string& module, const std::string& name) {
    if (module.empty() || name.empty() || description_.imports.size() >= kMostListed * 4) return;
    for (const auto& import : description_.imports)
      if (import.module == module && import.name == name) return;
    const auto known = pickle::KnownAs(module, name);
    description_.imports.push_back(
        {"", module, name, 0,
         KnownToSkops(module, name) ? (known.empty() ? "Python" : std::string(known)) : ""});
  }

  Description& description_;
};

/// A column, or a tensor, of an MLflow signature.
std::vector<Port> PortsOf(const Node* side) {
  std::vector<Port> ports;
  const auto list = side && side->IsScalar() ? Json::Parse(side->text()) : Result<Json>(Error{});
  if (!list) return ports;
  for (const Json& item : list->items()) {
    if (ports.size() == kMostListed) break;
    Port port{item.Text("name"), item.Text("type"), ""};
    if (port.type == "tensor") {
      const Json& tensor = item.At("tensor-spec");
      port.type = tensor.Text("dtype");
      for (const Json& length : tensor.At("shape").items()) {
        const auto side_length = length.IsInt() ? length.AsInt() : -1;
        port.shape += (port.shape.empty() ? "" : "×") + (side_length < 0 ? "?" : std::to_string(side_length));
      }
    }
    ports.push_back(std::move(port));
  }
  return ports;
}

/// A path in a flavour that leads out of the folder leads to a file that was not looked at. An artifact's
/// `uri` only says where it was copied from.
void NotePathsOutside(const Node& node, int depth, Description& description) {
  if (depth > 16 || description.concerns.size() >= kMostListed) return;
  for (const Node& item : node.items()) NotePathsOutside(item, depth + 1, description);
  for (const auto& [key, mark, value] : node.entries()) {
    if (key != "uri") NotePathsOutside(value, depth + 1, description);
  }
  const auto& text = node.text();
  if (node.IsScalar() && (text.starts_with('/') || text == ".." || text.find("../") != std::string::npos))
    description.concerns.push_back("its MLmodel names '" + text + "', which is not in its folder");
}

void ReadPyfunc(const Node& pyfunc, Description& description) {
  const auto text = [&](std::string_view key) {
    const Node* found = pyfunc.Find(key);
    return found && found->IsScalar() && !found->IsNull() ? found->text() : std::string();
  };
  const auto loader = text("loader_module");
  bool known = loader.empty();
  for (const auto one : kLoaders) known |= loader == one;
  if (!loader.empty()) {
    const auto dot = loader.rfind('.');
    description.imports.push_back({"", dot == std::string::npos ? loader : loader.substr(0, dot),
                                   dot == std::string::npos ? "" : loader.substr(dot + 1), 0,
                                   known ? "MLflow" : ""});
  }
  description.SayText("python", text("python_version"));
  if (!text("code").empty())
    description.concerns.push_back("its folder '" + text("code") +
                                   "' of Python code is put on the path of the program that loads it");
  if (!text("model_code_path").empty())
    description.concerns.push_back("it is Python code: '" + text("model_code_path") +
                                   "' runs when it is loaded");
}

}  // namespace

void ReadSkopsSchema(std::string_view json, Description& description) {
  const auto schema = Json::Parse(json, {.depth = kDeepestSchema});
  if (!schema) {
    description.concerns.push_back("its schema could not be read (" + schema.error().message +
                                   "), so that its types are not known");
    return;
  }
  SchemaReader(description).Read(*schema);
  description.version = "protocol " + std::to_string(schema->Int("protocol"));
  description.writer = "skops " + schema->Text("_skops_version");
  description.SayText("class", schema->Text("__module__") + "." + schema->Text("__class__"));
}

void ReadMojoIni(std::string_view text, Description& description) {
  std::string section;
  for (auto line : Split(text, '\n')) {
    line = Trim(line);
    if (line.starts_with('[')) {
      section = line;
      continue;
    }
    if (section == "[columns]" && !line.empty() && description.inputs.size() < kMostListed)
      description.inputs.push_back({std::string(line), "", ""});
    const auto equals = line.find('=');
    if (section != "[info]" || equals == std::string_view::npos) continue;
    const auto name = Trim(line.substr(0, equals)), value = Trim(line.substr(equals + 1));
    if (name == "h2o_version") description.writer = "H2O " + std::string(value);
    if (name == "mojo_version") description.version = value;
    for (const std::string_view told :
         {"algorithm", "category", "n_features", "n_classes", "n_trees", "supervised"})
      if (name == told) description.SayText(std::string(name), value);
  }
}

void ReadMleapBundle(std::string_view json, Description& description) {
  const auto bundle = Json::Parse(json);
  if (!bundle || !bundle->IsObject()) {
    description.damage.push_back("its bundle.json is no JSON object");
    return;
  }
  description.version = bundle->Text("version");
  description.writer = "MLeap " + bundle->Text("version");
  description.SayText("name", bundle->Text("name"));
  description.SayText("serialised_as", bundle->Text("format"));
  description.SayText("uid", bundle->Text("uid"));
}

void ReadMlmodel(std::string_view yaml, Description& description) {
  const auto document = ParseYaml(yaml, "MLmodel");
  if (!document || !document->IsMap()) {
    description.damage.push_back(document ? "its MLmodel is no map" : document.error().message);
    return;
  }
  const auto text = [&](std::string_view path) {
    const Node* found = document->FindPath(path);
    return found && found->IsScalar() && !found->IsNull() ? found->text() : std::string();
  };
  description.writer = "MLflow " + text("mlflow_version");
  description.SayText("model_id", text("model_id"));
  description.SayText("run_id", text("run_id"));
  description.inputs = PortsOf(document->FindPath("signature.inputs"));
  description.outputs = PortsOf(document->FindPath("signature.outputs"));
  const Node* flavours = document->Find("flavors");
  if (!flavours || !flavours->IsMap()) {
    description.damage.push_back("its MLmodel names no flavors");
    return;
  }
  NotePathsOutside(*flavours, 0, description);
  std::vector<std::string> names;
  for (const auto& flavour : flavours->entries()) {
    if (names.size() < kMostListed) names.push_back(flavour.key);
    if (flavour.key == "python_function") {
      ReadPyfunc(flavour.value, description);
    } else if (const Node* code = flavour.value.Find("code");
               code && code->IsScalar() && !code->IsNull() && !code->text().empty()) {
      description.concerns.push_back("its folder '" + code->text() +
                                     "' of Python code is put on the path of the program that loads it");
    }
  }
  description.Say("flavours", names);
}

}  // namespace cairn::formats
