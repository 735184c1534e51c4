#pragma once

#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"
#include "loop/tracking/records.h"

/// What names and values may be; everything refused is InvalidArgument, naming the thing by `path`
/// ("metrics[0].name").
namespace cairn::tracking {

inline constexpr std::size_t kKeyLength = 250;
inline constexpr std::size_t kParamLength = 6000;
inline constexpr std::size_t kTagLength = 8000;

/// Whether every character is a letter, a digit or '_' of any script (what `\w` means to Python, with the
/// tables of Unicode 14), or one of the ASCII characters `others`. Bytes that are no UTF-8 are none of these.
bool AreWordCharacters(std::string_view text, std::string_view others);

/// A metric's, parameter's or tag's key: at most 250 characters out of letters, digits of any script and `_ -
/// . / : space`, and a plain relative path.
Result<> CheckKey(std::string_view key, std::string_view path);
/// At most `limit` characters.
Result<> CheckLength(std::string_view text, std::size_t limit, std::string_view path);
/// The first `limit` characters.
std::string Shortened(std::string_view text, std::size_t limit);

Result<> CheckExperimentName(std::string_view name);
Result<> CheckArtifactLocation(std::string_view location);
Result<> CheckExperimentTag(const Tag& tag);
Result<> CheckModelName(std::string_view name);
Result<> CheckDataset(const DatasetInput& input);
/// A run's id as clients may name it: begins with a letter or digit, then letters, digits, '_' and '-', 256
/// at most.
Result<> CheckRunId(std::string_view id);

}  // namespace cairn::tracking
