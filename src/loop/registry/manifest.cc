#include "loop/registry/manifest.h"

#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"

namespace cairn::registry {

Json Manifest::ToJson() const {
  Json list = Json::Array();
  for (const auto& file : files) {
    list.Push(
        Json{{"path", file.path}, {"sha256", file.sha256}, {"bytes", static_cast<std::int64_t>(file.bytes)}});
  }
  return Json{{"files", std::move(list)}};
}

Result<Manifest> Manifest::Parse(const Json& json) {
  if (!json.At("files").IsArray()) return Error{Reason::InvalidArgument, "A manifest needs a list 'files'."};
  Manifest manifest;
  for (const auto& entry : json.At("files").items()) {
    File file{CAIRN_TRY(RequiredText(entry, "path")), CAIRN_TRY(RequiredText(entry, "sha256")), 0, ""};
    const auto bytes = CAIRN_TRY(RequiredInt(entry, "bytes"));
    if (!IsHex(file.sha256, 64) || bytes < 0) {
      return Error{Reason::InvalidArgument,
                   "The manifest's entry for '" + file.path + "' has no SHA-256 or no size."};
    }
    file.bytes = static_cast<std::uint64_t>(bytes);
    if (!manifest.files.empty() && manifest.files.back().path >= file.path) {
      return Error{Reason::InvalidArgument,
                   "The manifest's files are not in order of path at '" + file.path + "'."};
    }
    manifest.files.push_back(std::move(file));
  }
  return manifest;
}

std::string Manifest::Digest() const { return crypto::Sha256Hex(ToJson().Canonical()); }

Result<Manifest> TakeManifest(const std::string& folder, crypto::Kinds kinds) {
  Manifest manifest;
  for (const auto& entry : CAIRN_TRY(os::ListTree(folder))) {
    if (entry.kind == os::FileKind::Folder) continue;
    if (entry.kind != os::FileKind::File) {
      return Error{
          Reason::Unsupported,
          "'" + entry.path +
              "' is no plain file, so its bytes cannot be vouched for; replace it by the file itself."};
    }
    const auto digests = CAIRN_TRY(crypto::HashFile(os::JoinPath(folder, entry.path), kinds));
    manifest.files.push_back({entry.path, digests.sha256, digests.size, digests.md5});
  }
  if (manifest.files.empty()) return Error{Reason::NotFound, "There is no file in '" + folder + "'."};
  return manifest;
}

Result<> Compare(const Manifest& recorded, const Manifest& found) {
  const auto corrupt = [](const std::string& what) {
    return Error{Reason::Corrupt,
                 what + "; register the files as a new version, or put back what was registered."};
  };
  auto there = found.files.begin();
  for (const auto& file : recorded.files) {
    if (there != found.files.end() && there->path < file.path) break;
    if (there == found.files.end() || there->path != file.path) {
      return Error{Reason::NotFound,
                   "The file '" + file.path + "' is missing; put back what was registered."};
    }
    if (there->sha256 != file.sha256)
      return corrupt("The file '" + file.path + "' has changed since it was registered");
    ++there;
  }
  if (there != found.files.end())
    return corrupt("The file '" + there->path + "' was not there when it was registered");
  return {};
}

}  // namespace cairn::registry
