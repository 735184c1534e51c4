#include "ground/vocabulary/yaml_scalar.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "ground/vocabulary/text.h"

namespace cairn {
namespace {

/// Digits with single underscores between them, underscores removed; "" when it is anything else.
std::string DigitsOf(std::string_view text, std::string_view allowed) {
  std::string digits;
  for (const char c : text) {
    if (c == '_') continue;
    if (allowed.find(c) == std::string_view::npos) return "";
    digits += c;
  }
  return digits;
}

/// The nearest double to digits that no 64 bits hold.
double BeyondInt(std::string_view digits, int base) {
  if (base == 10) {
    const auto number = ParseDouble(digits);
    return number ? *number : digits.front() == '-' ? -HUGE_VAL : HUGE_VAL;
  }
  double number = 0;
  for (const char c : LowerAscii(digits)) {
    if (c != '-') number = number * base + (c <= '9' ? c - '0' : c - 'a' + 10);
  }
  return digits.front() == '-' ? -number : number;
}

bool ReadInt(std::string_view text, Json& value) {
  std::string_view rest = text;
  const bool negative = !rest.empty() && rest.front() == '-';
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) rest.remove_prefix(1);
  int base = 10;
  std::string digits;
  if (rest.starts_with("0o")) {
    base = 8;
    digits = DigitsOf(rest.substr(2), "01234567");
  } else if (rest.starts_with("0x")) {
    base = 16;
    digits = DigitsOf(rest.substr(2), "0123456789abcdefABCDEF");
  } else if (!rest.empty() && rest.front() != '_') {
    digits = DigitsOf(rest, "0123456789");
  }
  if (digits.empty()) return false;
  if (negative) digits.insert(0, "-");
  std::int64_t number = 0;
  const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (wrong != std::errc()) {
    value = BeyondInt(digits, base);
    return true;
  }
  value = number;
  return true;
}

bool ReadFloat(std::string_view text, Json& value) {
  static constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::string lower = LowerAscii(text);
  if (lower == ".nan") return value = std::nan(""), true;
  if (lower == ".inf" || lower == "+.inf") return value = kInfinity, true;
  if (lower == "-.inf") return value = -kInfinity, true;
  std::string_view rest = text;
  if (!rest.empty() && rest.front() == '+') rest.remove_prefix(1);
  if (rest.empty() || rest.find_first_of("0123456789") == std::string_view::npos) return false;
  const std::string digits = DigitsOf(rest, "0123456789.eE+-");
  double number = 0;
  const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || wrong != std::errc() || end != digits.data() + digits.size()) return false;
  value = number;
  return true;
}

}  // namespace

Json ResolveYaml(std::string_view text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return Json();
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  Json value;
  const char first = text.front();
  if ((first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.') {
    if (ReadInt(text, value) || ReadFloat(text, value)) return value;
  }
  return text;
}

}  // namespace cairn
