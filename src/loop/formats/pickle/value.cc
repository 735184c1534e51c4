#include "loop/formats/pickle/value.h"

#include <algorithm>

namespace cairn::formats::pickle {
namespace {

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void AppendUtf8(std::string& text, std::uint32_t code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0 | code >> 6);
    text += static_cast<char>(0x80 | (code & 63));
  } else if (code < 0x10000) {
    text += static_cast<char>(0xE0 | code >> 12);
    text += static_cast<char>(0x80 | (code >> 6 & 63));
    text += static_cast<char>(0x80 | (code & 63));
  } else {
    text += static_cast<char>(0xF0 | (code >> 18 & 7));
    text += static_cast<char>(0x80 | (code >> 12 & 63));
    text += static_cast<char>(0x80 | (code >> 6 & 63));
    text += static_cast<char>(0x80 | (code & 63));
  }
}

/// The number in up to `most` digits of `base` from `at` on; moves `at` behind them.
std::optional<std::uint32_t> NumberAt(std::string_view text, std::size_t& at, std::size_t most, int base) {
  std::uint32_t number = 0;
  std::size_t digits = 0;
  while (digits < most && at < text.size() && DigitOf(text[at]) >= 0 && DigitOf(text[at]) < base) {
    number = number * static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(DigitOf(text[at++]));
    ++digits;
  }
  return digits == 0 ? std::nullopt : std::optional(number);
}

constexpr std::string_view kLetters = "abfnrtv\\'\"", kMeant = "\a\b\f\n\r\t\v\\'\"";

/// A backslash stands at `at`.
void AppendEscape(std::string& plain, std::string_view text, std::size_t& at, bool letters) {
  const std::size_t begin = at++;
  const char c = at < text.size() ? text[at] : '\0';
  std::optional<std::uint32_t> code;
  if (c == 'u' || c == 'U' || (letters && c == 'x')) {
    ++at;
    code = NumberAt(text, at, c == 'x' ? 2 : c == 'u' ? 4 : 8, 16);
  } else if (letters && c >= '0' && c <= '7') {
    code = NumberAt(text, at, 3, 8);
  } else if (const auto letter = kLetters.find(c);
             letters && at < text.size() && letter != std::string_view::npos) {
    ++at;
    code = static_cast<unsigned char>(kMeant[letter]);
  }
  if (code)
    AppendUtf8(plain, *code);
  else
    plain += text.substr(begin, at - begin);
}

std::string Unescaped(std::string_view text, bool letters) {
  std::string plain;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\\')
      AppendEscape(plain, text, at, letters);
    else
      plain += text[at++];
  }
  return plain;
}

}  // namespace

std::optional<std::string> TextOf(const Value& value) {
  switch (value.kind) {
    case Value::Kind::Text:
      return std::string(value.text);
    case Value::Kind::UnicodeRepr:
      return Unescaped(value.text, false);
    case Value::Kind::StringRepr: {
      auto text = value.text;
      if (text.size() >= 2 && (text.front() == '\'' || text.front() == '"'))
        text = text.substr(1, text.size() - 2);
      return Unescaped(text, true);
    }
    default:
      return std::nullopt;
  }
}

Value Nodes::Make(Value::Kind kind, const Value* first, std::size_t count, std::uint32_t import) {
  if (nodes_.size() == kMostNodes || parts_ >= kMostParts) return {};
  Node& node = nodes_.emplace_back();
  node.import = import;
  node.cut = count > kMostItems;
  node.items.assign(first, first + std::min(count, kMostItems));
  parts_ += node.items.size();
  return Value::Of(kind, static_cast<std::uint32_t>(nodes_.size() - 1));
}

void Nodes::Add(const Value& container, const Value* first, std::size_t count) {
  Node* node = At(container);
  if (!node) return;
  const std::size_t room = parts_ < kMostParts ? kMostItems - node->items.size() : 0;
  const std::size_t fitting = std::min(count, room);
  parts_ += fitting;
  node->items.insert(node->items.end(), first, first + fitting);
  node->cut |= fitting < count;
}

Node* Nodes::At(const Value& value) {
  const bool has_node = value.kind == Value::Kind::Made || value.kind == Value::Kind::Tuple ||
                        value.kind == Value::Kind::List || value.kind == Value::Kind::Dict;
  return has_node ? &nodes_[value.index] : nullptr;
}

}  // namespace cairn::formats::pickle
