#include <algorithm>
#include <map>
#include <set>

#include "ground/vocabulary/protobuf.h"
#include "loop/formats/kinds/description.h"

/// Field numbers are those of onnx.proto.
namespace cairn::formats {
namespace {

using protobuf::BytesOf;
using protobuf::Message;
using protobuf::WholeOf;

constexpr int kDeepest = 64;
constexpr std::uint64_t kHighestVersion = 1000;

std::string ElementType(std::uint64_t type) {
  static constexpr const char* kNames[] = {
      "",     "float32", "uint8",   "int8",   "uint16", "int16",     "int32",      "int64",   "string",
      "bool", "float16", "float64", "uint32", "uint64", "complex64", "complex128", "bfloat16"};
  return type > 0 && type < std::size(kNames) ? kNames[type] : "type " + std::to_string(type);
}

std::string ShapeOf(std::string_view tensor_type) {
  std::string shape;
  Message dimensions(BytesOf(tensor_type, 2));
  while (const auto dimension = dimensions.Next()) {
    if (dimension->number != 1) continue;
    const auto name = BytesOf(dimension->bytes, 2);
    const auto length = WholeOf(dimension->bytes, 1);
    shape += (shape.empty() ? "" : "×") + (!name.empty() ? std::string(name)
                                           : length > 0  ? std::to_string(length)
                                                         : "?");
  }
  return shape;
}

Port PortOf(std::string_view value_info) {
  Port port{.name = std::string(BytesOf(value_info, 1)), .type = {}, .shape = {}};
  Message kinds(BytesOf(value_info, 2));
  while (const auto kind = kinds.Next()) {
    if (kind->number == 1) {
      port.type = ElementType(WholeOf(kind->bytes, 1));
      port.shape = ShapeOf(kind->bytes);
    } else if (kind->number == 4) {
      port.type = "sequence";
    } else if (kind->number == 5) {
      port.type = "map";
    }
  }
  return port;
}

/// Counts what a graph holds, down to subgraphs.
struct Content {
  std::uint64_t nodes = 0, parameters = 0, trees = 0;
  std::map<std::string, std::uint64_t> operators;
  std::set<std::string> external_files;

  void Tensor(std::string_view tensor) {
    std::uint64_t count = 1;
    Message fields(tensor);
    while (const auto field = fields.Next()) {
      if (field->number == 13 && BytesOf(field->bytes, 1) == "location" &&
          external_files.size() < kMostListed)
        external_files.emplace(BytesOf(field->bytes, 2));
      if (field->number == 1 && !field->has_bytes) Times(count, field->whole);
      if (field->number != 1 || !field->has_bytes) continue;
      // Packed: one varint after the other.
      std::uint64_t length = 0;
      int shift = 0;
      for (const char c : field->bytes) {
        if (shift < 63) length |= static_cast<std::uint64_t>(c & 127) << shift;
        shift += 7;
        if (c & 128) continue;
        Times(count, length);
        length = 0;
        shift = 0;
      }
    }
    if (__builtin_add_overflow(parameters, count, &parameters)) parameters = ~std::uint64_t{0} >> 1;
  }

  void Graph(std::string_view graph, int depth) {
    if (depth > kDeepest) return;
    Message fields(graph);
    while (const auto field = fields.Next()) {
      if (field->number == 1 && field->has_bytes) Node(field->bytes, depth);
      if (field->number == 5 && field->has_bytes) Tensor(field->bytes);
    }
  }

 private:
  static void Times(std::uint64_t& count, std::uint64_t length) {
    if (__builtin_mul_overflow(count, length, &count)) count = 0;
  }

  void Node(std::string_view node, int depth) {
    ++nodes;
    const auto type = BytesOf(node, 4);
    if (operators.size() < kMostListed) ++operators[std::string(type.substr(0, 200))];
    Message fields(node);
    while (const auto field = fields.Next()) {
      if (field->number == 5 && field->has_bytes) Attribute(field->bytes, type, depth);
    }
  }
  void Attribute(std::string_view attribute, std::string_view type, int depth) {
    const auto name = BytesOf(attribute, 1);
    if (type.starts_with("TreeEnsemble") && name == "nodes_treeids") {
      Message values(attribute);
      std::uint64_t highest = 0;
      while (const auto value = values.Next())
        if (value->number == 8 && !value->has_bytes) highest = std::max(highest, value->whole + 1);
      trees += highest;
    }
    Message fields(attribute);
    while (const auto field = fields.Next()) {
      if (!field->has_bytes) continue;
      if (field->number == 5 || field->number == 10) Tensor(field->bytes);
      if (field->number == 6 || field->number == 11) Graph(field->bytes, depth + 1);
    }
  }
};

/// Whether the file names `path` and it lies below the model's folder.
bool StaysInside(std::string_view path) {
  if (path.starts_with('/') || path.find('\\') != std::string_view::npos ||
      path.find(':') != std::string_view::npos)
    return false;
  return path != ".." && !path.starts_with("../") && path.find("/../") == std::string_view::npos &&
         !path.ends_with("/..");
}

void DescribeGraph(std::string_view graph, Description& description) {
  std::set<std::string_view> initial;
  Message fields(graph);
  while (const auto field = fields.Next())
    if (field->number == 5) initial.insert(BytesOf(field->bytes, 8));
  Message again(graph);
  while (const auto field = again.Next()) {
    if (!field->has_bytes) continue;
    // Old files list their weights among the inputs.
    if (field->number == 11 && initial.count(BytesOf(field->bytes, 1)) == 0 &&
        description.inputs.size() < kMostListed)
      description.inputs.push_back(PortOf(field->bytes));
    if (field->number == 12 && description.outputs.size() < kMostListed)
      description.outputs.push_back(PortOf(field->bytes));
  }
  Content content;
  content.Graph(graph, 0);
  description.SayCount("nodes", content.nodes);
  description.SayCount("parameters", content.parameters);
  if (content.trees > 0) description.SayCount("trees", content.trees);
  std::vector<std::string> operators;
  for (const auto& [name, count] : content.operators) operators.push_back(name);
  description.Say("operators", operators);
  if (content.external_files.empty()) return;
  description.Say("external_files",
                  std::vector<std::string>(content.external_files.begin(), content.external_files.end()));
  for (const auto& file : content.external_files) {
    if (!StaysInside(file))
      description.concerns.push_back("its tensors lie in '" + file + "', outside its own folder");
  }
}

/// Whether the first fields are those of a model: a version, then the writer's name or an operator set.
bool BeginsLikeModel(std::string_view bytes) {
  Message fields(bytes);
  const auto first = fields.Next();
  if (!first || first->number != 1 || first->has_bytes || first->whole == 0 || first->whole > kHighestVersion)
    return false;
  const auto second = fields.Next();
  if (!second) return bytes.size() > 4 && (bytes[2] == '\x12' || bytes[2] == '\x3a' || bytes[2] == '\x42');
  if (!second->has_bytes || (second->number != 2 && second->number != 7 && second->number != 8)) return false;
  if (second->number != 2) return true;
  // Core ML has a message where ONNX has the writer's name.
  return second->bytes.size() < 256 &&
         second->bytes.find_first_of(std::string_view("\0\n\x12\x0a", 4)) == std::string_view::npos;
}

}  // namespace

std::optional<Description> DescribeOnnx(std::string_view bytes) {
  if (!BeginsLikeModel(bytes)) return std::nullopt;
  Description description{.format = Format::Onnx};
  std::string_view graph, name, version;
  std::vector<std::string> opsets;
  std::uint64_t functions = 0, known = 0;
  Message fields(bytes);
  while (const auto field = fields.Next()) {
    known += field->number <= 8 || field->number == 14 || field->number == 20 || field->number == 25 ||
             field->number == 26;
    if (field->number == 1) description.version = "IR " + std::to_string(field->whole);
    if (field->number == 2) name = field->bytes;
    if (field->number == 3) version = field->bytes;
    if (field->number == 7 && graph.empty()) graph = field->bytes;
    functions += field->number == 25;
    if (field->number == 8 && opsets.size() < kMostListed) {
      const auto domain = BytesOf(field->bytes, 1);
      opsets.push_back(std::string(domain.empty() ? "ai.onnx" : domain) + " " +
                       std::to_string(WholeOf(field->bytes, 2)));
    }
  }
  if (fields.broken()) {
    if (known < 2) return std::nullopt;
    description.damage.push_back("it is cut short or broken");
  } else if (graph.empty() || opsets.empty()) {
    return std::nullopt;
  }
  description.writer = std::string(name) + (version.empty() ? "" : " " + std::string(version));
  description.Say("opset", opsets);
  if (functions > 0) description.SayCount("functions", functions);
  DescribeGraph(graph, description);
  return description;
}

}  // namespace cairn::formats
