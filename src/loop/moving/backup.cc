#include "loop/moving/backup.h"

#include <algorithm>
#include <array>
#include <future>

#include "ground/os/files.h"
#include "ground/os/pool.h"
#include "ground/sql/foreign.h"
#include "ground/sql/store_file.h"
#include "loop/moving/manifest.h"

namespace cairn::moving {
namespace {

/// What is copied beside the store and the artifacts. The heads come first: those of the file must not be
/// younger than those of the store.
constexpr std::array kBefore = {"heads.jsonl"};
constexpr std::array kAfter = {"seal.key", "model.key", "mask.key", "predictions", "logs", "batches"};
constexpr unsigned kTogether = 4;

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

Result<> CopyFrozen(const tracking::Artifacts::Moment& moment, const std::string& to) {
  CAIRN_TRY(os::MakeFolders(to));
  const auto& files = moment.files();
  for (const auto& file : files) CAIRN_TRY(os::MakeFolders(os::ParentOf(os::JoinPath(to, file.path))));
  return os::TryEachIndex(files.size(), kTogether, [&](std::size_t i) {
    return moment.Copy(files[i], os::JoinPath(to, files[i].path));
  });
}

/// Records and artifacts of one moment. The records' long copy goes on while uploads go on as well.
Result<> CopyMoment(sql::Database& database, const BackupRequest& request) {
  const auto records = os::JoinPath(request.folder, kStoreFile);
  const auto copy_records = [&](const std::function<void()>& at_the_moment) {
    return database.engine() == sql::Engine::Sqlite
               ? sql::CopySqlite(request.store_file, records, at_the_moment)
               : sql::StoreToFile(database, request.rooms, records, at_the_moment);
  };
  std::promise<void> settled;
  std::future<Result<>> copied;
  const auto moment = request.artifacts.Freeze([&]() -> Result<> {
    auto seen = settled.get_future();
    copied = std::async(std::launch::async, [&] {
      bool told = false;
      auto outcome = copy_records([&] {
        told = true;
        settled.set_value();
      });
      if (!told) settled.set_value();
      return outcome;
    });
    seen.wait();
    return {};
  });
  const auto artifacts =
      moment ? CopyFrozen(**moment, os::JoinPath(request.folder, "artifacts")) : moment.error();
  CAIRN_TRY(copied.get());
  return artifacts;
}

Result<> Fill(sql::Database& database, const BackupRequest& request) {
  const auto at = [&](const char* name) { return os::JoinPath(request.folder, name); };
  const auto in_data = [&](const char* name) { return os::JoinPath(request.data_dir, name); };
  CAIRN_TRY(os::MakeFolders(request.folder));
  CAIRN_TRY(os::SetMode(request.folder, 0700));
  for (const char* name : kBefore) CAIRN_TRY(CopyAll(in_data(name), at(name)));
  // Beforehand, because uploads wait until the moment is settled.
  if (database.engine() == sql::Engine::Postgres)
    CAIRN_TRY(sql::MakeStoreFile(at(kStoreFile), request.rooms));
  CAIRN_TRY(CopyMoment(database, request));
  for (const char* name : kAfter) CAIRN_TRY(CopyAll(in_data(name), at(name)));
  return {};
}

}  // namespace

Result<Json> BackUp(sql::Database& database, const BackupRequest& request) {
  CAIRN_TRY(CheckEmptyFolder(request.folder));
  const bool was_there = os::Exists(request.folder);
  auto filled = Fill(database, request);
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
  return SummaryOf(request.folder, *manifest);
}

Result<Json> CheckBackup(const std::string& folder) {
  const Json manifest = CAIRN_TRY(ReadManifest(folder));
  CAIRN_TRY(CheckFiles(folder, manifest));
  return SummaryOf(folder, manifest);
}

}  // namespace cairn::moving
