#include "ground/archive/zip_writer.h"

#include <utility>

#include "ground/archive/zip_headers.h"
#include "ground/archive/zlib/inflate.h"

namespace cairn::archive {
namespace {

constexpr std::uint64_t kMostBytes = 0xFFFF'FFFF;
constexpr std::uint16_t kMostEntries = 0xFFFF;

}  // namespace

Result<> ZipWriter::Add(std::string_view name, std::string_view bytes) {
  constexpr std::uint64_t kHeaders = 200;
  const auto size = bytes_.size() + folder_.size() + bytes.size() + 2 * name.size() + kHeaders;
  if (size > kMostBytes || entries_ == kMostEntries || name.size() > kMostEntries)
    return Error{Reason::TooLarge,
                 "With '" + std::string(name) + "' the zip would pass 4 GiB or 65,535 files."};
  const ZipHeader header{name, static_cast<std::uint32_t>(bytes.size()), CAIRN_TRY(zlib::Crc32(bytes)),
                         static_cast<std::uint32_t>(bytes_.size())};
  bytes_ += LocalHeaderOf(header);
  bytes_ += bytes;
  folder_ += FolderHeaderOf(header);
  ++entries_;
  return Done{};
}

std::string ZipWriter::Finish() && {
  const auto begins = static_cast<std::uint32_t>(bytes_.size());
  bytes_ += folder_;
  bytes_ += ZipEndOf(entries_, begins, static_cast<std::uint32_t>(folder_.size()));
  return std::move(bytes_);
}

}  // namespace cairn::archive
