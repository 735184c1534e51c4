#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/time.h"
#include "loop/pipeline/record.h"
#include "loop/sweep/space.h"

/// What is kept of searches over parameters.
namespace cairn::sweep {

/// A metric that has come far enough: "acc>=0.95".
struct Goal {
  std::string metric;
  enum class Is { Below, AtMost, Above, AtLeast } is = Is::AtLeast;
  double bound = 0;

  bool ReachedBy(const Json& figures) const;
};
/// InvalidArgument for anything but NAME, one of < <= > >=, and a number.
Result<Goal> ParseGoal(std::string_view text);

/// What is asked for. Once a budget is spent, what still waits is skipped.
struct Order {
  std::string project = ".";
  std::vector<std::string> set;  ///< As ParseAxis takes them.
  Search search = Search::Grid;
  std::int64_t trials = 0;
  std::uint64_t seed = 0;
  std::vector<std::string> stages;  ///< Those and what they need; all when empty.
  std::int64_t budget_ms = 0;       ///< From the beginning of the first trial; 0 for no end.
  std::string until;                ///< A Goal; "" for none.
  std::string actor = "client";
};

enum class TrialState {
  Queued,
  Running,
  Finished,
  Failed,
  Stopped,  ///< By a person.
  Skipped,  ///< A budget was spent, or the goal reached, before it began.
};
const char* NameOf(TrialState state);
/// Queued for a word that is none.
TrialState TrialStateNamed(std::string_view name);

struct Trial {
  std::string sweep;
  std::int64_t number = 0;  ///< From 1.
  TrialState state = TrialState::Queued;
  std::vector<Setting> settings;
  std::string run;                ///< Of the pipeline; "" before it began, and when nothing was stale.
  std::string tracked;            ///< The tracked run; "" before it began.
  std::int64_t beginnings = 0;    ///< How often it was begun.
  Json params = Json::Object();   ///< Once it ended: what its stages read.
  Json metrics = Json::Object();  ///< The figures in its metrics files.
  std::vector<pipeline::LockedPath> outs;  ///< What its stages have made, from the project.
  std::vector<std::string> kept;           ///< The files that it changed, below the root of its copy.
  std::string problem;
  TimeMs started = 0, ended = 0;

  std::string Id() const { return sweep + "-" + std::to_string(number); }
};
/// "4f2a91c0-17": the sweep and the number. InvalidArgument.
Result<std::pair<std::string, std::int64_t>> ParseTrialId(std::string_view id);

struct Sweep {
  std::string id;  ///< Eight hexadecimal digits.
  std::string home;
  std::string project;
  Order order;
  pipeline::Source source;
  std::string tracked;    ///< The tracked run whose children its trials are.
  std::int64_t jobs = 0;  ///< 0: nobody had it begun yet.
  TimeMs created = 0, started = 0;
};

/// By sweep, by the name of the state.
using Counts = std::map<std::string, std::map<std::string, std::int64_t>>;

}  // namespace cairn::sweep
