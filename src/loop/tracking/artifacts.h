#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"

namespace cairn::tracking {

class Destination;

/// The files that runs and models left: plain files below one folder, or objects below one prefix of a bucket
/// that speaks S3. Paths are relative to it, checked as CheckedArtifactPath does; nothing reaches outside it,
/// also not through a symbolic link (InvalidArgument). A file appears whole or not at all, whatever happens
/// while it arrives. Safe from any thread. With a bucket, any call may also give blob::Bucket's errors.
///
/// In a folder every path is a file of its own, never a second name (hard link) of another: people open and
/// edit these files, and a script that writes into one in place must not change what another run logged. What
/// is logged twice therefore shares its blocks only where the file system copies a shared block when it is
/// written (XFS, Btrfs; ioctl FIDEDUPERANGE, with which the kernel compares the bytes itself). The folder
/// ".cairn-contents" below the root holds links that say where which content was stored last; it may be
/// deleted at any time.
class Artifacts {
 public:
  /// A folder, which is made when the first file arrives.
  explicit Artifacts(std::string root);
  /// `where` is a folder, or "s3://bucket/prefix" with the variables of blob::PlaceFromEnvironment. `cache`
  /// is a folder of this machine's for copies of what a bucket holds; what was not used for a while goes when
  /// there is more than 10 GiB.
  static Result<Artifacts> Open(const std::string& where, const std::string& cache);
  Artifacts(Artifacts&&) noexcept;
  ~Artifacts();

  struct Entry {
    std::string path;  ///< Relative to what was listed: its name.
    bool folder = false;
    std::uint64_t bytes = 0;
  };
  /// What lies in a folder, by name; nothing for a file or where nothing is.
  Result<std::vector<Entry>> List(std::string_view path) const;

  struct File {
    std::string path;  ///< On this machine; its last part is the artifact's name.
    std::uint64_t bytes = 0;
    std::string version;  ///< Another text whenever the content is another.
  };
  /// NotFound when there is nothing, InvalidArgument for a folder.
  Result<File> Find(std::string_view path) const;
  /// Where a folder lies on this machine, for reading. NotFound when there is nothing, or a file.
  Result<std::string> FolderAt(std::string_view path) const;

  /// Moves the file at `source` here, over one that is there; on disk, or in the bucket, when it returns. It
  /// may stay where it was. Exhausted when the disk is full; nothing is changed then.
  Result<> Adopt(std::string_view path, const std::string& source);
  /// A file, or a folder with all in it. NotFound when there is nothing.
  Result<> Remove(std::string_view path);

  struct Kept {
    std::string path;  ///< From the root.
    std::uint64_t bytes = 0;
    TimeMs modified_ms = 0;
  };
  /// A folder of this machine's for the parts of uploads that are under way (ArtifactParts).
  std::string PartsFolder() const;
  /// How URIs that lead here without the server begin: the folder's absolute path, or "s3://bucket/prefix".
  std::string Address() const;
  /// Every file there is, by path, and what uploads that broke off left behind.
  Result<std::vector<Kept>> All() const;
  /// Removes these files, as All gave them, and the folders that become empty; what is gone already is fine.
  /// With a bucket also the parts of uploads that were begun before `moment` and never ended.
  Result<> Discard(std::span<const Kept> files, TimeMs moment);

  /// All files as they were at one moment, for as long as this object lives; it must not outlive the
  /// artifacts. What replaces or removes a file later, through them, does not reach those here.
  class Moment {
   public:
    struct File {
      std::string path;  ///< From the root.
      std::uint64_t bytes = 0;
    };
    virtual ~Moment() = default;
    virtual const std::vector<File>& files() const = 0;
    /// Copies a file, as it was, to `to`, where nothing is. Conflict when what it held is gone: somebody
    /// wrote into the file in place, or another program changed the object in the bucket. Safe from any
    /// thread.
    virtual Result<> Copy(const File& file, const std::string& to) const = 0;
  };
  /// While no call changes anything here, calls `meanwhile`, with what else belongs to the moment, and notes
  /// what there is: names every file of a folder a second time, lists a bucket. Uploads wait until it
  /// returns. What an upload into a bucket replaces afterwards is fetched first, so that one takes longer
  /// while the moment lives. One at a time: a second one ends the first.
  Result<std::unique_ptr<Moment>> Freeze(const std::function<Result<>()>& meanwhile);

 private:
  explicit Artifacts(std::unique_ptr<Destination> destination);

  std::unique_ptr<Destination> destination_;
  std::unique_ptr<std::shared_mutex> changing_;
};

}  // namespace cairn::tracking
