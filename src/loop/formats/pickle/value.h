#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::formats::pickle {

/// What is known of one object that an unpickler would have on its stack. Points into the pickle's bytes.
struct Value {
  enum class Kind : std::uint8_t {
    Opaque,  ///< Something, and nothing is known of it.
    None,
    Bool,
    Int,          ///< `number`
    Text,         ///< `text`
    StringRepr,   ///< `text` is a quoted Python literal (protocol 0).
    UnicodeRepr,  ///< `text` with \u escapes (protocol 0).
    Bytes,        ///< `text`
    Global,       ///< `index` of the import
    Made,         ///< `index` of a node: made by calling an import, its items are the arguments
    Tuple,        ///< `index` of a node
    List,
    Dict,  ///< `index` of a node: keys and values in turn
  };
  Kind kind = Kind::Opaque;
  std::uint32_t index = 0;
  std::int64_t number = 0;
  std::string_view text = {};

  static Value Of(Kind kind, std::uint32_t index) { return {.kind = kind, .index = index}; }
  static Value Of(std::int64_t number) { return {.kind = Kind::Int, .number = number}; }
  static Value Of(Kind kind, std::string_view text) { return {.kind = kind, .text = text}; }
};

/// Its text with escapes resolved; nothing when it is no text.
std::optional<std::string> TextOf(const Value& value);

struct Node {
  static constexpr std::uint32_t kNothing = ~std::uint32_t{0};
  std::vector<Value> items;
  std::uint32_t import = kNothing;  ///< Of a Made: what was called.
  Value state;                      ///< Of a Made: what BUILD gave it.
  std::uint32_t builds = 0;
  bool cut = false;  ///< It has more items than are kept.
};

/// Objects with parts. Keeps the first few parts of each and a bounded number of objects: enough to find out
/// how long an array is, whatever else the pickle holds.
class Nodes {
 public:
  /// Opaque when there is no room for another.
  Value Make(Value::Kind kind, const Value* first, std::size_t count, std::uint32_t import = Node::kNothing);
  void Add(const Value& container, const Value* first, std::size_t count);
  Node* At(const Value& value);

 private:
  static constexpr std::size_t kMostNodes = 1 << 20, kMostItems = 256, kMostParts = 1 << 22;
  std::vector<Node> nodes_;
  std::size_t parts_ = 0;  ///< Items of all nodes.
};

}  // namespace cairn::formats::pickle
