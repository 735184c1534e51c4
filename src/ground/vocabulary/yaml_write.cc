#include <algorithm>
#include <cmath>
#include <cstdio>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/yaml_scalar.h"

namespace cairn {
namespace {

/// Past this libyaml no longer sees that a text before ':' is a key.
constexpr std::size_t kLongestPlainKey = 1000;

/// The bytes of the character at the front of `text` when a scalar may not hold it as it is (YAML 1.2,
/// section 5.1, and its line breaks), and its number; {0, 0} for any other.
struct Special {
  std::size_t bytes = 0;
  unsigned code = 0;
};
Special SpecialAt(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  if (at(0) < 0x20 || at(0) == 0x7F) return {1, at(0)};
  if (at(0) == 0xC2 && at(1) < 0xA0) return {2, at(1)};
  const unsigned three = at(0) << 16 | at(1) << 8 | at(2);
  if (three == 0xE280A8 || three == 0xE280A9) return {3, 0x2028 + (three & 1)};
  if (three == 0xEFBBBF) return {3, 0xFEFF};
  if (three == 0xEFBFBE || three == 0xEFBFBF) return {3, 0xFFFE + (three & 1)};
  return {};
}

bool NeedsQuotes(std::string_view text) {
  if (text.empty() || !ResolveYaml(text).IsString() || Trim(text).size() != text.size()) return true;
  if (std::string_view("!&*-?:,[]{}#|>@`\"'%").find(text.front()) != std::string_view::npos) return true;
  if (text == "<<" || text.starts_with("...") || text.back() == ':') return true;
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos) return true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (SpecialAt(text.substr(i)).bytes > 0) return true;
  }
  return false;
}

std::string ScalarText(const Json& value) {
  if (value.IsString())
    return NeedsQuotes(value.AsString()) ? QuotedYaml(value.AsString()) : value.AsString();
  if (value.kind() == Json::Kind::Double && !std::isfinite(value.AsDouble())) {
    return std::isnan(value.AsDouble()) ? ".nan" : value.AsDouble() > 0 ? ".inf" : "-.inf";
  }
  return value.Dump();
}

void DumpBlock(std::string& out, const Json& value, const std::string& indent);

void DumpValue(std::string& out, const Json& value, const std::string& indent) {
  const bool empty = value.items().empty() && value.members().empty();
  if ((value.IsArray() || value.IsObject()) && !empty) {
    out += "\n";
    DumpBlock(out, value, indent);
  } else {
    out += " " + (value.IsArray() ? "[]" : value.IsObject() ? "{}" : ScalarText(value)) + "\n";
  }
}

void DumpBlock(std::string& out, const Json& value, const std::string& indent) {
  for (const auto& item : value.items()) {
    const bool nests = !item.items().empty() || !item.members().empty();
    if (!nests) {
      out += indent + "-";
      DumpValue(out, item, indent);
      continue;
    }
    // What is in it begins on the dash's own line.
    std::string inner;
    DumpBlock(inner, item, indent + "  ");
    out += indent + "- " + inner.substr(indent.size() + 2);
  }
  for (const auto& [key, member] : value.members()) {
    const std::string text = ScalarText(Json(key));
    out += text.size() > kLongestPlainKey ? indent + "? " + text + "\n" + indent + ":" : indent + text + ":";
    DumpValue(out, member, indent + "  ");
  }
}

}  // namespace

std::string DumpYaml(const Json& value) {
  std::string out;
  if ((value.IsArray() || value.IsObject()) && !(value.items().empty() && value.members().empty())) {
    DumpBlock(out, value, "");
  } else {
    DumpValue(out, value, "");
  }
  return out;
}

std::string QuotedYaml(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const auto special = SpecialAt(text);
    if (special.bytes == 0) {
      if (text.front() == '"' || text.front() == '\\') out += '\\';
      out += text.front();
    } else if (special.code == '\n' || special.code == '\t' || special.code == '\r') {
      out += special.code == '\n' ? "\\n" : special.code == '\t' ? "\\t" : "\\r";
    } else {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", special.code);
      out += escape;
    }
    text.remove_prefix(std::max<std::size_t>(special.bytes, 1));
  }
  return out + '"';
}

}  // namespace cairn
