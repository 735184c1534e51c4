#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/listing.h"
#include "loop/repository/object_id.h"
#include "loop/repository/stat_index.h"

/// Bytes that never change, in the layout of DVC 3's cache (`<cache>/files/md5/<2 digits>/<30 digits>[.dir]`,
/// mode 0444), so that `dvc` and Cairn read each other's objects. The layout names by MD5; every digest that
/// proves something is SHA-256, taken in the same read.
namespace cairn::repository {

/// What a file or folder held at one moment.
struct Snapshot {
  std::string md5;     ///< Of the file; of a folder its listing's MD5 and ".dir".
  std::string sha256;  ///< Of a file, when asked for.
  std::uint64_t size = 0;
  bool folder = false;
  bool executable = false;                 ///< Of a file; inside a folder the mode is not recorded.
  std::shared_ptr<const Listing> listing;  ///< Of a folder.
};

enum class Evidence { None, Sha256 };

/// Takes the digests of `path` (a file or a folder), files in parallel; files whose stamp the index knows are
/// not read. Links to files count as the files, links to folders inside a folder as nothing. NotFound when it
/// is not there; InvalidArgument for what is no file; Conflict when a file changes while it is read.
Result<Snapshot> TakeSnapshot(const std::string& path, StatIndex& index, Evidence evidence = Evidence::None);

/// How a file of the working tree is made from an object.
enum class LinkType { Reflink, HardLink, Symlink, Copy };

struct CacheUse {
  std::string folder;  ///< DVC's cache, `<root>/.dvc/cache` by default; made when first written to.
  std::vector<LinkType> links = {LinkType::Reflink, LinkType::Copy};  ///< The first that works is used.
  bool shared_with_group = false;                                     ///< Folders get the mode 02775.
};

/// The cache. Safe from any thread and among processes: objects appear whole or not at all.
class Objects {
 public:
  explicit Objects(CacheUse use) : use_(std::move(use)) {}
  explicit Objects(std::string folder) { use_.folder = std::move(folder); }

  const CacheUse& use() const { return use_; }
  /// Where an object lies, whether or not it is there. `md5` may end in ".dir".
  std::string PathOf(std::string_view md5) const;
  std::string PathOf(const ObjectId& id) const;
  bool Has(std::string_view md5) const;
  /// Whether the object and, of a folder, all its files are there.
  bool HasAll(const Snapshot& snapshot) const;
  /// The same of a folder by its name alone; what was found is remembered.
  bool HasFolder(std::string_view md5, StatIndex& index) const;

  /// Puts the bytes at `path` (whose snapshot this is) into the cache. Durable when it returns. What is there
  /// already is read, and replaced when it is damaged, unless `index` vouches for it. Exhausted when the disk
  /// is full; Conflict when a file changed since the snapshot.
  Result<> Store(const std::string& path, const Snapshot& snapshot, StatIndex* index = nullptr) const;
  /// The same for bytes in memory; gives their MD5.
  Result<std::string> StoreBytes(std::string_view bytes) const;

  /// Makes `path` equal to the object `md5`: files are written beside and renamed; in a folder, files that do
  /// not belong are removed. NotFound naming the object that is missing.
  Result<> Checkout(std::string_view md5, const std::string& path) const;
  /// The listing of a ".dir" object. NotFound, or Corrupt when it is not what its name says.
  Result<Listing> ReadListing(const ObjectId& id) const;

 private:
  CacheUse use_;
};

}  // namespace cairn::repository
