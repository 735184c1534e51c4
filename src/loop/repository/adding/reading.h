#pragma once

#include <cstdint>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/adding/target.h"
#include "loop/repository/cache/intake.h"
#include "loop/repository/dvc_file.h"
#include "loop/repository/scan/scan.h"

namespace cairn::repository {

/// A target whose files were read, and are in the cache or on their way there.
struct ReadTarget {
  Target target;
  bool is_folder = false;
  bool stored = true;  ///< False for what the cache does not keep.
  os::FileStatus status;
  Md5Digest md5{};                   ///< Of a file.
  Scan scan;                         ///< Of a folder, as is what follows.
  std::vector<std::uint32_t> order;  ///< Of the scan's files, by path.
  std::vector<Md5Digest> md5s;       ///< In that order.
  std::int64_t began_ns = 0;

  std::size_t FileCount() const { return is_folder ? order.size() : 1; }
  std::uint64_t Bytes() const { return is_folder ? scan.bytes : status.stamp.size; }
  /// The files by their paths below the target.
  Listing AsListing() const;
  /// Of a target that is tracked by itself.
  Content AsContent() const;
};

/// Reads targets into an intake. Files whose stamp the index knows are read only when the cache lacks them.
class TargetReader {
 public:
  /// Called when so much is written aside that it should get its names before more is read.
  using Relieve = std::function<Result<>()>;
  TargetReader(WorkingTree& tree, Intake& intake, const Meter& meter, Relieve relieve)
      : tree_(tree), intake_(intake), meter_(meter), relieve_(std::move(relieve)) {}

  Result<ReadTarget> Read(Target target, bool stored);
  /// Looks whether the cache still holds what it held, and writes aside again what it lost.
  Result<> ReadAgain(const ReadTarget& read);

 private:
  Result<> ReadFolder(ReadTarget& read);
  Result<Md5Digest> TakeFile(const std::string& at, const Fingerprint& key, const os::FileStamp& stamp,
                             bool is_link, std::int64_t began_ns, bool stored);

  WorkingTree& tree_;
  Intake& intake_;
  const Meter& meter_;
  const Relieve relieve_;
};

}  // namespace cairn::repository
