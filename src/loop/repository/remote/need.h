#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/transfer.h"

namespace cairn::repository {

/// A folder's listing, and the files of it that are wanted.
struct NeededFolder {
  ObjectOfPath listing;
  std::vector<ObjectOfPath> files;
  bool whole = true;  ///< False when only parts of the folder were chosen.
};

/// Everything that chosen paths are made of, each object once.
struct Need {
  std::vector<NeededFolder> folders;
  std::vector<ObjectOfPath> files;   ///< Those of folders too, each once.
  std::vector<ObjectOfPath> unread;  ///< Listings that `read` did not give.
};

/// Where an object lies in the cache.
std::string PathInCache(const std::string& cache, const ObjectId& id);
bool IsInCache(const std::string& cache, const ObjectId& id);
/// The same, and it is protected (0444), or is found to be whole and is protected now.
bool IsTrusted(const std::string& cache, const ObjectId& id);

/// The files that a listing in the file `path` names below the folder of `chosen`. Corrupt when the listing
/// is damaged.
Result<NeededFolder> ReadFolder(const Chosen& chosen, const std::string& path);

/// The object of a chosen path; none when it is not cached, or has no digest yet.
std::optional<ObjectOfPath> ObjectOf(const Chosen& chosen);

/// Collects objects, each once.
class NeedOf {
 public:
  void AddFile(const ObjectOfPath& file);
  void AddFolder(NeededFolder folder);
  void AddUnread(const ObjectOfPath& listing) { need_.unread.push_back(listing); }
  Need Take() && { return std::move(need_); }

 private:
  Need need_;
  std::map<ObjectId, bool> seen_;
};

/// Of one remote: the chosen paths that belong to it.
struct RemoteShare {
  std::string name;  ///< "" for the default.
  std::vector<Chosen> chosen;
};
/// By remote; paths that belong to another remote than the one the order names are left out.
std::vector<RemoteShare> SharesOf(const TransferOrder& order);

}  // namespace cairn::repository
