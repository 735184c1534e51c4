#pragma once

#include <map>
#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

/// The files of a package. One of them, SHA256SUMS, lists the digests of all others in the form that
/// `sha256sum -c` reads; its own digest names the package.
namespace cairn::package {

/// Contents by path ('/' between the parts), in memory.
using Files = std::map<std::string, std::string>;

inline constexpr std::string_view kDigests = "SHA256SUMS";

/// Writes SHA256SUMS over all other files.
void Seal(Files& files);
/// The digest that names the package; "" without SHA256SUMS.
std::string DigestOf(const Files& files);
/// Corrupt that names the first file which is missing, was added, or is not what SHA256SUMS lists; and the
/// line of SHA256SUMS that cannot be read.
Result<> Verify(const Files& files);

/// The same bytes for the same files. TooLarge beyond 4 GiB.
Result<std::string> ToZip(const Files& files);
/// Corrupt that names the entry which is damaged, is there twice, or leads out of the package. TooLarge
/// beyond 4 GiB.
Result<Files> FromZip(std::string_view bytes);

/// Reads a folder, or a zip, as it is: not verified. NotFound when there is nothing; Corrupt also for a link
/// or the like in a folder, whose bytes are elsewhere.
Result<Files> ReadFiles(const std::string& path);
/// Writes them below `folder`, which is made. AlreadyExists when there is something in it.
Result<> WriteFolder(const Files& files, const std::string& folder);

}  // namespace cairn::package
