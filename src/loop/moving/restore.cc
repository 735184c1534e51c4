#include <optional>

#include "ground/blob/bucket.h"
#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/pool.h"
#include "ground/sql/store_file.h"
#include "loop/moving/backup.h"
#include "loop/moving/manifest.h"

namespace cairn::moving {
namespace {

constexpr std::string_view kSqlite = "sqlite:///";
/// How the paths of artifacts begin in a backup.
constexpr std::string_view kArtifacts = "artifacts/";
constexpr unsigned kTogether = 4;

struct Kept {
  std::string path;  ///< In the backup.
  std::string sha256;
};

/// One restoration: where each part of a backup goes, and bringing it there.
class Restoration {
 public:
  Restoration(const RestoreRequest& request, const Json& manifest) : request_(request) {
    for (const Json& file : manifest.At("files").items()) {
      const std::string path = file.Text("path");
      auto& part = path == kStoreFile ? records_ : path.starts_with(kArtifacts) ? artifacts_ : rest_;
      part.push_back({path, file.Text("sha256")});
    }
  }

  /// Opens where things go, which must be empty. Makes nothing but `scratch`.
  Result<> Prepare(const std::string& scratch) {
    scratch_ = scratch;
    if (blob::IsBucketUrl(request_.artifacts)) {
      bucket_.emplace(CAIRN_TRY(blob::PlaceFromEnvironment(request_.artifacts)));
      const auto listing = CAIRN_TRY(bucket_->List(""));
      if (!listing.objects.empty() || !listing.folders.empty())
        return Error{Reason::AlreadyExists, "There is something in " + request_.artifacts +
                                                " already; name a prefix of the bucket that is empty."};
    } else if (!request_.artifacts.empty()) {
      CAIRN_TRY(CheckEmptyFolder(request_.artifacts));
    }
    return PrepareStore();
  }

  Result<> Bring() {
    CAIRN_TRY(os::TryEachIndex(rest_.size(), kTogether,
                               [&](std::size_t i) { return Copy(rest_[i], InData(rest_[i].path)); }));
    CAIRN_TRY(os::TryEachIndex(artifacts_.size(), kTogether,
                               [&](std::size_t i) { return BringArtifact(artifacts_[i]); }));
    if (database_) return sql::FileToStore(StoreCopy(), request_.rooms, *database_);
    for (const auto& file : records_) CAIRN_TRY(Copy(file, store_file_));
    CAIRN_TRY(os::SyncFileSystem(os::ParentOf(store_file_)));
    return os::SyncFileSystem(request_.data_dir);
  }

  /// Takes away what Bring brought, when it could not bring all. What cannot be taken away stays.
  void TakeBack() {
    if (bucket_) {
      for (const auto& file : artifacts_) static_cast<void>(bool(bucket_->Remove(KeyOf(file))));
    } else if (!request_.artifacts.empty()) {
      Empty(request_.artifacts);
    }
    if (!database_) static_cast<void>(bool(os::RemoveTree(store_file_)));
    Empty(request_.data_dir);
  }

 private:
  Result<> PrepareStore() {
    store_file_ = InData(kStoreFile);
    if (request_.store.starts_with(kSqlite)) store_file_ = request_.store.substr(kSqlite.size());
    if (request_.store.empty() || request_.store.starts_with(kSqlite)) {
      if (!os::Exists(store_file_)) return {};
      return Error{Reason::AlreadyExists,
                   "There is something at " + store_file_ + " already; name a file that is not there."};
    }
    database_ = CAIRN_TRY(sql::Database::Open(request_.store));
    for (const auto& file : records_) CAIRN_TRY(Copy(file, StoreCopy()));
    return sql::CheckNoRows(StoreCopy(), *database_);
  }

  std::string InData(const std::string& path) const { return os::JoinPath(request_.data_dir, path); }
  std::string StoreCopy() const { return os::JoinPath(scratch_, kStoreFile); }
  static std::string KeyOf(const Kept& file) { return file.path.substr(kArtifacts.size()); }

  /// Copies a file and compares what is read back.
  Result<> Copy(const Kept& file, const std::string& to) const {
    const auto from = os::JoinPath(request_.folder, file.path);
    CAIRN_TRY(os::MakeFolders(os::ParentOf(to)));
    CAIRN_TRY(os::CopyFile(from, to, CAIRN_TRY(os::Stat(from)).mode));
    return Compare(file, to);
  }

  Result<> Compare(const Kept& file, const std::string& place) const {
    if (CAIRN_TRY(crypto::HashFile(place, crypto::Kinds::Sha256)).sha256 == file.sha256) return {};
    return Error{Reason::Corrupt, "The file '" + file.path +
                                      "' was copied, and what is read back is something else; the disk or "
                                      "the object store loses data."};
  }

  Result<> BringArtifact(const Kept& file) {
    if (!bucket_) {
      const auto root = request_.artifacts.empty() ? InData("artifacts") : request_.artifacts;
      return Copy(file, os::JoinPath(root, KeyOf(file)));
    }
    CAIRN_TRY(bucket_->Put(KeyOf(file), os::JoinPath(request_.folder, file.path)));
    const auto back = os::JoinPath(scratch_, crypto::Sha256Hex(file.path));
    CAIRN_TRY(bucket_->Get(CAIRN_TRY(bucket_->Find(KeyOf(file))), back));
    CAIRN_TRY(Compare(file, back));
    return os::Remove(back);
  }

  static void Empty(const std::string& folder) {
    const auto names = os::ListFolder(folder);
    if (!names) return;
    for (const auto& name : *names) static_cast<void>(bool(os::RemoveTree(os::JoinPath(folder, name))));
  }

  const RestoreRequest& request_;
  std::vector<Kept> records_, artifacts_, rest_;
  std::string scratch_, store_file_;
  std::optional<blob::Bucket> bucket_;
  std::unique_ptr<sql::Database> database_;
};

}  // namespace

Result<Json> RestoreBackup(const RestoreRequest& request) {
  CAIRN_TRY(CheckEmptyFolder(request.data_dir));
  const Json manifest = CAIRN_TRY(ReadManifest(request.folder));
  CAIRN_TRY(CheckFiles(request.folder, manifest));
  const bool was_there = os::Exists(request.data_dir);
  const auto scratch = os::JoinPath(request.data_dir, "scratch/restore");
  CAIRN_TRY(os::MakeFolders(scratch));
  Restoration restoration(request, manifest);
  auto done = restoration.Prepare(scratch);
  if (done) {
    done = restoration.Bring();
    if (!done) restoration.TakeBack();
  }
  CAIRN_TRY(os::RemoveTree(os::JoinPath(request.data_dir, "scratch")));
  if (!done && !was_there) static_cast<void>(bool(os::Remove(request.data_dir)));
  CAIRN_TRY(std::move(done));
  return SummaryOf(request.folder, manifest);
}

}  // namespace cairn::moving
