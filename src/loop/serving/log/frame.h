#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// How records lie in a segment: the payload's length and its CRC-32 (IEEE 802.3, reflected), each 32 bits
/// little-endian, then the payload.
namespace cairn::serving {

std::uint32_t Crc32(std::string_view bytes);

inline constexpr std::size_t kFrameHead = 8;
inline constexpr std::size_t kLongestPayload = std::size_t{256} << 20;

/// Writes the head for the payload that `frame` holds from kFrameHead on.
void SealFrame(std::string& frame);

/// The payload of the frame that begins at `offset`; nothing when no whole and sound one does.
std::optional<std::string_view> PayloadAt(std::string_view bytes, std::size_t offset);

}  // namespace cairn::serving
