#include "loop/pipeline/written_path.h"

#include "ground/vocabulary/text.h"
#include "loop/pipeline/definition/paths.h"
#include "loop/repository/outside.h"

namespace cairn::pipeline {

std::string WrittenPath(const Stage& stage, const std::string& path) {
  if (stage.wdir == ".") return path;
  if (path.starts_with(stage.wdir + "/")) return path.substr(stage.wdir.size() + 1);
  auto base = Split(stage.wdir, '/'), target = Split(path, '/');
  std::size_t common = 0;
  while (common < base.size() && common < target.size() && base[common] == target[common]) ++common;
  std::vector<std::string> parts(base.size() - common, "..");
  for (std::size_t i = common; i < target.size(); ++i) parts.emplace_back(target[i]);
  return Join(parts, "/");
}

std::vector<LockedPath> FromProject(const Stage& stage, std::vector<LockedPath> paths) {
  for (LockedPath& path : paths) {
    if (path.path.starts_with('/') || repository::IsAddress(path.path)) continue;
    path.path = Resolved(stage.wdir, path.path);
  }
  return paths;
}

}  // namespace cairn::pipeline
