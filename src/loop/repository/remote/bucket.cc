#include "loop/repository/remote/bucket.h"

#include <algorithm>
#include <set>

#include "ground/os/files.h"
#include "ground/os/pool.h"
#include "loop/repository/remote/content.h"

namespace cairn::repository {
namespace {

/// The wait is for the network, not for processors.
constexpr unsigned kJobs = 16;
/// Below this many it is not worth while to find out whether a list would be shorter.
constexpr std::size_t kFew = 16;
/// Objects that a store lists in one answer.
constexpr std::size_t kPage = 1000;

unsigned JobsOf(const Pace& pace) { return pace.jobs > 0 ? pace.jobs : kJobs; }

std::vector<std::string> FoldersOf(const std::vector<std::string>& keys) {
  std::set<std::string> folders;
  for (const auto& key : keys) folders.insert(key.substr(0, key.rfind('/') + 1));
  return {folders.begin(), folders.end()};
}

}  // namespace

BucketRemote::BucketRemote(blob::Place place, blob::Tuning tuning)
    : bucket_(std::move(place), [&] {
        tuning.moved = [this](std::uint64_t bytes) {
          if (moved_) moved_(bytes);
        };
        return tuning;
      }()) {}

Result<BucketRemote::Known> BucketRemote::ListFolders(const std::vector<std::string>& folders,
                                                      const Pace& pace) const {
  std::vector<Result<std::vector<blob::Object>>> lists(folders.size(), std::vector<blob::Object>());
  os::ForEachIndex(folders.size(), JobsOf(pace),
                   [&](std::size_t i) { lists[i] = bucket_.ListAll(folders[i]); });
  Known known;
  for (auto& list : lists) {
    for (auto& object : CAIRN_TRY(std::move(list))) known.emplace(object.key, object);
  }
  return known;
}

Result<BucketRemote::Known> BucketRemote::AskForEach(const std::vector<std::string>& keys,
                                                     const Pace& pace) const {
  std::vector<Result<blob::Object>> found(keys.size(), blob::Object());
  os::ForEachIndex(keys.size(), JobsOf(pace), [&](std::size_t i) { found[i] = bucket_.Find(keys[i]); });
  Known known;
  for (auto& object : found) {
    if (!object && object.error().reason == Reason::NotFound) continue;
    if (!object) return std::move(object).error();
    known.emplace(object->key, *object);
  }
  return known;
}

Result<BucketRemote::Known> BucketRemote::Survey(const std::vector<std::string>& keys,
                                                 const Pace& pace) const {
  if (keys.size() <= kFew) return AskForEach(keys, pace);
  // Digests spread evenly, so that one folder tells how full the others are.
  auto folders = FoldersOf(keys);
  Known first = CAIRN_TRY(ListFolders({folders.front()}, pace));
  const std::size_t pages = (first.size() / kPage + 1) * folders.size();
  folders.erase(folders.begin());
  if (pages > keys.size()) return AskForEach(keys, pace);
  Known known = CAIRN_TRY(ListFolders(folders, pace));
  known.merge(first);
  return known;
}

Result<std::vector<bool>> BucketRemote::Holds(std::span<const ObjectId> ids, const Pace& pace) const {
  std::vector<std::string> keys;
  for (const auto& id : ids) keys.push_back(id.Key());
  const Known known = CAIRN_TRY(Survey(keys, pace));
  std::vector<bool> there;
  for (const auto& key : keys) there.push_back(known.contains(key));
  return there;
}

Result<std::vector<HeldObject>> BucketRemote::List(const Pace&) const {
  std::vector<HeldObject> objects;
  for (const auto& object : CAIRN_TRY(bucket_.ListAll(""))) {
    if (auto id = ObjectAt(object.key)) objects.push_back({*std::move(id), object.bytes, object.modified_ms});
  }
  return objects;
}

std::vector<Result<>> BucketRemote::Put(std::span<const Move> moves, const Pace& pace) {
  moved_ = pace.moved;
  std::vector<Result<>> outcomes(moves.size());
  os::ForEachIndex(moves.size(), JobsOf(pace), [&](std::size_t i) {
    outcomes[i] = CheckContent(moves[i].id, moves[i].path);
    if (outcomes[i]) outcomes[i] = bucket_.Put(moves[i].id.Key(), moves[i].path);
  });
  return outcomes;
}

std::vector<Result<>> BucketRemote::Get(std::span<const Move> moves, const Pace& pace) const {
  moved_ = pace.moved;
  std::vector<std::string> keys;
  for (const auto& move : moves) keys.push_back(move.id.Key());
  const auto known = Survey(keys, pace);
  std::vector<Result<>> outcomes(moves.size());
  os::ForEachIndex(moves.size(), JobsOf(pace), [&](std::size_t i) {
    outcomes[i] = [&]() -> Result<> {
      if (!known) return known.error();
      const auto found = known->find(keys[i]);
      if (found == known->end())
        return Error{Reason::NotFound,
                     "there is no object " + moves[i].id.md5 + " in the remote '" + Shown() + "'"};
      CAIRN_TRY(bucket_.Get(found->second, moves[i].path));
      auto right = CheckContent(moves[i].id, moves[i].path);
      if (!right) static_cast<void>(bool(os::Remove(moves[i].path)));
      if (!right && right.error().reason == Reason::Corrupt)
        return Error{Reason::Corrupt,
                     "the object " + moves[i].id.md5 + " of the remote '" + Shown() + "' is damaged"};
      return right;
    }();
  });
  return outcomes;
}

Result<> BucketRemote::Remove(std::span<const ObjectId> ids) {
  // Each kind by itself, so that listings are gone before the files they name.
  for (std::size_t from = 0, to = 0; from < ids.size(); from = to) {
    while (to < ids.size() && ids[to].IsListing() == ids[from].IsListing()) ++to;
    std::vector<Result<>> outcomes(to - from);
    os::ForEachIndex(to - from, kJobs,
                     [&](std::size_t i) { outcomes[i] = bucket_.Remove(ids[from + i].Key()); });
    for (auto& outcome : outcomes) CAIRN_TRY(std::move(outcome));
  }
  return Done{};
}

Result<std::vector<std::string>> BucketRemote::Runs() const {
  constexpr std::string_view kFolder = "runs/";
  std::vector<std::string> names;
  for (const auto& object : CAIRN_TRY(bucket_.ListAll(kFolder))) {
    if (std::string name = object.key.substr(kFolder.size()); IsRun(name)) names.push_back(std::move(name));
  }
  return names;
}

Result<> BucketRemote::PutRun(const std::string& name, const std::string& path) {
  return bucket_.Put("runs/" + name, path);
}

Result<> BucketRemote::GetRun(const std::string& name, const std::string& path) const {
  return bucket_.Get(CAIRN_TRY(bucket_.Find("runs/" + name)), path);
}

}  // namespace cairn::repository
