#include "loop/repository/remote/landing.h"

#include <algorithm>

#include "ground/os/files.h"
#include "ground/os/identity.h"
#include "ground/os/new_file.h"

namespace cairn::repository {
namespace {

constexpr std::string_view kHidden = ".tmp-";
constexpr unsigned kProtected = 0444, kGroupFolder = 02775;

}  // namespace

Landing::~Landing() {
  for (const auto& one : pending_) static_cast<void>(bool(os::Remove(one.hidden)));
}

bool Landing::IsHidden(std::string_view name) {
  // What comes from a bucket is first written under a name of os::NewFile's.
  return name.starts_with(kHidden) || os::IsHiddenName(name);
}

Result<std::string> Landing::Room(const ObjectId& id) {
  const std::string folder = os::ParentOf(os::JoinPath(root_, id.Key()));
  {
    const std::lock_guard lock(mutex_);
    if (!folders_.contains(folder)) {
      CAIRN_TRY(os::MakeFolders(folder));
      if (sharing_ == Sharing::WithGroup && CAIRN_TRY(os::Stat(folder)).mode != kGroupFolder) {
        // Somebody else's folder is as its owner wants it.
        static_cast<void>(bool(os::SetMode(folder, kGroupFolder)));
      }
      folders_.insert(folder);
    }
  }
  return os::JoinPath(folder, std::string(kHidden) + os::NewHexId());
}

void Landing::Arrived(const ObjectId& id, std::string hidden) {
  const std::lock_guard lock(mutex_);
  pending_.push_back({id, std::move(hidden)});
}

Result<> Landing::Settle() {
  if (pending_.empty()) return Done{};
  for (const auto& one : pending_) CAIRN_TRY(os::SetMode(one.hidden, kProtected));
  CAIRN_TRY(os::SyncFileSystem(root_));
  std::stable_partition(pending_.begin(), pending_.end(),
                        [](const Pending& one) { return !one.id.IsListing(); });
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    auto named = os::Rename(pending_[i].hidden, os::JoinPath(root_, pending_[i].id.Key()));
    if (named) continue;
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(i));
    return named;
  }
  pending_.clear();
  return os::SyncFileSystem(root_);
}

}  // namespace cairn::repository
