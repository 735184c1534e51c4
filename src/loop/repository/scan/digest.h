#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "ground/crypto/hash.h"
#include "ground/os/descriptor.h"
#include "ground/os/files.h"
#include "ground/vocabulary/result.h"
#include "loop/repository/listing.h"
#include "loop/repository/stat_index.h"

namespace cairn::repository {

/// What a file that is not as it was seen is answered with: Conflict.
Error Unsettled(const std::string& path);

/// Opens a file to read; Conflict unless its stamp is `stamp`.
Result<os::Descriptor> OpenAsSeen(const std::string& path, const os::FileStamp& stamp);
/// Conflict unless the stamp still is `stamp`; to be asked when everything is read.
Result<> CheckAsSeen(const os::Descriptor& file, const std::string& path, const os::FileStamp& stamp);

/// Reads the file once. Conflict when it changes meanwhile; of one that grows without end, no more is read
/// than it had.
Result<Md5Digest> DigestFile(const std::string& path, const os::FileStamp& stamp,
                             const std::function<void(std::uint64_t)>& read);
/// What the index knows of the file, which has `key` there, or else what a read of it gives; that is
/// remembered. `began_ns` is when it was seen.
Result<Md5Digest> DigestOf(const std::string& path, const Fingerprint& key, const os::FileStamp& stamp,
                           std::int64_t began_ns, StatIndex& index);
/// The same as DigestFile with SHA-256 in the same read.
Result<crypto::Digests> DigestsOfFile(const std::string& path, const os::FileStamp& stamp);
/// As DVC 2 took it (legacy_digest.h).
Result<Md5Digest> LegacyDigestFile(const std::string& path, const os::FileStamp& stamp);

/// Runs `work(i)` for every i below `count` on all processors; the error of the lowest i that failed. After
/// an error no more is begun.
Result<> ForEach(std::size_t count, const std::function<Result<>(std::size_t)>& work);

}  // namespace cairn::repository
