#include "cli/shown_name.h"

#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

/// How many bytes from `at` are one character; 0 when the byte there belongs to none.
std::size_t LengthAt(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  return at + length <= text.size() && IsUtf8(text.substr(at, length)) ? length : 0;
}

/// "1b", for the byte.
std::string HexOf(char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  return {kDigits[byte >> 4], kDigits[byte & 15]};
}

}  // namespace

std::string ShownName(std::string_view name) {
  std::string shown;
  for (std::size_t at = 0; at < name.size();) {
    const char c = name[at];
    const std::size_t length = LengthAt(name, at);
    if (c == '\n') {
      shown += "\\n";
    } else if (c == '\r') {
      shown += "\\r";
    } else if (c == '\t') {
      shown += "\\t";
    } else if (length == 0 || static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      shown += "\\x" + HexOf(c);
    } else {
      shown += name.substr(at, length);
    }
    at += length == 0 ? 1 : length;
  }
  return shown;
}

std::string ReadableJson(std::string text) {
  if (IsUtf8(text)) return text;
  std::string readable;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = LengthAt(text, at);
    if (length == 0) {
      readable += "\\udc" + HexOf(text[at]);
      ++at;
    } else {
      readable.append(text, at, length);
      at += length;
    }
  }
  return readable;
}

}  // namespace cairn::cli
