#include "ground/archive/zip_headers.h"

namespace cairn::archive {
namespace {

constexpr std::uint16_t kNeeded = 20, kMadeByUnix = 3 << 8 | 20, kUtf8Names = 1 << 11, kStored = 0;
constexpr std::uint16_t kMidnight = 0, kFirstOf1980 = 1 << 5 | 1;
constexpr std::uint32_t kPlainFile = 0100644U << 16;

template <class Number>
void Put(std::string& out, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i) out += static_cast<char>(number >> (8 * i) & 0xFF);
}

/// What the local header and the folder's entry have in common.
void PutCommon(std::string& out, const ZipHeader& entry) {
  for (const std::uint16_t number : {kNeeded, kUtf8Names, kStored, kMidnight, kFirstOf1980}) Put(out, number);
  for (const std::uint32_t number : {entry.crc, entry.size, entry.size}) Put(out, number);
  Put(out, static_cast<std::uint16_t>(entry.name.size()));
  Put(out, std::uint16_t{0});
}

}  // namespace

std::string LocalHeaderOf(const ZipHeader& entry) {
  std::string header(kLocalMark);
  PutCommon(header, entry);
  return header.append(entry.name);
}

std::string FolderHeaderOf(const ZipHeader& entry) {
  std::string header(kFolderMark);
  Put(header, kMadeByUnix);
  PutCommon(header, entry);
  for (int i = 0; i < 3; ++i) Put(header, std::uint16_t{0});  // comment, disk, kind of content
  Put(header, kPlainFile);
  Put(header, entry.offset);
  return header.append(entry.name);
}

std::string ZipEndOf(std::uint16_t entries, std::uint32_t folder_begins, std::uint32_t folder_length) {
  std::string end("PK\5\6");
  Put(end, std::uint32_t{0});
  Put(end, entries);
  Put(end, entries);
  Put(end, folder_length);
  Put(end, folder_begins);
  Put(end, std::uint16_t{0});
  return end;
}

}  // namespace cairn::archive
