#include "loop/tracking/artifact_parts.h"

#include "ground/crypto/hash.h"
#include "ground/os/descriptor.h"
#include "ground/os/files.h"
#include "ground/os/identity.h"
#include "ground/os/new_file.h"
#include "ground/vocabulary/digest.h"
#include "loop/tracking/artifact_path.h"

namespace cairn::tracking {
namespace {

constexpr std::int64_t kMostParts = 10'000;
constexpr const char* kPathFile = "path";
constexpr const char* kWhole = "whole";
constexpr std::size_t kBuffer = 1 << 20;

/// A part's file; with its tag in the name, so that nothing else need be remembered.
std::string NameOf(const ArtifactParts::Part& part) { return std::to_string(part.number) + "-" + part.tag; }

Error NotThere(const ArtifactParts::Part& part) {
  return {Reason::InvalidArgument,
          "Part " + std::to_string(part.number) +
              " of the upload did not arrive, or is not the one named; send it again."};
}

Result<> CheckNumber(std::int64_t number) {
  if (number >= 1 && number <= kMostParts) return {};
  return Error{Reason::InvalidArgument,
               "Parts are numbered from 1 to 10000, not " + std::to_string(number) + "."};
}

/// Appends one part to the whole, and compares it with its tag on the way.
Result<> AppendPart(os::NewFile& whole, const std::string& path, const ArtifactParts::Part& part) {
  const auto file = os::OpenToRead(path);
  if (!file) return file.error().reason == Reason::NotFound ? NotThere(part) : file.error();
  std::string buffer(kBuffer, '\0');
  crypto::Hasher hasher;
  for (;;) {
    const auto got = CAIRN_TRY(os::ReadSome(file->number(), buffer.data(), buffer.size(), path));
    if (got == 0) break;
    hasher.Add({buffer.data(), got});
    CAIRN_TRY(whole.Append({buffer.data(), got}));
  }
  if (hasher.Finish().sha256 == part.tag) return {};
  return Error{Reason::Corrupt,
               "Part " + std::to_string(part.number) +
                   " of the upload is damaged on this server's disk; begin the upload anew."};
}

}  // namespace

ArtifactParts::ArtifactParts(Artifacts& artifacts) : artifacts_(artifacts) {}

Result<std::string> ArtifactParts::FolderOf(std::string_view id) const {
  const Error unknown{Reason::NotFound,
                      "There is no upload '" + std::string(id) + "' under way; begin one anew."};
  if (!IsHex(id, 32)) return unknown;
  auto folder = os::JoinPath(artifacts_.PartsFolder(), id);
  if (!os::IsFolder(folder)) return unknown;
  return folder;
}

Result<std::string> ArtifactParts::Begin(std::string_view path) {
  const auto checked = CAIRN_TRY(CheckedFilePath(path));
  auto id = os::NewHexId();
  const auto folder = os::JoinPath(artifacts_.PartsFolder(), id);
  CAIRN_TRY(os::MakeFolders(folder));
  CAIRN_TRY(os::WriteFileAtomically(os::JoinPath(folder, kPathFile), checked));
  return id;
}

Result<std::string> ArtifactParts::Take(std::string_view id, std::int64_t number, const std::string& source) {
  CAIRN_TRY(CheckNumber(number));
  const auto folder = CAIRN_TRY(FolderOf(id));
  Part part{number, CAIRN_TRY(crypto::HashFile(source, crypto::Kinds::Sha256)).sha256};
  const auto place = os::JoinPath(folder, NameOf(part));
  const auto moved = os::Rename(source, place);
  if (!moved && moved.error().reason != Reason::Unsupported) return moved.error();
  if (!moved) {
    const auto beside = os::JoinPath(folder, os::NewHexId());
    CAIRN_TRY(os::CopyFile(source, beside));
    CAIRN_TRY(os::Rename(beside, place));
  }
  return part.tag;
}

Result<> ArtifactParts::Complete(std::string_view id, std::string_view path, std::span<const Part> parts) {
  const auto folder = CAIRN_TRY(FolderOf(id));
  const auto checked = CAIRN_TRY(CheckedFilePath(path));
  if (CAIRN_TRY(os::ReadFile(os::JoinPath(folder, kPathFile))) != checked)
    return Error{Reason::InvalidArgument, "The upload was begun for another path than '" + checked + "'."};
  if (parts.empty()) return Error{Reason::InvalidArgument, "An upload needs at least one part."};
  const auto whole = os::JoinPath(folder, kWhole);
  auto file = CAIRN_TRY(os::NewFile::Create(whole));
  std::int64_t last = 0;
  for (const auto& part : parts) {
    CAIRN_TRY(CheckNumber(part.number));
    if (part.number <= last || !IsHex(part.tag, 64)) return NotThere(part);
    CAIRN_TRY(AppendPart(file, os::JoinPath(folder, NameOf(part)), part));
    last = part.number;
  }
  CAIRN_TRY(file.Publish());
  CAIRN_TRY(artifacts_.Adopt(checked, whole));
  return os::RemoveTree(folder);
}

Result<> ArtifactParts::Abort(std::string_view id) {
  const auto folder = FolderOf(id);
  if (!folder) return folder.error().reason == Reason::NotFound ? Result<>() : folder.error();
  return os::RemoveTree(*folder);
}

}  // namespace cairn::tracking
