#include "loop/pipeline/parameters/python_literal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <utility>

namespace cairn::pipeline {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Reads a value that is written out. Nothing for every other expression.
class Literal {
 public:
  Literal(std::string_view text, std::vector<LiteralPart>* parts) : text_(text), parts_(parts) {}

  /// The whole text is one value, or several, which are a tuple.
  std::optional<Json> Whole() {
    auto value = Value(0);
    if (!value) return std::nullopt;
    if (Peek() != ',') return At(text_.size()) ? value : std::nullopt;
    Json tuple = Json::Array();
    tuple.Push(*std::move(value));
    while (Take(',')) {
      if (At(text_.size())) break;
      auto next = Value(0);
      if (!next) return std::nullopt;
      tuple.Push(*std::move(next));
    }
    if (parts_) *parts_ = {{"", 0, text_.size()}};
    return At(text_.size()) ? std::optional(std::move(tuple)) : std::nullopt;
  }

 private:
  static constexpr int kDeepest = 100;

  char Peek() {
    while (at_ < text_.size() && IsPythonBlank(text_[at_])) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool At(std::size_t place) { return Peek() == '\0' && at_ == place; }
  bool Take(char c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }

  std::optional<Json> Value(int depth) {
    Peek();
    const std::size_t begin = at_;
    auto value = Bare(depth);
    std::size_t end = at_;
    while (end > begin && IsPythonBlank(text_[end - 1])) --end;
    if (value && parts_) parts_->push_back({path_, begin, end});
    return value;
  }
  std::optional<Json> ValueBelow(const std::string& step, int depth) {
    const std::size_t length = path_.size();
    path_ += step;
    auto value = Value(depth + 1);
    path_.resize(length);
    return value;
  }

  std::optional<Json> Bare(int depth) {
    const char c = Peek();
    if (depth > kDeepest) return std::nullopt;
    if (c == '(') return Round(depth);
    if (c == '[') return List(depth);
    if (c == '{') return Dict(depth);
    if (c == '-' || c == '+') return Signed();
    if (IsDigit(c) || c == '.') return Number();
    if (c == '"' || c == '\'') return Texts();
    return Word();
  }

  std::optional<Json> Signed() {
    const bool negative = text_[at_++] == '-';
    if (!IsDigit(Peek()) && Peek() != '.') return std::nullopt;
    auto number = Number();
    if (!number || !negative) return number;
    return number->kind() == Json::Kind::Int ? Json(-number->AsInt()) : Json(-number->AsDouble());
  }

  std::optional<Json> Number() {
    std::string digits;
    const std::size_t begin = at_;
    while (at_ < text_.size() && (IsInPythonName(text_[at_]) || text_[at_] == '.' ||
                                  ((text_[at_] == '+' || text_[at_] == '-') && AfterExponent(begin)))) {
      if (text_[at_] != '_') digits += text_[at_];
      ++at_;
    }
    return NumberOf(digits);
  }
  bool AfterExponent(std::size_t begin) const {
    const bool hex = text_.substr(begin, 2) == "0x" || text_.substr(begin, 2) == "0X";
    return !hex && at_ > begin && (text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E');
  }

  static std::optional<Json> NumberOf(std::string_view digits) {
    int base = 10;
    if (digits.size() > 2 && digits[0] == '0') {
      const char mark = static_cast<char>(digits[1] | 0x20);
      base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 10;
    }
    const std::string_view rest = base == 10 ? digits : digits.substr(2);
    const char* end = rest.data() + rest.size();
    std::int64_t whole = 0;
    const auto read = std::from_chars(rest.data(), end, whole, base);
    if (read.ec == std::errc() && read.ptr == end) return Json(whole);
    double real = 0;
    const auto parsed = std::from_chars(rest.data(), end, real);
    if (base != 10 || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
    return Json(real);
  }

  std::optional<Json> Word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && IsInPythonName(text_[at_])) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (word == "True") return Json(true);
    if (word == "False") return Json(false);
    if (word == "None") return Json();
    at_ = begin;
    return TextPrefix() ? Texts() : std::nullopt;
  }
  /// Whether a text follows, with r or u before its quotes.
  bool TextPrefix() const {
    return text_.size() > at_ + 1 && std::string_view("rRuU").find(text_[at_]) != std::string_view::npos &&
           (text_[at_ + 1] == '"' || text_[at_ + 1] == '\'');
  }

  /// One text, or several that stand beside each other.
  std::optional<Json> Texts() {
    std::string whole;
    for (char c = Peek(); c == '"' || c == '\'' || TextPrefix(); c = Peek()) {
      const bool raw = c == 'r' || c == 'R';
      if (c != '"' && c != '\'') ++at_;
      const std::size_t length = LengthOfPythonText(text_, at_);
      const std::size_t quotes = text_.substr(at_, 3) == std::string(3, text_[at_]) ? 3 : 1;
      if (length < 2 * quotes || text_[at_ + length - 1] != text_[at_]) return std::nullopt;
      const std::string_view inner = text_.substr(at_ + quotes, length - 2 * quotes);
      at_ += length;
      if (raw) {
        whole += inner;
      } else if (!Unescape(inner, whole)) {
        return std::nullopt;
      }
    }
    return Json(std::move(whole));
  }

  static bool Unescape(std::string_view text, std::string& out) {
    static constexpr std::string_view kMarks = "\\'\"abfnrtv", kMeant = "\\'\"\a\b\f\n\r\t\v";
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\\' || i + 1 == text.size()) {
        out += text[i];
        continue;
      }
      const char mark = text[++i];
      const auto known = kMarks.find(mark);
      const std::size_t digits = mark == 'x' ? 2 : mark == 'u' ? 4 : mark == 'U' ? 8 : 0;
      if (known != std::string_view::npos) {
        out += kMeant[known];
      } else if (digits != 0) {
        std::uint32_t code = 0;
        const auto hex = text.substr(i + 1, digits);
        const auto read = std::from_chars(hex.data(), hex.data() + hex.size(), code, 16);
        if (hex.size() != digits || read.ptr != hex.data() + hex.size()) return false;
        AppendUtf8(out, code);
        i += digits;
      } else if (mark == 'N' || IsDigit(mark)) {
        return false;  // A character by name, or in octal: nobody's parameter.
      } else if (mark != '\n') {
        out += {'\\', mark};
      }
    }
    return true;
  }

  static void AppendUtf8(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
      out += static_cast<char>(code);
      return;
    }
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static constexpr std::array<std::uint32_t, 4> kLead{0, 0xC0, 0xE0, 0xF0};
    out += static_cast<char>(kLead[static_cast<std::size_t>(more)] | (code >> (6 * more)));
    for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80 | ((code >> (6 * i)) & 0x3F));
  }

  /// Items up to `close`; whether there was a comma tells a tuple from a value in brackets.
  std::optional<Json> Items(char close, int depth, bool& comma) {
    Json items = Json::Array();
    while (!Take(close)) {
      auto item = ValueBelow("[" + std::to_string(items.items().size()) + "]", depth);
      if (!item) return std::nullopt;
      items.Push(*std::move(item));
      if (Take(',')) {
        comma = true;
      } else if (Peek() != close) {
        return std::nullopt;
      }
    }
    return items;
  }
  std::optional<Json> List(int depth) {
    ++at_;
    bool comma = false;
    return Items(']', depth, comma);
  }
  std::optional<Json> Round(int depth) {
    ++at_;
    bool comma = false;
    auto items = Items(')', depth, comma);
    if (!items || comma || items->items().empty()) return items;
    return items->items().size() == 1 ? std::optional(items->items().front()) : std::nullopt;
  }
  std::optional<Json> Dict(int depth) {
    ++at_;
    Json dict = Json::Object();
    while (!Take('}')) {
      auto* const parts = std::exchange(parts_, nullptr);
      const auto key = Value(depth + 1);
      parts_ = parts;
      if (!key || !Take(':')) return std::nullopt;  // A set, too: a lock has none.
      std::string name = key->IsString() ? key->AsString() : key->Dump();
      auto value = ValueBelow("." + name, depth);
      if (!value) return std::nullopt;
      dict.Set(std::move(name), *std::move(value));
      if (!Take(',') && Peek() != '}') return std::nullopt;
    }
    return dict;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<LiteralPart>* parts_;
  std::string path_;
};

}  // namespace

bool BeginsPythonName(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
}
bool IsInPythonName(char c) { return BeginsPythonName(c) || IsDigit(c); }
bool IsPythonBlank(char c) { return c == ' ' || c == '\t' || c == '\f'; }

/// The length of the text literal that begins at `at` (behind its prefix); to the end where it has none.
std::size_t LengthOfPythonText(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const bool triple = text.substr(at, 3) == std::string(3, quote);
  std::size_t i = at + (triple ? 3 : 1);
  for (; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (triple ? text.substr(i, 3) == std::string(3, quote) : text[i] == quote) {
      return i + (triple ? 3 : 1) - at;
    } else if (!triple && text[i] == '\n') {
      break;
    }
  }
  return std::min(i, text.size()) - at;
}

std::optional<Json> ReadPythonLiteral(std::string_view text, std::vector<LiteralPart>* parts) {
  return Literal(text, parts).Whole();
}

}  // namespace cairn::pipeline
