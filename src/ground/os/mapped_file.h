#pragma once

#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

namespace cairn::os {

/// A file's bytes, read-only, without copying them. The file must not be cut shorter while it is mapped: for
/// files that never change.
class MappedFile {
 public:
  static Result<MappedFile> Open(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  std::string_view bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::string_view bytes) : bytes_(bytes) {}

  std::string_view bytes_;
};

}  // namespace cairn::os
