#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "ground/blob/bucket.h"
#include "loop/repository/remote.h"

namespace cairn::repository {

/// A remote in a bucket of an object store.
class BucketRemote final : public Remote {
 public:
  BucketRemote(blob::Place place, blob::Tuning tuning);

  std::string Shown() const override { return bucket_.place().Shown(); }
  Result<std::vector<bool>> Holds(std::span<const ObjectId> ids, const Pace& pace) const override;
  Result<std::vector<HeldObject>> List(const Pace& pace) const override;
  std::vector<Result<>> Put(std::span<const Move> moves, const Pace& pace) override;
  std::vector<Result<>> Get(std::span<const Move> moves, const Pace& pace) const override;
  Result<> Remove(std::span<const ObjectId> ids) override;
  Result<std::vector<std::string>> Runs() const override;
  Result<> PutRun(const std::string& name, const std::string& path) override;
  Result<> GetRun(const std::string& name, const std::string& path) const override;

 private:
  using Known = std::map<std::string, blob::Object, std::less<>>;

  /// Finds out which of `keys` are there.
  Result<Known> Survey(const std::vector<std::string>& keys, const Pace& pace) const;
  Result<Known> ListFolders(const std::vector<std::string>& folders, const Pace& pace) const;
  Result<Known> AskForEach(const std::vector<std::string>& keys, const Pace& pace) const;

  /// Whom the bytes of this call are told to.
  mutable std::function<void(std::uint64_t)> moved_;
  blob::Bucket bucket_;
};

}  // namespace cairn::repository
