#pragma once

#include <functional>
#include <string>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/repository/configuration.h"
#include "loop/repository/transfer.h"

/// Taking data over from another repository: a folder on this machine, or whatever git can clone.
namespace cairn::repository {

struct SourceOrder {
  std::string url;       ///< A path or an address that git understands.
  std::string path;      ///< In that repository: tracked by DVC, inside something that is, or kept by git.
  std::string revision;  ///< A branch, a tag or a commit; "" for what is checked out there (Get of a path),
                         ///< else its newest commit.
  std::string remote;    ///< Of that repository's; "" for its default.
  unsigned jobs = 0;
  std::function<void(std::uint64_t bytes)> expected, moved;
};

/// Puts a copy at `out`, which must not be there (AlreadyExists). NotFound for a repository's path that it
/// does not have, or whose objects neither its cache nor its remote has; the errors of git's and of remotes.
Result<> Get(const SourceOrder& order, const std::string& out);

/// An import as its `.dvc` file records it.
struct Imported {
  std::string file;  ///< The `.dvc` file, relative to the root.
  std::string md5;
  std::string rev_lock;  ///< The commit that it is from.
  bool changed = true;   ///< False when an update found nothing new.
};

/// Takes the path over into the cache of the repository at `root` and to `out` (relative to it), and records
/// in `<out>.dvc` where it is from, as DVC does: frozen, with the commit, never pushed. What is there already
/// is AlreadyExists unless `replace`; a place outside, or git's or DVC's own, InvalidArgument. The errors of
/// Get.
enum class Existing { Keep, Replace };
Result<Imported> Import(const std::string& root, const Configuration& configuration, const SourceOrder& order,
                        const std::string& out, Existing existing);

/// Brings an import to `revision`, or to the newest commit of what it follows. InvalidArgument for a `.dvc`
/// file that is no import from a repository.
Result<Imported> Update(const std::string& root, const Configuration& configuration, const std::string& file,
                        const std::string& revision);

/// MD5 by which DVC names what a stage says (`md5` at the top of an import's `.dvc` file). `stage` is that
/// file's content.
std::string StageDigest(const Json& stage);

}  // namespace cairn::repository
