#include "loop/runtime/onnx/inspect.h"

#include "ground/vocabulary/protobuf.h"

namespace cairn::runtime::onnx {
namespace {

constexpr int kDeepest = 64;

Error Broken() { return {Reason::Corrupt, "it is damaged, cut short, or no ONNX model"}; }

/// Calls `take(field)` for each field of a message.
template <class Take>
Result<> Each(std::string_view message, Take&& take) {
  protobuf::Message fields(message);
  while (const auto field = fields.Next()) {
    CAIRN_TRY(take(*field));
  }
  if (fields.broken()) return Broken();
  return {};
}

/// Follows a model's messages down to every tensor and node, also those inside attributes, subgraphs and
/// functions. Field numbers are those of onnx.proto.
class Walk {
 public:
  Result<> Model(std::string_view message) {
    CAIRN_TRY(Each(message, [this](const protobuf::Field& field) -> Result<> {
      switch (field.number) {
        case 1:
          found_.ir_version = static_cast<std::int64_t>(field.whole);
          return {};
        case 7:
          has_graph_ = true;
          return Graph(field.bytes, 0);
        case 8:
          return OperatorSet(field.bytes);
        case 25:
          return Function(field.bytes);
        default:
          return {};
      }
    }));
    if (!has_graph_ || found_.ir_version <= 0 || !has_operators_) return Broken();
    return {};
  }
  Inspection found() && { return std::move(found_); }

 private:
  void Domain(std::string_view name) { found_.domains.emplace(name == "ai.onnx" ? "" : name); }

  Result<> OperatorSet(std::string_view message) {
    has_operators_ = true;
    std::string_view domain;
    CAIRN_TRY(Each(message, [&](const protobuf::Field& field) -> Result<> {
      if (field.number == 1) domain = field.bytes;
      return {};
    }));
    Domain(domain);
    return {};
  }
  Result<> Function(std::string_view message) {
    return Each(message, [this](const protobuf::Field& field) -> Result<> {
      return field.number == 7 ? Node(field.bytes, 1) : Result<>();
    });
  }
  Result<> Graph(std::string_view message, int depth) {
    if (depth > kDeepest) return Broken();
    return Each(message, [this, depth](const protobuf::Field& field) -> Result<> {
      if (field.number == 1) return Node(field.bytes, depth);
      if (field.number == 5) return Tensor(field.bytes);
      if (field.number == 15) return SparseTensor(field.bytes);
      return {};
    });
  }
  Result<> Node(std::string_view message, int depth) {
    ++found_.nodes;
    return Each(message, [this, depth](const protobuf::Field& field) -> Result<> {
      if (field.number == 7) Domain(field.bytes);
      return field.number == 5 ? Attribute(field.bytes, depth) : Result<>();
    });
  }
  Result<> Attribute(std::string_view message, int depth) {
    return Each(message, [this, depth](const protobuf::Field& field) -> Result<> {
      if (!field.has_bytes) return {};
      if (field.number == 5 || field.number == 10) return Tensor(field.bytes);
      if (field.number == 6 || field.number == 11) return Graph(field.bytes, depth + 1);
      if (field.number == 22 || field.number == 23) return SparseTensor(field.bytes);
      return {};
    });
  }
  Result<> SparseTensor(std::string_view message) {
    return Each(message, [this](const protobuf::Field& field) -> Result<> {
      return field.number == 1 || field.number == 2 ? Tensor(field.bytes) : Result<>();
    });
  }
  Result<> Tensor(std::string_view message) {
    return Each(message, [this](const protobuf::Field& field) -> Result<> {
      return field.number == 13 ? External(field.bytes) : Result<>();
    });
  }
  Result<> External(std::string_view message) {
    std::string_view key;
    std::string_view value;
    CAIRN_TRY(Each(message, [&](const protobuf::Field& field) -> Result<> {
      if (field.number == 1) key = field.bytes;
      if (field.number == 2) value = field.bytes;
      return {};
    }));
    if (key == "location") found_.external_files.emplace(value);
    return {};
  }

  Inspection found_;
  bool has_graph_ = false;
  bool has_operators_ = false;
};

}  // namespace

Result<Inspection> Inspect(std::string_view bytes) {
  Walk walk;
  CAIRN_TRY(walk.Model(bytes));
  return std::move(walk).found();
}

}  // namespace cairn::runtime::onnx
