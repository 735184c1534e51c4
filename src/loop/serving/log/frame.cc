#include "loop/serving/log/frame.h"

#include <array>

namespace cairn::serving {
namespace {

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

/// Eight tables, so that eight bytes are taken at a step ("slicing by 8").
constexpr Tables MakeTables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320u : 0u);
    tables[0][byte] = crc;
  }
  for (std::size_t table = 1; table < tables.size(); ++table)
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[table - 1][byte];
      tables[table][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  return tables;
}

constexpr Tables kTables = MakeTables();

std::uint32_t WordAt(std::string_view bytes, std::size_t at) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4; ++i)
    word |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return word;
}

void PutWord(std::string& bytes, std::size_t at, std::uint32_t word) {
  for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(word >> (8 * i));
}

}  // namespace

std::uint32_t Crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFu;
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    const std::uint32_t low = crc ^ WordAt(bytes, at), high = WordAt(bytes, at + 4);
    crc = kTables[7][low & 0xFF] ^ kTables[6][(low >> 8) & 0xFF] ^ kTables[5][(low >> 16) & 0xFF] ^
          kTables[4][low >> 24] ^ kTables[3][high & 0xFF] ^ kTables[2][(high >> 8) & 0xFF] ^
          kTables[1][(high >> 16) & 0xFF] ^ kTables[0][high >> 24];
  }
  for (; at < bytes.size(); ++at)
    crc = (crc >> 8) ^ kTables[0][(crc ^ static_cast<unsigned char>(bytes[at])) & 0xFF];
  return ~crc;
}

void SealFrame(std::string& frame) {
  const std::string_view payload = std::string_view(frame).substr(kFrameHead);
  const std::uint32_t crc = Crc32(payload);
  PutWord(frame, 0, static_cast<std::uint32_t>(payload.size()));
  PutWord(frame, 4, crc);
}

std::optional<std::string_view> PayloadAt(std::string_view bytes, std::size_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < kFrameHead) return std::nullopt;
  const std::size_t length = WordAt(bytes, offset);
  // Zeros that a loss of power left behind would otherwise read as a frame of nothing.
  if (length == 0 || length > kLongestPayload || length > bytes.size() - offset - kFrameHead)
    return std::nullopt;
  const std::string_view payload = bytes.substr(offset + kFrameHead, length);
  if (Crc32(payload) != WordAt(bytes, offset + 4)) return std::nullopt;
  return payload;
}

}  // namespace cairn::serving
