#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "loop/repository/configuration.h"
#include "loop/repository/object_id.h"
#include "loop/repository/tree.h"
#include "loop/repository/versions.h"

/// Freeing objects that nothing refers to.
namespace cairn::repository {

/// What becomes of the files of a needed folder whose listing is neither in the cache nor in a remote.
enum class Unlisted {
  Stop,   ///< Nobody knows which they are: nothing is freed.
  Freed,  ///< They go, like what nobody needs.
};

struct CollectionOrder {
  std::string root;  ///< Of the repository.
  const Configuration& configuration;
  Scope scope;  ///< What they need is kept.
  std::vector<std::string>
      also;                ///< Roots of other repositories that use the same cache: the same scope of theirs.
  bool in_remote = false;  ///< Also in the remote.
  std::string remote;      ///< "" for the default.
  TimeMs younger_than_ms =
      0;  ///< What was written after this moment is kept: somebody may just be adding it.
  unsigned jobs = 0;
  Unlisted unlisted = Unlisted::Stop;
};

struct FreedObject {
  ObjectId id;
  std::uint64_t bytes = 0;
  TimeMs modified_ms = 0;
  std::string path;         ///< The last path that it was; "" when no commit knows.
  std::string last_commit;  ///< The newest commit that needed it; "" likewise.
  std::string summary;      ///< Of that commit.
  TimeMs last_ms = 0;
};

/// What keeps objects from being freed: "workspace", a branch or tag, the lists of Keep.
struct Keeper {
  std::string name;
  std::size_t objects = 0;
  std::uint64_t bytes = 0;  ///< Of those that are in the cache.
};

struct CollectionPlan {
  std::vector<FreedObject> freed;         ///< Listings of folders first.
  std::vector<FreedObject> freed_remote;  ///< In the remote; likewise.
  std::vector<Leftover> leftovers;        ///< What killed processes left.
  std::vector<Keeper> keepers;
  std::size_t too_young = 0;  ///< Unneeded, but written too lately.
};

/// What may be freed, and what keeps the rest. Frees nothing. InvalidArgument for a scope that is empty; an
/// error with a text of any version in the scope stops it, for what that version needs is not known. The
/// listing of a needed folder that the cache lacks is read from the remote that keeps the folder; NotFound
/// when that has it neither, or there is none, unless the order says otherwise.
Result<CollectionPlan> PlanCollection(const CollectionOrder& order);

/// Frees what a plan says, listings of folders before files, so that whoever finds a listing finds its files.
/// An object that was written anew since is kept. How many it were.
Result<std::size_t> Collect(const CollectionOrder& order, const CollectionPlan& plan);

/// Notes that `by` needs these objects of a cache, whatever the repositories' texts say, until LetGo.
Result<> Keep(const std::string& cache, std::string_view by, std::span<const std::string> md5s);
/// Notes that `by` needs none of them any more. Fine when it needed none.
Result<> LetGo(const std::string& cache, std::string_view by);

}  // namespace cairn::repository
