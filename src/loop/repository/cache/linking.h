#pragma once

#include <atomic>
#include <string>

#include "ground/vocabulary/result.h"
#include "loop/repository/objects.h"

namespace cairn::repository {

/// Whether files of the working tree are links to objects, so that none is copied.
bool LinksFiles(const CacheUse& use);

/// Makes files of the working tree from objects, by the first link type that works here. Safe from any
/// thread.
class Linking {
 public:
  /// `use` must outlive it.
  explicit Linking(const CacheUse& use) : use_(use) {}

  /// Makes the new file `to` from the object `id` in the file `object`. Links of both kinds are to a file
  /// with the mode 0444; clones and copies get the mode 0644 less the umask, and are executable when asked
  /// for. What is copied is read, and so verified: Corrupt for a damaged object, which loses its protection
  /// and with it everybody's trust. NotFound when there is no such object.
  Result<> Make(const ObjectId& id, const std::string& object, const std::string& to, bool executable);
  /// Whether a file that has the object's bytes is linked as it should be.
  bool IsLinkedRight(const os::FileStatus& file, const std::string& path, const std::string& object) const;

 private:
  Result<> MakeBy(LinkType type, const ObjectId& id, const std::string& object, const std::string& to) const;

  const CacheUse& use_;
  std::atomic<std::size_t> first_ = 0;  ///< Those before it have been found not to work.
};

}  // namespace cairn::repository
