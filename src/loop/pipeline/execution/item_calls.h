#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "ground/os/clock.h"
#include "loop/pipeline/execution/attempt.h"
#include "loop/pipeline/items/item_plan.h"

namespace cairn::pipeline {

/// Makes the calls of a stage that is run item by item, several at a time. What a call printed goes into the
/// stage's log in one piece when the call has ended. After the first that failed none begins; those under way
/// end, and what they made is kept.
class ItemCalls {
 public:
  struct Setting {
    std::string project;
    /// Of each call, but for its id and log: there the stage's stand. Its timeout is each call's.
    Attempt::Setting attempt;
    unsigned at_once = 1;
    /// The variable that names the devices of the calls, and the devices of each of those that run at once.
    std::string devices_variable;
    std::vector<std::string> devices;
  };

  ItemCalls(const os::Clock& clock, const Stage& stage, repository::StatIndex& index, Setting setting)
      : clock_(clock), stage_(stage), index_(index), setting_(std::move(setting)) {}

  /// Ended well when the reason is empty; otherwise it names the item. The journal has been begun.
  AttemptRecord Run(const ItemPlan& plan, ItemJournal& journal, std::stop_token stop);

 private:
  void Work(unsigned worker, const ItemPlan& plan, ItemJournal& journal, std::stop_token stop);
  std::string Call(unsigned worker, std::size_t place, const ItemPlan::Call& call, ItemJournal& journal,
                   std::stop_token stop);
  Result<ItemDone> Observe(const ItemPlan::Call& call) const;
  Result<> Clear(const std::string& item) const;
  void Log(const std::string& scratch);
  void Count(const AttemptRecord& one);

  const os::Clock& clock_;
  const Stage& stage_;
  repository::StatIndex& index_;
  const Setting setting_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;  ///< For what follows, and the stage's log.
  AttemptRecord record_;
  std::string reason_;  ///< Of the first that failed.
  std::size_t done_ = 0;
};

}  // namespace cairn::pipeline
