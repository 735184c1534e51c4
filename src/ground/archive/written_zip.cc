#include "ground/archive/written_zip.h"

#include <algorithm>
#include <optional>
#include <string>

#include "ground/archive/zip_headers.h"
#include "ground/archive/zlib/inflate.h"
#include "ground/vocabulary/text.h"

namespace cairn::archive {
namespace {

std::uint32_t NumberAt(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint32_t number = 0;
  for (std::size_t i = width; i-- > 0;) number = number << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  return number;
}

/// Headers that follow each other, as far as they can be followed.
struct Walk {
  std::vector<ZipPart> parts;  ///< In the folder at the end, without contents.
  std::size_t end = 0;         ///< Where the walk came to.
};

Walk WalkContents(std::string_view zip) {
  Walk walk;
  while (zip.substr(walk.end).starts_with(kLocalMark) && zip.size() - walk.end >= kLocalHeader) {
    const std::size_t name = NumberAt(zip, walk.end + 26, 2), size = NumberAt(zip, walk.end + 22, 4);
    const std::size_t begins = walk.end + kLocalHeader + name;
    if (begins > zip.size() || zip.size() - begins < size) break;
    // A length that was changed leads to where no header begins.
    const std::string_view next = zip.substr(begins + size);
    if (!next.starts_with(kLocalMark) && !next.starts_with(kFolderMark)) break;
    walk.parts.push_back({zip.substr(walk.end + kLocalHeader, name), zip.substr(begins, size)});
    walk.end = begins + size;
  }
  return walk;
}

Walk WalkFolder(std::string_view zip, std::size_t begins) {
  Walk walk;
  walk.end = begins;
  while (zip.size() - walk.end >= kFolderHeader && zip.substr(walk.end).starts_with(kFolderMark)) {
    const std::size_t name = NumberAt(zip, walk.end + 28, 2);
    if (zip.size() - walk.end - kFolderHeader < name) break;
    walk.parts.push_back({zip.substr(walk.end + kFolderHeader, name), {}});
    walk.end += kFolderHeader + name;
  }
  return walk;
}

Error Changed(const std::string& what) {
  return {Reason::Corrupt, what + " is not as it was written; the file is damaged."};
}

/// A name for people: what is no text in it stands as '?'.
std::string Shown(std::string_view name) {
  std::string shown(name);
  if (!IsUtf8(name))
    std::replace_if(
        shown.begin(), shown.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  return "'" + shown + "'";
}

Error ChangedPart(std::string_view name) { return Changed(Shown(name)); }

/// The part at which two walks over the same parts differ, or one of them ends.
std::optional<Error> Disagreement(const Walk& contents, const Walk& folder) {
  const std::size_t both = std::min(contents.parts.size(), folder.parts.size());
  for (std::size_t i = 0; i < both; ++i) {
    const std::string_view one = contents.parts[i].name, other = folder.parts[i].name;
    if (one != other)
      return Changed(Shown(one) + ", which the folder of the zip calls " + Shown(other) + ",");
  }
  if (contents.parts.size() > both) return ChangedPart(contents.parts[both].name);
  if (folder.parts.size() > both) return ChangedPart(folder.parts[both].name);
  return {};
}

/// Holds every header against what it must be.
Result<> CompareHeaders(std::string_view zip, const std::vector<ZipPart>& parts, std::size_t folder) {
  std::size_t at = 0, listed = folder;
  for (const ZipPart& part : parts) {
    const ZipHeader header{part.name, static_cast<std::uint32_t>(part.bytes.size()),
                           CAIRN_TRY(zlib::Crc32(part.bytes)), static_cast<std::uint32_t>(at)};
    const std::string local = LocalHeaderOf(header), entry = FolderHeaderOf(header);
    if (zip.substr(at, local.size()) != local || zip.substr(listed, entry.size()) != entry)
      return ChangedPart(part.name);
    if (!IsUtf8(part.name))
      return Error{Reason::Corrupt, "The zip's entry " + Shown(part.name) + " has no name in UTF-8."};
    at += local.size() + part.bytes.size();
    listed += entry.size();
  }
  return Done{};
}

}  // namespace

Result<std::vector<ZipPart>> ReadWrittenZip(std::string_view zip) {
  if (zip.size() < kZipEnd) return Error{Reason::Corrupt, "This is no zip, or one that was cut short."};
  const Walk contents = WalkContents(zip);
  const std::size_t said = NumberAt(zip, zip.size() - kZipEnd + 16, 4);
  const std::size_t begins = zip.substr(contents.end).starts_with(kFolderMark) ? contents.end
                             : said <= zip.size()                              ? said
                                                                               : zip.size();
  const Walk folder = WalkFolder(zip, begins);
  if (contents.parts.empty() && folder.parts.empty())
    return Error{Reason::Corrupt, "This is no zip, or one that was cut short."};
  if (const auto differ = Disagreement(contents, folder)) return *differ;
  CAIRN_TRY(CompareHeaders(zip, contents.parts, begins));
  const std::string end =
      ZipEndOf(static_cast<std::uint16_t>(contents.parts.size()), static_cast<std::uint32_t>(begins),
               static_cast<std::uint32_t>(folder.end - begins));
  if (zip.substr(folder.end) != end) return Changed("The end of the zip");
  return contents.parts;
}

}  // namespace cairn::archive
