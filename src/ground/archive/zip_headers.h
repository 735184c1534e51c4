#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// The headers that ZipWriter writes: APPNOTE 6.3, entries stored as they are, dated 1980-01-01, mode 0644.
namespace cairn::archive {

inline constexpr std::size_t kLocalHeader = 30, kFolderHeader = 46, kZipEnd = 22;
inline constexpr std::string_view kLocalMark("PK\3\4", 4), kFolderMark("PK\1\2", 4);

struct ZipHeader {
  std::string_view name;
  std::uint32_t size = 0, crc = 0;
  std::uint32_t offset = 0;  ///< Where its local header begins.
};

/// With the name behind it.
std::string LocalHeaderOf(const ZipHeader& entry);
std::string FolderHeaderOf(const ZipHeader& entry);
std::string ZipEndOf(std::uint16_t entries, std::uint32_t folder_begins, std::uint32_t folder_length);

}  // namespace cairn::archive
