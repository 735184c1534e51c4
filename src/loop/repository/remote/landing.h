#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/object_id.h"

namespace cairn::repository {

/// Objects on their way into a tree on this machine: each is written under a hidden name in the folder where
/// it will lie; then all are put on disk in one go and get their names. Whenever the process dies, a name
/// that is there is a whole object. Room and Arrived are safe from any thread, Settle is for one.
class Landing {
 public:
  /// How objects and their folders may be used.
  enum class Sharing { ByUmask, WithGroup };

  Landing(std::string root, Sharing sharing) : root_(std::move(root)), sharing_(sharing) {}
  /// Hidden files that got no name are removed.
  ~Landing();
  Landing(const Landing&) = delete;
  Landing& operator=(const Landing&) = delete;

  /// A hidden name for `id`, with the folder made; nothing is there yet.
  Result<std::string> Room(const ObjectId& id);
  /// What lies under the hidden name is whole and right.
  void Arrived(const ObjectId& id, std::string hidden);
  /// Names everything that has arrived since the last time, listings of folders last; durable when it
  /// returns. Exhausted when the disk is full; nothing of it has a name then, or all of it has and may be
  /// lost with the power.
  Result<> Settle();

  /// Whether a name is one of those that are hidden: what a killed process left.
  static bool IsHidden(std::string_view name);

 private:
  struct Pending {
    ObjectId id;
    std::string hidden;
  };

  const std::string root_;
  const Sharing sharing_;
  std::mutex mutex_;
  std::set<std::string> folders_;
  std::vector<Pending> pending_;
};

}  // namespace cairn::repository
