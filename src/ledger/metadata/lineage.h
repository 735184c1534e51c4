#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/database.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "ledger/metadata/derived.h"

/// What was made from what. Every deed says so in its own event (Event::lineage), in the transaction of the
/// deed; here it is read, both ways. Things go by typed names:
///   dataset:flights@7                 a version of a data set
///   md5:…, md5:….dir, sha256:…        bytes: a file, a folder's listing as DVC has it, a file
///   pipeline_run:…, stage:RUN/train   a run of the pipeline, one run of a stage
///   commit:…, configuration:…         a revision of the code, an accepted cairn.yaml
///   run:…, input:NAME#DIGEST          a tracked run, what it says it read
///   logged_model:…, model:delay/3     a model that a run logged, a registered version
///   decision:…, alias:delay@production, segment:… (of the prediction log)
/// What an event did not say is not known; nothing is guessed from times or names.
namespace cairn::metadata {

enum class Direction {
  Upstream,    ///< What the thing came from.
  Downstream,  ///< What came from it.
};

/// A thing that a walk came to.
struct LineageStep {
  std::string thing;
  std::string via;    ///< The thing one step nearer to where the walk began.
  std::string label;  ///< The part that it played there: a path, a role; may be "".
  std::int64_t depth = 0;
  std::string event;  ///< The event that says so, with its kind, time and actor.
  std::string kind;
  TimeMs at = 0;
  std::string actor;
};

struct LineageWalk {
  std::vector<LineageStep> steps;  ///< Near ones first; each thing once, however many ways lead to it.
  bool complete = true;            ///< Whether there was no more than the limit.
};

/// Everything that can be reached from a thing, which itself is not among the steps. A file goes by several
/// names, its digests: `names` are those of one thing, and `place` is the path at which it lies ("" when
/// nothing is known of it). Where several deeds wrote the same bytes, those that wrote them at the place
/// where they were read are taken for what they came from; and what a data set took in did not come from
/// another one that took in the same. Nothing for a thing that no event speaks of.
Result<LineageWalk> WalkLineage(sql::Database& database, const std::vector<std::string>& names,
                                Direction direction, std::size_t limit = 10'000,
                                const std::string& place = "");

/// The things on record whose name begins so, in order, at most `limit`: for a digest that was cut short.
Result<std::vector<std::string>> ThingsLike(sql::Database& database, std::string_view beginning,
                                            std::int64_t limit = 20);

/// The edges as stored, against what the events say: rows {"source", "target", "event", "label"} in order.
DerivedTable LineageTable(sql::Database& database);

}  // namespace cairn::metadata
