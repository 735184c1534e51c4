#pragma once

#include <mutex>
#include <optional>

#include "loop/tracking/destinations/destination.h"

namespace cairn::tracking {

/// Plain files below a folder of this machine.
class FolderDestination final : public Destination {
 public:
  explicit FolderDestination(std::string root) : root_(std::move(root)) {}

  Result<std::vector<Artifacts::Entry>> List(const std::string& path) const override;
  Result<Artifacts::File> Find(const std::string& path) const override;
  Result<std::string> FolderAt(const std::string& path) const override;
  Result<> Adopt(const std::string& path, const std::string& source) override;
  Result<> Remove(const std::string& path) override;
  std::string PartsFolder() const override;
  std::string Address() const override;
  Result<std::vector<Artifacts::Kept>> All() const override;
  Result<> Discard(std::span<const Artifacts::Kept> files, TimeMs moment) override;
  Result<std::unique_ptr<Artifacts::Moment>> Freeze() override;

 private:
  Result<std::string> Place(const std::string& path) const;
  Result<std::string> Bring(const std::string& source, const std::string& folder) const;
  Result<> SyncFoldersFrom(const std::string& folder) const;
  bool CanShare();
  void Share(const std::string& path, const std::string& file);

  const std::string root_;
  std::mutex probing_;
  std::optional<bool> can_share_;  ///< Whether the file system shares blocks; not known before it was tried.
};

}  // namespace cairn::tracking
