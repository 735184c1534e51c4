#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/objects.h"
#include "loop/repository/remote.h"

namespace cairn::pipeline {

/// The store between a project and the machines that run its stages: a folder that all of them see, or a
/// bucket. A tree of objects in DVC's layout, so that nothing is sent twice, and nothing that comes back is
/// other than its name says. For one thread.
class Depot {
 public:
  /// `scratch` is a folder of the project's file system, for what is under way; it is made when needed and
  /// goes with the depot. The errors of Remote::Open.
  static Result<Depot> Open(const std::string& store, std::string scratch);
  Depot(Depot&&) = default;
  ~Depot();

  /// Notes what lies at `path` for the next Send.
  Result<> Add(const std::string& path, const repository::Snapshot& snapshot);
  /// The same for a listing of files that were added; gives its name.
  Result<std::string> AddListing(const repository::Listing& listing);
  /// Puts what was added and the store lacks, files before the listings that name them. The store's errors,
  /// naming it.
  Result<> Send();

  /// Makes `path` the object of that name, a file or (".dir") a folder, in place of what is there. Corrupt
  /// when its bytes are not what the name says, NotFound when the store does not have it; `path` is as it was
  /// after an error.
  Result<> Bring(const std::string& name, const std::string& path);
  /// The same of a listing.
  Result<repository::Listing> ReadListing(const std::string& name);
  /// Makes the files of a listing below `folder`, each in place of what is there, and leaves the rest.
  Result<> BringFiles(const repository::Listing& listing, const std::string& folder);

 private:
  Depot(std::unique_ptr<repository::Remote> remote, std::string scratch)
      : remote_(std::move(remote)), scratch_(std::move(scratch)) {}
  Result<std::string> Scratch();
  Result<> Fetch(const std::vector<repository::Remote::Move>& moves);
  Result<std::string> Laid(const repository::Listing& listing);

  std::unique_ptr<repository::Remote> remote_;
  std::string scratch_;
  std::map<repository::ObjectId, std::string> added_;
  unsigned number_ = 0;
};

}  // namespace cairn::pipeline
