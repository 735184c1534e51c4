#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "ground/os/batch_sync.h"
#include "ground/vocabulary/result.h"
#include "loop/repository/object_id.h"

namespace cairn::repository {

/// Objects on their way into a tree on this machine: each is written where nobody looks, beside where it will
/// lie; then all are put on disk in one go and get their names. The first objects of a folder bring it along,
/// one name instead of many. Whenever the process dies, a name that is there is a whole object. Room and
/// Arrived are safe from any thread, Settle is for one.
class Landing {
 public:
  /// How objects and their folders may be used.
  enum class Sharing { ByUmask, WithGroup };
  /// Of a file that is no longer written to.
  static constexpr unsigned kProtected = 0444;

  Landing(std::string root, Sharing sharing) : root_(std::move(root)), sharing_(sharing), sync_(root_) {}
  /// What arrived and got no name is removed.
  ~Landing();
  Landing(const Landing&) = delete;
  Landing& operator=(const Landing&) = delete;

  /// A hidden path for `id`, in a folder that is there; itself it is not.
  Result<std::string> Room(const ObjectId& id);
  /// What lies under the hidden path is whole and right.
  Result<> Arrived(const ObjectId& id, std::string hidden);
  /// Names everything that has arrived since the last time, listings of folders last; durable when it
  /// returns. Exhausted when the disk is full; nothing of it has a name then, or all of it has and may be
  /// lost with the power.
  Result<> Settle();

  /// Whether a name is one of those that are hidden: what a killed process left.
  static bool IsHidden(std::string_view name);
  static bool IsHiddenFolder(std::string_view name);

 private:
  struct Pending {
    ObjectId id;
    std::string hidden;
  };
  /// Where the objects of one folder are written.
  struct Place {
    std::string hidden;           ///< A hidden folder, when theirs was not there; else empty.
    std::set<std::string> given;  ///< The names in the hidden folder under which objects may appear with it.
    std::vector<Pending> files;   ///< Those that arrived.
    bool single = false;          ///< Whether some of them lies there under another name.
  };

  Result<> MakeFolder(const std::string& folder) const;
  Result<Place> PlaceFor(const std::string& folder) const;
  std::string PathOf(const ObjectId& id) const;
  Result<> SettleFiles(const std::string& folder, Place& place);
  Result<> SettleListings();

  const std::string root_;
  const Sharing sharing_;
  os::BatchSync sync_;
  std::mutex mutex_;
  std::map<std::string, Place> places_;  ///< By the folder that they will lie in.
  std::vector<Pending> listings_;
};

}  // namespace cairn::repository
