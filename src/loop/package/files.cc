#include "loop/package/files.h"

#include <algorithm>

#include "ground/archive/zip.h"
#include "ground/archive/zip_writer.h"
#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/mapped_file.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"

namespace cairn::package {
namespace {

constexpr std::size_t kDigits = 64;
constexpr std::uint64_t kMostBytes = std::uint64_t{4} << 30;

Error Damaged(const std::string& what) { return {Reason::Corrupt, what + "; the package is damaged."}; }

Error TooMuch() { return {Reason::TooLarge, "A package may hold " + FormatBytes(kMostBytes) + "."}; }

/// Whether a path stays below the folder it is put in.
bool IsInside(std::string_view path) {
  if (path.empty() || path.find('\0') != std::string_view::npos) return false;
  const auto parts = Split(path, '/');
  return std::all_of(parts.begin(), parts.end(),
                     [](std::string_view part) { return !part.empty() && part != "." && part != ".."; });
}

/// SHA256SUMS as {path: digest}.
Result<std::map<std::string, std::string>> ReadDigests(std::string_view text) {
  std::map<std::string, std::string> digests;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    const bool whole = end != std::string_view::npos && line.size() > kDigits + 2 &&
                       IsHex(line.substr(0, kDigits), kDigits) && line.substr(kDigits, 2) == "  ";
    if (!whole || !digests.emplace(line.substr(kDigits + 2), line.substr(0, kDigits)).second)
      return Damaged("Line " + std::to_string(number) + " of 'SHA256SUMS' is not as sha256sum writes it");
    text.remove_prefix(end + 1);
  }
  return digests;
}

}  // namespace

void Seal(Files& files) {
  files.erase(std::string(kDigests));
  std::string text;
  for (const auto& [path, bytes] : files) text += crypto::Sha256Hex(bytes) + "  " + path + "\n";
  files[std::string(kDigests)] = std::move(text);
}

std::string DigestOf(const Files& files) {
  const auto found = files.find(std::string(kDigests));
  return found == files.end() ? "" : crypto::Sha256Hex(found->second);
}

Result<> Verify(const Files& files) {
  const auto list = files.find(std::string(kDigests));
  if (list == files.end())
    return Error{Reason::Corrupt, "There is no 'SHA256SUMS': this is no package, or a damaged one."};
  const auto digests = CAIRN_TRY(ReadDigests(list->second));
  for (const auto& [path, digest] : digests) {
    const auto file = files.find(path);
    if (file == files.end()) return Damaged("'" + path + "', which 'SHA256SUMS' lists, is missing");
    const std::string found = crypto::Sha256Hex(file->second);
    if (found != digest)
      return Damaged("'" + path + "' is not the file that 'SHA256SUMS' lists: its SHA-256 is " + found +
                     ", and should be " + digest);
  }
  for (const auto& [path, bytes] : files)
    if (path != kDigests && !digests.contains(path))
      return Damaged("'" + path + "' is not listed in 'SHA256SUMS'");
  return Done{};
}

Result<std::string> ToZip(const Files& files) {
  archive::ZipWriter zip;
  for (const auto& [path, bytes] : files) CAIRN_TRY(zip.Add(path, bytes));
  return std::move(zip).Finish();
}

Result<Files> FromZip(std::string_view bytes) {
  const auto folder = CAIRN_TRY(archive::ReadZip(bytes));
  if (!folder) return Error{Reason::Corrupt, "This is no zip, or one that was cut short."};
  if (!folder->oddities.empty()) return Damaged("In the zip, " + folder->oddities.front());
  Files files;
  std::uint64_t left = kMostBytes;
  for (const auto& entry : folder->entries) {
    if (!IsInside(entry.name))
      return Damaged("The zip's entry '" + entry.name + "' leads out of the package");
    auto content = CAIRN_TRY(archive::UnpackEntry(entry, left));
    if (content.end == archive::Unpacked::End::OverLimit) return TooMuch();
    if (content.end != archive::Unpacked::End::Whole)
      return Damaged("'" + entry.name + "' is damaged in the zip");
    left -= content.bytes.size();
    files[entry.name] = std::move(content.bytes);
  }
  return files;
}

Result<Files> ReadFiles(const std::string& path) {
  if (!os::IsFolder(path)) {
    const auto file = CAIRN_TRY(os::MappedFile::Open(path));
    return FromZip(file.bytes());
  }
  Files files;
  std::uint64_t total = 0;
  for (const auto& entry : CAIRN_TRY(os::ListTree(path))) {
    if (entry.kind == os::FileKind::Folder) continue;
    if (entry.kind != os::FileKind::File) return Damaged("'" + entry.path + "' is no file");
    total += entry.stamp.size;
    if (total > kMostBytes) return TooMuch();
    files[entry.path] = CAIRN_TRY(os::ReadFile(os::JoinPath(path, entry.path), kMostBytes));
  }
  return files;
}

Result<> WriteFolder(const Files& files, const std::string& folder) {
  CAIRN_TRY(os::MakeFolders(folder));
  if (!CAIRN_TRY(os::ListFolder(folder)).empty())
    return Error{Reason::AlreadyExists, "'" + folder + "' is not empty; nothing was written."};
  for (const auto& [path, bytes] : files) {
    const std::string place = os::JoinPath(folder, path);
    CAIRN_TRY(os::MakeFolders(os::ParentOf(place)));
    CAIRN_TRY(os::WriteFileAtomically(place, bytes));
  }
  return Done{};
}

}  // namespace cairn::package
