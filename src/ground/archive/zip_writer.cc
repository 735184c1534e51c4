#include "ground/archive/zip_writer.h"

#include <utility>

#include "ground/archive/zlib/inflate.h"

namespace cairn::archive {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t kMostBytes = 0xFFFF'FFFF;
constexpr std::uint16_t kMostEntries = 0xFFFF;
constexpr std::uint16_t kNeeded = 20, kMadeByUnix = 3 << 8 | 20, kUtf8Names = 1 << 11, kStored = 0;
constexpr std::uint16_t kMidnight = 0, kFirstOf1980 = 1 << 5 | 1;
constexpr std::uint32_t kPlainFile = 0100644U << 16;

template <class Number>
void Put(std::string& out, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i) out += static_cast<char>(number >> (8 * i) & 0xFF);
}

/// What the local header and the folder's entry have in common.
void PutCommon(std::string& out, std::string_view name, std::string_view bytes, std::uint32_t crc) {
  for (const std::uint16_t number : {kNeeded, kUtf8Names, kStored, kMidnight, kFirstOf1980}) Put(out, number);
  Put(out, crc);
  Put(out, static_cast<std::uint32_t>(bytes.size()));
  Put(out, static_cast<std::uint32_t>(bytes.size()));
  Put(out, static_cast<std::uint16_t>(name.size()));
  Put(out, std::uint16_t{0});
}

}  // namespace

Result<> ZipWriter::Add(std::string_view name, std::string_view bytes) {
  constexpr std::uint64_t kHeaders = 200;
  const auto size = bytes_.size() + folder_.size() + bytes.size() + 2 * name.size() + kHeaders;
  if (size > kMostBytes || entries_ == kMostEntries || name.size() > kMostEntries)
    return Error{Reason::TooLarge,
                 "With '" + std::string(name) + "' the zip would pass 4 GiB or 65,535 files."};
  const auto offset = static_cast<std::uint32_t>(bytes_.size());
  const std::uint32_t crc = CAIRN_TRY(zlib::Crc32(bytes));
  bytes_ += "PK\3\4"sv;
  PutCommon(bytes_, name, bytes, crc);
  bytes_ += name;
  bytes_ += bytes;
  folder_ += "PK\1\2"sv;
  Put(folder_, kMadeByUnix);
  PutCommon(folder_, name, bytes, crc);
  for (int i = 0; i < 3; ++i) Put(folder_, std::uint16_t{0});  // comment, disk, kind of content
  Put(folder_, kPlainFile);
  Put(folder_, offset);
  folder_ += name;
  ++entries_;
  return Done{};
}

std::string ZipWriter::Finish() && {
  const auto begins = static_cast<std::uint32_t>(bytes_.size());
  const auto length = static_cast<std::uint32_t>(folder_.size());
  bytes_ += folder_;
  bytes_ += "PK\5\6"sv;
  Put(bytes_, std::uint32_t{0});
  Put(bytes_, entries_);
  Put(bytes_, entries_);
  Put(bytes_, length);
  Put(bytes_, begins);
  Put(bytes_, std::uint16_t{0});
  return std::move(bytes_);
}

}  // namespace cairn::archive
