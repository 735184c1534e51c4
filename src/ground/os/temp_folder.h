#pragma once

#include <string>

#include "ground/os/descriptor.h"
#include "ground/vocabulary/result.h"

namespace cairn::os {

/// A new folder of its own (mode 0700), removed with everything in it at the end. It is locked (flock(2)) as
/// long as its owner lives, so that what a killed process left can be told from what is in use.
class TempFolder {
 public:
  /// Below `parent`, or below $TMPDIR (/tmp when unset) for "".
  static Result<TempFolder> Create(const std::string& parent = "");
  TempFolder(TempFolder&& other) noexcept;
  TempFolder& operator=(TempFolder&&) = delete;
  ~TempFolder();

  const std::string& path() const { return path_; }
  /// The path of `name` in the folder.
  std::string operator/(std::string_view name) const;

 private:
  TempFolder(std::string path, Descriptor lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  Descriptor lock_;  ///< None where the file system has no locks; the folder is left alone there.
};

/// Removes the folders below `parent` ("" as above) that this user's processes made and left when they were
/// killed; gives how many there were. Those whose owner lives, and those of other programs, stay. Best
/// effort: what cannot be looked at or removed stays, too.
int RemoveAbandonedTempFolders(const std::string& parent = "");

}  // namespace cairn::os
