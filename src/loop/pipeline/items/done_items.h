#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/pipeline/definition.h"
#include "loop/pipeline/lock.h"
#include "loop/repository/listing.h"
#include "loop/repository/objects.h"
#include "loop/repository/stat_index.h"

namespace cairn::pipeline {

/// The items of a stage that need no call as things stand, and what was made of them: for who makes the calls
/// elsewhere. Moved, not copied.
struct DoneItems {
  repository::Listing items;              ///< Paths below the folder of items.
  std::vector<repository::Listing> outs;  ///< Of each of the stage's outs, what those items made in it.
  /// The stage's other deps, by path from the project: they are done only while these have these digests.
  std::map<std::string, std::string> reads;
};

/// None when something that the stage reads is not there yet. The errors of PlanItems.
Result<DoneItems> FindDoneItems(const std::string& project, const Stage& stage, const LockedStage* locked,
                                const repository::Objects& objects, repository::StatIndex& index);

/// The outputs of an item in listings of each of the stage's outs; less than there should be where one lacks
/// it.
std::vector<const repository::ListedFile*> MadeOf(const Stage& stage, std::string_view item,
                                                  const std::vector<const repository::Listing*>& outs);

/// Keeps what the items were, if their folder is what dvc.lock will call `md5`; to be done before it says
/// that the stage has finished.
Result<> KeepItems(const std::string& project, const Stage& stage, const std::string& md5,
                   repository::StatIndex& index);
/// And what dvc.lock then makes superfluous goes, the journal too.
void DropKept(const Stage& stage, const std::string& md5);

}  // namespace cairn::pipeline
