#pragma once

#include <map>
#include <set>
#include <span>
#include <string>

#include "ground/sql/database.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/time.h"
#include "loop/tracking/records.h"

/// Every SQL sentence about what was moved.
namespace cairn::moving {

/// Which experiments of a source became others here.
Result<std::map<std::string, tracking::ExperimentId>> MovedExperiments(sql::Database& database,
                                                                       const std::string& source);
Result<> RecordExperiment(sql::Database& database, const std::string& source, tracking::ExperimentId theirs,
                          tracking::ExperimentId ours);

/// Runs that were begun and not ended.
Result<std::set<std::string>> UnfinishedMoves(sql::Database& database);
Result<> BeginMoves(sql::Database& database, std::span<const std::string> runs);
Result<> EndMoves(sql::Database& database, std::span<const std::string> runs);

struct FinishedMove {
  std::string source;
  std::string digest;
  std::string actor;
  std::string cause;
  Json body;
  bool changed = false;
};
/// Remembers that an import reached its end, with its event unless it is a repetition that changed nothing.
Result<> Finish(sql::Database& database, TimeMs now, const FinishedMove& move);

}  // namespace cairn::moving
