#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"
#include "loop/repository/configuration.h"
#include "loop/repository/stat_index.h"

namespace cairn::repository {

/// What lies at a place outside of the repository, by what DVC tells one state of it from another: nothing is
/// fetched from a server.
struct Sighting {
  /// "md5": of a file of this machine, its MD5; of a folder, here or in a bucket, its listing's MD5 and
  /// ".dir". "etag": of an object in a bucket, its ETag without quotes. "checksum": of a file of a web
  /// server, its ETag as the server wrote it, or else its Content-MD5.
  std::string told_by = "md5";
  std::string digest;
  std::optional<std::uint64_t> bytes;  ///< None when a web server does not say.
  std::optional<std::int64_t> files;   ///< Of a folder.
  bool executable = false;             ///< Of a file of this machine.
};

/// Whether DVC reads `place` as an address, such as "https://host/file", and not as a path.
bool IsAddress(std::string_view place);

/// Fine for an address that Look can look at, by its form. Unsupported, with what to do, for another scheme.
Result<> CheckAddress(const std::string& address);

/// What lies at `place`: an absolute path, "http://…", "https://…", "s3://bucket/key", or
/// "remote://NAME/path", below one of the remotes of `configuration` and asked as that says. An object that
/// is not there, but below which others lie, is a folder. The MD5 of files goes by `index`.
///
/// Errors: NotFound when nothing lies there, or for a remote that is not set up; Unprocessable for a web
/// server that tells neither ETag nor Content-MD5; Denied and Unavailable as the place has it; those of
/// TakeSnapshot.
Result<Sighting> Look(const Configuration& configuration, const std::string& place, StatIndex& index);

}  // namespace cairn::repository
