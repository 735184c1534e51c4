#pragma once

#include <string>

#include "loop/rollout/rollout.h"
#include "loop/rollout/setting.h"

namespace cairn::rollout {

/// Whether a data set's files keep a contract.
struct ContractVerdict {
  bool passed = true;
  std::string sentence;
};
/// Whether every file of a version keeps the contract that governs now. What was found when a file was added
/// counts while that contract never changed; after a change each file's original is checked again, once for
/// each contract (the verdict is kept), its age measured at the time when it was added. A file whose original
/// is gone does not pass.
Result<ContractVerdict> JudgeContract(const Rollouts::Rooms& rooms, const Setting& setting,
                                      const data::DatasetVersion& dataset);

}  // namespace cairn::rollout
