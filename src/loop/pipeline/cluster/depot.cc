#include "loop/pipeline/cluster/depot.h"

#include <set>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"

namespace cairn::pipeline {

using repository::Listing;
using repository::ObjectId;
using repository::Remote;

namespace {

Result<> PutAll(Remote& remote, const std::vector<Remote::Move>& moves) {
  if (moves.empty()) return Done{};
  for (auto& put : remote.Put(moves, {})) {
    if (!put)
      return Error{put.error().reason, "the store " + remote.Shown() +
                                           " was not given all that the stages read: " + put.error().message};
  }
  return Done{};
}

}  // namespace

Result<Depot> Depot::Open(const std::string& store, std::string scratch) {
  repository::RemoteSettings settings;
  settings.name = "store";
  settings.url = store;
  return Depot(CAIRN_TRY(Remote::Open(settings)), std::move(scratch));
}

Depot::~Depot() {
  if (remote_ && number_ > 0) static_cast<void>(bool(os::RemoveTree(scratch_)));
}

/// A new place for something under way.
Result<std::string> Depot::Scratch() {
  CAIRN_TRY(os::MakeFolders(scratch_));
  return os::JoinPath(scratch_, std::to_string(++number_));
}

Result<> Depot::Add(const std::string& path, const repository::Snapshot& snapshot) {
  if (!snapshot.folder) {
    added_.emplace(ObjectId{snapshot.md5}, path);
    return Done{};
  }
  for (const auto& file : snapshot.listing->files())
    added_.emplace(ObjectId{HexOf(file.md5)}, os::JoinPath(path, file.relpath));
  CAIRN_TRY(AddListing(*snapshot.listing));
  return Done{};
}

Result<std::string> Depot::AddListing(const Listing& listing) {
  const std::string bytes = listing.Object();
  const std::string name = crypto::Md5Hex(bytes) + ".dir";
  if (added_.contains(ObjectId{name})) return name;
  const std::string path = CAIRN_TRY(Scratch());
  CAIRN_TRY(os::WriteFileAtomically(path, bytes));
  added_.emplace(ObjectId{name}, path);
  return name;
}

Result<> Depot::Send() {
  std::vector<ObjectId> ids;
  for (const auto& [id, path] : added_) ids.push_back(id);
  const auto held = CAIRN_TRY(remote_->Holds(ids, {}));
  std::vector<Remote::Move> files, listings;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!held[i]) (ids[i].IsListing() ? listings : files).push_back({ids[i], added_.at(ids[i])});
  }
  CAIRN_TRY(PutAll(*remote_, files));
  CAIRN_TRY(PutAll(*remote_, listings));
  added_.clear();
  return Done{};
}

Result<> Depot::Fetch(const std::vector<Remote::Move>& moves) {
  if (moves.empty()) return Done{};
  for (auto& got : remote_->Get(moves, {})) {
    if (!got) return std::move(got).error();
  }
  return Done{};
}

Result<Listing> Depot::ReadListing(const std::string& name) {
  const std::string path = CAIRN_TRY(Scratch());
  CAIRN_TRY(Fetch({{ObjectId{name}, path}}));
  return Listing::Parse(CAIRN_TRY(os::ReadFile(path)));
}

/// Makes the files of a listing in a folder of their own.
Result<std::string> Depot::Laid(const Listing& listing) {
  std::string whole = CAIRN_TRY(Scratch());
  CAIRN_TRY(os::MakeFolders(whole));
  std::vector<Remote::Move> moves;
  std::set<std::string> folders;
  for (const auto& file : listing.files()) {
    moves.push_back({ObjectId{HexOf(file.md5)}, os::JoinPath(whole, file.relpath)});
    folders.insert(os::ParentOf(moves.back().path));
  }
  for (const auto& folder : folders) CAIRN_TRY(os::MakeFolders(folder));
  CAIRN_TRY(Fetch(moves));
  return whole;
}

Result<> Depot::Bring(const std::string& name, const std::string& path) {
  std::string whole;
  if (ObjectId{name}.IsListing()) {
    whole = CAIRN_TRY(Laid(CAIRN_TRY(ReadListing(name))));
  } else {
    whole = CAIRN_TRY(Scratch());
    CAIRN_TRY(Fetch({{ObjectId{name}, whole}}));
  }
  CAIRN_TRY(os::MakeFolders(os::ParentOf(path)));
  CAIRN_TRY(os::RemoveTree(path));
  return os::Rename(whole, path);
}

Result<> Depot::BringFiles(const Listing& listing, const std::string& folder) {
  const std::string laid = CAIRN_TRY(Laid(listing));
  for (const auto& file : listing.files()) {
    const std::string path = os::JoinPath(folder, file.relpath);
    CAIRN_TRY(os::MakeFolders(os::ParentOf(path)));
    CAIRN_TRY(os::RemoveTree(path));
    CAIRN_TRY(os::Rename(os::JoinPath(laid, file.relpath), path));
  }
  return Done{};
}

}  // namespace cairn::pipeline
