#pragma once

#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn {

std::string_view Trim(std::string_view text);
/// The parts between separators; "a,,b" gives three, "" gives one empty part.
std::vector<std::string_view> Split(std::string_view text, char separator);
/// The parts look into the text, so it has to outlive them.
template <std::same_as<std::string> Temporary>
std::vector<std::string_view> Split(Temporary&& text, char separator) = delete;
std::string Join(std::span<const std::string> parts, std::string_view separator);
std::string LowerAscii(std::string_view text);
bool EqualsIgnoringCase(std::string_view a, std::string_view b);

/// The candidate that a misspelt `word` most likely meant (by edit distance with transpositions), or "" when
/// none is near.
std::string NearestTo(std::string_view word, std::span<const std::string_view> candidates);
/// " Did you mean 'x'?" or "", ready to follow a sentence.
std::string Suggestion(std::string_view word, std::span<const std::string_view> candidates);

/// For element content and quoted attributes.
std::string EscapeHtml(std::string_view text);
bool IsUtf8(std::string_view bytes);
/// Code points in UTF-8 text.
std::size_t CodePoints(std::string_view utf8);

/// The first `length` code points, the last of them "…" when there were more.
std::string CutTo(std::string_view utf8, std::size_t length);

/// Standard alphabet with padding (RFC 4648, section 4).
std::string Base64(std::string_view bytes);
Result<std::string> FromBase64(std::string_view text);

/// Percent-decodes a URL part; '+' becomes a space only in a query. InvalidArgument for a broken escape.
enum class UrlPart { Path, Query };
Result<std::string> PercentDecode(std::string_view text, UrlPart part);
/// Escapes everything but unreserved characters (RFC 3986) and those in `keep`.
std::string PercentEncode(std::string_view text, std::string_view keep = "");

/// Shortest decimal text that reads back as the same double; NaN, Infinity and -Infinity by name.
std::string ShortestText(double value);
/// The whole text as a number, or InvalidArgument.
Result<std::int64_t> ParseInt(std::string_view text);
Result<double> ParseDouble(std::string_view text);

/// "336,776".
std::string WithThousands(std::int64_t value);
/// "1.2 MiB".
std::string FormatBytes(std::uint64_t bytes);

}  // namespace cairn
