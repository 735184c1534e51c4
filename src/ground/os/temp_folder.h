#pragma once

#include <string>

#include "ground/vocabulary/result.h"

namespace cairn::os {

/// A new folder of its own (mode 0700), removed with everything in it at the end.
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
  explicit TempFolder(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

}  // namespace cairn::os
