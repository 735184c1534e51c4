#include "loop/repository/scan/collect.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "ground/os/walk.h"
#include "loop/repository/ignore.h"
#include "loop/repository/pointer/outs_of_file.h"

namespace cairn::repository {
namespace {

constexpr std::uint64_t kMostBytes = 256 << 20;

/// What all folders of one walk share.
struct Found {
  std::mutex mutex;
  std::vector<TrackedPath> tracked;
  std::set<std::string, std::less<>> paths;
};

std::string Below(std::string_view folder, std::string_view name) {
  return folder.empty() ? std::string(name) : std::string(folder) + "/" + std::string(name);
}

/// Reads the texts of each folder as the walk enters it, so that the folders they track are never entered.
class Collector final : public os::WalkRules {
 public:
  Collector(std::string root, std::shared_ptr<const os::WalkRules> ignore, std::shared_ptr<Found> found)
      : root_(std::move(root)), ignore_(std::move(ignore)), found_(std::move(found)) {}

  Result<std::shared_ptr<const os::WalkRules>> In(const os::WalkedFolder& folder) const override {
    const auto own = CAIRN_TRY(ignore_->In(folder));
    const os::WalkRules& ignore = own ? *own : *ignore_;
    const bool locked = Holds(folder, "dvc.lock");
    for (const auto& entry : folder.entries) {
      const bool is_file = entry.kind == os::FileKind::File || entry.kind == os::FileKind::Symlink;
      if (!is_file || !IsTrackingFile(entry.name) || entry.name == "dvc.lock") continue;
      if (ignore.LeaveOut(folder.path, entry.name, false)) continue;
      CAIRN_TRY(Read(Below(folder.path, entry.name), locked));
    }
    if (!own) return own;
    return std::shared_ptr<const os::WalkRules>(std::make_shared<Collector>(root_, own, found_));
  }

  bool LeaveOut(std::string_view folder, std::string_view name, bool is_folder) const override {
    if (!is_folder || ignore_->LeaveOut(folder, name, true)) return true;
    const std::lock_guard lock(found_->mutex);
    return found_->paths.contains(Below(folder, name));
  }

 private:
  static bool Holds(const os::WalkedFolder& folder, std::string_view name) {
    return std::any_of(folder.entries.begin(), folder.entries.end(),
                       [&](const os::WalkedEntry& entry) { return entry.name == name; });
  }

  Result<> Read(const std::string& file, bool locked) const {
    const auto read = [this](const std::string& text) {
      return os::ReadFile(os::JoinPath(root_, text), kMostBytes);
    };
    auto outs = OutsOfFile(file, locked, read);
    if (!outs) {
      // Gone since its name was read, or a link that leads nowhere.
      return outs.error().reason == Reason::NotFound ? Result<>() : std::move(outs).error();
    }
    const std::lock_guard lock(found_->mutex);
    for (TrackedPath& out : *outs) {
      found_->paths.insert(out.path);
      found_->tracked.push_back(std::move(out));
    }
    return Done{};
  }

  const std::string root_;
  const std::shared_ptr<const os::WalkRules> ignore_;
  const std::shared_ptr<Found> found_;
};

/// Whether the text that says it lies in a folder that is tracked itself, and so is data.
bool IsData(const TrackedPath& tracked, const std::set<std::string, std::less<>>& paths) {
  for (auto slash = tracked.said_in.rfind('/'); slash != std::string::npos;
       slash = tracked.said_in.rfind('/', slash - 1)) {
    if (paths.contains(std::string_view(tracked.said_in).substr(0, slash))) return true;
    if (slash == 0) break;
  }
  return false;
}

}  // namespace

Result<std::vector<TrackedPath>> CollectTracked(const std::string& root) {
  const auto found = std::make_shared<Found>();
  const auto ignore = CAIRN_TRY(IgnoreRules::For(root, ""));
  CAIRN_TRY(os::WalkTree(root, os::Detail::Names, std::make_shared<Collector>(root, ignore, found)));
  std::erase_if(found->tracked, [&](const TrackedPath& tracked) { return IsData(tracked, found->paths); });
  std::sort(found->tracked.begin(), found->tracked.end(), [](const TrackedPath& a, const TrackedPath& b) {
    return std::tie(a.path, a.said_in) < std::tie(b.path, b.said_in);
  });
  return std::move(found->tracked);
}

}  // namespace cairn::repository
