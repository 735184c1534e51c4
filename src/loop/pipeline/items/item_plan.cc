#include "loop/pipeline/items/item_plan.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/pool.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/items/known_items.h"
#include "loop/pipeline/items/path_table.h"
#include "loop/pipeline/plan.h"

namespace cairn::pipeline {
namespace {

using repository::FolderFiles;
using repository::Listing;
using repository::Md5Digest;

constexpr std::size_t kNamed = 3;
constexpr std::size_t kShare = 1024;

/// One of the stage's outs: what lies there, and what dvc.lock says lay there.
class OutState {
 public:
  OutState(const ItemQuestion& question, const Out& out, const LockedPath* before)
      : question_(question), out_(out), before_(before) {}

  Result<> Look() {
    const std::string at = os::JoinPath(question_.project, out_.path);
    const auto status = os::Stat(at);
    if (!status && status.error().reason != Reason::NotFound) return status.error();
    if (status && status->kind == os::FileKind::Folder)
      files_ = std::make_unique<FolderFiles>(CAIRN_TRY(FolderFiles::Look(at, question_.index)));
    same_ = files_ && before_ && files_->tree() && *files_->tree() == before_->md5;
    return Done{};
  }
  bool same() const { return same_; }

  /// Reads what is needed to tell of each path whether it is as made.
  Result<> Open() {
    if (files_) {
      CAIRN_TRY(files_->TakeDigests(question_.index));
      now_ = PathTable(files_->size(), [&](std::size_t i) { return files_->relpath(i); });
    }
    if (!before_) return Done{};
    was_ = CAIRN_TRY(Before());
    if (!was_) return Done{};
    if (!same_ && files_) same_ = files_->Are(*was_, before_->md5, question_.index);
    then_ = PathTable(was_->files().size(), [&](std::size_t i) { return was_->files()[i].relpath; });
    return Done{};
  }
  bool known() const { return was_.has_value(); }

  std::optional<Md5Digest> Now(std::string_view relpath) const {
    const auto place = now_.Find(relpath);
    return place ? std::optional(files_->md5(*place)) : std::nullopt;
  }
  std::optional<Md5Digest> Then(std::string_view relpath) const {
    const auto place = then_.Find(relpath);
    return place ? std::optional(was_->files()[*place].md5) : std::nullopt;
  }
  std::string_view Below(std::string_view path) const { return path.substr(out_.path.size() + 1); }
  std::size_t size() const { return files_ ? files_->size() : 0; }
  std::string PathOf(std::size_t place) const {
    return out_.path + "/" + std::string(files_->relpath(place));
  }

 private:
  /// The listing that dvc.lock names: from the cache, or what lies there if that is it.
  Result<std::optional<Listing>> Before() {
    auto listing = question_.objects.ReadListing({before_->md5, false});
    if (listing) return std::optional(*std::move(listing));
    if (!files_) return std::optional<Listing>();
    const auto snapshot = files_->Listed(question_.index);
    if (snapshot.md5 != before_->md5) return std::optional<Listing>();
    return std::optional(CAIRN_TRY(Listing::Parse(snapshot.listing->Object())));
  }

  const ItemQuestion& question_;
  const Out& out_;
  const LockedPath* before_;
  std::unique_ptr<FolderFiles> files_;
  bool same_ = false;
  std::optional<Listing> was_;
  PathTable now_, then_;
};

enum class Verdict : std::uint8_t { Done, Kept, New, Changed, Unmade };

class Planning {
 public:
  Planning(const ItemQuestion& question, FolderFiles& items)
      : question_(question), map_(*question.stage.map), items_(items) {}

  Result<ItemPlan> Run() {
    plan_.items = items_.size();
    if (OutsMayWait() && CAIRN_TRY(ItemsAloneDiffer())) return std::move(plan_);
    CAIRN_TRY(LookAtOuts());
    if (IsAllAsBefore()) return std::move(plan_);
    CAIRN_TRY(OpenOuts());
    if (question_.base) CAIRN_TRY(ReadItemsBefore());
    CAIRN_TRY(Judge());
    NameGone();
    NameStrays();
    return std::move(plan_);
  }

 private:
  Result<> LookAtOuts() {
    outs_.reserve(question_.stage.outs.size());  // What lies in them is pointed to.
    for (const Out& out : question_.stage.outs) {
      const LockedPath* before = nullptr;
      if (question_.base) before = question_.base->FindOut(WrittenPath(question_.stage, out.path));
      outs_.emplace_back(question_, out, before);
      CAIRN_TRY(outs_.back().Look());
      plan_.outs_differ.push_back(!outs_.back().same());
    }
    return Done{};
  }

  bool OutsMayWait() const {
    return question_.outs_wait_from && items_.size() >= *question_.outs_wait_from && question_.base &&
           !question_.base->call.empty() && question_.journal.done().empty();
  }

  /// Whether the items say enough without a look at the outs. Then that is the plan.
  Result<bool> ItemsAloneDiffer() {
    const LockedPath* before = FolderBefore();
    if (before && items_.tree() && *items_.tree() == before->md5) return false;
    CAIRN_TRY(ReadItemsBefore());
    if (!known_) return false;
    made_anyway_ = true;
    CAIRN_TRY(Judge());
    NameGone();
    plan_.outs_looked = false;
    plan_.outs_differ.assign(question_.stage.outs.size(), false);
    if (plan_.inputs_differ) return true;
    plan_ = ItemPlan();
    plan_.items = items_.size();
    made_anyway_ = false;
    return false;
  }

  const LockedPath* FolderBefore() const {
    return question_.base ? question_.base->FindDep(WrittenPath(question_.stage, map_.folder)) : nullptr;
  }

  bool OutsAreSame() const {
    return std::all_of(outs_.begin(), outs_.end(), [](const OutState& out) { return out.same(); });
  }

  bool IsAllAsBefore() {
    const LockedPath* before = FolderBefore();
    plan_.inputs_differ = !before || !items_.tree() || *items_.tree() != before->md5;
    return !plan_.inputs_differ && OutsAreSame();
  }

  /// Where we called for each item, an out that is the same has all that items made.
  bool OutsNeedNoLook() const {
    return question_.base && !question_.base->call.empty() && OutsAreSame() &&
           question_.journal.done().empty();
  }

  Result<> OpenOuts() {
    if (OutsNeedNoLook()) {
      made_anyway_ = true;
      return Done{};
    }
    for (std::size_t i = 0; i < outs_.size(); ++i) {
      CAIRN_TRY(outs_[i].Open());
      plan_.outs_differ[i] = !outs_[i].same();
      if (question_.base && !outs_[i].known()) plan_.outs_known = false;
    }
    return Done{};
  }

  Result<> ReadItemsBefore() {
    const LockedPath* before = FolderBefore();
    plan_.inputs_known = false;
    if (!before) return Done{};
    if (auto kept = KnownItems::Read(map_.record, before->md5)) {
      known_ = *std::move(kept);
    } else if (auto listing = question_.objects.ReadListing({before->md5, false})) {
      known_.emplace(*std::move(listing));
    } else {
      CAIRN_TRY(items_.TakeDigests(question_.index));
      const auto snapshot = items_.Listed(question_.index);
      if (snapshot.md5 != before->md5) return Done{};
      known_.emplace(CAIRN_TRY(Listing::Parse(snapshot.listing->Object())));
    }
    plan_.inputs_known = true;
    met_.assign(known_->size(), 0);
    return Done{};
  }

  bool MadeAs(std::string_view item, const std::vector<Md5Digest>* done) const {
    const auto paths = map_.OutsOf(item);
    if (done && done->size() != paths.size()) return false;
    for (std::size_t i = 0; i < paths.size(); ++i) {
      const OutState& out = outs_[map_.makes_in[i]];
      const auto now = out.Now(out.Below(paths[i]));
      const auto then = done ? std::optional((*done)[i]) : out.Then(out.Below(paths[i]));
      if (!now || !then || *now != *then) return false;
    }
    return true;
  }

  /// What is to be done with an item; `guess` is where it may stand among those known.
  Result<Verdict> VerdictOn(std::size_t place, std::size_t& guess) {
    const std::string_view item = items_.relpath(place);
    const auto before = Met(item, guess);
    bool same = before && known_->HadStamp(*before, items_.stamp(place));
    if (before && !same) same = known_->md5(*before) == CAIRN_TRY(items_.Digest(place, question_.index));
    if (!same) differs_ = true;
    const auto& journal = question_.journal.done();
    const auto done = journal.empty() ? journal.end() : journal.find(std::string(item));
    if (done != journal.end() && done->second.read == CAIRN_TRY(items_.Digest(place, question_.index)) &&
        MadeAs(item, &done->second.made))
      return Verdict::Kept;
    if (!before) return Verdict::New;
    if (!same) return Verdict::Changed;
    return made_anyway_ || MadeAs(item, nullptr) ? Verdict::Done : Verdict::Unmade;
  }

  std::optional<std::size_t> Met(std::string_view item, std::size_t& guess) {
    if (!known_) return std::nullopt;
    auto before = known_->At(guess, item);
    if (!before) {
      std::call_once(indexed_, [&] { known_->Index(); });
      before = known_->Find(item);
    }
    if (!before) return std::nullopt;
    met_[*before] = 1;
    guess = *before + 1;
    return before;
  }

  Result<> Judge() {
    std::vector<Verdict> verdicts(items_.size());
    const std::size_t shares = (items_.size() + kShare - 1) / kShare;
    CAIRN_TRY(os::TryEachIndex(shares, os::Processors(), [&](std::size_t share) -> Result<> {
      std::size_t guess = share * kShare;
      for (std::size_t i = share * kShare; i < std::min(items_.size(), (share + 1) * kShare); ++i)
        verdicts[i] = CAIRN_TRY(VerdictOn(i, guess));
      return Done{};
    }));
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (verdicts[i] == Verdict::Kept) ++plan_.kept;
      if (verdicts[i] == Verdict::Done || verdicts[i] == Verdict::Kept) continue;
      const Md5Digest read = CAIRN_TRY(items_.Digest(i, question_.index));
      plan_.calls.push_back({std::string(items_.relpath(i)), read});
      if (verdicts[i] == Verdict::New) plan_.fresh.Add(items_.relpath(i));
      if (verdicts[i] == Verdict::Changed) plan_.changed.Add(items_.relpath(i));
      if (verdicts[i] == Verdict::Unmade) plan_.unmade.Add(items_.relpath(i));
    }
    std::sort(plan_.calls.begin(), plan_.calls.end(),
              [](const auto& a, const auto& b) { return a.item < b.item; });
    return Done{};
  }

  /// The items that dvc.lock has and that are no more; and whether there is any difference.
  void NameGone() {
    for (std::size_t i = 0; i < met_.size(); ++i) {
      if (met_[i] == 0) plan_.gone.Add(known_->item(i));
    }
    if (!known_) return;
    plan_.inputs_differ = differs_ || plan_.gone.count() != 0;
    if (!plan_.inputs_differ) items_.RememberTree(FolderBefore()->md5, question_.index);
  }

  /// Files of an out that was changed by hand, and that no item of then or now makes.
  void NameStrays() {
    for (std::size_t o = 0; o < outs_.size(); ++o) {
      if (!question_.base || made_anyway_ || outs_[o].same()) continue;
      const OutState& out = outs_[o];
      for (std::size_t i = 0; i < out.size(); ++i) {
        const std::string path = out.PathOf(i);
        if (!out.Then(out.Below(path)) && !IsMade(path)) plan_.strays.Add(path);
      }
    }
  }

  bool IsMade(const std::string& path) {
    if (!made_) {
      made_.emplace();
      for (std::size_t i = 0; i < items_.size(); ++i) {
        for (auto& out : map_.OutsOf(items_.relpath(i))) made_->push_back(std::move(out));
      }
      made_places_ = PathTable(made_->size(), [&](std::size_t i) { return std::string_view((*made_)[i]); });
    }
    return made_places_.Find(path).has_value();
  }

  const ItemQuestion& question_;
  const ItemMap& map_;
  FolderFiles& items_;
  ItemPlan plan_;
  std::vector<OutState> outs_;
  bool made_anyway_ = false;
  std::optional<KnownItems> known_;  ///< The items, as dvc.lock has them.
  std::once_flag indexed_;
  std::vector<char> met_;  ///< Of those, which are there still.
  std::atomic<bool> differs_ = false;
  std::optional<std::vector<std::string>> made_;
  PathTable made_places_;
};

}  // namespace

void SomeItems::Add(std::string_view item) {
  ++count_;
  if (first_.size() == kNamed && item >= first_.back()) return;
  first_.insert(std::upper_bound(first_.begin(), first_.end(), item), std::string(item));
  if (first_.size() > kNamed) first_.pop_back();
}

std::string SomeItems::Names() const {
  std::string names;
  for (const auto& name : first_) names += (names.empty() ? "" : ", ") + name;
  if (count_ > first_.size())
    names += " and " + WithThousands(static_cast<std::int64_t>(count_ - first_.size())) + " more";
  return names;
}

std::string SomeItems::Said(std::string_view what) const {
  if (count_ == 0) return "";
  return WithThousands(static_cast<std::int64_t>(count_)) + " " + std::string(what) + " (" + Names() + ")";
}

Result<FolderFiles> LookAtItems(const std::string& project, const Stage& stage,
                                repository::StatIndex& index) {
  const std::string at = os::JoinPath(project, stage.map->folder);
  const auto status = CAIRN_TRY(os::Stat(at));
  if (status.kind != os::FileKind::Folder) {
    return Error{Reason::InvalidArgument, stage.map->where + ": '" + stage.map->over +
                                              "' is no folder, and the items of a map are the files of one"};
  }
  return FolderFiles::Look(at, index);
}

Result<ItemPlan> PlanItems(const ItemQuestion& question, FolderFiles& items) {
  return Planning(question, items).Run();
}

std::string JournalOf(const ItemMap& map) { return map.record + ".items"; }

std::string ItemKeyOf(const Stage& stage, const LockedStage& inputs) {
  Lock one;
  LockedStage rest = inputs;
  rest.outs.clear();
  const std::string folder = WrittenPath(stage, stage.map->folder);
  std::erase_if(rest.deps, [&](const LockedPath& dep) { return dep.path == folder; });
  rest.call = stage.map->Text();
  one.stages.push_back(std::move(rest));
  return crypto::Md5Hex(DumpLock(one) + DumpEnvironments(one));
}

namespace {

bool SameParams(const std::vector<LockedParams>& now, const std::vector<LockedParams>& then) {
  return std::equal(now.begin(), now.end(), then.begin(), then.end(), [](const auto& a, const auto& b) {
    return a.first == b.first && std::equal(a.second.begin(), a.second.end(), b.second.begin(),
                                            b.second.end(), [](const auto& x, const auto& y) {
                                              return x.first == y.first && EqualParams(x.second, y.second);
                                            });
  });
}

}  // namespace

bool SameButItems(const Stage& stage, const LockedStage& now, const LockedStage& then) {
  const std::string folder = WrittenPath(stage, stage.map->folder);
  const auto others = [&](const LockedStage& one) {
    std::vector<std::pair<std::string, std::string>> deps;
    for (const auto& dep : one.deps) {
      if (dep.path != folder) deps.emplace_back(dep.path, dep.md5);
    }
    return deps;
  };
  return now.cmd == then.cmd && others(now) == others(then) && SameParams(now.params, then.params) &&
         (then.environment.empty() || then.environment == now.environment) &&
         (then.call.empty() || then.call == stage.map->Text());
}

}  // namespace cairn::pipeline
