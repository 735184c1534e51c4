#include "loop/formats/pickle/array.h"

#include <set>

namespace cairn::formats::pickle {
namespace {

constexpr int kDeepest = 8;

struct ElementType {
  std::uint64_t bytes = 0;
  bool objects = false;
};

/// Whether every key is a text and stands there once: of two, a reader takes the last.
bool HasPlainKeys(const Node& dict) {
  std::set<std::string> keys;
  for (std::size_t i = 0; i < dict.items.size(); i += 2) {
    const auto key = TextOf(dict.items[i]);
    if (!key || !keys.insert(*key).second) return false;
  }
  return true;
}

const Value* Entry(const Node& dict, std::string_view key) {
  for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    if (TextOf(dict.items[i]) == key) return &dict.items[i + 1];
  }
  return nullptr;
}

/// Reads numpy's pickled dtypes: numpy.dtype("f8", …) and the state that BUILD gives it.
class TypeReader {
 public:
  TypeReader(Nodes& nodes, const std::vector<Import>& imports) : nodes_(nodes), imports_(imports) {}

  std::optional<ElementType> Read(const Value& value, int depth) {
    const Node* made = value.kind == Value::Kind::Made ? nodes_.At(value) : nullptr;
    if (!made || made->import == Node::kNothing || made->items.empty() || depth > kDeepest)
      return std::nullopt;
    const Import& import = imports_[made->import];
    // numpy 2 also pickles dtype's own classes, whose size is not in the arguments.
    if (import.module != "numpy" || import.name != "dtype") return std::nullopt;
    const auto code = TextOf(made->items.front());
    if (!code || code->size() < 2) return std::nullopt;
    auto type = Named(*code);
    if (!type) return std::nullopt;
    return made->builds == 0 ? type : WithState(*type, code->front(), *made, depth);
  }

 private:
  static std::optional<ElementType> Named(const std::string& code) {
    std::uint64_t number = 0;
    for (const char c : std::string_view(code).substr(1)) {
      if (c < '0' || c > '9' || number > (std::uint64_t{1} << 40)) return std::nullopt;
      number = number * 10 + static_cast<std::uint64_t>(c - '0');
    }
    switch (code.front()) {
      case 'b':
      case 'i':
      case 'u':
      case 'f':
      case 'c':
      case 'M':
      case 'm':
      case 'S':
      case 'V':
        return ElementType{number, false};
      case 'U':
        return ElementType{number * 4, false};
      case 'O':
        return ElementType{number, true};
      default:
        return std::nullopt;
    }
  }

  /// (version, byte order, sub-array, names, fields, size, alignment, flags[, metadata])
  std::optional<ElementType> WithState(ElementType type, char kind, const Node& made, int depth) {
    const Node* state = made.state.kind == Value::Kind::Tuple ? nodes_.At(made.state) : nullptr;
    if (made.builds > 1 || !state || state->cut || state->items.size() < 7) return std::nullopt;
    const Value size = state->items[5], sub = state->items[2], fields = state->items[4];
    const bool flexible = kind == 'S' || kind == 'U' || kind == 'V';
    if (flexible && size.kind == Value::Kind::Int && size.number >= 0 &&
        static_cast<std::uint64_t>(size.number) != type.bytes)
      return std::nullopt;
    if (sub.kind == Value::Kind::Tuple) {
      const Node* parts = nodes_.At(sub);
      const auto inner = parts->items.empty() ? std::nullopt : Read(Value(parts->items.front()), depth + 1);
      if (!inner) return std::nullopt;
      type.objects |= inner->objects;
    } else if (sub.kind != Value::Kind::None) {
      return std::nullopt;
    }
    if (fields.kind == Value::Kind::None) return type;
    return WithFields(type, fields, depth);
  }

  std::optional<ElementType> WithFields(ElementType type, const Value& fields, int depth) {
    const Node* dict = fields.kind == Value::Kind::Dict ? nodes_.At(fields) : nullptr;
    if (!dict || dict->cut) return std::nullopt;
    const std::vector<Value> items = dict->items;
    for (std::size_t i = 1; i < items.size(); i += 2) {
      const Node* field = items[i].kind == Value::Kind::Tuple ? nodes_.At(items[i]) : nullptr;
      const auto inner =
          field && !field->items.empty() ? Read(Value(field->items.front()), depth + 1) : std::nullopt;
      if (!inner) return std::nullopt;
      type.objects |= inner->objects;
    }
    return type;
  }

  Nodes& nodes_;
  const std::vector<Import>& imports_;
};

std::optional<std::uint64_t> CountOf(const Value& shape, Nodes& nodes) {
  const Node* lengths = shape.kind == Value::Kind::Tuple ? nodes.At(shape) : nullptr;
  if (!lengths || lengths->cut) return std::nullopt;
  std::uint64_t count = 1;
  for (const Value& length : lengths->items) {
    if (length.kind != Value::Kind::Int || length.number < 0) return std::nullopt;
    if (__builtin_mul_overflow(count, static_cast<std::uint64_t>(length.number), &count)) return std::nullopt;
  }
  return count;
}

}  // namespace

std::optional<RawArray> RawArrayOf(const Value& wrapper, Nodes& nodes, const std::vector<Import>& imports) {
  const Node* made = nodes.At(wrapper);
  const Node* state = made && made->state.kind == Value::Kind::Dict ? nodes.At(made->state) : nullptr;
  if (!state || state->cut || made->builds != 1 || !HasPlainKeys(*state)) return std::nullopt;
  const Value *shape = Entry(*state, "shape"), *type = Entry(*state, "dtype"),
              *alignment = Entry(*state, "numpy_array_alignment_bytes");
  if (!shape || !type) return std::nullopt;
  const auto count = CountOf(*shape, nodes);
  const auto element = TypeReader(nodes, imports).Read(*type, 0);
  if (!count || !element) return std::nullopt;
  RawArray array{.objects = element->objects, .aligned = alignment && alignment->kind != Value::Kind::None};
  if (__builtin_mul_overflow(*count, element->bytes, &array.bytes)) return std::nullopt;
  return array;
}

}  // namespace cairn::formats::pickle
