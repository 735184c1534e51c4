#include "ground/sql/testing/unsynced_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <new>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace cairn::sql::testing {
namespace {

constexpr std::size_t kSector = 512;

struct Change {
  std::size_t offset = 0;  // of a write; or the new size
  std::string bytes;
  bool truncation = false;
};

struct FileState {
  std::string durable;
  bool entry_durable = false;
  std::vector<Change> pending;
  std::set<int> changed_by;
};

void Write(std::string& content, std::size_t offset, std::string_view bytes) {
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size(), '\0');
  content.replace(offset, bytes.size(), bytes);
}

void Apply(std::string& content, const Change& change) {
  if (change.truncation) {
    content.resize(change.offset, '\0');
  } else {
    Write(content, change.offset, change.bytes);
  }
}

/// Applies the part of `change` that reached the disk before the power went.
void ApplyTorn(std::string& content, const Change& change, std::mt19937& random, double kept) {
  std::bernoulli_distribution survives(kept);
  if (change.truncation) {
    if (survives(random)) Apply(content, change);
    return;
  }
  for (std::size_t at = 0; at < change.bytes.size();) {
    const std::size_t offset = change.offset + at;
    const std::size_t length = std::min(kSector - offset % kSector, change.bytes.size() - at);
    if (survives(random)) Write(content, offset, std::string_view(change.bytes).substr(at, length));
    at += length;
  }
}

std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

struct UnsyncedVfs::Disk {
  std::string name;
  sqlite3_vfs vfs{};
  sqlite3_vfs* beneath = nullptr;
  mutable std::mutex mutex;
  std::map<std::string, FileState> files;
  std::int64_t changes_left = -1;  // negative: no cut planned
  std::int64_t most_bytes = -1;
  std::int64_t syncs = 0;
  bool fail_next_sync = false;
  int handles = 0;

  /// With the mutex held: whether one more change still happens.
  bool Powered() {
    if (changes_left < 0) return true;
    if (changes_left == 0) return false;
    --changes_left;
    return true;
  }
};

namespace {

using Disk = UnsyncedVfs::Disk;

/// What SQLite holds as an open file; the default file system's own follows it in memory.
struct OpenFile {
  sqlite3_file base;
  Disk* disk;
  FileState* state;
  int handle;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

OpenFile& Of(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }

int CloseFile(sqlite3_file* file) {
  sqlite3_file* real = Of(file).real();
  return real->pMethods != nullptr ? real->pMethods->xClose(real) : SQLITE_OK;
}

int ReadFile(sqlite3_file* file, void* to, int amount, sqlite3_int64 offset) {
  return Of(file).real()->pMethods->xRead(Of(file).real(), to, amount, offset);
}

int WriteFile(sqlite3_file* file, const void* from, int amount, sqlite3_int64 offset) {
  OpenFile& open = Of(file);
  if (open.state != nullptr) {
    const std::lock_guard lock(open.disk->mutex);
    if (!open.disk->Powered()) return SQLITE_IOERR_WRITE;
    if (open.disk->most_bytes >= 0 && offset + amount > open.disk->most_bytes) return SQLITE_FULL;
    open.state->changed_by.insert(open.handle);
    open.state->pending.push_back(
        {static_cast<std::size_t>(offset),
         std::string(static_cast<const char*>(from), static_cast<std::size_t>(amount)), false});
  }
  return open.real()->pMethods->xWrite(open.real(), from, amount, offset);
}

int TruncateFile(sqlite3_file* file, sqlite3_int64 size) {
  OpenFile& open = Of(file);
  if (open.state != nullptr) {
    const std::lock_guard lock(open.disk->mutex);
    if (!open.disk->Powered()) return SQLITE_IOERR_TRUNCATE;
    open.state->changed_by.insert(open.handle);
    open.state->pending.push_back({static_cast<std::size_t>(size), {}, true});
  }
  return open.real()->pMethods->xTruncate(open.real(), size);
}

int SyncFile(sqlite3_file* file, int) {
  OpenFile& open = Of(file);
  if (open.state == nullptr) return SQLITE_OK;
  const std::lock_guard lock(open.disk->mutex);
  if (!open.disk->Powered()) return SQLITE_IOERR_FSYNC;
  if (std::exchange(open.disk->fail_next_sync, false)) return SQLITE_IOERR_FSYNC;
  ++open.disk->syncs;
  for (const Change& change : open.state->pending) Apply(open.state->durable, change);
  open.state->pending.clear();
  open.state->entry_durable = true;
  return SQLITE_OK;
}

int SizeOfFile(sqlite3_file* file, sqlite3_int64* size) {
  return Of(file).real()->pMethods->xFileSize(Of(file).real(), size);
}
int LockFile(sqlite3_file* file, int level) {
  return Of(file).real()->pMethods->xLock(Of(file).real(), level);
}
int UnlockFile(sqlite3_file* file, int level) {
  return Of(file).real()->pMethods->xUnlock(Of(file).real(), level);
}
int CheckLock(sqlite3_file* file, int* locked) {
  return Of(file).real()->pMethods->xCheckReservedLock(Of(file).real(), locked);
}
int ControlFile(sqlite3_file* file, int code, void* argument) {
  return Of(file).real()->pMethods->xFileControl(Of(file).real(), code, argument);
}
int SectorSize(sqlite3_file* file) { return Of(file).real()->pMethods->xSectorSize(Of(file).real()); }
int Characteristics(sqlite3_file* file) {
  return Of(file).real()->pMethods->xDeviceCharacteristics(Of(file).real());
}
int MapShared(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
  return Of(file).real()->pMethods->xShmMap(Of(file).real(), page, size, extend, memory);
}
int LockShared(sqlite3_file* file, int offset, int count, int flags) {
  return Of(file).real()->pMethods->xShmLock(Of(file).real(), offset, count, flags);
}
void Barrier(sqlite3_file* file) { Of(file).real()->pMethods->xShmBarrier(Of(file).real()); }
int UnmapShared(sqlite3_file* file, int remove) {
  return Of(file).real()->pMethods->xShmUnmap(Of(file).real(), remove);
}

// Version 2: with shared memory for the log, without mapped reads of the file.
constexpr sqlite3_io_methods kMethods{2,           CloseFile,   ReadFile,        WriteFile,  TruncateFile,
                                      SyncFile,    SizeOfFile,  LockFile,        UnlockFile, CheckLock,
                                      ControlFile, SectorSize,  Characteristics, MapShared,  LockShared,
                                      Barrier,     UnmapShared, nullptr,         nullptr};

Disk& DiskOf(sqlite3_vfs* vfs) { return *static_cast<Disk*>(vfs->pAppData); }

int OpenFileOn(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  Disk& disk = DiskOf(vfs);
  auto* open = new (file) OpenFile{{nullptr}, &disk, nullptr, 0};
  const bool existed = path != nullptr && std::filesystem::exists(path);
  const std::string content = existed ? ContentOf(path) : "";
  const int code = disk.beneath->xOpen(disk.beneath, path, open->real(), flags, out_flags);
  if (code != SQLITE_OK) return code;
  open->base.pMethods = &kMethods;
  if (path == nullptr) return code;
  const std::lock_guard lock(disk.mutex);
  open->handle = ++disk.handles;
  open->state = &disk.files.try_emplace(path, FileState{content, existed, {}, {}}).first->second;
  return code;
}

int DeleteFileOn(sqlite3_vfs* vfs, const char* path, int sync_folder) {
  Disk& disk = DiskOf(vfs);
  {
    const std::lock_guard lock(disk.mutex);
    if (!disk.Powered()) return SQLITE_IOERR_DELETE;
    // Open handles may still point at the state, so it is emptied, not erased.
    if (const auto known = disk.files.find(path); known != disk.files.end()) {
      known->second = FileState{{}, false, {}, std::move(known->second.changed_by)};
    }
  }
  return disk.beneath->xDelete(disk.beneath, path, sync_folder);
}

}  // namespace

UnsyncedVfs::UnsyncedVfs() : disk_(std::make_unique<Disk>()) {
  static std::atomic<int> count = 0;
  disk_->name = "unsynced-" + std::to_string(++count);
  disk_->beneath = sqlite3_vfs_find(nullptr);
  disk_->vfs = *disk_->beneath;
  disk_->vfs.szOsFile = static_cast<int>(sizeof(OpenFile)) + disk_->beneath->szOsFile;
  disk_->vfs.pNext = nullptr;
  disk_->vfs.zName = disk_->name.c_str();
  // The functions not replaced are the default's own; they read the pointer below only to choose how to lock.
  disk_->vfs.pAppData = disk_.get();
  disk_->vfs.xOpen = OpenFileOn;
  disk_->vfs.xDelete = DeleteFileOn;
  disk_->vfs.xAccess = [](sqlite3_vfs* vfs, const char* path, int flags, int* found) {
    return DiskOf(vfs).beneath->xAccess(DiskOf(vfs).beneath, path, flags, found);
  };
  disk_->vfs.xFullPathname = [](sqlite3_vfs* vfs, const char* path, int size, char* full) {
    return DiskOf(vfs).beneath->xFullPathname(DiskOf(vfs).beneath, path, size, full);
  };
  sqlite3_vfs_register(&disk_->vfs, /*makeDflt=*/0);
}

UnsyncedVfs::~UnsyncedVfs() { sqlite3_vfs_unregister(&disk_->vfs); }

const std::string& UnsyncedVfs::name() const { return disk_->name; }

void UnsyncedVfs::CutPowerAfter(std::int64_t changes) {
  const std::lock_guard lock(disk_->mutex);
  disk_->changes_left = changes;
}

bool UnsyncedVfs::PowerIsCut() const {
  const std::lock_guard lock(disk_->mutex);
  return disk_->changes_left == 0;
}

void UnsyncedVfs::WriteSurvivors(const std::string& folder, unsigned seed) const {
  std::mt19937 random(seed);
  // Disks that lose almost everything, almost nothing, or half of it.
  const double kept = std::uniform_real_distribution(-0.2, 1.2)(random);
  const std::lock_guard lock(disk_->mutex);
  for (const auto& [path, state] : disk_->files) {
    std::string content = state.durable;
    for (const Change& change : state.pending) ApplyTorn(content, change, random, std::clamp(kept, 0.0, 1.0));
    if (!state.entry_durable && content.empty()) continue;
    std::ofstream file(std::filesystem::path(folder) / std::filesystem::path(path).filename(),
                       std::ios::binary);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
  }
}

void UnsyncedVfs::FailNextSync() {
  const std::lock_guard lock(disk_->mutex);
  disk_->fail_next_sync = true;
}

void UnsyncedVfs::LimitFileBytes(std::int64_t bytes) {
  const std::lock_guard lock(disk_->mutex);
  disk_->most_bytes = bytes;
}

std::int64_t UnsyncedVfs::syncs() const {
  const std::lock_guard lock(disk_->mutex);
  return disk_->syncs;
}

int UnsyncedVfs::HandlesThatChanged(std::string_view suffix) const {
  const std::lock_guard lock(disk_->mutex);
  int handles = 0;
  for (const auto& [path, state] : disk_->files) {
    if (path.ends_with(suffix)) handles += static_cast<int>(state.changed_by.size());
  }
  return handles;
}

}  // namespace cairn::sql::testing
