#include "loop/moving/manifest.h"

#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::moving {
namespace {

bool LeadsOut(const std::string& path) {
  const auto segments = Split(path, '/');
  return path.empty() || path.starts_with('/') ||
         std::find(segments.begin(), segments.end(), "..") != segments.end();
}

}  // namespace

Result<> CheckEmptyFolder(const std::string& folder) {
  if (!os::Exists(folder)) return {};
  if (os::IsFolder(folder) && CAIRN_TRY(os::ListFolder(folder)).empty()) return {};
  return Error{Reason::AlreadyExists,
               "There is something in " + folder + " already; name a folder that is new or empty."};
}

Result<Json> TakeManifest(const std::string& folder, TimeMs now) {
  Json files = Json::Array();
  std::uint64_t bytes = 0;
  for (const auto& entry : CAIRN_TRY(os::ListTree(folder))) {
    if (entry.kind != os::FileKind::File || entry.path == kManifest) continue;
    const auto digests = CAIRN_TRY(crypto::HashFile(os::JoinPath(folder, entry.path), crypto::Kinds::Sha256));
    files.Push(Json{{"path", entry.path},
                    {"sha256", digests.sha256},
                    {"bytes", static_cast<std::int64_t>(digests.size)}});
    bytes += digests.size;
  }
  return Json{{"format", 1},
              {"at", FormatUtc(now)},
              {"bytes", static_cast<std::int64_t>(bytes)},
              {"files", std::move(files)}};
}

Result<Json> ReadManifest(const std::string& folder) {
  const auto text = os::ReadFile(os::JoinPath(folder, kManifest));
  if (!text && text.error().reason == Reason::NotFound)
    return Error{Reason::NotFound,
                 "The folder " + folder + " is no whole backup: it has no " + kManifest + "."};
  if (!text) return text.error();
  Json manifest = CAIRN_TRY(Json::Parse(*text));
  for (const Json& file : manifest.At("files").items()) {
    const std::string path = file.Text("path");
    if (LeadsOut(path))
      return Error{Reason::Corrupt,
                   "The manifest of " + folder + " names the path '" + path + "', which leads out of it."};
  }
  return manifest;
}

Result<> CheckFiles(const std::string& folder, const Json& manifest) {
  for (const Json& file : manifest.At("files").items()) {
    const std::string path = file.Text("path");
    const auto digests = CAIRN_TRY(crypto::HashFile(os::JoinPath(folder, path), crypto::Kinds::Sha256));
    if (digests.sha256 == file.Text("sha256")) continue;
    return Error{Reason::Corrupt, "The file '" + path + "' in " + folder +
                                      " is not what the manifest says; use another backup."};
  }
  return {};
}

Json SummaryOf(const std::string& folder, const Json& manifest) {
  return Json{{"folder", folder},
              {"files", std::ssize(manifest.At("files").items())},
              {"bytes", manifest.Int("bytes")},
              {"at", manifest.Text("at")}};
}

}  // namespace cairn::moving
