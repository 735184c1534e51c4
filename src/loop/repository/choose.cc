#include <algorithm>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/transfer.h"

namespace cairn::repository {
namespace {

bool LiesBelow(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

/// Whether the target is the file that says the path, or the stage that makes it.
bool SaysIt(const TrackedPath& tracked, const std::string& target) {
  if (target == tracked.said_in) return true;
  if (tracked.stage.empty()) return false;
  const std::string folder = os::ParentOf(tracked.said_in);
  const std::string file = folder == "." ? "dvc.yaml" : folder + "/dvc.yaml";
  const std::string group = tracked.stage.substr(0, tracked.stage.find('@'));
  for (const auto& stage : {tracked.stage, group}) {
    if (target == file || target == file + ":" + stage || (folder == "." && target == stage)) return true;
  }
  return false;
}

std::string Plain(std::string target) {
  while (target.starts_with("./")) target.erase(0, 2);
  while (target.size() > 1 && target.ends_with('/')) target.pop_back();
  return target == "." ? "" : target;
}

}  // namespace

Result<std::vector<Chosen>> Choose(const std::vector<TrackedPath>& tracked,
                                   std::span<const std::string> targets) {
  std::vector<Chosen> chosen;
  if (targets.empty()) {
    for (const auto& path : tracked) chosen.push_back({path, {}});
    return chosen;
  }
  std::vector<bool> whole(tracked.size(), false);
  std::vector<std::vector<std::string>> parts(tracked.size());
  for (const auto& given : targets) {
    const std::string target = Plain(given);
    bool found = false;
    for (std::size_t i = 0; i < tracked.size(); ++i) {
      const std::string& path = tracked[i].path;
      if (target.empty() || target == path || LiesBelow(path, target) || SaysIt(tracked[i], target)) {
        found = whole[i] = true;
      } else if (LiesBelow(target, path)) {
        found = true;
        parts[i].push_back(target);
      }
    }
    if (found) continue;
    std::vector<std::string_view> names;
    for (const auto& path : tracked) names.push_back(path.path);
    return Error{Reason::NotFound, "'" + given + "' is not tracked here." + Suggestion(target, names)};
  }
  for (std::size_t i = 0; i < tracked.size(); ++i) {
    if (whole[i]) {
      chosen.push_back({tracked[i], {}});
    } else if (!parts[i].empty()) {
      chosen.push_back({tracked[i], std::move(parts[i])});
    }
  }
  return chosen;
}

}  // namespace cairn::repository
