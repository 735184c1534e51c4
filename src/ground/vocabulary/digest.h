#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

/// Digests are written as lower-case hexadecimal text everywhere: 64 digits for SHA-256, 32 for MD5 (names in
/// DVC's cache only). Computing them is ground/crypto's part.
namespace cairn {

std::string HexOf(std::span<const std::uint8_t> bytes);
std::string HexOf(std::string_view bytes);
/// InvalidArgument unless `hex` is an even number of hexadecimal digits.
Result<std::string> BytesOfHex(std::string_view hex);
/// Whether `text` is exactly `digits` lower-case hexadecimal digits.
bool IsHex(std::string_view text, std::size_t digits);

}  // namespace cairn
