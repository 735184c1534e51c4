#include "loop/repository/placing/remembered_paths.h"

#include <algorithm>

#include "ground/os/descriptor.h"
#include "ground/os/files.h"
#include "ground/os/identity.h"
#include "ground/vocabulary/text.h"

namespace cairn::repository {
namespace {

constexpr std::uint64_t kMostBytes = 256 << 20;

std::string FileIn(const WorkingTree& tree) { return tree.root() + "/.dvc/tmp/cairn/paths"; }

}  // namespace

Result<> RememberPaths(const WorkingTree& tree, std::vector<std::string> paths) {
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  const std::string file = FileIn(tree), text = Join(paths, std::string_view("\0", 1));
  const auto there = os::ReadFile(file, kMostBytes);
  if (there && *there == text) return Done{};
  CAIRN_TRY(os::MakeFolders(os::ParentOf(file)));
  const std::string draft = file + "." + os::NewHexId();
  {
    const auto aside = CAIRN_TRY(os::CreateFile(draft));
    CAIRN_TRY(os::WriteAll(aside.number(), text, draft));
  }
  return os::Rename(draft, file);
}

std::vector<std::string> RememberedPaths(const WorkingTree& tree) {
  std::vector<std::string> paths;
  const auto text = os::ReadFile(FileIn(tree), kMostBytes);
  if (!text || text->empty()) return paths;
  for (const std::string_view path : Split(*text, '\0')) paths.emplace_back(path);
  return paths;
}

}  // namespace cairn::repository
