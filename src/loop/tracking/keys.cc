#include "loop/tracking/keys.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"

namespace cairn::tracking {
namespace {

Error Wrong(std::string message) { return {Reason::InvalidArgument, std::move(message)}; }

struct Range {
  std::uint32_t first, last;
};
constexpr Range kWordRanges[] = {
#include "loop/tracking/limits/word_characters.inc"
};

bool IsWordAscii(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool IsWordBeyondAscii(std::uint32_t code) {
  const auto* range = std::upper_bound(std::begin(kWordRanges), std::end(kWordRanges), code,
                                       [](std::uint32_t c, const Range& one) { return c < one.first; });
  return range != std::begin(kWordRanges) && code <= (range - 1)->last;
}

/// Takes one character of several bytes off `text`; 0 for bytes that are none.
std::uint32_t TakeCharacter(std::string_view& text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : byte(0) >= 0xC2 ? 2 : 0;
  if (length == 0 || text.size() < length) return 0;
  std::uint32_t code = byte(0) & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3F);
  }
  text.remove_prefix(length);
  return code;
}

/// Whether the key would stay the same as a path below a folder: clients and tools write one file a key.
bool IsPlainPath(std::string_view key) {
  if (key.empty() || key.front() == '/' || key.back() == '/' || key.starts_with("..")) return false;
  for (const auto segment : Split(key, '/')) {
    if (segment.empty() || segment == "." || segment == "..") return false;
  }
  return true;
}

std::size_t Characters(std::string_view text, std::size_t limit) {
  return text.size() <= limit ? text.size() : CodePoints(text);
}

}  // namespace

bool AreWordCharacters(std::string_view text, std::string_view others) {
  while (!text.empty()) {
    const char c = text.front();
    if (static_cast<unsigned char>(c) >= 128) {
      if (!IsWordBeyondAscii(TakeCharacter(text))) return false;
      continue;
    }
    if (!IsWordAscii(c) && others.find(c) == std::string_view::npos) return false;
    text.remove_prefix(1);
  }
  return true;
}

Result<> CheckLength(std::string_view text, std::size_t limit, std::string_view path) {
  const auto characters = Characters(text, limit);
  if (characters <= limit) return {};
  return Wrong("'" + std::string(path) + "' exceeds the maximum length of " + std::to_string(limit) +
               " characters: it has " + std::to_string(characters) + ".");
}

Result<> CheckKey(std::string_view key, std::string_view path) {
  if (key.empty())
    return Wrong("Missing value for required parameter '" + std::string(path) + "': a key may not be empty.");
  CAIRN_TRY(CheckLength(key, kKeyLength, path));
  if (!AreWordCharacters(key, "/.- :")) {
    return Wrong("Invalid value " + Json(key).Dump() + " for parameter '" + std::string(path) +
                 "' supplied: Names may only contain alphanumerics, underscores (_), dashes (-), periods "
                 "(.), spaces ( ), "
                 "colons (:) and slashes (/).");
  }
  if (!IsPlainPath(key)) {
    return Wrong("Invalid value " + Json(key).Dump() + " for parameter '" + std::string(path) +
                 "' supplied: Names may be treated as files in certain cases. A name must stay the same as a "
                 "relative path: no "
                 "empty part, '.' or '..', and no slash at either end.");
  }
  return {};
}

std::string Shortened(std::string_view text, std::size_t limit) {
  if (Characters(text, limit) <= limit) return std::string(text);
  std::size_t characters = 0, at = 0;
  while (at < text.size()) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
    if (begins && characters++ == limit) break;
    ++at;
  }
  return std::string(text.substr(0, at));
}

namespace {

/// Whether anything stands behind the first `mark`.
bool Behind(std::string_view text, char mark) {
  const auto at = text.find(mark);
  return at != std::string_view::npos && at + 1 < text.size();
}

/// Parameters as Python's urlparse finds them, which MLflow asks: in the last part of a path alone, and only
/// where the scheme may have some.
bool HasParameters(std::string_view path) {
  const auto colon = path.find(':'), slash = path.find('/');
  const auto scheme = colon == std::string_view::npos || slash < colon ? "" : path.substr(0, colon);
  constexpr std::array kWithParameters = {"", "ftp", "hdfs", "http", "https", "sftp"};
  const bool may = std::any_of(kWithParameters.begin(), kWithParameters.end(),
                               [&](const char* one) { return EqualsIgnoringCase(one, scheme); });
  return may && Behind(path.substr(path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/')), ';');
}

/// Whether ".." stands in a query, however often it is percent-encoded.
bool LeadsUp(std::string_view query) {
  std::string text(query);
  for (int round = 0; round < 10; ++round) {
    auto decoded = PercentDecode(text, UrlPart::Path);
    if (!decoded || *decoded == text) break;
    text = *std::move(decoded);
  }
  return text.find("..") != std::string::npos;
}

}  // namespace

Result<> CheckExperimentName(std::string_view name) {
  if (Trim(name).empty()) {
    return Wrong("Invalid value " + Json(name).Dump() +
                 " for parameter 'name' supplied: An experiment's name may not be blank.");
  }
  return CheckLength(name, 500, "name");
}

Result<> CheckArtifactLocation(std::string_view location) {
  CAIRN_TRY(CheckLength(location, 2048, "artifact_location"));
  const auto path = location.substr(0, location.find_first_of("?#"));
  if (Behind(location, '#') || HasParameters(path) || location.starts_with("runs:")) {
    return Wrong("Invalid value " + Json(location).Dump() +
                 " for parameter 'artifact_location' supplied: it may not hold a fragment (#) or parameters "
                 "(;), nor begin with 'runs:'.");
  }
  const auto query = location.substr(path.size(), location.find('#') - path.size());
  if (LeadsUp(query)) return Wrong("Invalid query string: it may not hold '..'.");
  return {};
}

Result<> CheckExperimentTag(const Tag& tag) {
  CAIRN_TRY(CheckKey(tag.key, "key"));
  return CheckLength(tag.value, 20000, "value");
}

Result<> CheckModelName(std::string_view name) {
  if (!name.empty() && name.find_first_of("/:.%\"'") == std::string_view::npos) return {};
  return Wrong("Invalid model name (" + std::string(name) +
               ") provided. A model's name may not be empty, nor hold any of / : . % \" or '.");
}

Result<> CheckDataset(const DatasetInput& input) {
  const auto& dataset = input.dataset;
  if (dataset.name.empty()) return Wrong("Missing value for required parameter 'dataset.name'.");
  if (dataset.digest.empty()) return Wrong("Missing value for required parameter 'dataset.digest'.");
  CAIRN_TRY(CheckLength(dataset.name, 500, "name"));
  CAIRN_TRY(CheckLength(dataset.digest, 36, "digest"));
  CAIRN_TRY(CheckLength(dataset.source, 65535, "source"));
  if (dataset.schema) CAIRN_TRY(CheckLength(*dataset.schema, 1048575, "schema"));
  if (dataset.profile) CAIRN_TRY(CheckLength(*dataset.profile, 16777215, "profile"));
  for (const auto& tag : input.tags) {
    CAIRN_TRY(CheckLength(tag.key, 255, "tag key"));
    CAIRN_TRY(CheckLength(tag.value, 500, "tag value"));
  }
  return {};
}

Result<> CheckRunId(std::string_view id) {
  const bool begins = !id.empty() && id.front() != '_' && IsWordAscii(id.front());
  if (begins && Characters(id, 256) <= 256 && AreWordCharacters(id, "-")) return {};
  return Wrong("Invalid run ID: '" + std::string(id) +
               "'. It begins with a letter or digit and holds letters, digits, _ and - alone.");
}

}  // namespace cairn::tracking
