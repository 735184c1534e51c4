#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/pipeline/items/item_plan.h"

namespace cairn::pipeline {

/// One try at a stage that is run item by item, from what there is to do until it has finished.
class ItemWork {
 public:
  /// Observes what the stage reads, plans the calls, takes away what no item makes any more, and goes on with
  /// the journal; with `anew` everything is called. `locked` may be null. Nothing is taken away when it
  /// fails. The errors of ObserveInputs and PlanItems; Conflict when two items have the same output.
  static Result<ItemWork> Begin(const std::string& project, const Stage& stage, const LockedStage* locked,
                                const repository::Objects& objects, repository::StatIndex& index, bool anew);

  const ItemPlan& plan() const { return plan_; }
  ItemJournal& journal() { return journal_; }
  /// What dvc.lock is to say.
  const LockedStage& inputs() const { return inputs_; }

  /// After the calls; waits until the stamps of what they made tell a later write from theirs. Conflict,
  /// naming them, when there are files in the outs that no item makes.
  Result<> CheckOuts() const;
  /// Keeps what the items were; to be done before dvc.lock says that the stage has finished.
  Result<> Keep() const;
  /// And what dvc.lock then makes superfluous goes, the journal too.
  void End();

 private:
  ItemWork(const std::string& project, const Stage& stage, repository::StatIndex& index, ItemJournal journal)
      : project_(project), stage_(stage), index_(index), journal_(std::move(journal)) {}
  Result<std::vector<std::string>> Strays() const;
  Result<> CheckMakes() const;

  std::string project_;
  const Stage& stage_;
  repository::StatIndex& index_;
  ItemJournal journal_;
  LockedStage inputs_;
  std::optional<repository::FolderFiles> files_;  ///< The items.
  repository::Snapshot items_;
  ItemPlan plan_;
};

}  // namespace cairn::pipeline
