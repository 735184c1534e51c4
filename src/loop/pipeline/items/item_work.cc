#include "loop/pipeline/items/item_work.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "ground/os/files.h"
#include "loop/pipeline/items/done_items.h"
#include "loop/pipeline/items/known_items.h"
#include "loop/pipeline/items/path_table.h"
#include "loop/pipeline/plan.h"

namespace cairn::pipeline {
namespace {

using repository::FolderFiles;

/// After it, a look at a file finds a stamp that may be remembered (repository::IsSettled).
constexpr std::chrono::milliseconds kSettled(25);

/// Outputs of two items can only be one file when a name was cut, or there are several for each item.
bool MayCollide(const ItemMap& map) {
  return map.makes.size() > 1 || map.makes.front().find("${item}") == std::string::npos;
}

}  // namespace

Result<ItemWork> ItemWork::Begin(const std::string& project, const Stage& stage, const LockedStage* locked,
                                 const repository::Objects& objects, repository::StatIndex& index,
                                 bool anew) {
  const ItemMap& map = *stage.map;
  LockedStage inputs = CAIRN_TRY(ObserveInputs(project, stage, index, map.folder));
  auto files = LookAtItems(project, stage, index);
  if (!files && files.error().reason == Reason::NotFound)
    return Error{Reason::NotFound,
                 "stage '" + stage.name + "' needs '" + map.folder + "', which is not there"};
  if (!files) return std::move(files).error();
  CAIRN_TRY(files->TakeDigests(index));
  ItemWork work(project, stage, index,
                CAIRN_TRY(ItemJournal::Read(JournalOf(map), ItemKeyOf(stage, inputs))));
  const bool all = anew || !locked || !SameButItems(stage, inputs, *locked);
  work.items_ = files->Listed(index);
  work.inputs_ = std::move(inputs);
  work.inputs_.call = map.Text();
  AddInput(stage, map.folder, work.items_, work.inputs_);
  CAIRN_TRY(work.CheckMakes());
  CAIRN_TRY(work.journal_.Begin(anew));
  work.plan_ =
      CAIRN_TRY(PlanItems({project, stage, all ? nullptr : locked, work.journal_, objects, index}, *files));
  const ItemPlan& plan = work.plan_;
  const bool untouched =
      !all && plan.gone.count() == 0 &&
      std::none_of(plan.outs_differ.begin(), plan.outs_differ.end(), [](bool d) { return d; });
  if (!untouched) {
    for (const auto& stray : CAIRN_TRY(work.Strays())) CAIRN_TRY(os::Remove(os::JoinPath(project, stray)));
  }
  for (const Out& out : stage.outs) CAIRN_TRY(os::MakeFolders(os::JoinPath(project, out.path)));
  work.files_ = *std::move(files);
  return work;
}

Result<> ItemWork::CheckMakes() const {
  if (!MayCollide(*stage_.map)) return Done{};
  std::vector<std::string> made;
  for (const auto& file : items_.listing->files()) {
    for (auto& out : stage_.map->OutsOf(file.relpath)) made.push_back(std::move(out));
  }
  const PathTable places(made.size(), [&](std::size_t i) { return std::string_view(made[i]); });
  for (std::size_t i = 0; i < made.size(); ++i) {
    const std::size_t first = *places.Find(made[i]), each = stage_.map->makes.size();
    if (first == i) continue;
    return Error{Reason::Conflict, stage_.map->where + ": the items '" +
                                       std::string(items_.listing->files()[first / each].relpath) +
                                       "' and '" + std::string(items_.listing->files()[i / each].relpath) +
                                       "' would both make '" + made[i] + "': put ${item} into the path"};
  }
  return Done{};
}

/// What lies in the outs and is made by no item.
Result<std::vector<std::string>> ItemWork::Strays() const {
  std::vector<std::string> made, strays;
  for (const auto& file : items_.listing->files()) {
    for (auto& out : stage_.map->OutsOf(file.relpath)) made.push_back(std::move(out));
  }
  const PathTable places(made.size(), [&](std::size_t i) { return std::string_view(made[i]); });
  for (const Out& out : stage_.outs) {
    const std::string at = os::JoinPath(project_, out.path);
    const auto status = os::Stat(at, os::Symlinks::Report);
    if (!status && status.error().reason == Reason::NotFound) continue;
    if (!status) return status.error();
    if (status->kind != os::FileKind::Folder) {
      strays.push_back(out.path);
      continue;
    }
    const auto files = CAIRN_TRY(FolderFiles::Look(at, index_));
    for (std::size_t i = 0; i < files.size(); ++i) {
      std::string path = out.path + "/" + std::string(files.relpath(i));
      if (!places.Find(path)) strays.push_back(std::move(path));
    }
  }
  return strays;
}

Result<> ItemWork::CheckOuts() const {
  if (!plan_.calls.empty()) std::this_thread::sleep_for(kSettled);
  std::size_t there = 0;
  for (const Out& out : stage_.outs)
    there += CAIRN_TRY(FolderFiles::Look(os::JoinPath(project_, out.path), index_)).size();
  if (there == plan_.items * stage_.map->makes.size()) return Done{};
  SomeItems some;
  for (const auto& stray : CAIRN_TRY(Strays())) some.Add(stray);
  if (some.count() == 0) return Done{};  // Something is missing; that is told when it is looked for.
  return Error{Reason::Conflict,
               "its calls made files that 'into' (" + stage_.map->where +
                   ") does not name, and that nobody could keep up to date: " + some.Names()};
}

Result<> ItemWork::Keep() const { return KnownItems::Keep(stage_.map->record, items_.md5, *files_); }

void ItemWork::End() { DropKept(stage_, items_.md5); }

}  // namespace cairn::pipeline
