#pragma once

#include <string>

#include "loop/repository/remote.h"
#include "loop/repository/remote/landing.h"

namespace cairn::repository {

/// A remote in a folder: on this machine, or mounted from another.
class FolderRemote final : public Remote {
 public:
  /// `path` is absolute; made when first put to.
  FolderRemote(std::string path, Landing::Sharing sharing) : path_(std::move(path)), sharing_(sharing) {}

  std::string Shown() const override { return path_; }
  Result<std::vector<bool>> Holds(std::span<const ObjectId> ids, const Pace& pace) const override;
  Result<std::vector<HeldObject>> List(const Pace& pace) const override;
  Result<std::vector<Leftover>> Leftovers() const override;
  std::vector<Result<>> Put(std::span<const Move> moves, const Pace& pace) override;
  std::vector<Result<>> Get(std::span<const Move> moves, const Pace& pace) const override;
  Result<> Remove(std::span<const ObjectId> ids) override;
  Result<std::vector<std::string>> Runs() const override;
  Result<> PutRun(const std::string& name, const std::string& path) override;
  Result<> GetRun(const std::string& name, const std::string& path) const override;

 private:
  std::string PathOf(const ObjectId& id) const;

  const std::string path_;
  const Landing::Sharing sharing_;
};

}  // namespace cairn::repository
