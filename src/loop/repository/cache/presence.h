#pragma once

#include <string>

#include "ground/vocabulary/result.h"
#include "loop/repository/objects.h"

namespace cairn::repository {

/// Whether the cache holds a folder's listing and every file it names. What was found is remembered with the
/// stamps of the cache's folders: as long as these stand, nothing was taken away, and no object is looked at.
class Presence {
 public:
  Presence(const Objects& objects, StatIndex& index);

  bool HoldsFile(const ObjectId& id) const { return os::Exists(objects_.PathOf(id)); }
  /// Without reading the listing; nothing when only a look at all of it can tell.
  bool KnowsFolder(const ObjectId& id);
  /// `listing` is the object's content.
  bool HoldsFolder(const ObjectId& id, const Listing& listing);
  /// As long as this stays the same, no object came or went.
  const Fingerprint& Prefixes() { return State(false); }

 private:
  /// Of the folders of objects, 256 at most.
  const Fingerprint& State(bool legacy);
  Fingerprint KeyOf(const ObjectId& id) const;

  const Objects& objects_;
  StatIndex& index_;
  struct Folders {
    bool looked = false, settled = true;
    Fingerprint state;
  };
  Folders folders_[2];
};

}  // namespace cairn::repository
