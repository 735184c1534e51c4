#include "cli/here.h"

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {

Result<std::string> RootHere() {
  const std::string here = CAIRN_TRY(os::WorkingFolder());
  for (std::string at = here;; at = os::ParentOf(at)) {
    if (os::IsFolder(os::JoinPath(at, ".dvc"))) return at;
    if (at == os::ParentOf(at)) break;
  }
  return Error{
      Reason::NotFound,
      "neither '" + here + "' nor a folder above it is a DVC repository: `cairn dvc init` makes one"};
}

Result<Here> RepositoryHere() {
  Here here;
  here.root = CAIRN_TRY(RootHere());
  const std::string folder = CAIRN_TRY(os::WorkingFolder());
  if (folder != here.root) here.prefix = folder.substr(here.root == "/" ? 1 : here.root.size() + 1) + "/";
  here.configuration = CAIRN_TRY(repository::Configuration::Read(here.root));
  return here;
}

std::string Here::FromRoot(const std::string& path) const {
  std::string whole = path;
  if (path.starts_with(root + "/")) {
    whole = path.substr(root.size() + 1);
  } else if (!path.starts_with("/")) {
    whole = prefix + path;
  }
  std::vector<std::string> parts;
  for (const auto part : Split(whole, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == ".." && !parts.empty()) {
      parts.pop_back();
    } else {
      parts.emplace_back(part);
    }
  }
  return Join(parts, "/");
}

std::vector<std::string> Here::FromRoot(const std::vector<std::string>& paths) const {
  std::vector<std::string> all;
  for (const auto& path : paths) all.push_back(FromRoot(path));
  return all;
}

}  // namespace cairn::cli
