#include "loop/repository/adding/target.h"

#include <set>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/adding/git_program.h"
#include "loop/repository/ignore.h"

namespace cairn::repository {
namespace {

bool LiesIn(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

Error Unfit(const std::string& path, const std::string& why) {
  return {Reason::InvalidArgument, "'" + path + "' cannot be put under version: " + why};
}

Result<> CheckName(const std::string& path) {
  const std::string name = os::BaseName(path);
  if (!IsUtf8(path)) return Unfit(path, "its name is not UTF-8, which a .dvc file needs; rename it");
  if (IsTrackingFile(name) || name == ".gitignore" || name == ".dvcignore")
    return Unfit(path, "it is one of the texts that say what is");
  return Done{};
}

/// Nobody looks for texts in the folder of another repository.
Result<> CheckIsOurs(const WorkingTree& tree, const std::string& path) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const std::string folder = path.substr(0, end);
    if (os::IsFolder(os::JoinPath(tree.At(folder), ".dvc")))
      return Unfit(path, "'" + folder + "' is another repository; work in there");
  }
  return Done{};
}

/// What is tracked at, above or below the path.
Result<std::optional<TrackedPath>> TrackerOf(const std::string& path, std::span<const TrackedPath> tracked) {
  for (const TrackedPath& one : tracked) {
    if (LiesIn(one.path, path)) {
      return Unfit(path, "'" + one.path + "' inside is tracked by itself; `cairn data rm " + one.said_in +
                             "` first, to track them as one");
    }
    if (one.path != path && !LiesIn(path, one.path)) continue;
    if (!one.stage.empty()) {
      return Unfit(path, "it is made by stage '" + one.stage + "'; run the stage, or `cairn data commit " +
                             one.path + "` to take it as it is");
    }
    if (one.path != path && !one.IsFolder()) return Unfit(path, "'" + one.path + "' is tracked as a file");
    if (one.path != path && one.legacy) {
      return Unfit(path, "the folder '" + one.path + "' was added by DVC 2; add the whole folder once");
    }
    return std::optional(one);
  }
  return std::optional<TrackedPath>();
}

}  // namespace

Result<Target> TargetOf(const WorkingTree& tree, const std::string& path,
                        std::span<const TrackedPath> tracked) {
  if (path.empty()) return Unfit(tree.root(), "it is the repository itself; name what lies in it");
  const auto status = os::Stat(tree.At(path));
  if (!status) {
    const auto link = os::Stat(tree.At(path), os::Symlinks::Report);
    return link ? Error{Reason::NotFound, "'" + path + "' is a link that leads nowhere: repair or remove it"}
                : status.error();
  }
  if (status->kind != os::FileKind::File && status->kind != os::FileKind::Folder)
    return Unfit(path, "it is neither a file nor a folder");
  CAIRN_TRY(CheckName(path));
  CAIRN_TRY(CheckIsOurs(tree, path));
  const bool is_folder = status->kind == os::FileKind::Folder;
  if (CAIRN_TRY(IgnoreRules::Ignores(tree.root(), path, is_folder)))
    return Unfit(path, "a .dvcignore file, or DVC itself, leaves it out");
  Target target{path, CAIRN_TRY(TrackerOf(path, tracked))};
  if (!target.tracked && tree.git_root() && CAIRN_TRY(IsKeptByGit(*tree.git_root(), tree.At(path)))) {
    return Unfit(path, "git keeps it already; `git rm -r --cached '" + path + "'` makes git let go of it");
  }
  return target;
}

Result<> CheckApart(const std::vector<Target>& targets) {
  std::set<std::string_view> paths;
  for (const Target& target : targets) paths.insert(target.path);
  for (const std::string_view path : paths) {
    for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
      if (paths.contains(path.substr(0, slash)))
        return Unfit(std::string(path),
                     "'" + std::string(path.substr(0, slash)) + "', which holds it, is added as well");
    }
  }
  return Done{};
}

}  // namespace cairn::repository
