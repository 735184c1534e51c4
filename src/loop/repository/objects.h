#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/stat_index.h"

/// Bytes that never change, in the layout of DVC 3's cache (`<cache>/files/md5/<2 digits>/<30 digits>[.dir]`,
/// mode 0444), so that `dvc` and Cairn read each other's objects. The layout names by MD5; every digest that
/// proves something is SHA-256, taken in the same read.
namespace cairn::repository {

struct TrackedFile {
  std::string relpath;  ///< Below the folder, with '/'.
  std::string md5, sha256;
  std::uint64_t size = 0;
};

/// What a file or folder held at one moment.
struct Snapshot {
  std::string md5;  ///< Of the file; of a folder its listing's MD5 and ".dir".
  std::string
      sha256;  ///< Of the file; of a folder, of the lines "<sha256>  <relpath>\n" in order of relpath.
  std::uint64_t size = 0;
  bool folder = false;
  bool executable = false;         ///< Of a file; inside a folder the mode is not recorded.
  std::vector<TrackedFile> files;  ///< Of a folder, sorted by relpath; empty folders are not recorded.
};

/// The listing object of a folder, byte for byte as DVC writes it: a JSON array of {"md5", "relpath"} sorted
/// by relpath, with ", " and ": " and \u escapes.
std::string ListingOf(const std::vector<TrackedFile>& files);
/// Reads one back. Corrupt when it is no such listing, or a relpath leaves the folder.
Result<std::vector<TrackedFile>> ParseListing(std::string_view json);

/// Takes the digests of `path` (a file or a folder, links followed), files in parallel; files whose stamp the
/// index knows are not read. NotFound when it is not there; InvalidArgument for a name that is not UTF-8;
/// Conflict when a file changes while it is read.
Result<Snapshot> TakeSnapshot(const std::string& path, StatIndex& index);

/// The cache folder. Safe from any thread and among processes: objects appear whole or not at all.
class Objects {
 public:
  /// `cache` is DVC's cache folder, `<project>/.dvc/cache` by default; made when first written to.
  explicit Objects(std::string cache) : cache_(std::move(cache)) {}

  /// Where an object lies, whether or not it is there. `md5` may end in ".dir".
  std::string PathOf(std::string_view md5) const;
  bool Has(std::string_view md5) const;
  /// Whether the object and, of a folder, all its files are there.
  bool HasAll(const Snapshot& snapshot) const;

  /// Puts the bytes at `path` (whose snapshot this is) into the cache: what is missing is copied (blocks
  /// shared where the file system can), synced in one go, made read-only, then named; a folder's listing
  /// last. Durable when it returns. Exhausted when the disk is full; Conflict when a file changed since the
  /// snapshot.
  Result<> Store(const std::string& path, const Snapshot& snapshot);
  /// The same for bytes in memory; gives their MD5.
  Result<std::string> StoreBytes(std::string_view bytes);

  /// Makes `path` equal to the object `md5`: files are written beside and renamed; in a folder, files that do
  /// not belong are removed. NotFound naming the object that is missing.
  Result<> Checkout(std::string_view md5, const std::string& path) const;
  /// The listing of a ".dir" object.
  Result<std::vector<TrackedFile>> Listing(std::string_view md5) const;

 private:
  struct Placement {
    std::string from, md5;
  };
  Result<> Place(const std::vector<Placement>& wanted, std::string_view listing,
                 std::string_view listing_md5);

  std::string cache_;
};

}  // namespace cairn::repository
