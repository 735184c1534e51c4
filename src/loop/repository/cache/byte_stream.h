#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "ground/os/descriptor.h"
#include "ground/vocabulary/result.h"
#include "loop/repository/listing.h"

namespace cairn::repository {

struct Streamed {
  Md5Digest md5;
  std::uint64_t size = 0;
};

/// Copies `from` to `to` to the end and takes the digest of what is written. Of a large file one thread reads
/// and hashes while another writes, and what is written begins to go to disk at once. `expected` is how
/// much it will be: Conflict as soon as there is more, since a file that grows faster than it is read has no
/// end.
Result<Streamed> CopyAndDigest(const os::Descriptor& from, const std::string& from_path,
                               const os::Descriptor& to, const std::string& to_path, std::uint64_t expected,
                               const std::function<void(std::uint64_t)>& read);

}  // namespace cairn::repository
