#include "ground/os/temp_folder.h"

#include <stdlib.h>

#include <cerrno>

#include "ground/os/files.h"
#include "ground/os/system_error.h"

namespace cairn::os {
namespace {

std::string DefaultParent() {
  const char* named = getenv("TMPDIR");
  return named && *named ? named : "/tmp";
}

}  // namespace

Result<TempFolder> TempFolder::Create(const std::string& parent) {
  std::string path = JoinPath(parent.empty() ? DefaultParent() : parent, "cairn-XXXXXX");
  if (!mkdtemp(path.data())) return SystemError(errno, "create a temporary folder in", ParentOf(path));
  return TempFolder(std::move(path));
}

TempFolder::TempFolder(TempFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

TempFolder::~TempFolder() {
  if (path_.empty()) return;
  // Nobody is left to hear of a failure; what remains lies in the temporary folder, which the system clears.
  [[maybe_unused]] const auto removed = RemoveTree(path_);
}

std::string TempFolder::operator/(std::string_view name) const { return JoinPath(path_, name); }

}  // namespace cairn::os
