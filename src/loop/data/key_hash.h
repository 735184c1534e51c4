#pragma once

#include <span>
#include <string>
#include <string_view>

/// Where a row belongs, told by its key alone: SQL over the columns of a row, the same on every machine, in
/// any order of rows and in every format. A key's texts are joined by unit separators (U+001F), missing
/// values as "".
namespace cairn::data {

/// The MD5, as 32 hexadecimal digits, of `salt` (when it is not empty, with a separator behind it) and the
/// key.
std::string KeyDigest(std::span<const std::string> key, std::string_view salt = "");
/// The first 32 bits of that digest as a whole number, 0 … 4294967295.
std::string KeyPlace(std::span<const std::string> key, std::string_view salt = "");
/// The place below which that share of all places lies.
std::int64_t PlaceOf(double share);

}  // namespace cairn::data
