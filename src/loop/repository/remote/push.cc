#include <algorithm>
#include <set>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/remote/landing.h"
#include "loop/repository/remote/need.h"
#include "loop/repository/transfer.h"

namespace cairn::repository {
namespace {

Result<Pace> PaceOf(const TransferOrder& order, const RemoteSettings& settings) {
  Pace pace{order.jobs, order.moved};
  const auto jobs = settings.options.find("jobs");
  if (pace.jobs == 0 && jobs != settings.options.end())
    pace.jobs = static_cast<unsigned>(CAIRN_TRY(ParseInt(jobs->second)));
  return pace;
}

/// What the cache can tell of the chosen paths.
Result<Need> NeedFromCache(const TransferOrder& order, const std::vector<Chosen>& all,
                           TransferReport& report) {
  NeedOf need;
  for (const auto& chosen : all) {
    const auto object = *ObjectOf(chosen);
    if (!object.id.IsListing()) {
      need.AddFile(object);
    } else if (!IsInCache(order.cache, object.id)) {
      need.AddUnread(object);
    } else {
      auto folder = ReadFolder(chosen, PathInCache(order.cache, object.id));
      if (folder) {
        need.AddFolder(*std::move(folder));
      } else {
        report.failed.push_back({object, folder.error()});
      }
    }
  }
  return std::move(need).Take();
}

/// Pushes to one remote.
class Pusher {
 public:
  Pusher(const TransferOrder& order, const RemoteSettings& settings, Remote& remote, Pace pace,
         TransferReport& report)
      : order_(order), settings_(settings), remote_(remote), pace_(std::move(pace)), report_(report) {}

  Result<> Run(const std::vector<Chosen>& chosen) {
    const Need need = CAIRN_TRY(NeedFromCache(order_, chosen, report_));
    CAIRN_TRY(AskFor(need));
    std::vector<ObjectOfPath> wanted;
    for (const auto& file : need.files) {
      if (!there_.contains(file.id)) wanted.push_back(file);
    }
    Send(wanted);
    SendListings(need);
    for (const auto& listing : need.unread) {
      if (!there_.contains(listing.id)) report_.missing.push_back(listing);
    }
    return Done{};
  }

 private:
  Result<> AskFor(const Need& need) {
    std::vector<ObjectId> ids;
    for (const auto& file : need.files) ids.push_back(file.id);
    for (const auto& folder : need.folders) ids.push_back(folder.listing.id);
    for (const auto& listing : need.unread) ids.push_back(listing.id);
    const auto held = CAIRN_TRY(remote_.Holds(ids, pace_));
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (held[i]) there_.insert(ids[i]);
    }
    return Done{};
  }

  void Send(const std::vector<ObjectOfPath>& wanted) {
    std::vector<Remote::Move> moves;
    std::vector<const ObjectOfPath*> sent;
    for (const auto& object : wanted) {
      const std::string path = PathInCache(order_.cache, object.id);
      const auto status = os::Stat(path);
      if (!status) {
        report_.missing.push_back(object);
        continue;
      }
      sent.push_back(&object);
      moves.push_back({object.id, path, status->stamp.size});
      if (order_.expected) order_.expected(status->stamp.size);
    }
    auto outcomes = remote_.Put(moves, pace_);
    for (std::size_t i = 0; i < sent.size(); ++i) {
      const ObjectOfPath& object = *sent[i];
      if (!outcomes[i] && outcomes[i].error().reason == Reason::Corrupt && Mend(object.id)) {
        report_.mended.push_back(object);
        outcomes[i] = remote_.Put({&moves[i], 1}, pace_).front();
      }
      if (!outcomes[i]) {
        report_.failed.push_back({object, outcomes[i].error()});
        continue;
      }
      there_.insert(object.id);
      ++report_.moved;
      report_.bytes += moves[i].bytes;
    }
  }

  /// A folder's listing only follows when all that it names is there.
  void SendListings(const Need& need) {
    std::vector<ObjectOfPath> wanted;
    for (const auto& folder : need.folders) {
      const bool complete =
          folder.whole && std::all_of(folder.files.begin(), folder.files.end(),
                                      [&](const auto& file) { return there_.contains(file.id); });
      const bool again = std::any_of(wanted.begin(), wanted.end(),
                                     [&](const auto& one) { return one.id == folder.listing.id; });
      if (complete && !again && !there_.contains(folder.listing.id)) wanted.push_back(folder.listing);
    }
    Send(wanted);
  }

  /// Replaces a damaged object of the cache by what another remote has.
  bool Mend(const ObjectId& id) const {
    for (const auto& name : order_.configuration.Remotes()) {
      const auto settings = order_.configuration.Remote(name);
      if (!settings || settings->name == settings_.name) continue;
      const auto other = Remote::Open(*settings);
      if (!other) continue;
      Landing landing(order_.cache, Landing::Sharing::ByUmask);
      auto room = landing.Room(id);
      if (!room) return false;
      const Remote::Move move{id, *room};
      if (!(*other)->Get({&move, 1}, Pace{}).front()) continue;
      return landing.Arrived(id, *std::move(room)) && landing.Settle();
    }
    return false;
  }

  const TransferOrder& order_;
  const RemoteSettings& settings_;
  Remote& remote_;
  const Pace pace_;
  TransferReport& report_;
  std::set<ObjectId> there_;
};

}  // namespace

Result<TransferReport> Push(const TransferOrder& order) {
  TransferReport report;
  for (auto& share : SharesOf(order)) {
    std::erase_if(share.chosen, [](const Chosen& one) { return !one.path.pushed; });
    if (share.chosen.empty()) continue;
    const auto settings = CAIRN_TRY(order.configuration.Remote(share.name));
    const auto remote = CAIRN_TRY(Remote::Open(settings));
    CAIRN_TRY(Pusher(order, settings, *remote, CAIRN_TRY(PaceOf(order, settings)), report).Run(share.chosen));
  }
  return report;
}

Result<Difference> Compare(const TransferOrder& order) {
  Difference difference;
  for (auto& share : SharesOf(order)) {
    std::erase_if(share.chosen, [](const Chosen& one) { return !one.path.pushed; });
    if (share.chosen.empty()) continue;
    const auto settings = CAIRN_TRY(order.configuration.Remote(share.name));
    const auto remote = CAIRN_TRY(Remote::Open(settings));
    TransferReport report;
    const Need need = CAIRN_TRY(NeedFromCache(order, share.chosen, report));
    std::vector<ObjectOfPath> all = need.files;
    for (const auto& folder : need.folders) all.push_back(folder.listing);
    all.insert(all.end(), need.unread.begin(), need.unread.end());
    std::vector<ObjectId> ids;
    for (const auto& one : all) ids.push_back(one.id);
    const auto held = CAIRN_TRY(remote->Holds(ids, CAIRN_TRY(PaceOf(order, settings))));
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool here = IsInCache(order.cache, all[i].id);
      if (here != held[i]) (here ? difference.only_here : difference.only_there).push_back(all[i]);
      if (!here && !held[i]) difference.missing.push_back(all[i]);
    }
  }
  return difference;
}

}  // namespace cairn::repository
