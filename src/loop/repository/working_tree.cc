#include "loop/repository/working_tree.h"

#include "ground/os/files.h"
#include "ground/os/identity.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/pipeline_outs.h"
#include "loop/repository/scan/collect.h"

namespace cairn::repository {
namespace {

constexpr std::string_view kDvcIgnore =
    "# Add patterns of files dvc should ignore, which could improve\n# the performance. Learn more at\n# "
    "https://dvc.org/doc/user-guide/dvcignore\n";

/// The nearest folder, from `folder` upward, that holds `name`.
std::optional<std::string> FolderWith(const std::string& folder, std::string_view name) {
  for (std::string at = folder;; at = os::ParentOf(at)) {
    if (os::Exists(os::JoinPath(at, name))) return at;
    if (at == os::ParentOf(at)) return std::nullopt;
  }
}

CacheUse CacheUseOf(const Configuration& configuration, const std::string& root) {
  CacheUse use;
  use.folder = configuration.CacheFolder(root);
  use.shared_with_group = configuration.Find("cache", "shared").value_or("") == "group";
  const std::string types = configuration.Find("cache", "type").value_or("");
  std::vector<LinkType> links;
  for (const std::string_view raw : Split(types, ',')) {
    const std::string type = LowerAscii(Trim(raw));
    if (type == "reflink") links.push_back(LinkType::Reflink);
    if (type == "hardlink") links.push_back(LinkType::HardLink);
    if (type == "symlink") links.push_back(LinkType::Symlink);
    if (type == "copy") links.push_back(LinkType::Copy);
  }
  if (!links.empty()) use.links = std::move(links);
  return use;
}

Result<> CheckHistory(const std::string& folder, WorkingTree::History history) {
  if (history == WorkingTree::History::None) return Done{};
  const auto git = FolderWith(folder, ".git");
  if (git && (*git == folder || history == WorkingTree::History::GitOfFolderAbove)) return Done{};
  return Error{Reason::NotFound,
               "'" + folder +
                   "' is not the root of a git repository: `git init` makes it one, --no-scm does without" +
                   (git ? ", --subdir uses that of '" + *git + "'" : "")};
}

}  // namespace

Result<WorkingTree> WorkingTree::Find(const std::string& folder) {
  const std::string from = CAIRN_TRY(os::RealPath(folder));
  std::optional<std::string> root;
  for (std::string at = from; !root; at = os::ParentOf(at)) {
    if (os::IsFolder(os::JoinPath(at, ".dvc"))) root = at;
    if (at == os::ParentOf(at)) break;
  }
  if (!root) {
    return Error{Reason::NotFound,
                 "neither '" + from +
                     "' nor a folder above it holds data under version: `cairn data init` begins in "
                     "this folder, `cairn init` lays out a whole project"};
  }
  auto configuration = CAIRN_TRY(Configuration::Read(*root));
  Objects objects(CacheUseOf(configuration, *root));
  auto index = StatIndex::Open(*root + "/.dvc/tmp/cairn/digests");
  WorkingTree tree(*root, std::move(configuration), std::move(objects), std::move(index));
  if (!tree.configuration_.Truth("core", "no_scm", false)) tree.git_root_ = FolderWith(*root, ".git");
  return tree;
}

Result<> WorkingTree::Make(const std::string& folder, History history) {
  const std::string root = CAIRN_TRY(os::RealPath(folder)), inside = os::JoinPath(root, ".dvc");
  if (os::Exists(inside))
    return Error{Reason::AlreadyExists, "'" + root + "' is a DVC repository already; nothing was changed"};
  CAIRN_TRY(CheckHistory(root, history));
  CAIRN_TRY(os::MakeFolders(os::JoinPath(inside, "tmp")));
  const std::string ignored = os::JoinPath(root, ".dvcignore");
  if (!os::Exists(ignored)) CAIRN_TRY(os::WriteFileAtomically(ignored, kDvcIgnore));
  const bool with_git = history != History::None;
  if (with_git)
    CAIRN_TRY(os::WriteFileAtomically(os::JoinPath(inside, ".gitignore"), "/config.local\n/tmp\n/cache\n"));
  return os::WriteFileAtomically(os::JoinPath(inside, "config"),
                                 with_git ? "" : "[core]\n    no_scm = True\n");
}

Result<std::string> WorkingTree::PathOf(const std::string& given) const {
  const auto inside = [&](const std::string& path) -> std::optional<std::string> {
    const auto normal = PathInside("", path.substr(1));
    if (!normal) return std::nullopt;
    const std::string absolute = "/" + *normal;
    if (absolute == root_) return "";
    const std::string prefix = root_ == "/" ? root_ : root_ + "/";
    return absolute.starts_with(prefix) ? std::optional(absolute.substr(prefix.size())) : std::nullopt;
  };
  const std::string whole = os::JoinPath(CAIRN_TRY(os::WorkingFolder()), given);
  auto path = inside(whole);
  if (!path) {
    // Perhaps written through a link to a folder above the root.
    const auto parent = os::RealPath(os::ParentOf(whole));
    if (parent) path = inside(os::JoinPath(*parent, os::BaseName(whole)));
  }
  if (!path) {
    return Error{Reason::InvalidArgument, "'" + given + "' lies outside the repository '" + root_ +
                                              "': copy or link it to a place inside"};
  }
  for (auto slash = path->find('/'); slash != std::string::npos; slash = path->find('/', slash + 1)) {
    const auto status = os::Stat(At(path->substr(0, slash)), os::Symlinks::Report);
    if (!status || status->kind != os::FileKind::Symlink) continue;
    return Error{Reason::InvalidArgument, "'" + given + "' lies behind the link '" + path->substr(0, slash) +
                                              "': name it by its own path"};
  }
  return *std::move(path);
}

Result<std::vector<TrackedPath>> WorkingTree::Tracked() const { return CollectTracked(root_); }

Result<os::FileLock> WorkingTree::Lock(const std::function<void(const std::string& holder)>& waiting) const {
  const std::string file = root_ + "/.dvc/tmp/lock";
  CAIRN_TRY(os::MakeFolders(os::ParentOf(file)));
  auto tried = CAIRN_TRY(os::FileLock::Try(file));
  if (!tried && waiting) {
    constexpr std::uint64_t kLongestNote = 4096;
    const auto holder = os::ReadFile(file, kLongestNote);
    waiting(holder ? std::string(Trim(*holder)) : "");
  }
  auto lock = tried ? *std::move(tried) : CAIRN_TRY(os::FileLock::Wait(file));
  // As `dvc` notes it.
  CAIRN_TRY(lock.Say(std::to_string(os::ProcessId()) + "\n"));
  return lock;
}

}  // namespace cairn::repository
