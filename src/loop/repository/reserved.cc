#include "loop/repository/reserved.h"

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::repository {
namespace {

bool IsReserved(std::string_view part) {
  if (part.size() < 3 || part.size() > 4 || part.front() != '.') return false;
  const std::string name = LowerAscii(std::string(part));
  return name == ".git" || name == ".dvc" || name == ".hg";
}

/// Where `path` would come to lie, links followed: the nearest folder on its way that is there.
std::string FolderOf(const std::string& root, const std::string& path) {
  for (std::string at = path; at != "."; at = os::ParentOf(at)) {
    const std::string whole = os::JoinPath(root, at);
    if (!os::IsFolder(whole)) continue;
    const auto real = os::RealPath(whole);
    return real ? *real : whole;
  }
  return root;
}

}  // namespace

std::string_view ReservedPart(std::string_view path) {
  while (!path.empty()) {
    const auto slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (IsReserved(part)) return part;
    path = slash == std::string_view::npos ? "" : path.substr(slash + 1);
  }
  return "";
}

Result<> CheckPlace(const std::string& root, const std::string& path) {
  const auto refusal = [&](std::string_view part, const std::string& how) {
    return Error{Reason::InvalidArgument, "'" + path + "' " + how + " '" + std::string(part) +
                                              "', into which no data is put: give it another place"};
  };
  if (const auto part = ReservedPart(path); !part.empty()) return refusal(part, "lies in");
  const std::string folder = FolderOf(root, path);
  // What lies above the root says nothing about what is put below it.
  const std::string below =
      folder == root || folder.starts_with(root + "/") ? folder.substr(root.size()) : folder;
  if (const auto part = ReservedPart(below); !part.empty()) return refusal(part, "leads by a link into");
  return Done{};
}

Result<> CheckPlaces(const Listing& listing, const std::string& path) {
  for (const ListedFile& file : listing.files()) {
    const auto part = ReservedPart(file.relpath);
    if (part.empty()) continue;
    return Error{Reason::Corrupt, "the listing of '" + path + "' names '" + std::string(file.relpath) +
                                      "', and no data is put into '" + std::string(part) +
                                      "': whoever added the folder has to add it anew without that"};
  }
  return Done{};
}

}  // namespace cairn::repository
