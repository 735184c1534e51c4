#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "loop/pipeline/items/item_plan.h"
#include "loop/pipeline/outside.h"
#include "loop/pipeline/plan.h"

namespace cairn::pipeline {

/// Collects the causes of one stage.
class Comparison {
 public:
  /// `locked` is null when the stage never ran; otherwise `outside` knows what it reads out there, unless it
  /// is frozen. All must outlive it. `forced`: it runs whatever is found.
  Comparison(const std::string& project, const Stage& stage, const LockedStage* locked,
             const OutsideView& outside, const repository::Objects& objects, repository::StatIndex& index,
             bool forced)
      : project_(project),
        stage_(stage),
        locked_(locked),
        outside_(outside),
        objects_(objects),
        index_(index),
        forced_(forced) {}

  /// `remade` are the outs of stages that run before it.
  Result<std::vector<Cause>> Run(const std::set<std::string>& remade);
  /// After Run.
  const std::optional<ItemCount>& items() const { return items_; }

 private:
  void Add(Cause::Level level, const std::string& subject, std::string sentence) {
    causes_.push_back({level, subject, std::move(sentence)});
  }
  Result<> CompareDeps(const std::set<std::string>& remade);
  Result<> CompareOutside();
  Result<> CompareParams();
  Result<> CompareEnvironment();
  Result<> CompareOuts();
  Result<> CompareItems();
  Result<> NameItems(const ItemPlan& plan);
  void NameOuts(const ItemPlan& plan);
  void RememberItems(repository::FolderFiles& files);

  const std::string& project_;
  const Stage& stage_;
  const LockedStage* locked_;
  const OutsideView& outside_;
  const repository::Objects& objects_;
  repository::StatIndex& index_;
  const bool forced_;
  bool by_items_ = false;
  std::vector<Cause> causes_;
  std::optional<ItemCount> items_;
};

}  // namespace cairn::pipeline
