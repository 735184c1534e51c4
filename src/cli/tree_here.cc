#include "cli/tree_here.h"

#include <algorithm>
#include <cstdio>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {

Result<TreeHere> FindTree() {
  auto tree = CAIRN_TRY(repository::WorkingTree::Find("."));
  return TreeHere{std::move(tree), CAIRN_TRY(os::WorkingFolder())};
}

std::string TreeHere::Shown(const std::string& path) const {
  const std::string whole = tree.At(path);
  const auto have = Split(folder, '/'), want = Split(whole, '/');
  std::size_t same = 0;
  while (same < have.size() && same < want.size() && have[same] == want[same]) ++same;
  std::vector<std::string> parts(have.size() - same, "..");
  for (std::size_t i = same; i < want.size(); ++i) parts.emplace_back(want[i]);
  return parts.empty() ? "." : Join(parts, "/");
}

std::string TreeHere::ShownAll(const std::vector<std::string>& paths, std::string_view separator) const {
  std::vector<std::string> shown;
  shown.reserve(paths.size());
  for (const auto& path : paths) shown.push_back(path.starts_with('/') ? path : Shown(path));
  return Join(shown, separator);
}

Result<std::vector<repository::Chosen>> TreeHere::Choose(const std::vector<std::string>& targets) const {
  const auto tracked = CAIRN_TRY(tree.Tracked());
  std::vector<std::string> paths;
  for (const auto& target : targets) {
    // A stage's name is no path.
    const bool is_stage =
        std::any_of(tracked.begin(), tracked.end(), [&](const auto& one) { return one.stage == target; });
    paths.push_back(is_stage ? target : CAIRN_TRY(tree.PathOf(target)));
  }
  return repository::Choose(tracked, paths);
}

TreeProgress::TreeProgress(std::string label, Shown shown)
    : bar_(std::move(label), 0, "B",
           shown == Shown::Never ? os::ProgressBar::Look{-1, 1000, 100} : os::ProgressBar::Look{}) {
  meter_.expected = [this](std::uint64_t bytes) { bar_.Extend(bytes); };
  meter_.done = [this](std::uint64_t bytes) { bar_.Advance(bytes); };
  if (shown == Shown::Never) return;
  meter_.waiting = [](const std::string& holder) {
    std::fprintf(stderr, "waiting for another process that works in this repository%s\n",
                 holder.empty() ? "" : (" (" + holder + ")").c_str());
  };
}

}  // namespace cairn::cli
