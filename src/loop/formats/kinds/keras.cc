#include <algorithm>

#include "ground/vocabulary/json.h"
#include "loop/formats/kinds/description.h"
#include "loop/formats/wire/json_text.h"

namespace cairn::formats {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kHdf5 = "\x89HDF\r\n\x1a\n"sv;
constexpr std::size_t kDeepestConfig = 512;

/// Modules of Keras that hold building blocks alone; its utilities fetch files and load others.
constexpr std::string_view kBlocks[] = {
    "layers",  "models",      "initializers",   "regularizers", "constraints", "optimizers",     "losses",
    "metrics", "activations", "dtype_policies", "engine",       "random",      "mixed_precision"};

/// Layers that bring what another framework runs.
constexpr std::string_view kOutside[] = {"TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"};

bool IsOutside(std::string_view type) {
  return std::find(std::begin(kOutside), std::end(kOutside), type) != std::end(kOutside);
}

bool IsBlock(std::string_view module) {
  for (const std::string_view root :
       {"keras.src.", "keras.", "tensorflow.keras.", "tf_keras.src.", "tf_keras."}) {
    if (!module.starts_with(root)) continue;
    const auto rest = module.substr(root.size());
    const auto room = rest.substr(0, rest.find('.'));
    for (const auto block : kBlocks)
      if (room == block) return true;
  }
  return false;
}

/// What Keras exports at its top.
bool IsModel(std::string_view module, std::string_view type) {
  return (module == "keras" || module == "tf_keras") &&
         (type == "Sequential" || type == "Functional" || type == "Model" || type == "DTypePolicy" ||
          type == "KerasTensor" || type == "Variable");
}

/// Finds, in a configuration, what Keras would look up by name and what it would unmarshal.
class ConfigReader {
 public:
  explicit ConfigReader(Description& description) : description_(description) {}

  void Read(const Json& value) {
    for (const Json& item : value.items()) Read(item);
    if (value.IsObject()) ReadObject(value);
    for (const auto& [name, member] : value.members()) Read(member);
  }
  std::uint64_t layers() const { return layers_; }

 private:
  void ReadObject(const Json& object) {
    const auto type = object.Text("class_name"), module = object.Text("module");
    if (type.empty()) return;
    ++layers_;
    if (IsOutside(type))
      Concern("the layer '" + object.At("config").Text("name", type) + "' is a " + type +
              ", which loads a model or code from elsewhere");
    if (type == "Lambda" || type == "__lambda__")
      Concern("the layer '" + object.At("config").Text("name", "lambda") +
              "' is a Lambda: its Python byte code runs in the program that loads it");
    if (module.empty()) return;
    const std::string name =
        type == "function" && object.At("config").IsString() ? object.At("config").AsString() : type;
    const bool named_elsewhere = module == "builtins" && type == "function";
    const bool known =
        named_elsewhere || IsModel(module, type) || (IsBlock(module) && type != "Lambda" && !IsOutside(type));
    for (const auto& import : description_.imports)
      if (import.module == module && import.name == name) return;
    if (description_.imports.size() < kMostListed)
      description_.imports.push_back({"", module, name, 0, known ? "Keras" : ""});
  }
  void Concern(std::string what) {
    if (description_.concerns.size() < kMostListed) description_.concerns.push_back(std::move(what));
  }

  Description& description_;
  std::uint64_t layers_ = 0;
};

void ReadVersion(std::string_view bytes, Description& description) {
  const auto at = bytes.find("keras_version");
  if (at == std::string_view::npos) return;
  // The attribute's value lies within the same header or the next heap: the first text like 2.15.0 behind it.
  const auto area = bytes.substr(at + 13, 4096);
  for (std::size_t i = 0; i + 5 <= area.size(); ++i) {
    const auto digit = [&](std::size_t k) { return k < area.size() && area[k] >= '0' && area[k] <= '9'; };
    if (!digit(i) || i == 0 || digit(i - 1)) continue;
    std::size_t end = i;
    while (digit(end) || (end < area.size() && area[end] == '.' && digit(end + 1))) ++end;
    const auto text = area.substr(i, end - i);
    if (std::count(text.begin(), text.end(), '.') < 2) continue;
    description.writer = "Keras " + std::string(text);
    return;
  }
}

}  // namespace

void ReadKerasConfig(std::string_view json, Description& description) {
  const auto config = Json::Parse(json, {.depth = kDeepestConfig});
  if (!config) {
    description.concerns.push_back("its configuration could not be read (" + config.error().message +
                                   "), so that its layers are not known");
    return;
  }
  ConfigReader reader(description);
  reader.Read(*config);
  description.SayText("kind", config->Text("class_name"));
  description.SayCount("objects", reader.layers());
}

std::optional<Description> DescribeHdf5(std::string_view bytes) {
  // A block for the user may precede it, of 512 bytes or that times a power of two.
  std::size_t begins = 0;
  while (begins < bytes.size() && !bytes.substr(begins).starts_with(kHdf5))
    begins = begins == 0 ? 512 : begins * 2;
  if (begins >= bytes.size()) return std::nullopt;
  Description description{.format = Format::KerasHdf5};
  ReadVersion(bytes, description);
  const bool has_model = bytes.find("model_config") != std::string_view::npos;
  if (!has_model) {
    const bool weights =
        bytes.find("layer_names") != std::string_view::npos || bytes.find("vars") != std::string_view::npos;
    description.SayText("kind", weights ? "weights alone" : "HDF5 without a model of Keras");
    if (!weights)
      description.concerns.push_back(
          "whether it runs code is up to what reads it: PyTables unpickles attributes");
    return description;
  }
  // The configuration is one text without a gap: HDF5 keeps attributes whole in a header or a heap. What
  // stands before it is numbers, so it begins at the first brace of a run of text.
  std::uint64_t budget = 4 * bytes.size() + (1 << 20);
  std::size_t found = 0;
  for (auto at = bytes.find("\"class_name\"", begins); at != std::string_view::npos && found < kMostListed;) {
    std::size_t run = at;
    while (run > 0 && (static_cast<unsigned char>(bytes[run - 1]) >= 0x20 || bytes[run - 1] == '\n')) --run;
    const auto begin = bytes.find('{', run);
    const auto text = begin < at ? wire::Balanced(bytes.substr(begin)) : std::string_view();
    const auto cost = (at - run) + (text.empty() ? bytes.size() - at : text.size());
    if (cost > budget) break;
    budget -= cost;
    ++found;
    if (text.empty() || begin + text.size() <= at)
      description.concerns.push_back(
          "a part of its configuration could not be read, so that its layers are not known");
    else
      ReadKerasConfig(text, description);
    at = bytes.find("\"class_name\"", std::max(at + 1, text.empty() ? 0 : begin + text.size()));
  }
  if (found == 0) description.concerns.push_back("its layers could not be read, so that they are not known");
  return description;
}

}  // namespace cairn::formats
