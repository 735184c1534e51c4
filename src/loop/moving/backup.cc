#include "loop/moving/backup.h"

#include <algorithm>
#include <array>
#include <future>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/sql/foreign.h"
#include "ground/vocabulary/text.h"

namespace cairn::moving {
namespace {

constexpr const char* kManifest = "manifest.json";
constexpr const char* kStore = "cairn.db";
/// What is copied beside the store and the artifacts. The heads come first: those of the file must not be
/// younger than those of the store.
constexpr std::array kBefore = {"heads.jsonl"};
constexpr std::array kAfter = {"seal.key", "predictions", "logs"};

Result<> CheckEmpty(const std::string& folder) {
  if (!os::Exists(folder)) return {};
  if (os::IsFolder(folder) && CAIRN_TRY(os::ListFolder(folder)).empty()) return {};
  return Error{Reason::AlreadyExists,
               "There is something in " + folder + " already; name a folder that is new or empty."};
}

/// Copies a file or a folder with all below it. A file that went meanwhile is left out.
Result<> CopyAll(const std::string& from, const std::string& to) {
  const auto status = os::Stat(from);
  if (!status) return status.error().reason == Reason::NotFound ? Result<>() : status.error();
  if (status->kind == os::FileKind::File) return os::CopyFile(from, to, status->mode);
  CAIRN_TRY(os::MakeFolders(to));
  for (const auto& entry : CAIRN_TRY(os::ListTree(from))) {
    const std::string place = os::JoinPath(to, entry.path);
    if (entry.kind == os::FileKind::Folder) CAIRN_TRY(os::MakeFolders(place));
    if (entry.kind != os::FileKind::File) continue;
    const auto copied = os::CopyFile(os::JoinPath(from, entry.path), place, entry.mode);
    if (!copied && copied.error().reason != Reason::NotFound) return copied;
  }
  return {};
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

Json Summary(const std::string& folder, const Json& manifest) {
  return Json{{"folder", folder},
              {"files", std::ssize(manifest.At("files").items())},
              {"bytes", manifest.Int("bytes")},
              {"at", manifest.Text("at")}};
}

Result<> CopyFrozen(const tracking::Artifacts::Moment& moment, const std::string& to) {
  CAIRN_TRY(os::MakeFolders(to));
  for (const auto& file : moment.files()) {
    const auto place = os::JoinPath(to, file.path);
    CAIRN_TRY(os::MakeFolders(os::ParentOf(place)));
    CAIRN_TRY(os::CopyFile(file.place, place, file.mode));
    const auto now = CAIRN_TRY(os::Stat(file.place)).stamp;
    if (now.mtime_ns == file.stamp.mtime_ns && now.size == file.stamp.size) continue;
    return Error{Reason::Conflict, "The artifact '" + file.path +
                                       "' was written in place while it was copied, so that what it held is "
                                       "gone; back up again when nothing writes into artifacts."};
  }
  return {};
}

/// Records and artifacts of one moment. The records' long copy goes on while uploads go on as well.
Result<> CopyMoment(const BackupRequest& request, const std::string& store, const std::string& store_copy,
                    const std::string& artifacts_copy) {
  std::promise<void> settled;
  std::future<Result<>> copied;
  const auto moment = CAIRN_TRY(request.artifacts.Freeze([&]() -> Result<> {
    auto seen = settled.get_future();
    copied = std::async(std::launch::async, [&] {
      bool told = false;
      auto outcome = sql::CopySqlite(store, store_copy, [&] {
        told = true;
        settled.set_value();
      });
      if (!told) settled.set_value();
      return outcome;
    });
    seen.wait();
    return {};
  }));
  const auto artifacts = CopyFrozen(moment, artifacts_copy);
  CAIRN_TRY(copied.get());
  return artifacts;
}

Result<> Fill(const BackupRequest& request) {
  const auto at = [&](const char* name) { return os::JoinPath(request.folder, name); };
  const auto in_data = [&](const char* name) { return os::JoinPath(request.data_dir, name); };
  CAIRN_TRY(os::MakeFolders(request.folder));
  CAIRN_TRY(os::SetMode(request.folder, 0700));
  for (const char* name : kBefore) CAIRN_TRY(CopyAll(in_data(name), at(name)));
  CAIRN_TRY(CopyMoment(request, in_data(kStore), at(kStore), at("artifacts")));
  for (const char* name : kAfter) CAIRN_TRY(CopyAll(in_data(name), at(name)));
  return {};
}

Result<Json> ReadManifest(const std::string& folder) {
  const auto text = os::ReadFile(os::JoinPath(folder, kManifest));
  if (!text && text.error().reason == Reason::NotFound)
    return Error{Reason::NotFound,
                 "The folder " + folder + " is no whole backup: it has no " + kManifest + "."};
  if (!text) return text.error();
  return Json::Parse(*text);
}

/// Whether each file that the manifest names lies in `folder` as it says. Paths that lead out are Corrupt.
Result<> CheckFiles(const std::string& folder, const Json& manifest) {
  for (const Json& file : manifest.At("files").items()) {
    const std::string path = file.Text("path");
    const auto segments = Split(path, '/');
    if (path.empty() || path.starts_with('/') ||
        std::find(segments.begin(), segments.end(), "..") != segments.end())
      return Error{Reason::Corrupt,
                   "The manifest of " + folder + " names the path '" + path + "', which leads out of it."};
    const auto digests = CAIRN_TRY(crypto::HashFile(os::JoinPath(folder, path), crypto::Kinds::Sha256));
    if (digests.sha256 == file.Text("sha256")) continue;
    return Error{Reason::Corrupt, "The file '" + path + "' in " + folder +
                                      " is not what the manifest says; use another backup."};
  }
  return {};
}

}  // namespace

Result<Json> BackUp(const sql::Database& database, const BackupRequest& request) {
  if (database.engine() != sql::Engine::Sqlite) {
    return Error{
        Reason::Unsupported,
        "The records are in PostgreSQL: back them up with `pg_dump --format=custom`, and after it copy the "
        "data folder. Restore both, the dump with `pg_restore`, and check with `cairn audit verify`."};
  }
  CAIRN_TRY(CheckEmpty(request.folder));
  const bool was_there = os::Exists(request.folder);
  auto filled = Fill(request);
  auto manifest = filled ? TakeManifest(request.folder, request.now) : Result<Json>(filled.error());
  if (!manifest) {
    for (const auto& name :
         was_there ? CAIRN_TRY(os::ListFolder(request.folder)) : std::vector<std::string>())
      CAIRN_TRY(os::RemoveTree(os::JoinPath(request.folder, name)));
    if (!was_there) CAIRN_TRY(os::RemoveTree(request.folder));
    return manifest.error();
  }
  CAIRN_TRY(os::SyncFileSystem(request.folder));
  CAIRN_TRY(os::WriteFileAtomically(os::JoinPath(request.folder, kManifest), manifest->DumpPretty()));
  return Summary(request.folder, *manifest);
}

Result<Json> CheckBackup(const std::string& folder) {
  const Json manifest = CAIRN_TRY(ReadManifest(folder));
  CAIRN_TRY(CheckFiles(folder, manifest));
  return Summary(folder, manifest);
}

Result<Json> RestoreBackup(const std::string& folder, const std::string& data_dir) {
  CAIRN_TRY(CheckEmpty(data_dir));
  const Json manifest = CAIRN_TRY(ReadManifest(folder));
  CAIRN_TRY(CheckFiles(folder, manifest));
  CAIRN_TRY(os::MakeFolders(data_dir));
  for (const Json& file : manifest.At("files").items()) {
    const std::string from = os::JoinPath(folder, file.Text("path")),
                      to = os::JoinPath(data_dir, file.Text("path"));
    CAIRN_TRY(os::MakeFolders(os::ParentOf(to)));
    CAIRN_TRY(os::CopyFile(from, to, CAIRN_TRY(os::Stat(from)).mode));
  }
  CAIRN_TRY(CheckFiles(data_dir, manifest));
  CAIRN_TRY(os::SyncFileSystem(data_dir));
  return Summary(folder, manifest);
}

}  // namespace cairn::moving
