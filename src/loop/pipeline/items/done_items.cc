#include "loop/pipeline/items/done_items.h"

#include <algorithm>

#include "ground/os/files.h"
#include "loop/pipeline/items/item_plan.h"
#include "loop/pipeline/items/known_items.h"
#include "loop/pipeline/plan.h"

namespace cairn::pipeline {
namespace {

using repository::FolderFiles;
using repository::ListedFile;
using repository::Snapshot;

/// What lies in the stage's outs; nothing when one of them is no folder.
Result<std::vector<Snapshot>> OutsNow(const std::string& project, const Stage& stage,
                                      repository::StatIndex& index) {
  std::vector<Snapshot> outs;
  for (const Out& out : stage.outs) {
    auto snapshot = repository::TakeSnapshot(os::JoinPath(project, out.path), index);
    if (!snapshot && snapshot.error().reason != Reason::NotFound) return std::move(snapshot).error();
    if (!snapshot || !snapshot->folder) return std::vector<Snapshot>();
    outs.push_back(*std::move(snapshot));
  }
  return outs;
}

}  // namespace

std::vector<const ListedFile*> MadeOf(const Stage& stage, std::string_view item,
                                      const std::vector<const repository::Listing*>& outs) {
  std::vector<const ListedFile*> made;
  const auto paths = stage.map->OutsOf(item);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const std::size_t place = stage.map->makes_in[i];
    const auto below = std::string_view(paths[i]).substr(stage.outs[place].path.size() + 1);
    if (const ListedFile* file = outs[place]->Find(below)) made.push_back(file);
  }
  return made;
}

Result<DoneItems> FindDoneItems(const std::string& project, const Stage& stage, const LockedStage* locked,
                                const repository::Objects& objects, repository::StatIndex& index) {
  const ItemMap& map = *stage.map;
  const auto inputs = ObserveInputs(project, stage, index, map.folder);
  if (!inputs && inputs.error().reason == Reason::NotFound) return DoneItems();
  if (!inputs) return inputs.error();
  auto files = LookAtItems(project, stage, index);
  if (!files && files.error().reason == Reason::NotFound) return DoneItems();
  if (!files) return std::move(files).error();
  CAIRN_TRY(files->TakeDigests(index));
  const auto journal = CAIRN_TRY(ItemJournal::Read(JournalOf(map), ItemKeyOf(stage, *inputs)));
  const LockedStage* base = locked && SameButItems(stage, *inputs, *locked) ? locked : nullptr;
  const ItemPlan plan = CAIRN_TRY(PlanItems({project, stage, base, journal, objects, index}, *files));
  const auto outs = CAIRN_TRY(OutsNow(project, stage, index));
  DoneItems done;
  if (outs.empty()) return done;
  std::vector<const repository::Listing*> listings;
  for (const Snapshot& out : outs) listings.push_back(out.listing.get());
  done.outs.resize(outs.size());
  for (std::size_t i = 0; i < files->size(); ++i) {
    const std::string_view item = files->relpath(i);
    const auto call =
        std::lower_bound(plan.calls.begin(), plan.calls.end(), item,
                         [](const ItemPlan::Call& one, std::string_view name) { return one.item < name; });
    if (call != plan.calls.end() && call->item == item) continue;
    const auto made = MadeOf(stage, item, listings);
    if (made.size() != map.makes.size()) continue;
    done.items.Add(item, files->md5(i));
    for (std::size_t j = 0; j < made.size(); ++j)
      done.outs[map.makes_in[j]].Add(made[j]->relpath, made[j]->md5);
  }
  done.items.Arrange();
  for (auto& listing : done.outs) listing.Arrange();
  for (const auto& dep : FromProject(stage, inputs->deps)) done.reads[dep.path] = dep.md5;
  return done;
}

Result<> KeepItems(const std::string& project, const Stage& stage, const std::string& md5,
                   repository::StatIndex& index) {
  auto files = CAIRN_TRY(LookAtItems(project, stage, index));
  CAIRN_TRY(files.TakeDigests(index));
  if (files.Listed(index).md5 != md5) return Done{};
  return KnownItems::Keep(stage.map->record, md5, files);
}

void DropKept(const Stage& stage, const std::string& md5) {
  KnownItems::DropOthers(stage.map->record, md5);
  static_cast<void>(bool(os::Remove(JournalOf(*stage.map))));
}

}  // namespace cairn::pipeline
