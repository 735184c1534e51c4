#include <algorithm>
#include <set>

#include "ground/vocabulary/protobuf.h"
#include "loop/formats/kinds/description.h"

/// Field numbers are those of saved_model.proto, meta_graph.proto and graph.proto.
namespace cairn::formats {
namespace {

using protobuf::BytesOf;
using protobuf::Message;
using protobuf::WholeOf;

/// Operators that reach outside the graph: Python, files, other programs.
constexpr std::string_view kReaching[] = {"PyFunc",
                                          "PyFuncStateless",
                                          "EagerPyFunc",
                                          "ReadFile",
                                          "WriteFile",
                                          "MatchingFiles",
                                          "PrintV2",
                                          "SaveV2",
                                          "Save",
                                          "SaveSlices",
                                          "DebugIdentity",
                                          "DebugIdentityV2",
                                          "LoadLibrary",
                                          "RecvTPUEmbeddingActivations",
                                          "GcsConfigureBlockCache",
                                          "TFRecordDataset",
                                          "TextLineDataset",
                                          "FixedLengthRecordDataset",
                                          "SqlDataset",
                                          "GeneratorDataset",
                                          "ReaderReadV2",
                                          "WholeFileReaderV2",
                                          "RpcCall",
                                          "RpcClient",
                                          "RpcServer",
                                          "DataServiceDatasetV4",
                                          "MergeV2Checkpoints",
                                          "CheckpointHasKey",
                                          "FileSystemSetConfiguration",
                                          "LoadDataset",
                                          "SaveDataset"};

/// What every saved model holds to write its own checkpoints; never run by a request.
constexpr std::string_view kSaver[] = {"SaveV2", "MergeV2Checkpoints"};

std::string TypeName(std::uint64_t type) {
  static constexpr const char* kNames[] = {"",     "float32", "float64",   "int32", "uint8", "int16",
                                           "int8", "string",  "complex64", "int64", "bool"};
  return type > 0 && type < std::size(kNames) ? kNames[type] : "type " + std::to_string(type);
}

Port PortOf(std::string_view entry) {
  const auto tensor = BytesOf(entry, 2);
  Port port{.name = std::string(BytesOf(entry, 1)), .type = TypeName(WholeOf(tensor, 2)), .shape = {}};
  Message sides(BytesOf(tensor, 3));
  while (const auto side = sides.Next()) {
    if (side->number != 2) continue;
    const auto length = static_cast<std::int64_t>(WholeOf(side->bytes, 1));
    port.shape += (port.shape.empty() ? "" : "×") + (length < 0 ? "?" : std::to_string(length));
  }
  return port;
}

struct Operators {
  std::uint64_t nodes = 0;
  std::set<std::string> names;

  void AddNode(std::string_view node) {
    ++nodes;
    if (names.size() < kMostListed * 4) names.emplace(BytesOf(node, 2).substr(0, 200));
  }
  /// Its nodes, and those of its functions.
  void AddGraph(std::string_view graph) {
    Message fields(graph);
    while (const auto field = fields.Next()) {
      if (field->number == 1 && field->has_bytes) AddNode(field->bytes);
      if (field->number != 2 || !field->has_bytes) continue;
      Message functions(field->bytes);
      while (const auto function = functions.Next()) {
        if (function->number != 1) continue;
        Message nodes_of(function->bytes);
        while (const auto node = nodes_of.Next())
          if (node->number == 3 && node->has_bytes) AddNode(node->bytes);
      }
    }
  }
  void Report(Description& description) const {
    description.SayCount("nodes", nodes);
    description.Say("operators", std::vector<std::string>(names.begin(), names.end()));
    for (const auto name : kReaching) {
      if (names.count(std::string(name)) == 0) continue;
      if (std::find(std::begin(kSaver), std::end(kSaver), name) != std::end(kSaver)) continue;
      description.concerns.push_back("its operator " + std::string(name) +
                                     " reaches outside the graph (files, network or Python)");
    }
  }
};

void ReadSignatures(std::string_view meta_graph, Description& description) {
  std::vector<std::string> names;
  Message fields(meta_graph);
  while (const auto field = fields.Next()) {
    if (field->number != 5 || names.size() >= kMostListed) continue;
    const auto name = BytesOf(field->bytes, 1);
    names.emplace_back(name);
    if (name == "__saved_model_init_op" || (name != "serving_default" && !description.inputs.empty()))
      continue;
    description.inputs.clear();
    description.outputs.clear();
    Message ports(BytesOf(field->bytes, 2));
    while (const auto port = ports.Next()) {
      if (port->number == 1) description.inputs.push_back(PortOf(port->bytes));
      if (port->number == 2) description.outputs.push_back(PortOf(port->bytes));
    }
  }
  if (!names.empty()) description.Say("signatures", names);
}

std::optional<Description> DescribeSavedModel(std::string_view bytes) {
  Description description{.format = Format::SavedModel};
  Operators operators;
  Message fields(bytes);
  bool has_graph = false;
  for (bool first = true; const auto field = fields.Next(); first = false) {
    if (first && (field->number != 1 || field->has_bytes)) return std::nullopt;
    if (field->number == 1) description.version = "schema " + std::to_string(field->whole);
    if (field->number != 2 || !field->has_bytes) continue;
    const auto about = BytesOf(field->bytes, 1), graph = BytesOf(field->bytes, 2);
    if (about.empty() && graph.empty()) return std::nullopt;
    has_graph = true;
    if (const auto version = BytesOf(about, 5); !version.empty())
      description.writer = "TensorFlow " + std::string(version);
    operators.AddGraph(graph);
    ReadSignatures(field->bytes, description);
  }
  if (!has_graph || operators.nodes == 0) return std::nullopt;
  if (fields.broken()) description.damage.push_back("it is cut short or broken");
  operators.Report(description);
  return description;
}

bool IsWord(std::string_view text) {
  for (const char c : text)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '>'))
      return false;
  return !text.empty();
}

/// A GraphDef: nodes, each with a name and an operator.
std::optional<Description> DescribeGraphDef(std::string_view bytes) {
  Description description{.format = Format::TensorFlowGraph};
  Operators operators;
  Message fields(bytes);
  while (const auto field = fields.Next()) {
    if (!field->has_bytes || field->number > 5) return std::nullopt;
    if (field->number != 1) continue;
    Message node(field->bytes);
    const auto name = node.Next(), type = node.Next();
    if (!name || !type || name->number != 1 || type->number != 2 || !IsWord(type->bytes)) return std::nullopt;
  }
  if (fields.broken()) return std::nullopt;
  operators.AddGraph(bytes);
  if (operators.nodes == 0) return std::nullopt;
  operators.Report(description);
  return description;
}

}  // namespace

std::optional<Description> DescribeTensorFlow(std::string_view bytes) {
  if (auto saved = DescribeSavedModel(bytes)) return saved;
  return DescribeGraphDef(bytes);
}

}  // namespace cairn::formats
