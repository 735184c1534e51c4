#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cairn::tables {

inline constexpr std::size_t kHeadBytes = 64 * 1024;

/// The file's first bytes, at most kHeadBytes; "" when it cannot be read.
std::string HeadOf(const std::string& path);
/// The text's first bytes, unpacked where the file is compressed; as far as it can be unpacked.
std::string UnpackedHeadOf(const std::string& path);
/// gzip or zstd, by its first bytes.
bool IsCompressed(std::string_view head);
/// The name in lower case, without a compression's ending.
std::string PlainName(const std::string& path);
/// The candidate (comma, semicolon, tab, bar) that stands most often in the first line of a text that begins
/// so, outside quotes; a comma where there is none; a tab in a file named .tsv.
char DelimiterIn(std::string_view head, const std::string& path);

}  // namespace cairn::tables
