#pragma once

#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"
#include "loop/repository/listing.h"

/// Folders into which no data is ever put, whatever a text says: git runs what lies in its hooks, and DVC's
/// settings name programs and places.
namespace cairn::repository {

/// The part of a path that is git's, Mercurial's or DVC's own (".git", ".hg", ".dvc", in whatever case, as
/// some file systems do not tell cases apart); "" when it has none.
std::string_view ReservedPart(std::string_view path);

/// InvalidArgument when `path` (relative to `root`) has such a part, or leads into such a folder by a link.
Result<> CheckPlace(const std::string& root, const std::string& path);
/// Corrupt when the listing of the folder at `path` names a file with such a part: DVC writes none.
Result<> CheckPlaces(const Listing& listing, const std::string& path);

}  // namespace cairn::repository
