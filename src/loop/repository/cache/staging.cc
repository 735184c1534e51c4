#include "loop/repository/cache/staging.h"

#include "ground/os/files.h"
#include "ground/os/identity.h"

namespace cairn::repository {
namespace {

constexpr std::string_view kLock = ".lock";

/// A folder whose lock nobody holds is nobody's. The lock is made before the folder and goes after it.
void ClearAway(const std::string& parent) {
  const auto names = os::ListFolder(parent);
  if (!names) return;
  for (const std::string& name : *names) {
    if (!name.ends_with(kLock)) continue;
    const std::string lock_file = os::JoinPath(parent, name);
    auto lock = os::FileLock::Try(lock_file);
    if (!lock || !*lock) continue;
    const std::string folder = lock_file.substr(0, lock_file.size() - kLock.size());
    if (os::RemoveTree(folder)) static_cast<void>(bool((*lock)->RemoveFile()));
  }
}

}  // namespace

Result<Staging> Staging::Begin(const std::string& parent) {
  // Whoever was the last in the parent takes it away, perhaps just before our lock lies in it.
  constexpr int kAttempts = 100;
  for (int attempt = 1;; ++attempt) {
    CAIRN_TRY(os::MakeFolders(parent));
    ClearAway(parent);
    std::string folder = os::JoinPath(parent, os::NewHexId());
    auto lock = os::FileLock::Wait(folder + std::string(kLock));
    if (!lock && lock.error().reason == Reason::NotFound && attempt < kAttempts) continue;
    if (!lock) return lock.error();
    CAIRN_TRY(os::MakeFolders(folder));
    return Staging(std::move(folder), std::move(*lock));
  }
}

Staging::~Staging() {
  // Empty after a move.
  if (folder_.empty()) return;
  static_cast<void>(bool(os::RemoveTree(folder_)));
  static_cast<void>(bool(lock_.RemoveFile()));
  // Goes only when nobody else is in it.
  static_cast<void>(bool(os::Remove(os::ParentOf(folder_))));
}

}  // namespace cairn::repository
