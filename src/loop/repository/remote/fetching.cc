#include <algorithm>
#include <map>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/remote/content.h"
#include "loop/repository/remote/landing.h"
#include "loop/repository/remote/need.h"
#include "loop/repository/transfer.h"

namespace cairn::repository {
namespace {

/// What a killed process loses at most; syncing costs the same for one file as for all of these.
constexpr std::size_t kBatchFiles = 10'000;
constexpr std::uint64_t kBatchBytes = std::uint64_t{1} << 30;

/// Fetches from one remote.
class Fetcher {
 public:
  Fetcher(const TransferOrder& order, const Remote& remote, Pace pace, TransferReport& report)
      : order_(order),
        remote_(remote),
        pace_(std::move(pace)),
        report_(report),
        sharing_(EqualsIgnoringCase(order.configuration.Find("cache", "shared").value_or(""), "group")
                     ? Landing::Sharing::WithGroup
                     : Landing::Sharing::ByUmask),
        listings_(order.cache, sharing_) {}

  Result<> Run(const std::vector<Chosen>& all) {
    CAIRN_TRY(FetchListings(all));
    NeedOf collected;
    for (const auto& chosen : all) {
      const auto object = *ObjectOf(chosen);
      if (!object.id.IsListing()) {
        AddLacking(object, chosen.path.size, collected);
      } else if (const auto at = read_.find(object.id); at != read_.end()) {
        auto folder = ReadFolder(chosen, at->second);
        if (!folder) {
          report_.failed.push_back({object, folder.error()});
          continue;
        }
        const std::uint64_t each = folder->files.empty() ? 0 : chosen.path.size / folder->files.size();
        for (const auto& file : folder->files) AddLacking(file, each, collected);
      }
    }
    CAIRN_TRY(FetchFiles(std::move(collected).Take().files));
    return listings_.Settle();
  }

 private:
  bool IsSound(const ObjectOfPath& object) {
    if (!IsInCache(order_.cache, object.id)) return false;
    // A listing that lies would lead everything astray, and is quickly read.
    const bool read = order_.verify || object.id.IsListing();
    if (!read && IsTrusted(order_.cache, object.id)) return true;
    const auto content = CheckContent(object.id, PathInCache(order_.cache, object.id));
    if (!content) report_.mended.push_back(object);
    return bool(content);
  }

  void AddLacking(const ObjectOfPath& object, std::uint64_t bytes, NeedOf& need) {
    if (IsSound(object)) return;
    need.AddFile(object);
    sizes_[object.id] = bytes;
  }

  /// Those that are not in the cache are kept hidden until their files are there.
  Result<> FetchListings(const std::vector<Chosen>& all) {
    std::vector<Remote::Move> moves;
    std::vector<ObjectOfPath> objects;
    for (const auto& chosen : all) {
      const auto object = *ObjectOf(chosen);
      if (!object.id.IsListing() || read_.contains(object.id)) continue;
      if (IsSound(object)) {
        read_[object.id] = PathInCache(order_.cache, object.id);
        continue;
      }
      moves.push_back({object.id, CAIRN_TRY(listings_.Room(object.id))});
      read_[object.id] = moves.back().path;
      objects.push_back(object);
    }
    const auto outcomes = remote_.Get(moves, pace_);
    for (std::size_t i = 0; i < moves.size(); ++i) {
      if (CAIRN_TRY(Took(objects[i], outcomes[i]))) {
        CAIRN_TRY(listings_.Arrived(moves[i].id, moves[i].path));
      } else {
        read_.erase(moves[i].id);
      }
    }
    return Done{};
  }

  /// Whether it came; an error when the disk is full.
  Result<bool> Took(const ObjectOfPath& object, const Result<>& outcome) {
    if (outcome) {
      ++report_.moved;
      report_.bytes += sizes_[object.id];
      return true;
    }
    if (outcome.error().reason == Reason::Exhausted) return outcome.error();
    std::erase_if(report_.mended, [&](const ObjectOfPath& one) { return one.id == object.id; });
    if (outcome.error().reason == Reason::NotFound) {
      report_.missing.push_back(object);
    } else {
      report_.failed.push_back({object, outcome.error()});
    }
    return false;
  }

  Result<> FetchFiles(const std::vector<ObjectOfPath>& files) {
    if (order_.expected) {
      for (const auto& file : files) order_.expected(sizes_[file.id]);
    }
    for (std::size_t from = 0; from < files.size();) {
      std::size_t to = from;
      for (std::uint64_t bytes = 0; to < files.size() && to - from < kBatchFiles && bytes < kBatchBytes; ++to)
        bytes += sizes_[files[to].id];
      CAIRN_TRY(FetchBatch(std::span(files).subspan(from, to - from)));
      from = to;
    }
    return Done{};
  }

  Result<> FetchBatch(std::span<const ObjectOfPath> files) {
    Landing landing(order_.cache, sharing_);
    std::vector<Remote::Move> moves;
    for (const auto& file : files) moves.push_back({file.id, CAIRN_TRY(landing.Room(file.id))});
    const auto outcomes = remote_.Get(moves, pace_);
    Result<> full;
    for (std::size_t i = 0; i < moves.size(); ++i) {
      const auto took = Took(files[i], outcomes[i]);
      if (took && *took) CAIRN_TRY(landing.Arrived(moves[i].id, moves[i].path));
      if (!took) full = took.error();
    }
    CAIRN_TRY(landing.Settle());
    return full;
  }

  const TransferOrder& order_;
  const Remote& remote_;
  const Pace pace_;
  TransferReport& report_;
  const Landing::Sharing sharing_;
  Landing listings_;
  std::map<ObjectId, std::string> read_;  ///< Where each listing can be read.
  std::map<ObjectId, std::uint64_t> sizes_;
};

/// Whether nothing of it lacks in the cache, so that no remote need be asked.
bool IsComplete(const TransferOrder& order, const std::vector<Chosen>& all) {
  return std::all_of(all.begin(), all.end(), [&](const Chosen& chosen) {
    const auto object = *ObjectOf(chosen);
    if (!IsTrusted(order.cache, object.id)) return false;
    if (!object.id.IsListing()) return true;
    const auto folder = ReadFolder(chosen, PathInCache(order.cache, object.id));
    return folder && std::all_of(folder->files.begin(), folder->files.end(),
                                 [&](const ObjectOfPath& file) { return IsTrusted(order.cache, file.id); });
  });
}

}  // namespace

Result<TransferReport> Fetch(const TransferOrder& order) {
  TransferReport report;
  for (const auto& share : SharesOf(order)) {
    if (!order.verify && IsComplete(order, share.chosen)) continue;
    const auto settings = CAIRN_TRY(order.configuration.Remote(share.name));
    const auto remote = CAIRN_TRY(Remote::Open(settings));
    Pace pace{order.jobs, order.moved};
    const auto jobs = settings.options.find("jobs");
    if (pace.jobs == 0 && jobs != settings.options.end())
      pace.jobs = static_cast<unsigned>(CAIRN_TRY(ParseInt(jobs->second)));
    CAIRN_TRY(Fetcher(order, *remote, std::move(pace), report).Run(share.chosen));
  }
  return report;
}

}  // namespace cairn::repository
