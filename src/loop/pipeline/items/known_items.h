#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/pipeline/items/path_table.h"
#include "loop/repository/folder_files.h"
#include "loop/repository/listing.h"
#include "loop/repository/stat_index.h"

namespace cairn::pipeline {

/// The items of a stage when it finished, under the name that dvc.lock has of their folder: whoever reads
/// them finds out by that name whether they belong to it. Beside each stands the stamp that it had, so that
/// one that is as it was costs no look at anything else. Moved, not copied.
class KnownItems {
 public:
  /// Keeps them; `record` is ItemMap::record, `md5` what dvc.lock calls the folder. After
  /// FolderFiles::TakeDigests.
  static Result<> Keep(const std::string& record, const std::string& md5,
                       const repository::FolderFiles& files);
  static bool Are(const std::string& record, const std::string& md5);
  /// NotFound when they were not kept; Corrupt when that is damaged.
  static Result<KnownItems> Read(const std::string& record, const std::string& md5);
  /// Those that a listing names, without stamps.
  explicit KnownItems(repository::Listing listing);
  /// Removes those of other names.
  static void DropOthers(const std::string& record, const std::string& md5);

  std::size_t size() const { return items_.size(); }
  std::string_view item(std::size_t place) const { return items_[place].path; }
  const repository::Md5Digest& md5(std::size_t place) const { return items_[place].md5; }
  /// Whether it had this stamp; false when that is not known.
  bool HadStamp(std::size_t place, const repository::Fingerprint& stamp) const;
  /// The place, if the item stands there: as a rule it does, while nothing came or went.
  std::optional<std::size_t> At(std::size_t place, std::string_view item) const;
  /// To be called once, before Find.
  void Index();
  std::optional<std::size_t> Find(std::string_view item) const { return places_.Find(item); }

 private:
  struct Item {
    std::string_view path;
    repository::Md5Digest md5;
  };
  KnownItems() = default;

  std::string text_;  ///< What paths point into, when they were kept here.
  std::optional<repository::Listing> listing_;
  std::vector<Item> items_;
  std::size_t stamps_ = 0;  ///< Where the stamps begin in `text_`; 0: none.
  PathTable places_;
};

}  // namespace cairn::pipeline
