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
  CAIRN_TRY(os::MakeFolders(parent));
  ClearAway(parent);
  std::string folder = os::JoinPath(parent, os::NewHexId());
  auto lock = CAIRN_TRY(os::FileLock::Wait(folder + std::string(kLock)));
  CAIRN_TRY(os::MakeFolders(folder));
  return Staging(std::move(folder), std::move(lock));
}

Staging::~Staging() {
  // Empty after a move.
  if (folder_.empty()) return;
  static_cast<void>(bool(os::RemoveTree(folder_)));
  static_cast<void>(bool(lock_.RemoveFile()));
}

}  // namespace cairn::repository
