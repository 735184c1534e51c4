#include "loop/repository/python_text.h"

#include <cmath>
#include <map>
#include <utility>

#include "loop/repository/float_text.h"

namespace cairn::repository {
namespace {

/// How long the UTF-8 sequence at the front is; 0 when there is none (overlong, a surrogate, cut off).
std::size_t SequenceLength(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char first = at(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length == 0 || length > bytes.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xE0 && at(1) < 0xA0) || (first == 0xF0 && at(1) < 0x90);
  const bool outside = (first == 0xED && at(1) > 0x9F) || (first == 0xF4 && at(1) > 0x8F);
  return overlong || outside ? 0 : length;
}

void AppendEscape(std::string& out, unsigned unit) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[unit >> shift & 15];
}

void AppendPoint(std::string& out, char32_t point) {
  static constexpr std::string_view kShort = "\b\t\n\f\r", kLetters = "btnfr";
  const auto at = point < 0x20 ? kShort.find(static_cast<char>(point)) : std::string_view::npos;
  if (at != std::string_view::npos) {
    out += '\\';
    out += kLetters[at];
  } else if (point == '"' || point == '\\') {
    out += '\\';
    out += static_cast<char>(point);
  } else if (point >= 0x20 && point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x10000) {
    AppendEscape(out, static_cast<unsigned>(point));
  } else {
    AppendEscape(out, 0xD800 + static_cast<unsigned>((point - 0x10000) >> 10));
    AppendEscape(out, 0xDC00 + static_cast<unsigned>((point - 0x10000) & 0x3FF));
  }
}

bool IsPlain(char c) { return c >= 0x20 && c != '"' && c != '\\'; }

}  // namespace

char32_t TakeCodePoint(std::string_view& bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const std::size_t length = SequenceLength(bytes);
  char32_t point = at(0);
  if (length == 0) {
    point += 0xDC00;
  } else if (length > 1) {
    point &= 0xFFu >> (length + 1);
    for (std::size_t i = 1; i < length; ++i) point = point << 6 | (at(i) & 0x3F);
  }
  bytes.remove_prefix(length == 0 ? 1 : length);
  return point;
}

void AppendPythonJson(std::string& out, std::string_view bytes) {
  out += '"';
  while (!bytes.empty()) {
    std::size_t plain = 0;
    while (plain < bytes.size() && IsPlain(bytes[plain])) ++plain;
    out += bytes.substr(0, plain);
    bytes.remove_prefix(plain);
    if (!bytes.empty()) AppendPoint(out, TakeCodePoint(bytes));
  }
  out += '"';
}

bool AppendCodePoint(std::string& out, char32_t point) {
  const auto add = [&](char32_t bits) { out += static_cast<char>(static_cast<unsigned char>(bits)); };
  if (point >= 0xD800 && point < 0xE000) {
    if (point < 0xDC80 || point > 0xDCFF) return false;
    add(point & 0xFF);
  } else if (point < 0x80) {
    add(point);
  } else if (point < 0x800) {
    add(0xC0 | point >> 6);
    add(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    add(0xE0 | point >> 12);
    add(0x80 | (point >> 6 & 0x3F));
    add(0x80 | (point & 0x3F));
  } else {
    add(0xF0 | point >> 18);
    add(0x80 | (point >> 12 & 0x3F));
    add(0x80 | (point >> 6 & 0x3F));
    add(0x80 | (point & 0x3F));
  }
  return true;
}

void AppendPythonJson(std::string& out, const Json& value, bool (*aside)(std::string_view name)) {
  if (value.IsString()) return AppendPythonJson(out, value.AsString());
  if (value.kind() == Json::Kind::Double) {
    const double number = value.AsDouble();
    out += std::isnan(number)   ? "NaN"
           : std::isinf(number) ? (number > 0 ? "Infinity" : "-Infinity")
                                : FloatText(number);
  } else if (value.IsArray()) {
    out += '[';
    for (std::size_t i = 0; i < value.items().size(); ++i) {
      if (i > 0) out += ", ";
      AppendPythonJson(out, value.items()[i], aside);
    }
    out += ']';
  } else if (value.IsObject()) {
    std::map<std::string_view, const Json*> members;
    for (const auto& [name, member] : value.members()) {
      if (!aside(name)) members.emplace(name, &member);
    }
    out += '{';
    bool first = true;
    for (const auto& [name, member] : members) {
      if (!std::exchange(first, false)) out += ", ";
      AppendPythonJson(out, name);
      out += ": ";
      AppendPythonJson(out, *member, aside);
    }
    out += '}';
  } else {
    value.DumpTo(out);
  }
}

}  // namespace cairn::repository
