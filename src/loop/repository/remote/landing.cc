#include "loop/repository/remote/landing.h"

#include <algorithm>

#include "ground/os/files.h"
#include "ground/os/identity.h"
#include "ground/os/new_file.h"
#include "ground/vocabulary/digest.h"

namespace cairn::repository {
namespace {

constexpr std::string_view kHidden = ".tmp-";
constexpr unsigned kGroupFolder = 02775;

std::string HiddenIn(const std::string& folder) {
  return os::JoinPath(folder, std::string(kHidden) + os::NewHexId());
}

void Drop(const std::string& hidden) { static_cast<void>(bool(os::Remove(hidden))); }
void DropFolder(const std::string& hidden) {
  if (!hidden.empty()) static_cast<void>(bool(os::RemoveTree(hidden)));
}

}  // namespace

Landing::~Landing() {
  for (const auto& [folder, place] : places_) {
    for (const auto& one : place.files) Drop(one.hidden);
    DropFolder(place.hidden);
  }
  for (const auto& one : listings_) Drop(one.hidden);
}

bool Landing::IsHidden(std::string_view name) {
  // What comes from a bucket is first written under a name of os::NewFile's.
  return name.starts_with(kHidden) || os::IsHiddenName(name);
}

bool Landing::IsHiddenFolder(std::string_view name) {
  // Beside the folders of a tree there may be those of others.
  return name.starts_with(kHidden) && IsHex(name.substr(kHidden.size()), 32);
}

std::string Landing::PathOf(const ObjectId& id) const { return os::JoinPath(root_, id.Key()); }

Result<> Landing::MakeFolder(const std::string& folder) const {
  CAIRN_TRY(os::MakeFolders(folder));
  if (sharing_ == Sharing::WithGroup && CAIRN_TRY(os::Stat(folder)).mode != kGroupFolder) {
    // Somebody else's folder is as its owner wants it.
    static_cast<void>(bool(os::SetMode(folder, kGroupFolder)));
  }
  return Done{};
}

Result<Landing::Place> Landing::PlaceFor(const std::string& folder) const {
  if (os::IsFolder(folder)) {
    CAIRN_TRY(MakeFolder(folder));
    return Place();
  }
  const std::string parent = os::ParentOf(folder);
  CAIRN_TRY(os::MakeFolders(parent));
  Place place;
  place.hidden = HiddenIn(parent);
  CAIRN_TRY(MakeFolder(place.hidden));
  return place;
}

Result<std::string> Landing::Room(const ObjectId& id) {
  const std::string path = PathOf(id), folder = os::ParentOf(path), name = os::BaseName(path);
  const std::lock_guard lock(mutex_);
  auto known = places_.find(folder);
  if (known == places_.end()) known = places_.emplace(folder, CAIRN_TRY(PlaceFor(folder))).first;
  Place& place = known->second;
  if (place.hidden.empty()) return HiddenIn(folder);
  // A listing must not appear with its folder, before what it names.
  if (id.IsListing()) return HiddenIn(place.hidden);
  if (place.given.insert(name).second) return os::JoinPath(place.hidden, name);
  place.single = true;
  return HiddenIn(place.hidden);
}

Result<> Landing::Arrived(const ObjectId& id, std::string hidden) {
  if (CAIRN_TRY(os::Stat(hidden)).mode != kProtected) CAIRN_TRY(os::SetMode(hidden, kProtected));
  sync_.Wrote();
  const std::string folder = os::ParentOf(PathOf(id));
  const std::lock_guard lock(mutex_);
  (id.IsListing() ? listings_ : places_[folder].files).push_back({id, std::move(hidden)});
  return Done{};
}

Result<> Landing::SettleFiles(const std::string& folder, Place& place) {
  if (!place.hidden.empty()) {
    // What failed to arrive must not appear with the rest; and another process may have made the folder
    // meanwhile.
    const bool whole = !place.single && place.files.size() == place.given.size();
    if (whole && os::Rename(place.hidden, folder)) {
      place.files.clear();
      for (Pending& one : listings_) {
        if (os::ParentOf(one.hidden) == place.hidden)
          one.hidden = os::JoinPath(folder, os::BaseName(one.hidden));
      }
      place.hidden.clear();
      return Done{};
    }
    CAIRN_TRY(MakeFolder(folder));
  }
  while (!place.files.empty()) {
    CAIRN_TRY(os::Rename(place.files.back().hidden, PathOf(place.files.back().id)));
    place.files.pop_back();
  }
  return Done{};
}

Result<> Landing::SettleListings() {
  while (!listings_.empty()) {
    CAIRN_TRY(os::Rename(listings_.back().hidden, PathOf(listings_.back().id)));
    listings_.pop_back();
  }
  return Done{};
}

Result<> Landing::Settle() {
  const bool any =
      std::any_of(places_.begin(), places_.end(), [](const auto& one) { return !one.second.files.empty(); });
  if (!any && listings_.empty()) return Done{};
  CAIRN_TRY(sync_.Finish());
  for (auto& [folder, place] : places_) CAIRN_TRY(SettleFiles(folder, place));
  CAIRN_TRY(SettleListings());
  for (const auto& [folder, place] : places_) DropFolder(place.hidden);
  places_.clear();
  return os::SyncFileSystem(root_);
}

}  // namespace cairn::repository
