#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/pipeline/definition.h"
#include "loop/pipeline/item_map.h"
#include "loop/pipeline/items/item_record.h"
#include "loop/pipeline/lock.h"
#include "loop/repository/folder_files.h"
#include "loop/repository/objects.h"
#include "loop/repository/stat_index.h"

namespace cairn::pipeline {

/// So many items, and the first few by name.
class SomeItems {
 public:
  void Add(std::string_view item);
  std::size_t count() const { return count_; }
  /// "2 changed (a.png, b.png)"; "" when there are none.
  std::string Said(std::string_view what) const;
  /// "a.png, b.png and 3 more".
  std::string Names() const;

 private:
  std::size_t count_ = 0;
  std::vector<std::string> first_;  ///< In their order.
};

/// Which items of a stage must be called.
struct ItemPlan {
  struct Call {
    std::string item;
    repository::Md5Digest read;
  };
  std::vector<Call> calls;  ///< In the order of the items' names.
  std::size_t items = 0;    ///< How many there are.
  /// Against what dvc.lock says: the items, those whose outputs are not as made, files that no item makes.
  SomeItems fresh, changed, gone, unmade, strays;
  std::size_t kept = 0;           ///< Called since, as the journal says.
  bool inputs_differ = false;     ///< The folder is not as dvc.lock has it.
  bool inputs_known = true;       ///< What the items were then can be read.
  std::vector<bool> outs_differ;  ///< Of each of the stage's outs.
  bool outs_known = true;
  bool outs_looked = true;  ///< False where they wait until the stage runs.
};

/// What a plan is made from. All must outlive the call.
struct ItemQuestion {
  const std::string& project;
  const Stage& stage;
  /// The entry of dvc.lock, when nothing but items and outputs may differ from it; null: every item that the
  /// journal does not know is to be called.
  const LockedStage* base = nullptr;
  const ItemJournal& journal;
  const repository::Objects& objects;
  repository::StatIndex& index;
  /// From so many items on, when some are not as they were, outputs are not looked at: who only asks what
  /// would run knows enough.
  std::optional<std::size_t> outs_wait_from{};
};

/// Looks at each file once and reads only what changed. Items and outputs that are as dvc.lock says, or as
/// the journal says, are done. NotFound when the folder is not there; InvalidArgument when it is none.
Result<ItemPlan> PlanItems(const ItemQuestion& question, repository::FolderFiles& items);
/// The folder of a stage's items.
Result<repository::FolderFiles> LookAtItems(const std::string& project, const Stage& stage,
                                            repository::StatIndex& index);

/// The file of a map's journal.
std::string JournalOf(const ItemMap& map);
/// What each call of a stage depends on besides its item, as one word: command, call, other deps,
/// parameters, environment.
std::string ItemKeyOf(const Stage& stage, const LockedStage& inputs);
/// Whether what `now` reads, besides the items, is what `then` had read. What is not known of `then` (who ran
/// it was `dvc`) differs from nothing.
bool SameButItems(const Stage& stage, const LockedStage& now, const LockedStage& then);

}  // namespace cairn::pipeline
