#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loop/tracking/artifacts.h"

namespace cairn::tracking {

/// How names begin that are ours, and those below the root.
inline constexpr std::string_view kOwn = ".cairn-";
/// A file that is still being written has such a name, beside its place.
inline constexpr std::string_view kArriving = ".cairn-arriving-";
inline constexpr std::string_view kContents = ".cairn-contents";
inline constexpr std::string_view kParts = ".cairn-parts";
inline constexpr std::string_view kMoments = ".cairn-moments";

/// One kind of place for artifacts. Each function keeps what Artifacts promises of the function of the same
/// name; paths have been checked. Safe from any thread.
class Destination {
 public:
  virtual ~Destination() = default;

  virtual Result<std::vector<Artifacts::Entry>> List(const std::string& path) const = 0;
  virtual Result<Artifacts::File> Find(const std::string& path) const = 0;
  virtual Result<std::string> FolderAt(const std::string& path) const = 0;
  virtual Result<> Adopt(const std::string& path, const std::string& source) = 0;
  virtual Result<> Remove(const std::string& path) = 0;
  virtual std::string PartsFolder() const = 0;
  virtual std::string Address() const = 0;
  virtual Result<std::vector<Artifacts::Kept>> All() const = 0;
  virtual Result<> Discard(std::span<const Artifacts::Kept> files, TimeMs moment) = 0;
  virtual Result<std::unique_ptr<Artifacts::Moment>> Freeze() = 0;
};

/// NotFound, and InvalidArgument for a folder where a file is needed.
Error NoSuchArtifact(std::string_view path);
Error IsAFolder(std::string_view path);

}  // namespace cairn::tracking
