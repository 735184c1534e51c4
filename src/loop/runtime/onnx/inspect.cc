#include "loop/runtime/onnx/inspect.h"

#include <optional>

namespace cairn::runtime::onnx {
namespace {

constexpr int kDeepest = 64;

Error Broken() { return {Reason::Corrupt, "it is damaged, cut short, or no ONNX model"}; }

/// One field of a protobuf message: a number, or bytes (which may be a message).
struct FieldValue {
  std::uint64_t number = 0;
  std::uint64_t whole = 0;
  std::string_view bytes;
  bool has_bytes = false;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  /// The next field; nothing at the end.
  Result<std::optional<FieldValue>> Next() {
    if (rest_.empty()) return std::optional<FieldValue>();
    const auto key = CAIRN_TRY(Varint());
    FieldValue field{.number = key >> 3, .whole = 0, .bytes = {}, .has_bytes = false};
    switch (key & 7) {
      case 0:
        field.whole = CAIRN_TRY(Varint());
        break;
      case 1:
        CAIRN_TRY(Cut(8));
        break;
      case 5:
        CAIRN_TRY(Cut(4));
        break;
      case 2: {
        const auto length = CAIRN_TRY(Varint());
        field.bytes = CAIRN_TRY(Cut(length));
        field.has_bytes = true;
        break;
      }
      default:
        return Broken();
    }
    if (field.number == 0) return Broken();
    return std::optional(field);
  }

 private:
  Result<std::uint64_t> Varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 127) << shift;
      if (byte < 128) return value;
    }
    return Broken();
  }
  Result<std::string_view> Cut(std::uint64_t length) {
    if (length > rest_.size()) return Broken();
    const auto part = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return part;
  }

  std::string_view rest_;
};

/// Calls `take(field)` for each field of a message.
template <class Take>
Result<> Each(std::string_view message, Take&& take) {
  Reader reader(message);
  while (auto field = CAIRN_TRY(reader.Next())) {
    CAIRN_TRY(take(*field));
  }
  return {};
}

/// Follows a model's messages down to every tensor and node, also those inside attributes, subgraphs and
/// functions. Field numbers are those of onnx.proto.
class Walk {
 public:
  Result<> Model(std::string_view message) {
    CAIRN_TRY(Each(message, [this](const FieldValue& field) -> Result<> {
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
    CAIRN_TRY(Each(message, [&](const FieldValue& field) -> Result<> {
      if (field.number == 1) domain = field.bytes;
      return {};
    }));
    Domain(domain);
    return {};
  }
  Result<> Function(std::string_view message) {
    return Each(message, [this](const FieldValue& field) -> Result<> {
      return field.number == 7 ? Node(field.bytes, 1) : Result<>();
    });
  }
  Result<> Graph(std::string_view message, int depth) {
    if (depth > kDeepest) return Broken();
    return Each(message, [this, depth](const FieldValue& field) -> Result<> {
      if (field.number == 1) return Node(field.bytes, depth);
      if (field.number == 5) return Tensor(field.bytes);
      if (field.number == 15) return SparseTensor(field.bytes);
      return {};
    });
  }
  Result<> Node(std::string_view message, int depth) {
    ++found_.nodes;
    return Each(message, [this, depth](const FieldValue& field) -> Result<> {
      if (field.number == 7) Domain(field.bytes);
      return field.number == 5 ? Attribute(field.bytes, depth) : Result<>();
    });
  }
  Result<> Attribute(std::string_view message, int depth) {
    return Each(message, [this, depth](const FieldValue& field) -> Result<> {
      if (!field.has_bytes) return {};
      if (field.number == 5 || field.number == 10) return Tensor(field.bytes);
      if (field.number == 6 || field.number == 11) return Graph(field.bytes, depth + 1);
      if (field.number == 22 || field.number == 23) return SparseTensor(field.bytes);
      return {};
    });
  }
  Result<> SparseTensor(std::string_view message) {
    return Each(message, [this](const FieldValue& field) -> Result<> {
      return field.number == 1 || field.number == 2 ? Tensor(field.bytes) : Result<>();
    });
  }
  Result<> Tensor(std::string_view message) {
    return Each(message, [this](const FieldValue& field) -> Result<> {
      return field.number == 13 ? External(field.bytes) : Result<>();
    });
  }
  Result<> External(std::string_view message) {
    std::string_view key;
    std::string_view value;
    CAIRN_TRY(Each(message, [&](const FieldValue& field) -> Result<> {
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
