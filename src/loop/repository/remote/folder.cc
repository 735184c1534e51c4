#include "loop/repository/remote/folder.h"

#include <algorithm>

#include "ground/os/files.h"
#include "ground/os/pool.h"
#include "loop/repository/remote/content.h"
#include "loop/repository/tree.h"

namespace cairn::repository {
namespace {

/// More than processors, for folders that are mounted from elsewhere.
unsigned JobsOf(const Pace& pace) { return pace.jobs > 0 ? pace.jobs : 2 * os::Processors(); }

/// What a killed process loses at most; syncing costs the same for one file as for all of these.
constexpr std::size_t kBatchFiles = 10'000;
constexpr std::uint64_t kBatchBytes = std::uint64_t{1} << 30;

}  // namespace

std::string FolderRemote::PathOf(const ObjectId& id) const { return os::JoinPath(path_, id.Key()); }

Result<std::vector<bool>> FolderRemote::Holds(std::span<const ObjectId> ids, const Pace& pace) const {
  if (!os::Exists(path_)) return std::vector<bool>(ids.size(), false);
  // Bits of one word cannot be written by two threads.
  std::vector<char> there(ids.size(), 0);
  os::ForEachIndex(ids.size(), JobsOf(pace),
                   [&](std::size_t i) { there[i] = os::Exists(PathOf(ids[i])) ? 1 : 0; });
  return std::vector<bool>(there.begin(), there.end());
}

Result<std::vector<HeldObject>> FolderRemote::List(const Pace&) const { return ObjectsBelow(path_); }

Result<std::vector<Leftover>> FolderRemote::Leftovers() const { return LeftoversBelow(path_); }

std::vector<Result<>> FolderRemote::Put(std::span<const Move> moves, const Pace& pace) {
  std::vector<Result<>> outcomes(moves.size());
  for (std::size_t from = 0; from < moves.size();) {
    std::size_t to = from;
    for (std::uint64_t bytes = 0; to < moves.size() && to - from < kBatchFiles && bytes < kBatchBytes; ++to)
      bytes += moves[to].bytes;
    Landing landing(path_, sharing_);
    os::ForEachIndex(to - from, JobsOf(pace), [&](std::size_t i) {
      const Move& move = moves[from + i];
      outcomes[from + i] = [&]() -> Result<> {
        auto room = CAIRN_TRY(landing.Room(move.id));
        CAIRN_TRY(CopyChecked(move.id, move.path, room, "the cache", pace.moved));
        return landing.Arrived(move.id, std::move(room));
      }();
    });
    if (const auto settled = landing.Settle(); !settled) {
      for (std::size_t i = from; i < to; ++i) {
        if (outcomes[i]) outcomes[i] = settled.error();
      }
    }
    from = to;
  }
  return outcomes;
}

std::vector<Result<>> FolderRemote::Get(std::span<const Move> moves, const Pace& pace) const {
  std::vector<Result<>> outcomes(moves.size());
  const std::string whose = "the remote '" + path_ + "'";
  os::ForEachIndex(moves.size(), JobsOf(pace), [&](std::size_t i) {
    outcomes[i] = CopyChecked(moves[i].id, PathOf(moves[i].id), moves[i].path, whose, pace.moved);
  });
  return outcomes;
}

Result<> FolderRemote::Remove(std::span<const ObjectId> ids) {
  for (const auto& id : ids) {
    auto removed = os::Remove(PathOf(id));
    if (!removed && removed.error().reason != Reason::NotFound) return removed;
  }
  return Done{};
}

Result<std::vector<std::string>> FolderRemote::Runs() const {
  const std::string folder = os::JoinPath(path_, "runs");
  std::vector<std::string> names;
  if (!os::IsFolder(folder)) return names;
  for (auto& entry : CAIRN_TRY(os::ListTree(folder))) {
    if (entry.kind == os::FileKind::File && IsRun(entry.path)) names.push_back(std::move(entry.path));
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<> FolderRemote::PutRun(const std::string& name, const std::string& path) {
  const std::string to = os::JoinPath(path_, "runs/" + name);
  CAIRN_TRY(os::MakeFolders(os::ParentOf(to), sharing_ == Landing::Sharing::WithGroup ? 02775 : 0755));
  return os::WriteFileAtomically(to, CAIRN_TRY(os::ReadFile(path)), 0664);
}

Result<> FolderRemote::GetRun(const std::string& name, const std::string& path) const {
  return os::WriteFileAtomically(path, CAIRN_TRY(os::ReadFile(os::JoinPath(path_, "runs/" + name))));
}

}  // namespace cairn::repository
