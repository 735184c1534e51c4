#include "server/inference/lenient.h"

#include <string>

namespace cairn::inference {
namespace {

constexpr std::string_view kNaN = "NaN";

/// Puts null in the place of every NaN outside of texts.
std::string WithNulls(std::string_view text) {
  std::string plain;
  plain.reserve(text.size() + 16);
  bool inside = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!inside && text.substr(at).starts_with(kNaN)) {
      plain += "null";
      at += kNaN.size() - 1;
      continue;
    }
    if (text[at] == '"') inside = !inside;
    plain += text[at];
    if (inside && text[at] == '\\' && at + 1 < text.size()) plain += text[++at];
  }
  return plain;
}

}  // namespace

Result<Json> ParseRequest(std::string_view text) {
  auto parsed = Json::Parse(text);
  if (parsed || text.find(kNaN) == std::string_view::npos) return parsed;
  auto again = Json::Parse(WithNulls(text));
  return again ? std::move(again) : std::move(parsed);
}

}  // namespace cairn::inference
