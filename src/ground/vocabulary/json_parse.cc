#include <simdjson.h>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"

namespace cairn {
namespace {

/// Where strict JSON stops being JSON: simdjson's tree parser says what is wrong, not where.
class Locator {
 public:
  explicit Locator(std::string_view text) : text_(text) {}

  /// The offset of the first byte that cannot belong to one JSON value.
  std::size_t Find() {
    if (Value(0)) Space();
    return at_;
  }

 private:
  bool Value(int depth) {
    Space();
    if (at_ >= text_.size() || depth > 2000) return false;
    const char c = text_[at_];
    if (c == '{' || c == '[') return Container(c == '{', depth);
    if (c == '"') return String();
    if (c == '-' || (c >= '0' && c <= '9')) return Number();
    for (const std::string_view word : {"true", "false", "null"}) {
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        return true;
      }
    }
    return false;
  }

  bool Container(bool object, int depth) {
    const char close = object ? '}' : ']';
    ++at_;
    Space();
    if (Take(close)) return true;
    for (;;) {
      Space();
      if (object && (at_ >= text_.size() || text_[at_] != '"' || !String())) return false;
      Space();
      if (object && !Take(':')) return false;
      if (!Value(depth + 1)) return false;
      Space();
      if (Take(close)) return true;
      if (!Take(',')) return false;
    }
  }

  bool String() {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        ++at_;
        return true;
      } else if (static_cast<unsigned char>(text_[at_]) < 0x20) {
        return false;
      }
    }
    return false;
  }

  bool Number() {
    const std::size_t start = at_;
    while (at_ < text_.size() &&
           std::string_view("+-.eE0123456789").find(text_[at_]) != std::string_view::npos)
      ++at_;
    simdjson::dom::parser parser;
    if (!parser.parse(simdjson::padded_string(text_.substr(start, at_ - start))).error()) return true;
    at_ = start;
    return false;
  }

  void Space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }

  bool Take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Error Located(std::string_view text, std::string_view what) {
  const std::size_t offset = std::min(Locator(text).Find(), text.size());
  std::size_t line = 1, column = 1;
  for (const char c : text.substr(0, offset)) {
    if (c == '\n') {
      ++line;
      column = 1;
    } else {
      ++column;
    }
  }
  return Error{Reason::InvalidArgument, "this is not valid JSON at line " + std::to_string(line) +
                                            ", column " + std::to_string(column) + ": " + std::string(what)};
}

Json ToJson(const simdjson::dom::element& element) {
  using Type = simdjson::dom::element_type;
  switch (element.type()) {
    case Type::ARRAY: {
      std::vector<Json> items;
      const simdjson::dom::array array = element.get_array().value_unsafe();
      items.reserve(array.size());
      for (const auto item : array) items.push_back(ToJson(item));
      return Json::Array(std::move(items));
    }
    case Type::OBJECT: {
      std::vector<Json::Member> members;
      const simdjson::dom::object fields = element.get_object().value_unsafe();
      members.reserve(fields.size());
      for (const auto field : fields) members.emplace_back(std::string(field.key), ToJson(field.value));
      return Json::Object(std::move(members));
    }
    case Type::INT64:
      return element.get_int64().value_unsafe();
    case Type::UINT64:
      return static_cast<double>(element.get_uint64().value_unsafe());
    case Type::DOUBLE:
      return element.get_double().value_unsafe();
    case Type::STRING:
      return element.get_string().value_unsafe();
    case Type::BOOL:
      return element.get_bool().value_unsafe();
    case Type::NULL_VALUE:
      return Json();
  }
  return Json();
}

}  // namespace

Result<Json> Json::Parse(std::string_view text) { return Parse(text, Limits()); }

Result<Json> Json::Parse(std::string_view text, Limits limits) {
  thread_local simdjson::dom::parser parser;
  if (parser.max_depth() != limits.depth && parser.allocate(parser.capacity(), limits.depth)) {
    return Error{Reason::Exhausted, "no memory to parse JSON"};
  }
  // simdjson copies from the text even when it is empty and lies nowhere.
  if (text.empty()) return Located(text, "it is empty");
  const auto parsed = parser.parse(text.data(), text.size(), true);
  switch (parsed.error()) {
    case simdjson::SUCCESS:
      return ToJson(parsed.value_unsafe());
    case simdjson::EMPTY:
      return Located(text, "it is empty");
    case simdjson::DEPTH_ERROR:
      return Error{Reason::InvalidArgument,
                   "this JSON is nested deeper than " + std::to_string(limits.depth) + " levels"};
    case simdjson::UTF8_ERROR:
      return Error{Reason::InvalidArgument, "this JSON text is not UTF-8"};
    case simdjson::CAPACITY:
    case simdjson::MEMALLOC:
      return Error{Reason::TooLarge, "this JSON text is too large"};
    default:
      return Located(text, simdjson::error_message(parsed.error()));
  }
}

}  // namespace cairn
