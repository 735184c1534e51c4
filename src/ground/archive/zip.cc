#include "ground/archive/zip.h"

#include <algorithm>
#include <set>

#include "ground/archive/zlib/inflate.h"

namespace cairn::archive {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kEndLength = 22, kEntryLength = 46, kLocalLength = 30, kMostComment = 65535;
constexpr std::uint16_t kStored = 0, kDeflated = 8, kBzip2 = 12, kLzma = 14, kZstd = 93, kXz = 95;

template <class Number>
Number LittleEndian(std::string_view bytes, std::size_t at) {
  Number number = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    number = static_cast<Number>(number | Number{static_cast<unsigned char>(bytes[at + i])} << (8 * i));
  return number;
}
std::uint16_t Two(std::string_view bytes, std::size_t at) { return LittleEndian<std::uint16_t>(bytes, at); }
std::uint32_t Four(std::string_view bytes, std::size_t at) { return LittleEndian<std::uint32_t>(bytes, at); }
std::uint64_t Eight(std::string_view bytes, std::size_t at) { return LittleEndian<std::uint64_t>(bytes, at); }

Error Broken(const std::string& what) { return {Reason::Corrupt, "the zip's " + what}; }

/// Where the folder lies, from its end record.
struct Place {
  std::uint64_t begins = 0, length = 0, entries = 0;
  std::uint64_t before = 0;  ///< Bytes that precede the zip and count in none of its offsets.
};

/// The last end record, as Python looks for it.
std::optional<std::size_t> FindEnd(std::string_view bytes) {
  if (bytes.size() < kEndLength) return std::nullopt;
  const std::size_t last = bytes.size() - kEndLength;
  const std::size_t first = last > kMostComment ? last - kMostComment : 0;
  for (std::size_t at = last + 1; at-- > first;) {
    if (bytes.substr(at, 4) == "PK\5\6"sv) return at;
  }
  return std::nullopt;
}

Result<Place> PlaceOf(std::string_view bytes, std::size_t end) {
  Place place{
      .begins = Four(bytes, end + 16), .length = Four(bytes, end + 12), .entries = Two(bytes, end + 10)};
  std::size_t folder_ends = end;
  // The 64-bit record is looked for where it must lie, just before its locator; without it, the locator
  // counts for nothing.
  if (end >= 76 && bytes.substr(end - 20, 4) == "PK\6\7"sv && bytes.substr(end - 76, 4) == "PK\6\6"sv) {
    folder_ends = end - 76;
    place.entries = Eight(bytes, folder_ends + 32);
    place.length = Eight(bytes, folder_ends + 40);
    place.begins = Eight(bytes, folder_ends + 48);
  }
  if (place.length > folder_ends || place.begins > folder_ends - place.length)
    return Broken("folder would begin before the file does");
  place.before = folder_ends - place.length - place.begins;
  place.begins += place.before;
  return place;
}

/// The 64-bit numbers of an entry that did not fit into 32.
void ReadLarge(std::string_view extra, ZipEntry& entry, std::uint64_t& packed, std::uint64_t& offset) {
  while (extra.size() >= 4) {
    const auto id = Two(extra, 0);
    const std::size_t length = Two(extra, 2);
    extra.remove_prefix(4);
    if (length > extra.size()) return;
    auto field = extra.substr(0, length);
    extra.remove_prefix(length);
    if (id != 1) continue;
    for (auto* number : {&entry.size, &packed, &offset}) {
      if (*number != 0xffffffff || field.size() < 8) continue;
      *number = Eight(field, 0);
      field.remove_prefix(8);
    }
  }
}

/// Reads the entries one by one.
class FolderReader {
 public:
  FolderReader(std::string_view bytes, const Place& place)
      : bytes_(bytes), place_(place), rest_(bytes.substr(place.begins, place.length)) {}

  bool AtEnd() const { return rest_.size() < kEntryLength || !rest_.starts_with("PK\1\2"sv); }

  Result<> ReadEntry(ZipFolder& folder) {
    ZipEntry entry;
    const auto flags = Two(rest_, 8);
    entry.method = Two(rest_, 10);
    entry.stored = entry.method == kStored;
    entry.crc = Four(rest_, 16);
    std::uint64_t packed = Four(rest_, 20), offset = Four(rest_, 42);
    entry.size = Four(rest_, 24);
    const std::size_t name = Two(rest_, 28), extra = Two(rest_, 30), comment = Two(rest_, 32);
    if (kEntryLength + name + extra + comment > rest_.size()) return Broken("folder is cut short");
    entry.name = rest_.substr(kEntryLength, name);
    ReadLarge(rest_.substr(kEntryLength + name, extra), entry, packed, offset);
    rest_.remove_prefix(kEntryLength + name + extra + comment);
    if (flags & 1) folder.oddities.push_back("'" + entry.name + "' is marked as encrypted");
    CAIRN_TRY(FindContent(entry, packed, offset, folder));
    if (!names_.insert(entry.name).second)
      folder.oddities.push_back("there are two entries '" + entry.name + "'");
    folder.entries.push_back(std::move(entry));
    return {};
  }

 private:
  Result<> FindContent(ZipEntry& entry, std::uint64_t packed, std::uint64_t offset, ZipFolder& folder) {
    const auto size = bytes_.size();
    if (offset > size || place_.before > size - offset || size - offset - place_.before < kLocalLength)
      return Broken("entry '" + entry.name + "' would lie outside the file");
    const std::size_t local = offset + place_.before;
    if (bytes_.substr(local, 4) != "PK\3\4"sv)
      return Broken("entry '" + entry.name + "' is not where the folder says");
    const std::size_t name = Two(bytes_, local + 26), extra = Two(bytes_, local + 28);
    const std::size_t begins = local + kLocalLength + name + extra;
    if (begins > size) return Broken("entry '" + entry.name + "' is cut short");
    if (bytes_.substr(local + kLocalLength, name) != entry.name)
      folder.oddities.push_back("'" + entry.name + "' has another name where its content lies");
    if (Two(bytes_, local + 8) != entry.method)
      folder.oddities.push_back("'" + entry.name + "' is packed in another way than the folder says");
    entry.packed = bytes_.substr(begins, std::min<std::uint64_t>(packed, size - begins));
    if (entry.packed.size() < packed) return Broken("entry '" + entry.name + "' is cut short");
    return {};
  }

  std::string_view bytes_;
  Place place_;
  std::string_view rest_;
  std::set<std::string> names_;
};

Result<> ReadEntries(std::string_view bytes, const Place& place, std::size_t most_entries,
                     ZipFolder& folder) {
  FolderReader reader(bytes, place);
  while (!reader.AtEnd()) {
    if (folder.entries.size() == most_entries)
      return Error{Reason::TooLarge, "the zip has more than " + std::to_string(most_entries) + " entries"};
    CAIRN_TRY(reader.ReadEntry(folder));
  }
  return {};
}

/// In a zip, LZMA has a head of its own; the stand-alone form wants properties and size.
Result<Unpacked> UnpackLzma(const ZipEntry& entry, std::uint64_t most_bytes) {
  if (entry.packed.size() < 9 || Two(entry.packed, 2) != 5) return Unpacked{{}, Unpacked::End::Damaged};
  std::string alone(entry.packed.substr(4, 5));
  alone += "\xff\xff\xff\xff\xff\xff\xff\xff";
  alone += entry.packed.substr(9);
  return Unpack(alone, Codec::Lzma, most_bytes);
}

Result<Unpacked> UnpackUnchecked(const ZipEntry& entry, std::uint64_t most_bytes) {
  switch (entry.method) {
    case kStored: {
      const bool fits = entry.packed.size() <= most_bytes;
      return Unpacked{std::string(entry.packed.substr(0, most_bytes)),
                      fits ? Unpacked::End::Whole : Unpacked::End::OverLimit};
    }
    case kDeflated:
      return Unpack(entry.packed, Codec::Deflate, most_bytes);
    case kBzip2:
      return Unpack(entry.packed, Codec::Bzip2, most_bytes);
    case kLzma:
      return UnpackLzma(entry, most_bytes);
    case kZstd:
      return Unpack(entry.packed, Codec::Zstd, most_bytes);
    case kXz:
      return Unpack(entry.packed, Codec::Xz, most_bytes);
    default:
      return Error{Reason::Unsupported, "'" + entry.name + "' is packed by method " +
                                            std::to_string(entry.method) + ", which is not known here"};
  }
}

}  // namespace

bool BeginsAsZip(std::string_view bytes) { return bytes.starts_with("PK\3\4"sv); }

Result<std::optional<ZipFolder>> ReadZip(std::string_view bytes, std::size_t most_entries) {
  const auto end = FindEnd(bytes);
  if (!end) return std::optional<ZipFolder>();
  const auto place = CAIRN_TRY(PlaceOf(bytes, *end));
  ZipFolder folder;
  if (place.before > 0) folder.oddities.push_back(std::to_string(place.before) + " bytes precede the zip");
  if (*end + kEndLength + Two(bytes, *end + 20) != bytes.size())
    folder.oddities.push_back("its end is not the file's");
  // Python counts the offsets from where the zip begins, PyTorch from where the file does: where both find
  // entries, both are read.
  const Place absolute{place.begins - place.before, place.length, place.entries, 0};
  if (place.before > 0 && bytes.substr(absolute.begins, 4) == "PK\1\2"sv)
    CAIRN_TRY(ReadEntries(bytes, absolute, most_entries, folder));
  CAIRN_TRY(ReadEntries(bytes, place, most_entries, folder));
  if ((folder.entries.size() ^ place.entries) & 0xffff)
    folder.oddities.push_back("the zip says that it has " + std::to_string(place.entries) +
                              " entries, and has " + std::to_string(folder.entries.size()));
  return std::optional(std::move(folder));
}

Result<Unpacked> UnpackEntry(const ZipEntry& entry, std::uint64_t most_bytes) {
  auto unpacked = CAIRN_TRY(UnpackUnchecked(entry, most_bytes));
  if (unpacked.end == Unpacked::End::Whole && !CAIRN_TRY(Matches(entry, unpacked.bytes)))
    unpacked.end = Unpacked::End::Damaged;
  return unpacked;
}

Result<bool> Matches(const ZipEntry& entry, std::string_view content) {
  return content.size() == entry.size && CAIRN_TRY(zlib::Crc32(content)) == entry.crc;
}

}  // namespace cairn::archive
