#include "ground/os/temp_folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "ground/os/files.h"
#include "ground/os/system_error.h"

namespace cairn::os {
namespace {

/// Earlier versions made cairn-XXXXXX without a lock, and may still be running.
constexpr std::string_view kPrefix = "cairn-own-", kRandom = "XXXXXX";

std::string DefaultParent() {
  const char* named = getenv("TMPDIR");
  return named && *named ? named : "/tmp";
}

enum class Lock {
  Held,       ///< By this descriptor now.
  Taken,      ///< By somebody else, or the folder is gone.
  Impossible  ///< Not known here.
};

/// A folder that was removed and made again under its name is not the one that was opened.
Lock TryLock(const Descriptor& folder, const std::string& path) {
  while (flock(folder.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Lock::Taken;
    if (errno != EINTR) return Lock::Impossible;
  }
  struct stat held {};
  struct stat named {};
  const bool same = fstat(folder.number(), &held) == 0 && lstat(path.c_str(), &named) == 0 &&
                    held.st_dev == named.st_dev && held.st_ino == named.st_ino;
  return same ? Lock::Held : Lock::Taken;
}

bool IsOwnName(const std::string& name) {
  return name.starts_with(kPrefix) && name.size() == kPrefix.size() + kRandom.size();
}

/// The lock is held while the folder goes, so that nobody who is making one takes it for theirs.
bool RemoveIfAbandoned(const std::string& path) {
  const auto folder = Open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  struct stat found {};
  if (!folder || fstat(folder->number(), &found) != 0 || found.st_uid != geteuid()) return false;
  return TryLock(*folder, path) == Lock::Held && RemoveTree(path);
}

}  // namespace

Result<TempFolder> TempFolder::Create(const std::string& parent) {
  const std::string pattern =
      JoinPath(parent.empty() ? DefaultParent() : parent, std::string(kPrefix) + std::string(kRandom));
  for (;;) {
    std::string path = pattern;
    if (!mkdtemp(path.data())) return SystemError(errno, "create a temporary folder in", ParentOf(path));
    auto folder = Open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    // Until it is locked it looks abandoned, and somebody may have cleared it away.
    if (!folder && folder.error().reason == Reason::NotFound) continue;
    if (!folder) return folder.error();
    switch (TryLock(*folder, path)) {
      case Lock::Taken:
        continue;
      case Lock::Held:
        return TempFolder(std::move(path), *std::move(folder));
      case Lock::Impossible:
        return TempFolder(std::move(path), Descriptor());
    }
  }
}

TempFolder::TempFolder(TempFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}

TempFolder::~TempFolder() {
  if (path_.empty()) return;
  // Nobody is left to hear of a failure; what remains lies in the temporary folder, which the system clears.
  [[maybe_unused]] const auto removed = RemoveTree(path_);
}

std::string TempFolder::operator/(std::string_view name) const { return JoinPath(path_, name); }

int RemoveAbandonedTempFolders(const std::string& parent) {
  const std::string place = parent.empty() ? DefaultParent() : parent;
  const auto names = ListFolder(place);
  int removed = 0;
  if (!names) return removed;
  for (const auto& name : *names)
    if (IsOwnName(name) && RemoveIfAbandoned(JoinPath(place, name))) ++removed;
  return removed;
}

}  // namespace cairn::os
