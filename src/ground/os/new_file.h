#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ground/os/descriptor.h"
#include "ground/vocabulary/result.h"

namespace cairn::os {

/// A hidden name in the folder of `path` that no other file has.
std::string HiddenNameBeside(const std::string& path);
/// Whether a file of that name was made under such a name, and so is left over from a killed process when it
/// is old.
bool IsHiddenName(std::string_view name);

/// A file in the making: written under a hidden name in the folder of its destination, so that nobody sees it
/// half. Removed when dropped without being published. One thread at a time.
class NewFile {
 public:
  /// `path` is where it will appear; the folder must exist. `mode` is reduced by the umask.
  static Result<NewFile> Create(const std::string& path, unsigned mode = 0644);
  NewFile(NewFile&&) noexcept = default;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  Result<> Append(std::string_view bytes);
  /// Appends what the file at `from` holds, through a small buffer.
  Result<> AppendFile(const std::string& from);
  /// Bytes appended so far.
  std::uint64_t size() const { return size_; }
  /// The hidden name it has until it is published.
  const std::string& spool() const { return spool_; }

  enum class Existing { Replace, Refuse };
  /// Syncs the bytes, gives the file its name and syncs the folder. With Refuse, AlreadyExists when the name
  /// is taken, and no other process can slip in between.
  Result<> Publish(Existing existing = Existing::Replace);

 private:
  NewFile(std::string path, std::string spool, Descriptor descriptor);

  std::string path_;
  std::string spool_;
  Descriptor descriptor_;
  std::uint64_t size_ = 0;
};

}  // namespace cairn::os
