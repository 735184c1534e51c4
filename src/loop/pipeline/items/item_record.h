#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ground/os/descriptor.h"
#include "ground/vocabulary/result.h"
#include "loop/repository/listing.h"

namespace cairn::pipeline {

/// What one call read and made.
struct ItemDone {
  repository::Md5Digest read;
  std::vector<repository::Md5Digest> made;  ///< In the order of ItemMap::makes.
};

/// What the calls of a stage did since the stage finished last, one line an item, so that a program that dies
/// loses only the calls under way. It counts only for the `key` that it was begun with: what every call
/// depends on. Lines that are torn count for nothing. Safe from any thread but for Begin.
class ItemJournal {
 public:
  /// Nothing done when there is no such file, or it was begun with another key.
  static Result<ItemJournal> Read(std::string file, std::string_view key);

  const std::unordered_map<std::string, ItemDone>& done() const { return done_; }
  /// Goes on with it, or begins it anew when it is another key's, or `anew`.
  Result<> Begin(bool anew);
  /// Survives the death of this program when it returns.
  Result<> Append(std::string_view item, const ItemDone& done);

 private:
  ItemJournal(std::string file, std::string_view key) : file_(std::move(file)), key_(key) {}

  std::string file_, key_;
  bool ours_ = false;  ///< Whether what is there was begun with our key.
  std::unordered_map<std::string, ItemDone> done_;
  os::Descriptor open_;
};

}  // namespace cairn::pipeline
