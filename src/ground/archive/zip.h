#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/archive/codec.h"

namespace cairn::archive {

struct ZipEntry {
  std::string name;         ///< As the folder at the end has it.
  std::string_view packed;  ///< Points into the zip's bytes.
  bool stored = false;      ///< Its content is `packed` itself.
  std::uint16_t method = 0;
  std::uint64_t size = 0;  ///< Unpacked, as the folder says.
  std::uint32_t crc = 0;
};

/// What a zip says of itself.
struct ZipFolder {
  std::vector<ZipEntry> entries;
  /// What readers disagree about, in sentences: a name said twice or in two ways, an encryption flag, bytes
  /// before the first entry.
  std::vector<std::string> oddities;
};

/// Whether the bytes begin with a zip's first entry.
bool BeginsAsZip(std::string_view bytes);

/// Reads the folder at the end, as Python, PyTorch and Java do; bytes that precede the zip are skipped as
/// Python skips them. Nothing when there is no such folder. Corrupt when there is one and it is broken;
/// TooLarge with more than `most_entries`.
Result<std::optional<ZipFolder>> ReadZip(std::string_view bytes, std::size_t most_entries = 100'000);

/// The entry's content, whatever its flags say. Unsupported for a method that is not stored, deflated, bzip2,
/// LZMA, Zstandard or xz. Damaged also where the length or the sum is not what the folder says.
Result<Unpacked> UnpackEntry(const ZipEntry& entry, std::uint64_t most_bytes);

/// Whether `content` has the length and the sum that the folder says.
Result<bool> Matches(const ZipEntry& entry, std::string_view content);

}  // namespace cairn::archive
