#pragma once

#include <string>
#include <string_view>

#include "ground/vocabulary/json.h"

namespace cairn::repository {

/// The code point at the front of `bytes` (not empty), taken off. A byte that is no part of UTF-8 becomes
/// U+DC00 + byte, as Python's file names have it (PEP 383).
char32_t TakeCodePoint(std::string_view& bytes);

/// Appends `bytes` as Python's json.dumps writes such a name: in quotes, everything outside ASCII escaped.
void AppendPythonJson(std::string& out, std::string_view bytes);
/// Appends `value` as json.dumps writes it with sorted keys, but for the members that are `aside`, at any
/// depth: what DVC takes the digest of.
void AppendPythonJson(std::string& out, const Json& value, bool (*aside)(std::string_view name));

/// Appends the bytes that the code point stands for; the other way round from TakeCodePoint. False for a lone
/// surrogate that stands for no byte.
bool AppendCodePoint(std::string& out, char32_t point);

}  // namespace cairn::repository
