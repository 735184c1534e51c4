#include "ground/sql/owner_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "ground/vocabulary/text.h"

namespace cairn::sql {
namespace {

constexpr std::size_t kWidth = 64;

std::string ProgramName() {
  char name[64] = {};
  const int file = open("/proc/self/comm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return "a program";
  const ssize_t length = read(file, name, sizeof name - 1);
  close(file);
  return std::string(Trim(std::string_view(name, length > 0 ? static_cast<std::size_t>(length) : 0)));
}

std::string OwnerIn(int file) {
  char text[128] = {};
  const ssize_t length = pread(file, text, sizeof text - 1, 0);
  const std::string_view owner =
      Trim(std::string_view(text, length > 0 ? static_cast<std::size_t>(length) : 0));
  return owner.empty() ? "another process" : std::string(owner);
}

}  // namespace

Result<OwnerLock> OwnerLock::Take(const std::string& path) {
  const std::string name = path + ".lock";
  const int file = open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) {
    return Error{Reason::Unavailable, "The store '" + path + "' cannot be opened: its lock file '" + name +
                                          "' gave '" + std::strerror(errno) +
                                          "'; check the folder and the right to write there."};
  }
  OwnerLock lock(file);
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    return Error{Reason::Unavailable, "The store '" + path + "' is in use by " + OwnerIn(file) +
                                          "; send requests to that process, or stop it first."};
  }
  std::string owner = "process " + std::to_string(getpid()) + " (" + ProgramName() + ")";
  // As long as any other, so that it takes the place of what the last owner wrote: to cut the file would cost
  // as much as opening the store does.
  owner.resize(kWidth, ' ');
  owner.back() = '\n';
  // Only for the message above, so a full disk must not keep the owner out.
  if (pwrite(file, owner.data(), owner.size(), 0) < 0) return lock;
  return lock;
}

OwnerLock::~OwnerLock() {
  if (file_ >= 0) close(file_);
}

}  // namespace cairn::sql
