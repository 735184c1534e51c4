#include <algorithm>
#include <array>

#include "ground/crypto/hash.h"
#include "loop/repository/import.h"

namespace cairn::repository {
namespace {

/// Keys that say nothing of what a stage does.
constexpr std::array<std::string_view, 10> kAside{"desc",   "type",   "labels",  "meta",   "locked",
                                                  "frozen", "metric", "persist", "isexec", "size"};

bool IsAside(std::string_view key) {
  return key == "nfiles" || std::find(kAside.begin(), kAside.end(), key) != kAside.end();
}

void AppendUnit(std::string& out, unsigned unit) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\u";
  for (const int shift : {12, 8, 4, 0}) out += kDigits[unit >> shift & 15];
}

/// As Python writes it: a JSON text with everything outside ASCII escaped.
void AppendText(std::string& out, const std::string& text) {
  std::string plain;
  AppendJsonString(plain, text);
  for (std::size_t i = 0; i < plain.size();) {
    const auto lead = static_cast<unsigned char>(plain[i]);
    if (lead < 0x80) {
      out += plain[i++];
      continue;
    }
    const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t point = lead & (0xFF >> (length + 1));
    for (std::size_t k = 1; k < length; ++k)
      point = point << 6 | (static_cast<unsigned char>(plain[i + k]) & 0x3F);
    i += length;
    if (point < 0x10000) {
      AppendUnit(out, static_cast<unsigned>(point));
    } else {
      AppendUnit(out, 0xD800 + static_cast<unsigned>((point - 0x10000) >> 10));
      AppendUnit(out, 0xDC00 + static_cast<unsigned>((point - 0x10000) & 0x3FF));
    }
  }
}

/// Sorted keys, ", " and ": " between; without the keys set aside.
void AppendPython(std::string& out, const Json& value) {
  if (value.IsString()) return AppendText(out, value.AsString());
  if (value.IsArray()) {
    out += '[';
    for (const Json& item : value.items()) {
      if (out.back() != '[') out += ", ";
      AppendPython(out, item);
    }
    out += ']';
    return;
  }
  if (!value.IsObject()) return value.DumpTo(out);
  auto members = value.members();
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  out += '{';
  for (const auto& [key, member] : members) {
    if (IsAside(key)) continue;
    if (out.back() != '{') out += ", ";
    AppendText(out, key);
    out += ": ";
    AppendPython(out, member);
  }
  out += '}';
}

}  // namespace

std::string StageDigest(const Json& stage) {
  Json bare = stage;
  bare.Remove("md5");
  if (bare.Text("wdir") == ".") bare.Remove("wdir");
  std::string text;
  AppendPython(text, bare);
  return crypto::Md5Hex(text);
}

}  // namespace cairn::repository
