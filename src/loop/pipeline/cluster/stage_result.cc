#include "loop/pipeline/cluster/stage_result.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "ground/os/files.h"
#include "loop/pipeline/items/done_items.h"
#include "loop/pipeline/items/item_plan.h"

namespace cairn::pipeline {
namespace {

bool IsDigest(std::string_view md5) {
  return repository::Md5OfHex(md5.substr(0, md5.size() - (md5.ends_with(".dir") ? 4 : 0))).has_value();
}

/// The digest that a result gives for a path; "" when it gives none that can be one.
std::string DigestOf(const Json& list, const std::string& path) {
  for (const Json& one : list.items()) {
    if (one.Text("path") == path) return IsDigest(one.Text("md5")) ? one.Text("md5") : "";
  }
  return "";
}

template <class Items>
void MoveBehind(Items& to, Items& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

Error StageResult::Unusable(const std::string& path) const {
  return {Reason::Corrupt, "the cluster gave no digest of '" + path + "' of stage '" + stage_.name + "'"};
}

/// All that the stage read.
Result<LockedStage> StageResult::Inputs() const {
  // As they are here now, which is as the stages before it have made them unless somebody else has been at
  // them.
  LockedStage made = CAIRN_TRY(project_.ObserveInputs(still_to_be_made_));
  for (const auto& dep : FromProject(stage_, made.deps)) {
    if (DigestOf(result_.At("reads"), dep.path) != dep.md5)
      return Error{Reason::Conflict,
                   "'" + dep.path + "' is not what the stage read there: it was changed here meanwhile"};
  }
  LockedStage inputs = sent_;
  MoveBehind(inputs.deps, made.deps);
  MoveBehind(inputs.params, made.params);
  MoveBehind(inputs.environment, made.environment);
  std::sort(inputs.deps.begin(), inputs.deps.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  if (stage_.map) inputs.call = stage_.map->Text();
  return inputs;
}

Result<> StageResult::TakeOver(StageRecord& record) {
  LockedStage inputs = CAIRN_TRY(Inputs());
  for (const Out& out : stage_.outs) {
    const std::string name = DigestOf(result_.At("makes"), out.path);
    if (name.empty()) return Unusable(out.path);
    const std::string path = os::JoinPath(project_.folder(), out.path);
    CAIRN_TRY(depot_.Bring(name, path));
    if (CAIRN_TRY(project_.SnapshotOf(out.path)).md5 != name)
      return Error{Reason::Conflict,
                   "'" + out.path + "' is not here what it is there: it was changed here meanwhile"};
    for (const Json& one : result_.At("makes").items()) {
      if (one.Text("path") == out.path && one.Bool("executable")) CAIRN_TRY(os::SetMode(path, 0755));
    }
  }
  const std::string items = stage_.map ? DigestOf(result_.At("reads"), stage_.map->folder) : "";
  if (stage_.map) CAIRN_TRY(KeepItems(project_.folder(), stage_, items, project_.index()));
  auto locked = CAIRN_TRY(project_.Adopt(stage_, std::move(inputs)));
  if (stage_.map) DropKept(stage_, items);
  record.reads = FromProject(stage_, std::move(locked.deps));
  record.makes = FromProject(stage_, std::move(locked.outs));
  return Done{};
}

Result<repository::Listing> StageResult::ListingNamed(const std::string& name, const std::string& path) {
  if (!IsDigest(name)) return Unusable(path);
  return depot_.ReadListing(name);
}

Result<> StageResult::KeepCalls() {
  const Json& kept = result_.At("kept");
  const LockedStage inputs = CAIRN_TRY(Inputs());
  const auto items = CAIRN_TRY(ListingNamed(kept.Text("items"), stage_.map->folder));
  std::vector<repository::Listing> outs;
  for (const Out& out : stage_.outs) {
    outs.push_back(CAIRN_TRY(ListingNamed(kept.At("outs").Text(out.path), out.path)));
    CAIRN_TRY(depot_.BringFiles(outs.back(), os::JoinPath(project_.folder(), out.path)));
  }
  std::vector<const repository::Listing*> listings;
  for (const auto& out : outs) listings.push_back(&out);
  auto journal = CAIRN_TRY(ItemJournal::Read(JournalOf(*stage_.map), ItemKeyOf(stage_, inputs)));
  CAIRN_TRY(journal.Begin(/*anew=*/false));
  for (const auto& item : items.files()) {
    ItemDone done{item.md5, {}};
    for (const auto* made : MadeOf(stage_, item.relpath, listings)) done.made.push_back(made->md5);
    if (done.made.size() != stage_.map->makes.size()) return Unusable(std::string(item.relpath));
    CAIRN_TRY(journal.Append(item.relpath, done));
  }
  return Done{};
}

}  // namespace cairn::pipeline
